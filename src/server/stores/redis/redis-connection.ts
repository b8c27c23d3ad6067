import type { Redis } from 'ioredis';
import { type Call, throwIfCallEnded } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import type { Logger } from '../../ports/logger';
import { ClientAccess } from './client-access';
import { findKeyPerMaster, waitForMajority } from './cluster-nodes';
import { isReady, waitForFirstAttempt } from './connection-state';
import { EncodedCommand } from './encoded-command';
import { LargeValueClients } from './large-value-clients';
import { areLarge, isLargeReply, largeValueBytes, unlimitedBytes } from './large-values';
import type { CommandArgument, LuaScript } from './lua-script';
import { closeClient, createClient, createSubscriber, type RedisClient, warnOnEvictionPolicy } from './redis-client';
import type { RedisEndpoint } from './redis-endpoint';
import {
  createUnavailableError,
  DeadlineExceeded,
  type Effect,
  isNoScriptError,
  isShebangError,
  toStoreError,
} from './redis-errors';
import { findVersionProblem } from './redis-version';
import { ReplicatedWrites, type Replication } from './replicated-writes';
import { type ServerCheck, ServerChecks } from './server-checks';
import { Subscriptions } from './subscriptions';
import { sendInSpan, traceCommands } from './trace-commands';

export interface RedisConnectionOptions {
  readonly endpoint: RedisEndpoint;
  /** Timeout of a command in milliseconds. After a timeout the outcome of the command is unknown. */
  readonly commandTimeoutMs: number;
  /** Timeout of a command with a large value in milliseconds. Default: five times `commandTimeoutMs`. */
  readonly largeCommandTimeoutMs?: number;
  /** If undefined, a write is complete when the master has replied. */
  readonly replication?: Replication | undefined;
  /** Whether the spans of commands have their arguments. Default: false. */
  readonly isCustomerDataTraced?: boolean;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Sends a command with a key. Strings in the reply are Buffers. */
type SendCommand = (name: string, args: CommandArgument[]) => Promise<unknown>;

type ScriptKeys = readonly [string, ...string[]];

/** The maximum delay of a timer in milliseconds. */
const maxTimerMs = 2 ** 31 - 1;

/** The time to live of the keys that `probe` writes. */
const probeTtlMs = 10_000;

/** Starts to connect and returns immediately. Until the connection is ready, commands fail with STORE_UNAVAILABLE. */
export function connectRedis(options: RedisConnectionOptions): RedisConnection {
  return new RedisConnection(options);
}

/**
 * The connection to Redis, shared by all stores. Commands with large values have connections of their own, so that they neither delay the
 * others nor share their timeout. It sends nothing for a call that is canceled or past its deadline, and no call waits beyond its deadline.
 * Calls reject as SessionStore documents. A write rejects with COMMIT_UNKNOWN if its reply is lost or if it is not replicated as required.
 */
export class RedisConnection {
  /** Subscriptions to channels, on a separate connection. */
  readonly subscriptions: Subscriptions;
  /** Whether a write is complete only when replicas have it. */
  readonly isReplicated: boolean;
  /** Whether the keys of a script must be in one slot. */
  readonly isCluster: boolean;
  /** Resolves when the connection is ready or was refused once. May wait forever. */
  readonly firstAttempt: Promise<void>;
  private readonly access: ClientAccess;
  private readonly client: RedisClient;
  /** The client for replicated writes. */
  private readonly writer: RedisClient;
  private readonly replicated: ReplicatedWrites | undefined;
  private readonly large: LargeValueClients;
  private isShebangSupported = true;
  private readonly checks: ServerChecks;

  constructor(private readonly options: RedisConnectionOptions) {
    const { endpoint, commandTimeoutMs, replication, clock, log } = options;
    this.isReplicated = replication !== undefined;
    this.isCluster = endpoint.kind === 'cluster';
    this.access = new ClientAccess(endpoint);
    this.client = this.openClient(commandTimeoutMs, log);
    warnOnEvictionPolicy(this.client, log);
    this.checks = new ServerChecks(this.client, log);
    this.checks.add(findVersionProblem);
    this.writer = replication ? this.openClient(commandTimeoutMs + replication.timeoutMs, log) : this.client;
    this.replicated = replication && new ReplicatedWrites(this.writer, replication, clock);
    const largeTimeoutMs = (options.largeCommandTimeoutMs ?? 5 * commandTimeoutMs) + (replication?.timeoutMs ?? 0);
    this.large = new LargeValueClients({
      createClient: (debugLog) => this.openClient(largeTimeoutMs, debugLog),
      onDiscard: (client) => this.access.remove(client),
      timeoutMs: largeTimeoutMs,
      clock,
      log,
    });
    this.firstAttempt = waitForFirstAttempt([this.client, this.writer]);
    this.subscriptions = new Subscriptions(() => this.openSubscriber(), log);
  }

  /** Sends a read command. Does not retry the command. */
  read<Reply>(call: Call, command: (client: RedisClient) => Promise<Reply>): Promise<Reply> {
    return this.execute(call, 'read', () => sendInSpan(call.span, () => command(this.client)));
  }

  /** Sends a read command whose reply may be large. Does not retry the command. */
  readLarge<Reply>(call: Call, command: (client: RedisClient) => Promise<Reply>): Promise<Reply> {
    return this.execute(call, 'read', () =>
      this.large.run(call, (client) => sendInSpan(call.span, () => command(client))),
    );
  }

  /** Sends a command that changes data. Strings in the reply are Buffers. */
  write(call: Call, name: string, key: string, ...args: readonly CommandArgument[]): Promise<unknown> {
    const send = this.createSender(call, 'write', key);
    return this.execute(call, 'write', () => send(name, [key, ...args]));
  }

  /**
   * Runs a script in one round trip, or in two if the server does not have the script yet. In a Cluster, all keys must have the same hash tag.
   * Strings in the reply are Buffers. The script receives the maximum size of its reply as the last argument. If the arguments or the reply
   * are large, it runs on a connection for large values; after a large reply, that takes one more round trip.
   */
  async runScript(
    call: Call,
    effect: Effect,
    script: LuaScript,
    keys: ScriptKeys,
    args: readonly CommandArgument[],
  ): Promise<unknown> {
    if (!areLarge(args)) {
      const reply = await this.execute(call, effect, () =>
        this.evaluate(this.createSender(call, effect, keys[0]), script, keys, args, largeValueBytes),
      );
      if (!isLargeReply(reply)) return reply;
    }
    return this.execute(call, effect, () =>
      this.large.run(call, (client) =>
        this.evaluate(this.createLargeSender(client, call, effect, keys[0]), script, keys, args, unlimitedBytes),
      ),
    );
  }

  /**
   * Checks that Redis accepts writes by writing keys that start with `prefix`. In a Cluster, a majority of the masters must
   * accept the writes, because the Cluster needs a majority to replace a lost master.
   */
  async probe(call: Call, prefix: string): Promise<void> {
    const writeKey = (key: string) => {
      const send = this.createSender(call, 'write', key);
      return this.execute(call, 'read', () => send('set', [key, '', 'PX', probeTtlMs]));
    };
    return waitForMajority(findKeyPerMaster(this.client, prefix).map(writeKey));
  }

  /** Resolves when the connection is ready. Rejects with STORE_UNAVAILABLE if the call ends earlier. */
  async waitForReady(call: Call): Promise<void> {
    while (!this.isReady()) {
      if (call.isCanceled || call.deadline <= this.options.clock.now())
        throw createUnavailableError('Redis is not connected.');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Adds a check of the server, which runs now and after each connect. Commands wait for it. */
  addCheck(check: ServerCheck): void {
    this.checks.add(check);
  }

  /** Rejects with an Error if the connected server cannot be used. Commands fail with STORE_UNAVAILABLE then. */
  async requireUsableServer(): Promise<void> {
    const problem = await this.checks.findProblem();
    if (problem !== undefined) throw new Error(problem);
  }

  /** Waits for pending commands and disconnects. Idempotent. */
  async close(): Promise<void> {
    this.subscriptions.close();
    await Promise.all([...new Set([this.client, this.writer])].map(closeClient).concat(this.large.close()));
  }

  /** Uses user, password and certificates of `endpoint` for every later connection. Its addresses have no effect. */
  updateAccess(endpoint: RedisEndpoint): void {
    this.access.update(endpoint);
  }

  private openClient(commandTimeoutMs: number, log: Logger): RedisClient {
    const client = this.access.add(createClient(this.access.endpoint, commandTimeoutMs, log));
    traceCommands(client, this.options.isCustomerDataTraced ?? false);
    return client;
  }

  private openSubscriber(): Redis {
    const subscriber = createSubscriber(this.client, this.access.endpoint, this.options.log);
    subscriber.once('end', () => this.access.remove(subscriber));
    return this.access.add(subscriber);
  }

  private isReady(): boolean {
    return isReady(this.client) && isReady(this.writer);
  }

  /** Runs `work` within the deadline of the call. Converts failures to the errors of the stores. */
  private async execute<Reply>(call: Call, effect: Effect, work: () => Promise<Reply>): Promise<Reply> {
    const now = this.options.clock.now();
    throwIfCallEnded(call, now);
    if (!this.isReady()) throw createUnavailableError('Redis is not connected.');
    const { pending } = this.checks;
    if (pending === undefined) return finishWithin(call.deadline - now, work(), effect);
    await finishWithin(call.deadline - now, pending, 'read');
    return finishWithin(call.deadline - this.options.clock.now(), work(), effect);
  }

  private createSender(call: Call, effect: Effect, key: string): SendCommand {
    const { client, replicated } = this;
    return effect === 'write' && replicated !== undefined
      ? (name, args) => replicated.send(call, key, [name, ...args])
      : (name, args) => sendInSpan(call.span, () => sendEncoded(client, name, args));
  }

  private createLargeSender(client: RedisClient, call: Call, effect: Effect, key: string): SendCommand {
    const { replication, clock } = this.options;
    if (effect === 'read' || replication === undefined) {
      return (name, args) => sendInSpan(call.span, () => sendEncoded(client, name, args));
    }
    const replicated = new ReplicatedWrites(client, replication, clock);
    return (name, args) => replicated.send(call, key, [name, ...args]);
  }

  private async evaluate(
    send: SendCommand,
    script: LuaScript,
    keys: ScriptKeys,
    args: readonly CommandArgument[],
    maxReplyBytes: number,
  ): Promise<unknown> {
    const { sha, source } = this.isShebangSupported ? script.withShebang : script.withoutShebang;
    try {
      return await send('evalsha', createArguments(sha, keys, args, maxReplyBytes));
    } catch (error) {
      if (!isNoScriptError(error)) throw error;
    }
    try {
      return await send('eval', createArguments(source, keys, args, maxReplyBytes));
    } catch (error) {
      if (!this.isShebangSupported || !isShebangError(error)) throw error;
      this.isShebangSupported = false;
      return this.evaluate(send, script, keys, args, maxReplyBytes);
    }
  }
}

function createArguments(
  script: string,
  keys: ScriptKeys,
  args: readonly CommandArgument[],
  maxReplyBytes: number,
): CommandArgument[] {
  const first: CommandArgument[] = [script, keys.length];
  // A list with two spreads would be copied several times while it grows.
  return first.concat(keys, args, maxReplyBytes);
}

function sendEncoded(client: RedisClient, name: string, args: CommandArgument[]): Promise<unknown> {
  const command = new EncodedCommand(name, args);
  client.sendCommand(command);
  return command.promise;
}

/** Settles as the promise does, with the errors of the stores, or rejects after `milliseconds`. */
async function finishWithin<T>(milliseconds: number, promise: Promise<T>, effect: Effect): Promise<T> {
  try {
    return await (milliseconds < maxTimerMs ? withTimeout(milliseconds, promise) : promise);
  } catch (error) {
    throw toStoreError(error, effect);
  }
}

/** Settles as the promise does, or rejects with DeadlineExceeded after `milliseconds`. Always clears the timer. */
function withTimeout<T>(milliseconds: number, promise: Promise<T>): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new DeadlineExceeded('No reply before the deadline.')), milliseconds);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
