// A container of the image, as a cluster would run it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fail, output } from '../run.mjs';
import { podman, podmanArguments } from './containers.mjs';

const name = 'orchestrator';
/** Long enough for a machine that is busy with other things. */
const startTimeoutMs = 300_000;
const healthChecks = 20;

/** No right, no new one, no file but the volume can be written; on loopback alone. */
const confined = [
  ...['--read-only', '--read-only-tmpfs=false', '--cap-drop', 'all', '--security-opt', 'no-new-privileges'],
  ...['--network', 'host', '--env', 'ORCHESTRATOR__SERVER__HOST=127.0.0.1'],
];
/** What a machine without systemd, and a root without all rights, can give. */
const modest = ['--cgroups=disabled', '--ulimit', 'nofile=1024:4096', '--ulimit', 'nproc=1000:1000'];

/** Starts it and resolves once its log says that it is serving. It ends with this process. */
export async function startImage(image) {
  const port = await freePort();
  const own = ['--rm', '--name', name, '--env', `ORCHESTRATOR__SERVER__PORT=${port}`];
  const begun = performance.now();
  const child = spawn('podman', podmanArguments('run', ...own, ...confined, ...modest, image), { stdio: 'pipe' });
  process.once('exit', () => podman('rm', '--force', '--time', '0', '--ignore', name));
  const ended = once(child, 'close').then(([code]) => code);
  let told = '';
  const serving = new Promise((resolve) => {
    const listen = (text) => {
      told += text;
      if (told.includes('accepts writes: serving') && told.includes('listens on')) resolve(performance.now() - begun);
    };
    child.stdout.setEncoding('utf8').on('data', listen);
    child.stderr.setEncoding('utf8').on('data', listen);
  });
  const late = once(AbortSignal.timeout(startTimeoutMs), 'abort');
  const servingAfterMs = await Promise.race([serving, Promise.race([ended, late]).then(() => undefined)]);
  if (servingAfterMs === undefined) fail(`image: the server did not come up:\n${told}`);
  return { servingAfterMs, port, stop: () => stopped(ended) };
}

/** Whether the image's own health check says that it is well; as for an engine, one that fails is not the last word. */
export function isHealthy() {
  for (let check = 0; check < healthChecks; check += 1) {
    if (podman('healthcheck', 'run', name) !== undefined) return true;
  }
  return false;
}

/** What a program that runs beside the server as its own user prints. */
export function printedInside(script) {
  return podman('exec', name, 'node', '--print', script) ?? fail('image: podman exec failed');
}

/** What the server answers to a turn of a new session, as JSON. */
export function turnAnswer(port) {
  const [tenant_id, agent_id, session_id, turn_id] = Array.from({ length: 4 }, () => crypto.randomUUID());
  const data = JSON.stringify({ turn: { tenant_id, agent_id, session_id, turn_id } });
  const url = `http://127.0.0.1:${port}/focal.orchestration.v1.OrchestratorService/ProcessTurn`;
  const answer = output('buf', ['curl', '--http2-prior-knowledge', '--protocol', 'grpc', '--data', data, url]);
  return JSON.parse(answer ?? fail('image: the turn was refused'));
}

/** Sends SIGTERM to process 1 of the container; its exit code and how long it took. */
async function stopped(ended) {
  const begun = performance.now();
  podman('kill', '--signal', 'TERM', name);
  const exitCode = await ended;
  return { exitCode, stoppedAfterMs: performance.now() - begun };
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
