// A container of the image under the restrictions of a cluster.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fail, getOutput } from '../run.mjs';
import { podman, podmanArguments } from './containers.mjs';

const name = 'orchestrator';
/** Long, because a container starts slowly on a busy machine. */
const startTimeoutMs = 300_000;
const healthCheckAttempts = 20;

/** No capabilities, a read-only file system except the volume, and loopback only. */
const restrictions = [
  ...['--read-only', '--read-only-tmpfs=false', '--cap-drop', 'all', '--security-opt', 'no-new-privileges'],
  ...['--network', 'host', '--env', 'ORCHESTRATOR__SERVER__HOST=127.0.0.1'],
];
/** Limits that work without systemd, and for a root user that lacks some capabilities. */
const limits = ['--cgroups=disabled', '--ulimit', 'nofile=1024:4096', '--ulimit', 'nproc=1000:1000'];

/** Starts a container, which is removed when this process exits. Resolves when its log reports that it is serving. */
export async function startImage(image) {
  const port = await findFreePort();
  const options = ['--rm', '--name', name, '--env', `ORCHESTRATOR__SERVER__PORT=${port}`];
  const start = performance.now();
  const child = spawn('podman', podmanArguments('run', ...options, ...restrictions, ...limits, image), {
    stdio: 'pipe',
  });
  process.once('exit', () => podman('rm', '--force', '--time', '0', '--ignore', name));
  const ended = once(child, 'close').then(([code]) => code);
  let log = '';
  const serving = new Promise((resolve) => {
    const addText = (text) => {
      log += text;
      if (log.includes('accepts writes: serving') && log.includes('listens on')) resolve(performance.now() - start);
    };
    child.stdout.setEncoding('utf8').on('data', addText);
    child.stderr.setEncoding('utf8').on('data', addText);
  });
  const timedOut = once(AbortSignal.timeout(startTimeoutMs), 'abort');
  const servingAfterMs = await Promise.race([serving, Promise.race([ended, timedOut]).then(() => undefined)]);
  if (servingAfterMs === undefined) fail(`image: the server did not start:\n${log}`);
  return { servingAfterMs, port, stop: () => stopContainer(ended) };
}

/** Whether the health check of the image succeeds. Repeats a failed check, as an engine does. */
export function isHealthy() {
  for (let check = 0; check < healthCheckAttempts; check += 1) {
    if (podman('healthcheck', 'run', name) !== undefined) return true;
  }
  return false;
}

/** Evaluates a script in the container, as the user of the server. */
export function evaluateInContainer(script) {
  return podman('exec', name, 'node', '--print', script) ?? fail('image: podman exec failed');
}

/** Sends a turn of a new session. Returns the response as JSON. */
export function sendTurn(port) {
  const [tenant_id, agent_id, session_id, turn_id] = Array.from({ length: 4 }, () => crypto.randomUUID());
  const data = JSON.stringify({ turn: { tenant_id, agent_id, session_id, turn_id } });
  const url = `http://127.0.0.1:${port}/focal.orchestration.v1.OrchestratorService/ProcessTurn`;
  const response = getOutput('buf', ['curl', '--http2-prior-knowledge', '--protocol', 'grpc', '--data', data, url]);
  return JSON.parse(response ?? fail('image: the turn failed'));
}

/** Sends SIGTERM to process 1 of the container. Resolves to the exit code and the shutdown time in milliseconds. */
async function stopContainer(ended) {
  const start = performance.now();
  podman('kill', '--signal', 'TERM', name);
  const exitCode = await ended;
  return { exitCode, stoppedAfterMs: performance.now() - start };
}

async function findFreePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
