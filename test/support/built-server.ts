import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '..', '..');

/** The service as it is shipped, in a process of its own. */
export interface BuiltServer {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  readonly process: ChildProcess;
  /** What it wrote so far. */
  stdout(): string;
  stderr(): string;
  /** Sends SIGTERM and resolves to the exit code, null after a signal ended it. Idempotent. */
  stop(): Promise<number | null>;
}

/** Builds dist/ where the sources are newer. */
export async function ensureBuilt(): Promise<void> {
  await promisify(execFile)('node', ['scripts/build-if-stale.mjs'], { cwd: root });
}

/** A process of the built service that did not get as far as to listen. */
export class DidNotStart extends Error {
  constructor(
    readonly exitCode: number | null,
    readonly stderr: string,
  ) {
    super(`the server ended with ${exitCode} before it listened:\n${stderr}`);
  }
}

/**
 * Starts the built service on a free port with the given variables and nothing of the developer's own environment.
 *
 * @throws DidNotStart
 */
export async function startBuiltServer(env: NodeJS.ProcessEnv): Promise<BuiltServer> {
  await ensureBuilt();
  const child = spawn(
    process.execPath,
    ['--require', './dist/src/server/telemetry/preload.js', 'dist/src/server/main.js'],
    {
      cwd: root,
      env: { PATH: process.env['PATH'], ORCHESTRATOR__SERVER__PORT: '0', ...env },
    },
  );
  const endWithTest = () => child.kill('SIGKILL');
  process.once('exit', endWithTest);
  child.once('exit', () => process.removeListener('exit', endWithTest));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  // 'close' and not 'exit': everything that it wrote has been read by then.
  const exited = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : null));
  const address = await new Promise<string>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      const listening = /listens on (\S+);/.exec(stderr);
      if (listening?.[1] !== undefined) resolve(listening[1]);
    });
    exited.then((code) => reject(new DidNotStart(code, stderr)), reject);
  });
  return {
    address,
    process: child,
    stdout: () => stdout,
    stderr: () => stderr,
    stop() {
      child.kill('SIGTERM');
      return exited;
    },
  };
}
