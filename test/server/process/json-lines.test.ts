import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RedisProcess } from '../../../tools/redis/redis-process';
import { ensureBuilt } from '../../support/built-server';

jest.setTimeout(60_000);

const root = join(__dirname, '..', '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'json-lines-'));
beforeAll(ensureBuilt, 180_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Line {
  readonly level: string;
  readonly msg: string;
  readonly component?: string;
}

/** Runs the built service until it exits; sends SIGTERM when its output contains `stopAfter`. Returns its lines. */
async function run(env: NodeJS.ProcessEnv, stopAfter?: string): Promise<{ code: unknown; lines: readonly Line[] }> {
  const preload = join('dist', 'src', 'server', 'telemetry', 'preload.js');
  const child = spawn(process.execPath, ['--require', `./${preload}`, 'dist/src/server/main.js'], {
    cwd: root,
    env: {
      PATH: process.env['PATH'],
      ORCHESTRATOR__SERVER__PORT: '0',
      ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data'),
      ORCHESTRATOR__SERVER__WARM_UP_TURNS: '0',
      ...env,
    },
  });
  const output = { stdout: '', stderr: '' };
  let isStopped = false; // a second signal would end the service at once
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      output[name] += text;
      if (isStopped || stopAfter === undefined || !output[name].includes(stopAfter)) return;
      isStopped = child.kill('SIGTERM');
    });
  }
  const [code] = await once(child, 'close');
  const lines = `${output.stdout}${output.stderr}`.split('\n').filter((line) => line !== '');
  return { code, lines: lines.map((line) => JSON.parse(line)) };
}

let modules = 0;
/** Returns variables that load a module into the service. */
function loading(code: string): NodeJS.ProcessEnv {
  modules += 1;
  const path = join(folder, `loaded-${modules}.cjs`);
  writeFileSync(path, code);
  return { NODE_OPTIONS: `--require ${path}` };
}

function expectLogLines(lines: readonly Line[]): void {
  for (const line of lines) {
    expect(line).toEqual(expect.objectContaining({ level: expect.any(String), time: expect.any(String) }));
    expect(line.msg).not.toBe('');
  }
}

const find = (lines: readonly Line[], text: string) => lines.find(({ msg }) => msg.includes(text));

it('every line of the service and of its libraries is JSON', async () => {
  const redis = await RedisProcess.start();
  await redis.withClient((client) => client.call('ACL', 'SETUSER', 'me', 'on', '>x', '~*', '&*', '+@all', '-info'));
  const { code, lines } = await run(
    {
      ...loading(`setTimeout(() => {
        process.emitWarning('a warning of Node.js', 'SomeWarning');
        console.log('printed %d', 1);
        console.error('printed', { two: 2 });
        process.stdout.write(JSON.stringify({ level: 'info', time: '', msg: 'loaded' }) + '\\n');
      }, 2_000);`),
      ORCHESTRATOR__REDIS__URL: `redis://me:x@127.0.0.1:${redis.port}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'zip',
      OTEL_LOG_LEVEL: 'debug',
      GRPC_TRACE: 'server',
      GRPC_VERBOSITY: 'DEBUG',
    },
    'loaded',
  );
  await redis.stop();
  expectLogLines(lines);
  expect(code).toBe(0);
  expect(find(lines, 'OTEL_EXPORTER_OTLP_COMPRESSION is invalid')).toMatchObject({ component: 'telemetry' });
  expect(find(lines, 'a warning of Node.js')).toMatchObject({ level: 'warn', component: 'node', type: 'SomeWarning' });
  expect(find(lines, 'printed 1')).toMatchObject({ level: 'info', component: 'console' });
  expect(find(lines, 'printed { two: 2 }')).toMatchObject({ level: 'error', component: 'console' });
  expect(find(lines, 'Skipping the ready check')).toMatchObject({ level: 'warn', component: 'console' });
  expect(find(lines, '| server |')).toMatchObject({ component: 'grpc' });
  expect(find(lines, 'listens on')).toMatchObject({ level: 'info' });
});

it.each<[string, NodeJS.ProcessEnv, string]>([
  ['an invalid setting', { ORCHESTRATOR__SERVER__PORT: 'x' }, 'server.port must be'],
  ['an invalid OTEL_ variable', { OTEL_TRACES_EXPORTER: 'zipkin' }, '"zipkin" is not supported'],
  [
    'an unknown sampler',
    { OTEL_TRACES_SAMPLER: 'always' },
    'OTEL_TRACES_SAMPLER: "always" is not supported; use always_on',
  ],
  [
    'an unknown level of the SDK',
    { OTEL_LOG_LEVEL: 'loud', OTEL_TRACES_EXPORTER: 'otlp' },
    'OTEL_LOG_LEVEL: "loud" is not supported',
  ],
  [
    'a ratio above 1',
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '10' },
    'OTEL_TRACES_SAMPLER_ARG: "10" is not a number from 0 to 1',
  ],
  ['an address that cannot be used', { ORCHESTRATOR__SERVER__HOST: '127.0.0.1.invalid' }, 'scenario-orchestrator: '],
  ['an error that nothing catches', loading("setTimeout(() => { throw new Error('lost'); });"), 'uncaught error: lost'],
  ['a rejection that nothing handles', loading("Promise.reject(new Error('lost'));"), 'uncaught error: lost'],
])('every line is JSON after %s, and the exit code is 1', async (_, env, message) => {
  const { code, lines } = await run(env);
  expectLogLines(lines);
  expect(code).toBe(1);
  expect(find(lines, message)).toMatchObject({ level: 'error' });
});
