import { EventEmitter } from 'node:events';
import type { Session, SessionKey } from '../../../core/model/session';
import { decodeSession, encodeSession } from '../../codec/wire/session-codec';
import type { Call } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import type {
  CommitOutcome,
  CreateOutcome,
  LoadedSession,
  RecordedTurns,
  SessionStore,
  TurnCommit,
  TurnRecord,
} from '../../ports/session-store';
import type { EmbeddedEnvironment } from './embedded-environment';
import { encodeKeyPair } from './embedded-keys';
import { SessionTable } from './session-table';
import type { SessionValue } from './session-value';
import { TurnTable } from './turn-table';

export interface EmbeddedSessionStoreOptions {
  /** How long a session lives after its last turn, milliseconds. */
  readonly sessionTtlMs: number;
  /** How many turns of a session stay recorded, and known by their id; at least 1. */
  readonly recordedTurns: number;
  readonly clock: Clock;
}

/** What a commit found within its transaction; states are decoded outside of it. */
type Found =
  | { readonly kind: 'committed' }
  | { readonly kind: 'known'; readonly record: TurnRecord }
  | { readonly kind: 'conflict'; readonly state: Uint8Array | undefined };

/**
 * Sessions on the disk of this node. A commit is one transaction and is on the disk when it is acknowledged. A session whose
 * time is over is gone for every method at once; `sweep` gives its room back.
 */
export class EmbeddedSessionStore implements SessionStore {
  private readonly sessions: SessionTable;
  private readonly turns: TurnTable;
  /** An event for each change, named for its session. */
  private readonly changes = new EventEmitter().setMaxListeners(0);

  constructor(
    private readonly environment: EmbeddedEnvironment,
    private readonly options: EmbeddedSessionStoreOptions,
  ) {
    if (!(options.recordedTurns >= 1)) throw new Error('At least one turn must stay recorded.');
    this.sessions = new SessionTable(environment);
    this.turns = new TurnTable(environment);
  }

  async load(key: SessionKey, turnId: string, call: Call): Promise<LoadedSession> {
    const session = nameOf(key);
    return this.environment.read(call, () => {
      const value = this.living(session);
      if (value === undefined) return { session: undefined, recordedTurn: undefined };
      return { session: decodeSession(value.state), recordedTurn: this.turns.find(session, turnId) };
    });
  }

  async commit({ previousSession: before, session, record }: TurnCommit, call: Call): Promise<CommitOutcome> {
    if (session.revision !== record.revision) throw new Error('A turn and its state must have the same revision.');
    const name = nameOf(session);
    const state = encodeSession(session);
    const apply = () => this.apply(name, before, record, state);
    const found = await this.environment.write(call, apply, () => this.changes.emit(name));
    if (found.kind !== 'conflict') return found;
    return { kind: 'conflict', session: found.state === undefined ? undefined : decodeSession(found.state) };
  }

  async create(session: Session, call: Call): Promise<CreateOutcome> {
    const name = nameOf(session);
    const state = encodeSession(session);
    const existing = await this.environment.write(call, () => {
      const value = this.living(name);
      if (value !== undefined) return value.state;
      this.store(name, session.revision, state);
      return undefined;
    });
    if (existing === undefined) return { session, created: true };
    return { session: decodeSession(existing), created: false };
  }

  async read(key: SessionKey, call: Call): Promise<Session | undefined> {
    const value = this.environment.read(call, () => this.living(nameOf(key)));
    return value === undefined ? undefined : decodeSession(value.state);
  }

  async listTurns(
    key: SessionKey,
    afterRevision: number,
    limit: number,
    call: Call,
    bytes = Number.MAX_SAFE_INTEGER,
  ): Promise<RecordedTurns> {
    const session = nameOf(key);
    return this.environment.read(call, () => {
      if (this.living(session) === undefined) return { turns: [], hasMore: false };
      return this.turns.list(session, afterRevision, limit, bytes);
    });
  }

  async delete(key: SessionKey, call: Call): Promise<boolean> {
    const session = nameOf(key);
    const erase = () => {
      const existed = this.living(session) !== undefined;
      this.erase(session, this.sessions.get(session));
      return existed;
    };
    return this.environment.write(call, erase, () => this.changes.emit(session));
  }

  onChange(key: SessionKey, listener: () => void): () => void {
    const session = nameOf(key);
    // A function of its own, so that one listener may be given twice and each is stopped alone.
    const own = () => listener();
    this.changes.on(session, own);
    return () => this.changes.off(session, own);
  }

  async probe(call: Call): Promise<void> {
    await this.environment.probe(call);
  }

  /**
   * Erases at most `limit` sessions whose time is over, and resolves to how many it looked at; when that is `limit`, there may
   * be more. To be called now and then: until then such sessions only take room.
   */
  async sweep(limit: number, call: Call): Promise<number> {
    const due = this.environment.read(call, () => this.sessions.listDue(this.options.clock.now(), limit));
    await Promise.all(due.map((session) => this.environment.write(call, () => this.sweepOne(session))));
    return due.length;
  }

  /** Closes the environment, which the catalogue shares. */
  close(): Promise<void> {
    return this.environment.close();
  }

  /** Everything is checked, in the order of the port, before anything is written. */
  private apply(name: string, before: Session | undefined, record: TurnRecord, state: Uint8Array): Found {
    const value = this.living(name);
    const known = value === undefined ? undefined : this.turns.find(name, record.turnId);
    if (known !== undefined) return { kind: 'known', record: known };
    if (!this.isStill(name, value, before)) return { kind: 'conflict', state: value?.state };
    this.store(name, record.revision, state);
    this.turns.add(name, record, this.options.recordedTurns);
    return { kind: 'committed' };
  }

  /** Whether the store holds this session, and not one that was erased and begun anew and has come to the same revision. */
  private isStill(name: string, value: SessionValue | undefined, before: Session | undefined): boolean {
    if (value?.revision !== before?.revision) return false;
    if (before === undefined || before.lastTurnId === '') return true;
    return this.turns.getRevision(name, before.lastTurnId) === before.revision;
  }

  /** In the place of whatever was there; of a session whose time was over nothing is left. */
  private store(session: string, revision: number, state: Uint8Array): void {
    const { clock, sessionTtlMs } = this.options;
    if (this.living(session) === undefined) this.erase(session, this.sessions.get(session));
    this.sessions.put(session, revision, state, clock.now() + sessionTtlMs);
  }

  private living(session: string): SessionValue | undefined {
    const value = this.sessions.get(session);
    return value !== undefined && value.expiresAt > this.options.clock.now() ? value : undefined;
  }

  private sweepOne(session: string): void {
    const value = this.sessions.get(session);
    if (value === undefined) return;
    if (value.expiresAt > this.options.clock.now()) this.sessions.reschedule(session, value);
    else this.erase(session, value);
  }

  private erase(session: string, value: SessionValue | undefined): void {
    if (value === undefined) return;
    this.sessions.remove(session, value);
    this.turns.removeAll(session);
  }
}

function nameOf(key: SessionKey): string {
  return encodeKeyPair(key.tenantId, key.sessionId);
}
