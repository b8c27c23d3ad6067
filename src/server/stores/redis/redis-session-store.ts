import type { Session, SessionKey } from '../../../core/model/session';
import { decodeSession, encodeSession } from '../../codec/wire/session-codec';
import { type Call, throwIfCallEnded } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import type {
  CommitOutcome,
  CreateOutcome,
  LoadedSession,
  RecordedTurns,
  SessionStore,
  TurnCommit,
} from '../../ports/session-store';
import type { RedisConnection } from './redis-connection';
import { validateKeyPrefix } from './redis-keys';
import { runCommit, toBuffer } from './scripts/commit';
import { runCreate } from './scripts/create';
import { runDeleteSession } from './scripts/delete-session';
import { runListTurns } from './scripts/list-turns';
import { type LoadReply, runLoad } from './scripts/load';
import { SessionCache } from './session-cache';
import { getSessionKeys, type SessionKeys } from './session-keys';

export interface RedisSessionStoreOptions {
  /** First part of every key; without braces. */
  readonly keyPrefix: string;
  /** How long a session lives after its last turn, milliseconds. */
  readonly sessionTtlMs: number;
  /** How many turns of a session stay recorded, and known by their id; at least 1. */
  readonly recordedTurns: number;
  /** Sessions kept in memory; 0 keeps none, and each turn costs one round trip more. */
  readonly cachedSessions: number;
  readonly clock: Clock;
}

/** Encoded; decoded they take several times as much. */
const cachedBytes = 64 * 1024 * 1024;

/**
 * Sessions in Redis: two keys each, on one hash tag, changed by one script. A session that this node used last comes from
 * memory, so that a turn in the steady state is one command, the commit; it is two after a miss, a conflict or an error.
 * A commit lasts as `durability` says (docs/redis.md).
 */
export class RedisSessionStore implements SessionStore {
  private readonly prefix: string;
  private readonly cache: SessionCache;

  constructor(
    private readonly connection: RedisConnection,
    private readonly options: RedisSessionStoreOptions,
  ) {
    if (!(options.recordedTurns >= 1)) throw new Error('At least one turn must stay recorded.');
    this.prefix = validateKeyPrefix(options.keyPrefix);
    this.cache = new SessionCache({ maxSessions: options.cachedSessions, maxBytes: cachedBytes });
  }

  async load(key: SessionKey, turnId: string, call: Call, fresh = false): Promise<LoadedSession> {
    const keys = getSessionKeys(this.prefix, key);
    const now = this.options.clock.now();
    throwIfCallEnded(call, now);
    const cached = fresh ? undefined : this.cache.get(keys.session, now);
    if (cached !== undefined) return { session: cached, recordedTurn: undefined };
    const { state, ttlMs, recordedTurn: known } = await this.settledLoad(keys, turnId, call);
    return { session: this.remember(keys, state, now, ttlMs), recordedTurn: known };
  }

  async commit({ previousSession: before, session, record }: TurnCommit, call: Call): Promise<CommitOutcome> {
    if (session.revision !== record.revision) throw new Error('A turn and its state must have the same revision.');
    const keys = getSessionKeys(this.prefix, session);
    const { recordedTurns, sessionTtlMs, clock } = this.options;
    const state = toBuffer(encodeSession(session));
    // Before the commit is sent, so that the cache forgets the session no later than Redis does.
    const now = clock.now();
    try {
      const reply = await runCommit(
        this.connection,
        keys,
        { record, previousSession: before, state, recordedTurns, sessionTtlMs },
        call,
      );
      if (reply.kind === 'known') return reply;
      if (reply.kind === 'conflict') {
        return { kind: 'conflict', session: this.remember(keys, reply.state, now, reply.ttlMs) };
      }
      this.cache.set(keys.session, session, state.length, now + sessionTtlMs);
      return reply;
    } catch (error) {
      // Whatever became of it, the next turn is better off with what is stored, and sees whether this one is.
      this.cache.delete(keys.session);
      throw error;
    }
  }

  async create(session: Session, call: Call): Promise<CreateOutcome> {
    const keys = getSessionKeys(this.prefix, session);
    const { sessionTtlMs, clock } = this.options;
    const state = toBuffer(encodeSession(session));
    const now = clock.now();
    const reply = await runCreate(this.connection, keys, { state, sessionTtlMs }, call);
    if (reply.kind === 'existing') {
      return { session: this.keep(keys, reply.state, now, reply.ttlMs), created: false };
    }
    this.cache.set(keys.session, session, state.length, now + sessionTtlMs);
    return { session, created: true };
  }

  async read(key: SessionKey, call: Call): Promise<Session | undefined> {
    const { session } = getSessionKeys(this.prefix, key);
    const state = await this.connection.read(call, (client) => client.hgetBuffer(session, 's'));
    return state === null ? undefined : decodeSession(state);
  }

  listTurns(
    key: SessionKey,
    afterRevision: number,
    limit: number,
    call: Call,
    bytes = Number.MAX_SAFE_INTEGER,
  ): Promise<RecordedTurns> {
    return runListTurns(
      this.connection,
      getSessionKeys(this.prefix, key),
      { afterRevision, limit, maxBytes: bytes },
      call,
    );
  }

  async delete(key: SessionKey, call: Call): Promise<boolean> {
    const keys = getSessionKeys(this.prefix, key);
    this.cache.delete(keys.session);
    const existed = await runDeleteSession(this.connection, keys, call);
    this.cache.delete(keys.session);
    return existed;
  }

  onChange(key: SessionKey, listener: () => void): () => void {
    const { session } = getSessionKeys(this.prefix, key);
    return this.connection.subscriptions.subscribe(session, { onMessage: listener, onSubscribed: listener });
  }

  probe(call: Call): Promise<void> {
    return this.connection.probe(call, `${this.prefix}probe:`);
  }

  /** Closes the connection, which the catalogue shares. */
  close(): Promise<void> {
    return this.connection.close();
  }

  /** What is stored; a turn that is known as lasting as one that is committed: its first try may have ended before it was. */
  private async settledLoad(keys: SessionKeys, turnId: string, call: Call): Promise<LoadReply> {
    const found = await runLoad(this.connection, keys, turnId, 'read', call);
    if (found.recordedTurn === undefined || !this.connection.isReplicated) return found;
    return runLoad(this.connection, keys, turnId, 'write', call);
  }

  /** As `keep`; forgets the session where the store has none. */
  private remember(keys: SessionKeys, state: Buffer | undefined, now: number, ttlMs: number): Session | undefined {
    if (state !== undefined) return this.keep(keys, state, now, ttlMs);
    this.cache.delete(keys.session);
    return undefined;
  }

  /** Decodes a state that the store gave out and keeps it for as long as it lives there. */
  private keep(keys: SessionKeys, state: Buffer, now: number, ttlMs: number): Session {
    const session = decodeSession(state);
    this.cache.set(keys.session, session, state.length, now + (ttlMs < 0 ? this.options.sessionTtlMs : ttlMs));
    return session;
  }
}
