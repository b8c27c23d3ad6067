import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '..', '..');

/** The built service in a child process. */
export interface BuiltServer {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  /** `127.0.0.1:<port>` of the HTTP listener; undefined if it is not enabled. */
  readonly httpAddress: string | undefined;
  readonly process: ChildProcess;
  /** The output so far: JSON lines. */
  getStdout(): string;
  /** The messages of the JSON lines on standard error so far, each followed by a line break. */
  getStderr(): string;
  /** Sends SIGTERM. Resolves to the exit code; null if a signal ended the process. Idempotent. */
  stop(): Promise<number | null>;
}

/** Builds dist/ if the sources are newer. */
export async function ensureBuilt(): Promise<void> {
  await promisify(execFile)('node', ['scripts/build-if-stale.mjs'], { cwd: root });
}

/** The service exited before it listened. */
export class ServerStartError extends Error {
  constructor(
    readonly exitCode: number | null,
    readonly stderr: string,
  ) {
    super(`The server exited with code ${exitCode} before it listened:\n${stderr}`);
  }
}

/**
 * Starts the built service on a free port, without a warm-up. Apart from PATH and these settings, the process has only the given environment
 * variables.
 *
 * @throws ServerStartError
 */
export async function startBuiltServer(env: NodeJS.ProcessEnv): Promise<BuiltServer> {
  await ensureBuilt();
  const child = spawn(
    process.execPath,
    ['--require', './dist/src/server/telemetry/preload.js', 'dist/src/server/main.js'],
    {
      cwd: root,
      env: {
        PATH: process.env['PATH'],
        ORCHESTRATOR__SERVER__PORT: '0',
        ORCHESTRATOR__SERVER__WARM_UP_TURNS: '0',
        ...env,
      },
    },
  );
  const killWithTest = () => child.kill('SIGKILL');
  process.once('exit', killWithTest);
  child.once('exit', () => process.removeListener('exit', killWithTest));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  // 'close' instead of 'exit', so that all output is read.
  const exited = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      const listening = /listens on (\S+);/.exec(stderr);
      if (listening?.[1] !== undefined) resolve(listening[1]);
    });
    exited.then((code) => reject(new ServerStartError(code, toMessages(stderr))), reject);
  });
  return {
    address,
    httpAddress: / HTTP: ([\d.:]+)\./.exec(stderr)?.[1],
    process: child,
    getStdout: () => stdout,
    getStderr: () => toMessages(stderr),
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}

/** Returns the messages of JSON lines. A line that is not JSON is returned as it is. */
function toMessages(lines: string): string {
  return lines.replace(/^\{.*\}$/gm, (line) => String(JSON.parse(line).msg));
}
