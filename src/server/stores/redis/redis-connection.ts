import { type Call, throwIfCallEnded } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import type { Logger } from '../../ports/logger';
import { withTimeout } from './call-timeout';
import { findKeyPerMaster } from './cluster-nodes';
import { warnOnEvictionPolicy } from './eviction-warning';
import type { CommandArgument, LuaScript } from './lua-script';
import { majority } from './majority';
import { closeClient, createClient, createSubscriber, type RedisClient } from './redis-client';
import type { RedisEndpoint } from './redis-endpoint';
import { type Effect, isNoScriptError, isShebangError, toStoreError, unavailableError } from './redis-errors';
import { ReplicatedWrites, type Replication } from './replicated-writes';
import { Subscriptions } from './subscriptions';

export interface RedisConnectionOptions {
  readonly endpoint: RedisEndpoint;
  /** How long a command may take, milliseconds; then its outcome counts as unknown. */
  readonly commandTimeoutMs: number;
  /** Without it a write counts as soon as Redis has answered. */
  readonly replication?: Replication | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Sends a command that has a key; strings in the reply are Buffers. */
type Send = (name: string, ...args: CommandArgument[]) => Promise<unknown>;

/** The longest time that a timer can be set to, milliseconds. */
const longestTimerMs = 2 ** 31 - 1;

/** A probe's key goes by itself. */
const probeTtlMs = 10_000;

/** Begins to connect and returns at once; until it is ready commands are refused with STORE_UNAVAILABLE. */
export function connectRedis(options: RedisConnectionOptions): RedisConnection {
  return new RedisConnection(options);
}

/**
 * The one way to Redis, shared by the stores. It honours the call: nothing is sent after the deadline or for a caller that gave
 * up, and nobody waits longer than the deadline. Rejections are those that SessionStore documents; COMMIT_UNKNOWN comes for
 * every write whose answer was lost, or that was not replicated where that was asked for.
 */
export class RedisConnection {
  /** What is published on channels, over a connection of its own. */
  readonly subscriptions: Subscriptions;
  /** Whether a write counts only once replicas have it. */
  readonly isReplicated: boolean;
  private readonly client: RedisClient;
  /** The connection of the replicated writes. */
  private readonly writer: RedisClient;
  private readonly replicated: ReplicatedWrites | undefined;
  private shebangIsKnown = true;

  constructor(private readonly options: RedisConnectionOptions) {
    const { endpoint, commandTimeoutMs, replication, clock, log } = options;
    this.isReplicated = replication !== undefined;
    this.client = createClient(endpoint, commandTimeoutMs, log);
    warnOnEvictionPolicy(this.client, log);
    this.writer = replication ? createClient(endpoint, commandTimeoutMs + replication.timeoutMs, log) : this.client;
    this.replicated = replication && new ReplicatedWrites(this.writer, replication, clock);
    this.subscriptions = new Subscriptions(() => createSubscriber(this.client, endpoint, log), log);
  }

  /** Sends what `command` sends, once; it must not change anything. */
  read<Reply>(call: Call, command: (client: RedisClient) => Promise<Reply>): Promise<Reply> {
    return this.answered(call, 'read', () => command(this.client));
  }

  /** Sends a command that changes something; a key comes first. Strings in the reply are Buffers. */
  write(call: Call, name: string, key: string, ...args: readonly CommandArgument[]): Promise<unknown> {
    const send = this.sender(call, 'write', key);
    return this.answered(call, 'write', () => send(name, key, ...args));
  }

  /**
   * Runs a script in one round trip, or in two where the server does not have it yet. It has a key, and all its keys have one
   * hash tag. Strings in the reply are Buffers.
   */
  runScript(
    call: Call,
    effect: Effect,
    script: LuaScript,
    keys: readonly [string, ...string[]],
    args: readonly CommandArgument[],
  ): Promise<unknown> {
    const send = this.sender(call, effect, keys[0]);
    return this.answered(call, effect, () => this.evaluate(send, script, [keys.length, ...keys, ...args]));
  }

  /**
   * Proves that writes are taken, under keys with a prefix: in a Cluster by more than half of the masters, as it takes as many
   * for the Cluster to replace one that is lost. With fewer this node is of no use; with more it is of use to most sessions.
   */
  probe(call: Call, prefix: string): Promise<void> {
    const set = (key: string) => {
      const send = this.sender(call, 'write', key);
      return this.answered(call, 'read', () => send('set', key, '', 'PX', probeTtlMs));
    };
    return majority(findKeyPerMaster(this.client, prefix).map(set));
  }

  /** Resolves once commands are taken; rejects with STORE_UNAVAILABLE when the call's time is over before. */
  async waitForReady(call: Call): Promise<void> {
    while (!this.isReady()) {
      if (call.isCancelled || call.deadline <= this.options.clock.now())
        throw unavailableError('Redis is not connected.');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Waits for what was sent and disconnects for good. Idempotent. */
  async close(): Promise<void> {
    this.subscriptions.close();
    await Promise.all([...new Set([this.client, this.writer])].map(closeClient));
  }

  private isReady(): boolean {
    return this.client.status === 'ready' && this.writer.status === 'ready';
  }

  /** What `work` resolves to, within the call's time; its failures as the stores document them. */
  private async answered<Reply>(call: Call, effect: Effect, work: () => Promise<Reply>): Promise<Reply> {
    const now = this.options.clock.now();
    throwIfCallEnded(call, now);
    if (!this.isReady()) throw unavailableError('Redis is not connected.');
    const left = call.deadline - now;
    try {
      return await (left < longestTimerMs ? withTimeout(left, work()) : work());
    } catch (error) {
      throw toStoreError(error, effect);
    }
  }

  private sender(call: Call, effect: Effect, key: string): Send {
    const { client, replicated } = this;
    return effect === 'write' && replicated !== undefined
      ? (...command) => replicated.send(call, key, command)
      : (...command) => client.callBuffer(...command);
  }

  private async evaluate(send: Send, script: LuaScript, keysAndArgs: readonly CommandArgument[]): Promise<unknown> {
    const { sha, source } = this.shebangIsKnown ? script.withShebang : script.withoutShebang;
    try {
      return await send('evalsha', sha, ...keysAndArgs);
    } catch (error) {
      if (!isNoScriptError(error)) throw error;
    }
    try {
      return await send('eval', source, ...keysAndArgs);
    } catch (error) {
      if (!this.shebangIsKnown || !isShebangError(error)) throw error;
      this.shebangIsKnown = false;
      return this.evaluate(send, script, keysAndArgs);
    }
  }
}
