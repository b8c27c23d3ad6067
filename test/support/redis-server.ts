import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../tools/chaos/free-port';

const attempts = 5;
const startTimeoutMs = 30_000;
const sentinelFile = 'sentinel.conf';

/** A redis-server process on a loopback port, with its own folder. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** The working folder. `stop` removes it. */
  readonly folder: string;
  /** Suspends the process until `resume`. Connections stay open. */
  pause(): void;
  resume(): void;
  /** Sends SIGKILL. Data that is not on the disk is lost. */
  kill(): Promise<void>;
  /** Shuts the process down. `start` starts it again. */
  shutDown(): Promise<void>;
  /** Starts the process again on the same port and folder. */
  start(): Promise<void>;
  /** `shutDown` and `start`. */
  restart(): Promise<void>;
  /** Kills the process and removes its folder. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a redis-server, by default without persistence. It is killed when the test process ends. Throws with the required package
 * if the program is not installed.
 */
export function startRedisServer(args: readonly string[] = []): Promise<RedisServer> {
  return startProgram([], args);
}

/** Starts a Sentinel that monitors no master yet. */
export function startRedisSentinel(): Promise<RedisServer> {
  // A Sentinel writes its state to its configuration file, which must exist.
  return startProgram([sentinelFile], ['--sentinel']);
}

/** `files` are configuration files, which are created empty. */
async function startProgram(files: readonly string[], args: readonly string[]): Promise<RedisServer> {
  requireProgram();
  const folder = await mkdtemp(join(tmpdir(), 'redis-test-'));
  for (const file of files) await writeFile(join(folder, file), '');
  for (let attempt = 1; ; attempt += 1) {
    const server = new RunningRedis(await freePort(), folder, files, args);
    try {
      await server.start();
      return server;
    } catch (error) {
      await server.kill();
      // Another process may have taken the port.
      if (attempt === attempts) throw error;
    }
  }
}

class RunningRedis implements RedisServer {
  readonly url: string;
  private process: ChildProcess | undefined;

  constructor(
    readonly port: number,
    readonly folder: string,
    private readonly files: readonly string[],
    private readonly args: readonly string[],
  ) {
    this.url = `redis://127.0.0.1:${port}`;
  }

  async start(): Promise<void> {
    const fixed = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--logfile', 'redis.log'];
    const files = this.files.map((file) => join(this.folder, file));
    const child = spawn('redis-server', [...files, ...fixed, '--save', '', '--appendonly', 'no', ...this.args], {
      stdio: 'ignore',
    });
    this.process = child;
    killWithThisProcess(child);
    const end = Date.now() + startTimeoutMs;
    while (!(await respondsToPing(this.port))) {
      if (child.exitCode !== null || Date.now() > end)
        throw new Error(`redis-server did not start:\n${await this.log()}`);
      await sleep(10);
    }
  }

  pause(): void {
    this.process?.kill('SIGSTOP');
  }

  resume(): void {
    this.process?.kill('SIGCONT');
  }

  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  async shutDown(): Promise<void> {
    this.resume();
    await this.end('SIGTERM');
  }

  async restart(): Promise<void> {
    await this.shutDown();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  private async log(): Promise<string> {
    return readFile(join(this.folder, 'redis.log'), 'utf8').catch(() => '(no log)');
  }
}

/**
 * Kills the child when this process ends for any reason. An 'exit' handler would not run if the test is killed, nor under jest. The
 * guard waits for the end of its input, which only this process keeps open.
 */
function killWithThisProcess(child: ChildProcess): void {
  const guard = spawn('sh', ['-c', 'read _; kill -KILL "$1"', 'sh', String(child.pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.once('exit', () => guard.kill('SIGKILL'));
}

function requireProgram(): void {
  if (spawnSync('redis-server', ['--version']).status === 0) return;
  throw new Error('These tests need the program redis-server 6.2 or later (Debian: apt-get install redis-server).');
}

function respondsToPing(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    const answer = (pong: boolean) => {
      socket.destroy();
      resolve(pong);
    };
    socket.setTimeout(1_000, () => answer(false));
    socket.once('error', () => answer(false));
    socket.once('data', (data) => answer(data.toString().startsWith('+PONG')));
  });
}
