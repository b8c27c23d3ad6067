import { getImportId, type Session, type SessionKey } from '../../../core/model/session';
import { encodeBoundedSession } from '../../codec/stored/bounded-session';
import { encodeFeedEvent } from '../../codec/stored/feed-event';
import { decodeSession, decodeStateBefore } from '../../codec/stored/stored-values';
import type { Call } from '../../ports/call';
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
import { defaultFeedLimits } from '../../ports/turn-feed';
import { keepsStateBefore, maxKeptStateBytes } from '../../ports/turn-history';
import { resolveTurnLimits } from '../../ports/turn-limits';
import { takeHistory, takeTurns } from '../recorded-turns/take-turns';
import { TurnPacker } from '../recorded-turns/turn-packer';
import { buildIndex } from './build-index';
import { DueTable } from './due-table';
import type { EmbeddedEnvironment } from './embedded-environment';
import { encodeKeyPair } from './embedded-keys';
import type { EmbeddedSessionStoreOptions } from './embedded-session-store-options';
import { type CommitResult, type EncodedCommit, encodeCommit } from './encoded-commit';
import { expireInIndex } from './expire-in-index';
import { FeedTable } from './feed-table';
import { decodeKnownTurn, decodeTurns } from './found-turns';
import { createPackBlock } from './pack-block';
import { SessionChanges } from './session-changes';
import { SessionIndexTable } from './session-index-table';
import { SessionTable, StateBeforeTable } from './session-tables';
import type { SessionValue } from './session-values';
import { TurnTable } from './turn-table';

const noState: Uint8Array = new Uint8Array();

/** Maximum number of sessions and entries of turns that one transaction of a sweep or a deletion removes, which blocks the event loop for some ms. */
const maxRemovedPerStep = 400;

/**
 * Sessions on the local disk. A commit is one transaction and is acknowledged when it is on the disk. An expired session is
 * immediately invisible to every method; `sweep` frees its space.
 */
export class EmbeddedSessionStore implements SessionStore {
  private readonly sessions: SessionTable;
  private readonly statesBefore: StateBeforeTable;
  private readonly turns: TurnTable;
  /** The events of commits and deletions. */
  readonly feed: FeedTable;
  readonly index: SessionIndexTable;
  /** The times of the timers of sessions. */
  readonly due: DueTable;
  private readonly sessionLimits: SessionLimits;
  private readonly packer: TurnPacker<string>;
  readonly changes = new SessionChanges();

  constructor(
    private readonly environment: EmbeddedEnvironment,
    private readonly options: EmbeddedSessionStoreOptions,
  ) {
    this.sessions = new SessionTable(environment);
    this.sessionLimits = options.sessionLimits ?? defaultSessionLimits;
    this.statesBefore = new StateBeforeTable(environment);
    this.turns = new TurnTable(environment, resolveTurnLimits(options.turnLimits));
    this.feed = new FeedTable(environment, options.feedLimits ?? defaultFeedLimits);
    this.index = new SessionIndexTable(environment);
    buildIndex(environment, this.index, this.sessions);
    this.due = new DueTable(environment);
    const getRevision = (session: string) => this.getUnexpired(session)?.revision;
    this.packer = new TurnPacker(options, createPackBlock(environment, this.turns, getRevision));
  }

  async load(
    key: SessionKey,
    turnId: string,
    call: Call,
    { includesStateBefore = false }: LoadOptions = {},
  ): Promise<LoadedSession> {
    const session = toTableKey(key);
    const { value, found, before } = this.environment.read(call, () => {
      const value = this.getUnexpired(session);
      if (value === undefined) return { value };
      const before = includesStateBefore ? this.statesBefore.get(session, value.revision) : undefined;
      return { value, found: this.turns.findKnown(session, turnId, value.revision), before };
    });
    if (value === undefined) return { session: undefined, recordedTurn: undefined };
    return {
      session: decodeSession(value.state),
      recordedTurn: found && (await decodeKnownTurn(found, turnId)),
      stateBefore: before && decodeStateBefore(before),
    };
  }

  async commit(commit: TurnCommit, call: Call): Promise<CommitOutcome> {
    const { session, record } = commit;
    const tableKey = toTableKey(session);
    const encoded = encodeCommit(commit, this.sessionLimits);
    const apply = () => this.apply(tableKey, encoded);
    const result = await this.environment.write(call, apply, () => this.changes.notify(session));
    switch (result.kind) {
      case 'committed':
        this.packer.onCommit(tableKey, tableKey, record, result.unpackedTurns);
        return { kind: 'committed' };
      case 'known':
        return { kind: 'known', record: await decodeKnownTurn(result.found, record.turnId) };
      case 'conflict':
        return { kind: 'conflict', session: result.state === undefined ? undefined : decodeSession(result.state) };
    }
  }

  async create(session: Session, call: Call): Promise<CreateOutcome> {
    const tableKey = toTableKey(session);
    const state = encodeBoundedSession(session, undefined, this.sessionLimits);
    const existing = await this.environment.write(call, () => {
      const value = this.getUnexpired(tableKey);
      if (value !== undefined) return value.state;
      this.putState(tableKey, session, state);
      this.due.set(tableKey, session, session.nextTimerAt);
      return undefined;
    });
    if (existing === undefined) return { session, created: true };
    return { session: decodeSession(existing), created: false };
  }

  async read(key: SessionKey, call: Call): Promise<Session | undefined> {
    const value = this.environment.read(call, () => this.getUnexpired(toTableKey(key)));
    return value === undefined ? undefined : decodeSession(value.state);
  }

  async listTurns(
    { key, afterRevision, limit, maxBytes = Number.MAX_SAFE_INTEGER }: RecordedTurnsQuery,
    call: Call,
  ): Promise<RecordedTurns> {
    const session = toTableKey(key);
    const limits = { afterRevision, limit, maxBytes };
    const found = this.environment.read(call, () =>
      this.getUnexpired(session) === undefined ? undefined : this.turns.list(session, limits),
    );
    return found === undefined
      ? { turns: [], hasMore: false }
      : takeTurns(
          (await decodeTurns(found)).map(({ record }) => record),
          limits,
          found.hasMore,
        );
  }

  async readTurnHistory(key: SessionKey, selector: TurnSelector, call: Call): Promise<TurnHistory | undefined> {
    const session = toTableKey(key);
    const found = this.environment.read(call, () =>
      this.getUnexpired(session) === undefined ? undefined : this.turns.readHistory(session, selector),
    );
    return found && takeHistory(await decodeTurns(found), selector);
  }

  /** Removes a session of any size in steps. With the first one, the session is deleted for every other call. */
  async delete(key: SessionKey, call: Call): Promise<boolean> {
    const session = toTableKey(key);
    const deletedAt = this.options.clock.now();
    const event = encodeFeedEvent({ kind: 'deleted', sessionId: key.sessionId, committedAt: deletedAt });
    const { existed, isRemoved } = await this.environment.free(
      call,
      () => {
        const value = this.sessions.get(session);
        const isVisible = value !== undefined && this.isUnexpired(value);
        if (value !== undefined && this.index.remove(session) !== undefined)
          this.feed.add(key.tenantId, deletedAt, event);
        if (value !== undefined) this.sessions.expire(session, value);
        return { existed: isVisible, isRemoved: this.removeExpired(session, maxRemovedPerStep).isRemoved };
      },
      () => this.changes.notify(key),
    );
    for (let isDone = isRemoved; !isDone; ) {
      const step = await this.environment.free(call, () => this.removeExpired(session, maxRemovedPerStep));
      isDone = step.isRemoved;
    }
    return existed;
  }

  onChange(key: SessionKey, listener: () => void): () => void {
    return this.changes.onSession(key, listener);
  }

  async probe(call: Call): Promise<void> {
    await this.environment.probe(call);
  }

  /**
   * Removes expired sessions in one transaction of bounded size. Resolves to whether there may be more. Repeat it until there are
   * none, and call it periodically, to free the space of expired sessions.
   */
  async sweep(call: Call): Promise<boolean> {
    const { time } = this.environment;
    // Most sweeps have nothing to do, and then write nothing.
    if (this.environment.read(call, () => this.sessions.listDue(time.now(), 1)).length === 0) return false;
    return this.environment.free(call, () => {
      const dueSessions = this.sessions.listDue(time.now(), maxRemovedPerStep);
      let remaining = maxRemovedPerStep;
      for (const session of dueSessions) {
        remaining -= 1 + this.removeExpired(session, remaining).removedEntries;
        if (remaining <= 0) return true;
      }
      return false;
    });
  }

  /** Starts to pack the turns of idle sessions. Call it periodically. */
  packIdle(): void {
    this.packer.packIdle();
  }

  /** Resolves when the turns that are packed in the background are packed. */
  waitUntilPacked(): Promise<void> {
    return this.packer.waitUntilIdle();
  }

  /** Closes the environment, which is shared with the catalogue. */
  async close(): Promise<void> {
    await this.packer.close();
    return this.environment.close();
  }

  /** Applies a commit. All checks, in the order that SessionStore documents, come before the first write. */
  private apply(
    tableKey: string,
    { previousSession, session, record, stateBefore, isSupersedable, state, event }: EncodedCommit,
  ): CommitResult {
    const value = this.getUnexpired(tableKey);
    const found = value && this.turns.findKnown(tableKey, record.turnId, value.revision);
    if (found !== undefined) return { kind: 'known', found };
    if (!this.isUnchanged(tableKey, value, previousSession)) return { kind: 'conflict', state: value?.state };
    this.putState(tableKey, session, state);
    const before = stateBefore === 'previous' ? (value?.state ?? noState) : stateBefore;
    if (isSupersedable) this.statesBefore.put(tableKey, record.revision, before);
    else this.statesBefore.remove(tableKey);
    if (keepsStateBefore(record.revision) && before.length <= maxKeptStateBytes) {
      this.turns.keepStateBefore(tableKey, record.revision, before);
    }
    this.feed.add(session.tenantId, record.committedAt, event);
    this.due.onCommit(tableKey, previousSession, session);
    return { kind: 'committed', unpackedTurns: this.turns.add(tableKey, record) };
  }

  /**
   * Whether the store still holds the previous session. A session that was deleted and created again may reach the same revision,
   * but its last turn differs, or its import if it has no turns.
   */
  private isUnchanged(session: string, value: SessionValue | undefined, previous: Session | undefined): boolean {
    if (value?.revision !== previous?.revision) return false;
    if (value === undefined || previous === undefined) return true;
    if (previous.lastTurnId === '') return getImportId(decodeSession(value.state)) === getImportId(previous);
    return this.turns.getRevision(session, previous.lastTurnId) === previous.revision;
  }

  /** Stores a state with its entry of the index. If the stored session has expired, its turns are removed first. */
  private putState(tableKey: string, session: Session, state: Uint8Array): void {
    if (this.getUnexpired(tableKey) === undefined) this.removeExpired(tableKey, Number.MAX_SAFE_INTEGER);
    this.sessions.put(tableKey, session.revision, state, this.environment.time.now() + this.options.sessionTtlMs);
    this.index.put(session);
  }

  private getUnexpired(session: string): SessionValue | undefined {
    const value = this.sessions.get(session);
    return value && this.isUnexpired(value) ? value : undefined;
  }

  private isUnexpired({ expiresAt }: SessionValue): boolean {
    return expiresAt > this.environment.time.now();
  }

  /**
   * Removes an expired session with at most `maxEntries` entries of its turns. If there are more, the session stays, so that the next step
   * finds them. `isRemoved` is also true if there is no session or it has not expired, for example because it was created again.
   */
  private removeExpired(session: string, maxEntries: number): { isRemoved: boolean; removedEntries: number } {
    const value = this.sessions.get(session);
    if (value === undefined) return { isRemoved: true, removedEntries: 0 };
    if (this.isUnexpired(value)) {
      this.sessions.reschedule(session, value);
      return { isRemoved: true, removedEntries: 0 };
    }
    this.environment.markErasable();
    expireInIndex(this.index, this.feed, session, this.options.clock.now());
    this.due.remove(session);
    const removedEntries = this.turns.removeSome(session, maxEntries);
    if (removedEntries >= maxEntries) return { isRemoved: false, removedEntries };
    this.sessions.remove(session, value);
    this.statesBefore.remove(session);
    return { isRemoved: true, removedEntries };
  }
}

function toTableKey(key: SessionKey): string {
  return encodeKeyPair(key.tenantId, key.sessionId);
}
