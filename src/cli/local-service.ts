import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CommandError, exitCodes } from './exit-codes';

// Runs the built service as a child process, for the demo and the tools.

const startTimeoutMs = 90_000;
const stopTimeoutMs = 10_000;

/** A service that only this process uses. */
export interface LocalService {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** Stops the service and removes its folder. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts the service with the embedded store in a temporary folder, on a free loopback port. The service and the folder do not
 * outlive this process. Rejects with the error message of the service if it does not start.
 */
export async function startLocalService(env: NodeJS.ProcessEnv): Promise<LocalService> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-local-'));
  const removeFolder = (): void => rmSync(folder, { recursive: true, force: true });
  process.once('exit', removeFolder);
  const cleanUp = (): void => {
    process.off('exit', removeFolder);
    removeFolder();
  };
  try {
    const settings = {
      ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data'),
      ORCHESTRATOR__EMBEDDED__IGNORE_REDIS_VARIABLES: 'true',
    };
    const { address, child } = await startServiceProcess({ env, settings });
    return {
      address,
      stop: async () => {
        await stopProcess(child);
        cleanUp();
      },
    };
  } catch (error) {
    cleanUp();
    throw error;
  }
}

export interface ServiceProcess {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly child: ChildProcess;
}

export interface ServiceProcessOptions {
  /** The environment of the service. Variables with settings of the service are removed. */
  readonly env: NodeJS.ProcessEnv;
  /** Settings as environment variables. Default: a free port on 127.0.0.1, no logs, no warm-up. */
  readonly settings: NodeJS.ProcessEnv;
  /** A module to load before the service. */
  readonly preload?: string;
}

/**
 * Starts the built service as `npm start` does. The child process does not outlive this process. Rejects with the error message
 * of the service if it does not start.
 */
export async function startServiceProcess({ env, settings, preload }: ServiceProcessOptions): Promise<ServiceProcess> {
  const serverFolder = join(__dirname, '..', 'server');
  const modules = [join(serverFolder, 'telemetry', 'preload.js'), ...(preload === undefined ? [] : [preload])];
  const args = [...modules.flatMap((path) => ['--require', path]), join(serverFolder, 'main.js')];
  const child = spawn(process.execPath, args, {
    env: { ...removeSettings(env), ...defaultSettings, ...settings },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const kill = (): void => {
    child.kill('SIGKILL');
  };
  process.once('exit', kill);
  child.once('exit', () => process.off('exit', kill));
  try {
    return { address: await waitForAddress(child), child };
  } catch (error) {
    await stopProcess(child);
    throw error;
  }
}

/** Sends SIGTERM and, if the process is still running after ten seconds, SIGKILL. Idempotent. */
export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await Promise.race([exit, sleep(stopTimeoutMs, undefined, { ref: false })]);
  child.kill('SIGKILL');
}

const defaultSettings: NodeJS.ProcessEnv = {
  ORCHESTRATOR__SERVER__HOST: '127.0.0.1',
  ORCHESTRATOR__SERVER__PORT: '0',
  ORCHESTRATOR__TELEMETRY__LOG_LEVEL: 'silent',
  ORCHESTRATOR__SERVER__WARM_UP_TURNS: '0',
};

function removeSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(scenario_)?orchestrator/i.test(name)));
}

/** Resolves to the address that the service writes to standard error when it listens. */
function waitForAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = '';
    const fail = (problem: string): void => {
      reject(new CommandError(exitCodes.service, `The service ${problem}: ${findErrorLine(output)}`));
    };
    const timer = setTimeout(() => fail(`did not start within ${startTimeoutMs / 1_000} s`), startTimeoutMs);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const address = /listen(?:s|ing) on (\S+:\d+)\D/.exec(output)?.[1];
      if (address === undefined) return;
      clearTimeout(timer);
      resolve(address);
    });
    child.once('error', (error) => fail(`cannot be started (${error.message})`));
    child.once('exit', (code) => {
      clearTimeout(timer);
      fail(`exited with ${code === null ? 'a signal' : `code ${code}`} before it listened`);
    });
  });
}

/** Returns the first error line of the output or, if there is none, the last line. */
function findErrorLine(output: string): string {
  const lines = output.trim().split('\n').map(toMessage);
  const errorLine = lines.find((line) => /does not start|failed to start|Error:/.test(line));
  return errorLine ?? (lines.at(-1) || 'no output');
}

/** Returns the message of a JSON line, and other text unchanged. */
function toMessage(line: string): string {
  try {
    return String(JSON.parse(line).msg);
  } catch {
    return line;
  }
}
