import type { Redis } from 'ioredis';
import type { Call } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import type { Log } from '../../ports/log';
import { refuseIfOver, TimeIsOver, within } from './call-limits';
import type { LuaScript } from './lua-script';
import { createClient, createSubscriber, type RedisClient } from './redis-client';
import type { RedisEndpoint } from './redis-endpoint';
import { type Effect, isShebangRefusal, isTimeout, isUnknownScript, storeError, unavailable } from './redis-errors';

export interface RedisConnectionOptions {
  readonly endpoint: RedisEndpoint;
  /** How long a command may take, milliseconds; then its outcome counts as unknown. */
  readonly commandTimeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** After so many timeouts in a row the connection counts as dead: TCP itself notices a vanished host after minutes only. */
const timeoutsOfDeadConnection = 3;

/** Begins to connect and returns at once; until it is ready commands are refused with STORE_UNAVAILABLE. */
export function connectRedis(options: RedisConnectionOptions): RedisConnection {
  return new RedisConnection(options);
}

/**
 * The one way to Redis, shared by the stores. It honours the call: nothing is sent after the deadline or for a caller that gave
 * up, and nobody waits longer than the deadline. Rejections are those that SessionStore documents; COMMIT_UNKNOWN comes for
 * every write whose answer was lost.
 */
export class RedisConnection {
  private readonly client: RedisClient;
  private shebangIsKnown = true;
  private timeoutsInARow = 0;

  constructor(private readonly options: RedisConnectionOptions) {
    this.client = createClient(options.endpoint, options.commandTimeoutMs, options.log);
  }

  /** Sends what `command` sends, once. */
  async send<Reply>(call: Call, effect: Effect, command: (client: RedisClient) => Promise<Reply>): Promise<Reply> {
    const now = this.options.clock.now();
    refuseIfOver(call, now);
    if (this.client.status !== 'ready') throw unavailable('Redis is not connected.');
    const left = call.deadline - now;
    const reply = command(this.client);
    try {
      const answer = await (left < this.options.commandTimeoutMs ? within(left, reply) : reply);
      this.timeoutsInARow = 0;
      return answer;
    } catch (error) {
      if (error instanceof TimeIsOver) reply.catch((late: unknown) => this.noteFailure(late));
      else this.noteFailure(error);
      throw storeError(error, effect);
    }
  }

  /** Runs a script in one round trip, or in two where the server does not have it yet. Strings in the reply are Buffers. */
  run(
    call: Call,
    effect: Effect,
    script: LuaScript,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
  ): Promise<unknown> {
    return this.send(call, effect, (client) => this.evaluate(client, script, keys, args));
  }

  /** A connection of its own for subscriptions; its owner closes it. */
  subscriber(): Redis {
    return createSubscriber(this.client, this.options.endpoint, this.options.log);
  }

  /** Resolves once commands are taken; rejects with STORE_UNAVAILABLE when the call's time is over before. */
  async untilReady(call: Call): Promise<void> {
    while (this.client.status !== 'ready') {
      if (call.signal.aborted || call.deadline <= this.options.clock.now())
        throw unavailable('Redis is not connected.');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Waits for what was sent and disconnects for good. Idempotent. */
  async close(): Promise<void> {
    if (this.client.status === 'ready') await this.client.quit().catch(() => this.client.disconnect());
    else if (this.client.status !== 'end') this.client.disconnect();
  }

  private async evaluate(
    client: RedisClient,
    script: LuaScript,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
  ): Promise<unknown> {
    const { sha, source } = this.shebangIsKnown ? script.withShebang : script.plain;
    try {
      return await client.callBuffer('evalsha', sha, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
    }
    try {
      return await client.callBuffer('eval', source, keys.length, ...keys, ...args);
    } catch (error) {
      if (!this.shebangIsKnown || !isShebangRefusal(error)) throw error;
      this.shebangIsKnown = false;
      return this.evaluate(client, script, keys, args);
    }
  }

  /** Drops a connection that has gone silent, so that a new one is made. */
  private noteFailure(error: unknown): void {
    this.timeoutsInARow = isTimeout(error) ? this.timeoutsInARow + 1 : 0;
    if (this.timeoutsInARow < timeoutsOfDeadConnection) return;
    this.timeoutsInARow = 0;
    this.options.log.warn({}, 'redis does not answer; connecting anew');
    this.client.disconnect(true);
  }
}
