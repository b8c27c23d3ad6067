import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const startTimeoutMs = 30_000;
const stopTimeoutMs = 10_000;

/** A service of this program's own. */
export interface OwnService {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** Ends it and removes its folder. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts the built service as `npm start` does, in a process of its own: on the embedded store in a temporary folder and a free
 * loopback port. Folder and process go with this process at the latest. Rejects with the service's own words when it does not
 * listen.
 */
export async function startOwnService(env: NodeJS.ProcessEnv): Promise<OwnService> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-own-'));
  const child = spawn(process.execPath, ['--require', built('adapters', 'otel', 'preload.js'), built('main.js')], {
    env: serviceEnvironment(env, folder),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const clean = (): void => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', clean);
  const stop = async (): Promise<void> => {
    await ended(child);
    process.off('exit', clean);
    clean();
  };
  try {
    return { address: await listening(child), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function built(...path: readonly string[]): string {
  return join(__dirname, '..', ...path);
}

/** The caller's environment without settings of other services of this kind. */
function serviceEnvironment(env: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  const others = Object.entries(env).filter(([name]) => !name.startsWith('ORCHESTRATOR_'));
  return {
    ...Object.fromEntries(others),
    ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data'),
    ORCHESTRATOR__SERVER__HOST: '127.0.0.1',
    ORCHESTRATOR__SERVER__PORT: '0',
    ORCHESTRATOR__TELEMETRY__LOG_LEVEL: 'silent',
  };
}

/** The address that the service says it listens on. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let told = '';
    const fail = (what: string): void => reject(new Error(`The service ${what}: ${tellingLine(told)}`));
    const timer = setTimeout(() => fail(`does not listen after ${startTimeoutMs / 1_000} s`), startTimeoutMs);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      told += text;
      const address = /listens on (\S+:\d+)/.exec(told)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
    child.once('error', (error) => fail(`cannot be started (${error.message})`));
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`ended with ${code ?? 'a signal'} before it listened`);
    });
  });
}

/** The line that says most of what went wrong. */
function tellingLine(text: string): string {
  const lines = text.trim().split('\n');
  return lines.find((line) => /does not start|Error:/.test(line)) ?? (lines.at(-1) || 'it said nothing');
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([exit, sleep(stopTimeoutMs, undefined, { ref: false })]);
}
