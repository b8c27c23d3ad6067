import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { findFreePort } from './free-port';

const maxStartAttempts = 5;
const startTimeoutMs = 30_000;
const sentinelFile = 'sentinel.conf';

/** Arguments that sync every acknowledged write to one append-only file. Redis does not load a torn file until it is repaired. */
export const durableArguments: readonly string[] = [
  ...['--appendonly', 'yes'],
  ...['--appendfsync', 'always'],
  ...['--auto-aof-rewrite-percentage', '0'],
  ...['--aof-load-truncated', 'no'],
];

/** A redis-server process on a loopback port, with its own folder. It ends when this process ends. */
export class RedisProcess {
  readonly url: string;
  /** The address of database 0. */
  readonly endpoint: ReturnType<typeof createLocalEndpoint>;
  private child: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    /** The working folder. `stop` removes it. */
    readonly folder: string,
    private readonly configurationFiles: readonly string[],
    private readonly args: readonly string[],
  ) {
    this.url = `redis://127.0.0.1:${port}`;
    this.endpoint = createLocalEndpoint(port);
  }

  /** Starts a redis-server, by default without persistence. If the program is not installed, the Error names the required package. */
  static start(args: readonly string[] = []): Promise<RedisProcess> {
    return RedisProcess.startProgram([], ['--appendonly', 'no', ...args]);
  }

  /** Starts a Sentinel that monitors no master yet. */
  static startSentinel(): Promise<RedisProcess> {
    // A Sentinel writes its state to its configuration file, which must exist.
    return RedisProcess.startProgram([sentinelFile], ['--sentinel']);
  }

  private static async startProgram(
    configurationFiles: readonly string[],
    args: readonly string[],
  ): Promise<RedisProcess> {
    requireProgram();
    const folder = await mkdtemp(join(tmpdir(), 'orchestrator-redis-'));
    for (const file of configurationFiles) await writeFile(join(folder, file), '');
    for (let attempt = 1; ; attempt += 1) {
      const redis = new RedisProcess(await findFreePort(), folder, configurationFiles, args);
      try {
        await redis.start();
        return redis;
      } catch (error) {
        await redis.kill();
        // Another process may have taken the port.
        if (attempt === maxStartAttempts) throw error;
      }
    }
  }

  /** Starts the process on its port and folder, also after it ended. Resolves when it has loaded its files and accepts commands. */
  async start(): Promise<void> {
    const files = this.configurationFiles.map((file) => join(this.folder, file));
    const baseArguments = [
      '--port',
      String(this.port),
      '--bind',
      '127.0.0.1',
      '--dir',
      this.folder,
      '--logfile',
      'redis.log',
    ];
    const child = spawn('redis-server', [...files, ...baseArguments, '--save', '', ...this.args], { stdio: 'ignore' });
    this.child = child;
    this.cleanUpWithThisProcess(child);
    const end = Date.now() + startTimeoutMs;
    while (!(await this.isResponding())) {
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > end) {
        throw new Error(`redis-server did not start:\n${await this.readLog()}`);
      }
      await sleep(10);
    }
  }

  /** Sends SIGKILL. Data that is not on the disk is lost. */
  kill(): Promise<void> {
    return this.end('SIGKILL');
  }

  /** Shuts the process down. `start` starts it again. */
  async shutDown(): Promise<void> {
    this.resume();
    await this.end('SIGTERM');
  }

  async restart(): Promise<void> {
    await this.shutDown();
    await this.start();
  }

  /** Suspends the process until `resume`. Connections stay open. */
  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /** Calls `action` with a client that is closed afterwards. The client does not reconnect. */
  async withClient<Reply>(action: (client: Redis) => Promise<Reply>): Promise<Reply> {
    const options = { lazyConnect: true, retryStrategy: () => null, disconnectTimeout: 50, enableReadyCheck: false };
    const client = new Redis(this.port, '127.0.0.1', options);
    client.on('error', () => undefined); // The commands reject as well.
    try {
      await client.connect();
      return await action(client);
    } finally {
      client.disconnect();
    }
  }

  /** Kills the process and removes its folder. Idempotent. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  /**
   * Kills the child and removes the folder when this process ends for any reason. An 'exit' handler would not run if this process is
   * killed, or under Jest. The guard waits for the end of its input, which only this process keeps open.
   */
  private cleanUpWithThisProcess(child: ChildProcess): void {
    const guard = spawn('sh', ['-c', 'read _; kill -KILL "$1"; rm -rf "$2"', 'sh', String(child.pid), this.folder], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.once('exit', () => guard.kill('SIGKILL'));
  }

  private isResponding(): Promise<boolean> {
    return this.withClient((client) => client.ping()).then(
      () => true,
      () => false,
    );
  }

  private readLog(): Promise<string> {
    return readFile(join(this.folder, 'redis.log'), 'utf8').catch(() => '(no log)');
  }
}

/** Returns the endpoint of database 0 of a Redis on this machine. */
export function createLocalEndpoint(port: number) {
  return { kind: 'single', address: { host: '127.0.0.1', port }, database: 0 } as const;
}

function requireProgram(): void {
  if (spawnSync('redis-server', ['--version']).status === 0) return;
  throw new Error('The program redis-server 6.2 or later is not installed (Debian: apt-get install redis-server).');
}
