import type { Session, SessionKey } from '../../core/model/session';
import { encodeBoundedSession } from '../codec/stored/bounded-session';
import { decodeSession, decodeStateBefore, encodeSession } from '../codec/stored/stored-values';
import { defaultSessionLimits } from '../ports/session-limits';
import type {
  CommitOutcome,
  CreateOutcome,
  LoadedSession,
  RecordedTurns,
  RecordedTurnsQuery,
  SessionStore,
  TurnCommit,
  TurnRecord,
} from '../ports/session-store';

interface Entry {
  readonly session: Session;
  readonly state: Uint8Array;
  /** The encoded state before the last turn; empty if there was no session, undefined if it is not kept. */
  readonly stateBefore: Uint8Array | undefined;
  readonly turns: readonly TurnRecord[];
}

/** Sessions in memory, for the warm-up: without expiry, notifications and a limit on recorded turns. Encodes states as the stores do. */
export class MemorySessionStore implements SessionStore {
  private readonly entries = new Map<string, Entry>();

  async load(key: SessionKey, turnId: string): Promise<LoadedSession> {
    const entry = this.entries.get(toText(key));
    return {
      session: entry?.session,
      recordedTurn: entry?.turns.find((turn) => turn.turnId === turnId),
      stateBefore: entry?.stateBefore && decodeStateBefore(entry.stateBefore),
    };
  }

  async commit({ previousSession, session, record, keptState }: TurnCommit): Promise<CommitOutcome> {
    const entry = this.entries.get(toText(session));
    const known = entry?.turns.find(({ turnId }) => turnId === record.turnId);
    if (known !== undefined) return { kind: 'known', record: known };
    if (entry?.session.revision !== previousSession?.revision) return { kind: 'conflict', session: entry?.session };
    const state = encodeBoundedSession(session, previousSession, defaultSessionLimits);
    const previous = entry?.state ?? new Uint8Array();
    const stateBefore =
      keptState === 'previous' ? previous : keptState === 'none' ? undefined : encodeSession(keptState);
    this.entries.set(toText(session), { session, state, stateBefore, turns: [...(entry?.turns ?? []), record] });
    return { kind: 'committed' };
  }

  async create(session: Session): Promise<CreateOutcome> {
    const existing = this.entries.get(toText(session));
    if (existing !== undefined) return { session: existing.session, created: false };
    this.entries.set(toText(session), { session, state: encodeSession(session), stateBefore: undefined, turns: [] });
    return { session, created: true };
  }

  async read(key: SessionKey): Promise<Session | undefined> {
    const entry = this.entries.get(toText(key));
    return entry && decodeSession(entry.state);
  }

  async listTurns({ key, afterRevision, limit }: RecordedTurnsQuery): Promise<RecordedTurns> {
    const later = (this.entries.get(toText(key))?.turns ?? []).filter(({ revision }) => revision > afterRevision);
    return { turns: later.slice(0, limit), hasMore: later.length > limit };
  }

  async delete(key: SessionKey): Promise<boolean> {
    return this.entries.delete(toText(key));
  }

  onChange(): () => void {
    return () => undefined;
  }

  async probe(): Promise<void> {}

  async close(): Promise<void> {
    this.entries.clear();
  }
}

function toText({ tenantId, sessionId }: SessionKey): string {
  return `${tenantId} ${sessionId}`;
}
