import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './free-port';

const startTimeoutMs = 20_000;

/** Every acknowledged write is on the disk, in one file that is only appended to, and repaired before it is read again. */
export const durableArguments: readonly string[] = [
  ...['--appendonly', 'yes'],
  ...['--appendfsync', 'always'],
  ...['--auto-aof-rewrite-percentage', '0'],
  ...['--aof-load-truncated', 'no'],
];

/** A redis-server on loopback with a folder of its own, which is removed when it is stopped, or when this process ends. */
export class RedisProcess {
  private child: ChildProcess | undefined;
  private readonly clean = (): void => {
    this.child?.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  };

  private constructor(
    readonly port: number,
    readonly folder: string,
    private readonly args: readonly string[],
  ) {
    process.once('exit', this.clean);
  }

  /** Starts one; without `args` it keeps nothing on the disk. Rejects where there is no redis-server program. */
  static async start(args: readonly string[] = []): Promise<RedisProcess> {
    const redis = new RedisProcess(await freePort(), mkdtempSync(join(tmpdir(), 'orchestrator-chaos-redis-')), args);
    await redis.start();
    return redis;
  }

  /** Starts it again on the same port and folder; resolves once it has read its files and answers. */
  async start(): Promise<void> {
    const own = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--logfile', 'redis.log'];
    const child = spawn('redis-server', [...own, '--save', '', ...this.args], { stdio: 'ignore' });
    this.child = child;
    let failure = '';
    child.once('error', (error) => {
      failure = error.message;
    });
    const end = Date.now() + startTimeoutMs;
    while (!(await this.answers())) {
      if (failure === '' && child.exitCode === null && Date.now() < end) await sleep(10);
      else throw new Error(`redis-server did not start: ${failure || this.lastLine()}`);
    }
  }

  /** Ends it at once, as a crash of the process does. */
  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  /** It answers nobody and closes no connection, until `resume`. */
  pause(): void {
    this.child?.kill('SIGSTOP');
  }

  resume(): void {
    this.child?.kill('SIGCONT');
  }

  /** Asks it something on a connection of its own. */
  async ask<Reply>(question: (client: Redis) => Promise<Reply>): Promise<Reply> {
    const options = { lazyConnect: true, retryStrategy: () => null, disconnectTimeout: 50 };
    const client = new Redis(this.port, '127.0.0.1', options);
    client.on('error', () => undefined); // it rejects what was asked as well
    try {
      await client.connect();
      return await question(client);
    } finally {
      client.disconnect();
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    process.off('exit', this.clean);
    this.clean();
  }

  private answers(): Promise<boolean> {
    return this.ask((client) => client.ping()).then(
      () => true,
      () => false,
    );
  }

  private lastLine(): string {
    try {
      return readFileSync(join(this.folder, 'redis.log'), 'utf8').trim().split('\n').at(-1) ?? '';
    } catch {
      return 'it wrote no log';
    }
  }
}
