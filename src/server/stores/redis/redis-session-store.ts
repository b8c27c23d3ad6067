import type { Session, SessionKey } from '../../../core/model/session';
import { encodeBoundedSession } from '../../codec/stored/bounded-session';
import { encodeFeedEvent } from '../../codec/stored/feed-event';
import { decodeSession, decodeStateBefore, encodeSession } from '../../codec/stored/stored-values';
import { type Call, throwIfCallEnded } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import { defaultSessionLimits, type SessionLimits } from '../../ports/session-limits';
import type {
  CommitOutcome,
  CreateOutcome,
  LoadedSession,
  LoadOptions,
  RecordedTurns,
  RecordedTurnsQuery,
  SessionStore,
  TurnCommit,
  TurnHistory,
  TurnSelector,
} from '../../ports/session-store';
import { defaultFeedLimits, type FeedLimits } from '../../ports/turn-feed';
import { keepsStateBefore } from '../../ports/turn-history';
import { type PackingLimits, resolveTurnLimits, type TurnLimits } from '../../ports/turn-limits';
import { takeHistory } from '../recorded-turns/take-turns';
import { encodeTurnEvent } from '../recorded-turns/turn-event';
import { TurnPacker } from '../recorded-turns/turn-packer';
import { createPackBlock } from './pack-block';
import { RecentKeys } from './recent-keys';
import type { RedisConnection } from './redis-connection';
import { defaultPartitions, getSessionKeys, type KeySpace, type SessionKeys, validateKeyPrefix } from './redis-keys';
import { runCommit, toBuffer } from './scripts/commit';
import { runCreate } from './scripts/create';
import { runDeleteSession } from './scripts/delete-session';
import { type TimerChange, toTimerChange, toTimerRemoval } from './scripts/due';
import { type PartitionFeedLimits, toPartitionLimits } from './scripts/feed-arguments';
import { runListTurns } from './scripts/list-turns';
import { type LoadArguments, type LoadReply, runLoad } from './scripts/load';
import { runReadFields } from './scripts/read-fields';
import { runReadTurnHistory } from './scripts/read-turn-history';
import { SessionCache } from './session-cache';
import { findLayoutProblem } from './store-layout';

export interface RedisSessionStoreOptions {
  /** The prefix of every key, without braces. */
  readonly keyPrefix: string;
  /** The number of partitions of the sessions. Default: `defaultPartitions`. */
  readonly partitions?: number;
  /** The time to live of a session after its last turn, in milliseconds. */
  readonly sessionTtlMs: number;
  /** Defaults: `defaultTurnLimits`. */
  readonly turnLimits?: Partial<TurnLimits>;
  /** Default: `defaultFeedLimits`. */
  readonly feedLimits?: FeedLimits;
  /** Defaults: `defaultPackingLimits`. */
  readonly packingLimits?: Partial<PackingLimits>;
  /** The maximum number of cached sessions. With 0, there is no cache and each turn takes one more round trip. */
  readonly cachedSessions: number;
  /** Default: the defaults of `[limits]`. */
  readonly sessionLimits?: SessionLimits;
  readonly clock: Clock;
  /** Called if a commit finds that the store no longer has the revision that this node has read or committed earlier. */
  readonly onLostRevision?: (loss: LostRevision) => void;
  /** Called if older turns could not be packed. They stay as they are until a later commit of the session. */
  readonly onPackingError?: (error: unknown) => void;
}

/** A revision that was in the store, and is not any more, although the session was not deleted. */
export interface LostRevision {
  readonly key: SessionKey;
  readonly expectedRevision: number;
  /** Undefined if the store has no session. */
  readonly storedRevision: number | undefined;
}

/** The number of deleted sessions that a node remembers. */
const maxDeletions = 10_000;

/** The limit for the total encoded size of all cached sessions. Decoded sessions take several times as much memory. */
const maxCachedBytes = 64 * 1024 * 1024;

/**
 * Sessions in Redis. A session belongs to a partition, whose keys have the same hash tag, and one script changes them. If the session is in the
 * cache, a turn takes one command, the commit. After a cache miss, a conflict or an error, a turn takes two. The setting
 * `durability` defines when a commit is complete (docs/redis.md).
 */
export class RedisSessionStore implements SessionStore {
  private readonly keySpace: KeySpace;
  private readonly cache: SessionCache;
  /** The channel on which all nodes are notified of deleted sessions. */
  private readonly deletionChannel: string;
  /** The keys of sessions that a node has deleted. Their revisions are not lost. */
  private readonly deletions = new RecentKeys(maxDeletions);
  private readonly unsubscribe: () => void;
  private readonly sessionLimits: SessionLimits;
  private readonly turnLimits: TurnLimits;
  private readonly feedLimits: PartitionFeedLimits;
  private readonly packer: TurnPacker<SessionKeys>;

  constructor(
    private readonly connection: RedisConnection,
    private readonly options: RedisSessionStoreOptions,
  ) {
    this.turnLimits = resolveTurnLimits(options.turnLimits);
    this.packer = new TurnPacker(options, createPackBlock(connection, this.turnLimits));
    this.keySpace = {
      prefix: validateKeyPrefix(options.keyPrefix),
      partitions: options.partitions ?? defaultPartitions,
    };
    this.feedLimits = toPartitionLimits(options.feedLimits ?? defaultFeedLimits, this.keySpace.partitions);
    connection.addCheck((client) => findLayoutProblem(client, this.keySpace));
    this.sessionLimits = options.sessionLimits ?? defaultSessionLimits;
    this.cache = new SessionCache({ maxSessions: options.cachedSessions, maxBytes: maxCachedBytes });
    this.deletionChannel = `${options.keyPrefix}deleted-sessions`;
    this.unsubscribe = connection.subscriptions.subscribe(this.deletionChannel, {
      onMessage: (sessionKey) => this.forget(sessionKey),
    });
  }

  async load(
    key: SessionKey,
    turnId: string,
    call: Call,
    { skipsCache = false, includesStateBefore = false }: LoadOptions = {},
  ): Promise<LoadedSession> {
    const keys = getSessionKeys(this.keySpace, key);
    const now = this.options.clock.now();
    throwIfCallEnded(call, now);
    const cached = skipsCache || includesStateBefore ? undefined : this.cache.get(keys.session, now);
    if (cached !== undefined) return { session: cached, recordedTurn: undefined };
    const reply = await this.loadFromRedis(
      keys,
      { turnId, includesStateBefore, replayableTurns: this.turnLimits.replayableTurns },
      call,
    );
    const session = this.updateCache(keys, reply.state, now, reply.ttlMs);
    const { recordedTurn, stateBefore } = reply;
    return { session, recordedTurn, stateBefore: stateBefore && decodeStateBefore(stateBefore) };
  }

  async commit(commit: TurnCommit, call: Call): Promise<CommitOutcome> {
    const { previousSession, session, record, isSupersedable } = commit;
    if (session.revision !== record.revision) throw new Error('A turn and its session must have the same revision.');
    const keys = getSessionKeys(this.keySpace, session);
    const { sessionTtlMs, clock } = this.options;
    const state = toBuffer(encodeBoundedSession(session, previousSession, this.sessionLimits));
    // Read the clock before sending the commit, so that the cache entry expires no later than the session in Redis.
    const now = clock.now();
    const args = {
      record,
      session,
      previousSession,
      state,
      stateBefore: encodeStateBefore(commit),
      isSupersedable,
      event: encodeTurnEvent(commit),
      limits: this.turnLimits,
      feedLimits: this.feedLimits,
      sessionTtlMs,
      timerChange: toTimerChange(previousSession?.nextTimerAt, session.nextTimerAt, now + sessionTtlMs),
    };
    try {
      const reply = await runCommit(this.connection, keys, args, call);
      if (reply.kind === 'known') return reply;
      if (reply.kind === 'conflict') {
        const stored = this.updateCache(keys, reply.state, now, reply.ttlMs);
        this.reportLostRevision(keys, previousSession, stored);
        return { kind: 'conflict', session: stored };
      }
      this.cache.set(keys.session, session, state.length, now + sessionTtlMs);
      this.deletions.delete(keys.session);
      this.packer.onCommit(keys.session, keys, record, reply.unpackedTurns);
      return { kind: 'committed' };
    } catch (error) {
      // The outcome may be unknown. The next turn must load the session and find out whether this turn was applied.
      this.cache.delete(keys.session);
      throw error;
    }
  }

  async create(session: Session, call: Call): Promise<CreateOutcome> {
    const keys = getSessionKeys(this.keySpace, session);
    const { sessionTtlMs, clock } = this.options;
    const state = toBuffer(encodeBoundedSession(session, undefined, this.sessionLimits));
    const now = clock.now();
    const timerChange = toTimerChange(undefined, session.nextTimerAt, now + sessionTtlMs);
    const args = { state, session, sessionTtlMs, now, feedLimits: this.feedLimits, timerChange };
    const reply = await runCreate(this.connection, keys, args, call);
    if (reply.kind === 'existing') {
      return { session: this.cacheState(keys, reply.state, now, reply.ttlMs), created: false };
    }
    this.cache.set(keys.session, session, state.length, now + sessionTtlMs);
    return { session, created: true };
  }

  async read(key: SessionKey, call: Call): Promise<Session | undefined> {
    const [state] = await runReadFields(this.connection, getSessionKeys(this.keySpace, key).session, ['s'], call);
    return state && decodeSession(state);
  }

  listTurns(
    { key, afterRevision, limit, maxBytes = Number.MAX_SAFE_INTEGER }: RecordedTurnsQuery,
    call: Call,
  ): Promise<RecordedTurns> {
    return runListTurns(this.connection, getSessionKeys(this.keySpace, key), { afterRevision, limit, maxBytes }, call);
  }

  async readTurnHistory(key: SessionKey, selector: TurnSelector, call: Call): Promise<TurnHistory | undefined> {
    const turns = await runReadTurnHistory(this.connection, getSessionKeys(this.keySpace, key), selector, call);
    return takeHistory(turns, selector);
  }

  async delete(key: SessionKey, call: Call): Promise<boolean> {
    const keys = getSessionKeys(this.keySpace, key);
    this.forget(keys.session);
    const deletedAt = this.options.clock.now();
    const event = encodeFeedEvent({ kind: 'deleted', sessionId: key.sessionId, committedAt: deletedAt });
    const timerChange = await this.read(key, call).then(toTimerRemoval, (): TimerChange => 'none');
    const args = { channel: this.deletionChannel, deletedAt, event, feedLimits: this.feedLimits, timerChange };
    const existed = await runDeleteSession(this.connection, keys, args, call);
    this.forget(keys.session);
    return existed;
  }

  onChange(key: SessionKey, listener: () => void): () => void {
    const { session } = getSessionKeys(this.keySpace, key);
    return this.connection.subscriptions.subscribe(session, { onMessage: listener, onSubscribed: listener });
  }

  probe(call: Call): Promise<void> {
    return this.connection.probe(call, `${this.keySpace.prefix}probe:`);
  }

  /** Starts to pack the turns of idle sessions in the background. Call it periodically. */
  packIdle(): void {
    this.packer.packIdle();
  }

  /** Resolves when the turns that this node packs in the background are packed. */
  waitUntilPacked(): Promise<void> {
    return this.packer.waitUntilIdle();
  }

  /** Closes the connection, which is shared with the catalogue. */
  async close(): Promise<void> {
    this.unsubscribe();
    await this.packer.close();
    return this.connection.close();
  }

  /** Removes a session that a node deletes. */
  private forget(sessionKey: string): void {
    this.cache.delete(sessionKey);
    this.deletions.add(sessionKey);
  }

  /** Reports a conflict with a state that is older than the expected one: only a deletion or a loss of data explains it. */
  private reportLostRevision(keys: SessionKeys, expected: Session | undefined, stored: Session | undefined): void {
    if (expected === undefined || this.deletions.has(keys.session) || !isOlder(stored, expected)) return;
    this.options.onLostRevision?.({
      key: expected,
      expectedRevision: expected.revision,
      storedRevision: stored?.revision,
    });
  }

  /**
   * Loads a session. A recorded turn must be as durable as a commit, but the attempt that recorded it may have failed before
   * replication. If replication is required, the session is loaded again as a write, which waits for the replicas.
   */
  private async loadFromRedis(keys: SessionKeys, args: LoadArguments, call: Call): Promise<LoadReply> {
    const reply = await runLoad(this.connection, keys, args, 'read', call);
    if (reply.recordedTurn === undefined || !this.connection.isReplicated) return reply;
    return runLoad(this.connection, keys, args, 'write', call);
  }

  /** Decodes and caches a state; without a state, removes the session from the cache. */
  private updateCache(keys: SessionKeys, state: Buffer | undefined, now: number, ttlMs: number): Session | undefined {
    if (state !== undefined) return this.cacheState(keys, state, now, ttlMs);
    this.cache.delete(keys.session);
    return undefined;
  }

  /** Decodes a state and caches it until it expires in Redis. */
  private cacheState(keys: SessionKeys, state: Buffer, now: number, ttlMs: number): Session {
    const session = decodeSession(state);
    this.cache.set(keys.session, session, state.length, now + (ttlMs < 0 ? this.options.sessionTtlMs : ttlMs));
    return session;
  }
}

/** Encodes the state before a turn if it is not the one that the commit replaces, and is kept. */
function encodeStateBefore({ stateBefore, isSupersedable, record }: TurnCommit): 'previous' | Buffer {
  if (stateBefore === 'previous' || !(isSupersedable || keepsStateBefore(record.revision))) return 'previous';
  return toBuffer(encodeSession(stateBefore));
}

/** Whether a stored state is missing, or has other turns than the expected one at the same revision or an earlier one. */
function isOlder(stored: Session | undefined, expected: Session): boolean {
  if (stored === undefined || stored.revision < expected.revision) return true;
  return stored.revision === expected.revision && stored.lastTurnId !== expected.lastTurnId;
}
