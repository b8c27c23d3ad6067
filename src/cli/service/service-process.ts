import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const startTimeoutMs = 90_000;
const stopTimeoutMs = 10_000;

/** The built service in a process of its own. */
export interface ServiceProcess {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly child: ChildProcess;
}

/** How to start one. */
export interface ServiceProcessOptions {
  /** The caller's environment; settings of other services of this kind are left out of it. */
  readonly env: NodeJS.ProcessEnv;
  /** Settings as environment variables. Host, port and log level have values that suit a service of a program's own. */
  readonly settings: NodeJS.ProcessEnv;
  /** A module that is loaded before the service. */
  readonly preload?: string;
}

/**
 * Starts the built service as `npm start` does: on a free loopback port where the settings name none. It ends with this process
 * at the latest. Rejects with the service's own words when it does not listen.
 */
export async function startServiceProcess({ env, settings, preload }: ServiceProcessOptions): Promise<ServiceProcess> {
  const modules = [built('server', 'telemetry', 'preload.js'), ...(preload === undefined ? [] : [preload])];
  const child = spawn(
    process.execPath,
    [...modules.flatMap((path) => ['--require', path]), built('server', 'main.js')],
    {
      env: { ...withoutSettings(env), ...quiet, ...settings },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const end = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  try {
    return { address: await listening(child), child };
  } catch (error) {
    await endInGoodOrder(child);
    throw error;
  }
}

/** Tells a process to stop, and makes it after ten seconds. Idempotent. */
export async function endInGoodOrder(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([exit, sleep(stopTimeoutMs, undefined, { ref: false })]);
  child.kill('SIGKILL');
}

const quiet: NodeJS.ProcessEnv = {
  ORCHESTRATOR__SERVER__HOST: '127.0.0.1',
  ORCHESTRATOR__SERVER__PORT: '0',
  ORCHESTRATOR__TELEMETRY__LOG_LEVEL: 'silent',
};

function built(...path: readonly string[]): string {
  return join(__dirname, '..', '..', ...path);
}

function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('ORCHESTRATOR_')));
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
