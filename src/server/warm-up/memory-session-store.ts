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
  TurnHistory,
  TurnRecord,
  TurnSelector,
} from '../ports/session-store';

interface AppliedTurn {
  readonly record: TurnRecord;
  /** The encoded state that the turn was decided on; empty if there was no session. */
  readonly stateBefore: Uint8Array;
  readonly isSupersedable: boolean;
}

interface Entry {
  readonly session: Session;
  readonly state: Uint8Array;
  readonly turns: readonly AppliedTurn[];
}

/** Sessions in memory, for the warm-up: without expiry, notifications and a limit on recorded turns. Encodes states as the stores do. */
export class MemorySessionStore implements SessionStore {
  private readonly entries = new Map<string, Entry>();

  async load(key: SessionKey, turnId: string): Promise<LoadedSession> {
    const entry = this.entries.get(toText(key));
    const last = entry?.turns.at(-1);
    return {
      session: entry?.session,
      recordedTurn: entry?.turns.find(({ record }) => record.turnId === turnId)?.record,
      stateBefore: last?.isSupersedable ? decodeStateBefore(last.stateBefore) : undefined,
    };
  }

  async commit({ previousSession, session, record, stateBefore, isSupersedable }: TurnCommit): Promise<CommitOutcome> {
    const entry = this.entries.get(toText(session));
    const known = entry?.turns.find((turn) => turn.record.turnId === record.turnId);
    if (known !== undefined) return { kind: 'known', record: known.record };
    if (entry?.session.revision !== previousSession?.revision) return { kind: 'conflict', session: entry?.session };
    const state = encodeBoundedSession(session, previousSession, defaultSessionLimits);
    const before = stateBefore === 'previous' ? (entry?.state ?? new Uint8Array()) : encodeSession(stateBefore);
    const turn = { record, stateBefore: before, isSupersedable };
    this.entries.set(toText(session), { session, state, turns: [...(entry?.turns ?? []), turn] });
    return { kind: 'committed' };
  }

  async create(session: Session): Promise<CreateOutcome> {
    const existing = this.entries.get(toText(session));
    if (existing !== undefined) return { session: existing.session, created: false };
    this.entries.set(toText(session), { session, state: encodeSession(session), turns: [] });
    return { session, created: true };
  }

  async read(key: SessionKey): Promise<Session | undefined> {
    const entry = this.entries.get(toText(key));
    return entry && decodeSession(entry.state);
  }

  async listTurns({ key, afterRevision, limit }: RecordedTurnsQuery): Promise<RecordedTurns> {
    const records = (this.entries.get(toText(key))?.turns ?? []).map(({ record }) => record);
    const later = records.filter(({ revision }) => revision > afterRevision);
    return { turns: later.slice(0, limit), hasMore: later.length > limit };
  }

  async readTurnHistory(key: SessionKey, selector: TurnSelector): Promise<TurnHistory | undefined> {
    const turn = this.entries
      .get(toText(key))
      ?.turns.find(({ record }) =>
        'turnId' in selector ? record.turnId === selector.turnId : record.revision === selector.revision,
      );
    return turn && { start: decodeStateBefore(turn.stateBefore), turns: [turn.record] };
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
