import type { Database } from 'lmdb';
import type { RecordedTurns, TurnRecord } from '../../ports/session-store';
import type { EmbeddedEnvironment } from './embedded-environment';
import { encodeKeyPart } from './embedded-keys';
import { decodeTurnValue, encodeTurnValue } from './turn-value';

/** Above every revision: the end of a session's turns. */
const beyond = Number.MAX_SAFE_INTEGER;

/**
 * The recorded turns of all sessions, and which id has which revision. Both change together, so a turn is known exactly as
 * long as it is recorded. Methods that write are called within a change.
 */
export class TurnTable {
  private readonly turns: Database<Uint8Array, [session: string, revision: number]>;
  private readonly revisions: Database<number, [session: string, turnId: string]>;

  constructor(environment: EmbeddedEnvironment) {
    this.turns = environment.openTable('turns', 'binary');
    this.revisions = environment.openTable('turn-revisions', 'json');
  }

  /** The recorded turn of an id. */
  find(session: string, turnId: string): TurnRecord | undefined {
    const revision = this.getRevision(session, turnId);
    const bytes = revision === undefined ? undefined : this.turns.get([session, revision]);
    return revision === undefined || bytes === undefined ? undefined : decodeTurnValue(bytes, revision);
  }

  /** The revision of a recorded turn. */
  getRevision(session: string, turnId: string): number | undefined {
    return this.revisions.get([session, encodeKeyPart(turnId)]);
  }

  /** Turns above a revision, as SessionStore.listTurns has them. */
  list(session: string, afterRevision: number, limit: number, bytes: number): RecordedTurns {
    const turns: TurnRecord[] = [];
    let room = bytes;
    for (const { key, value } of this.turns.getRange({ start: [session, afterRevision + 1], end: [session, beyond] })) {
      const turn = decodeTurnValue(value, key[1]);
      room -= turn.request.length + turn.response.length;
      if (turns.length === limit || (room < 0 && turns.length > 0)) return { turns, hasMore: true };
      turns.push(turn);
    }
    return { turns, hasMore: false };
  }

  /** Adds a turn and drops those that are no longer among the newest `recordedTurns`. */
  add(session: string, record: TurnRecord, recordedTurns: number): void {
    this.turns.putSync([session, record.revision], encodeTurnValue(record));
    this.revisions.putSync([session, encodeKeyPart(record.turnId)], record.revision);
    const oldestKept = record.revision - recordedTurns + 1;
    if (oldestKept > 1) this.drop(session, oldestKept);
  }

  /** Drops all turns of a session. */
  removeAll(session: string): void {
    this.drop(session, beyond);
  }

  private drop(session: string, before: number): void {
    const dropped = Array.from(this.turns.getRange({ start: [session, 0], end: [session, before] }));
    for (const { key, value } of dropped) {
      this.revisions.removeSync([session, encodeKeyPart(decodeTurnValue(value, key[1]).turnId)]);
      this.turns.removeSync(key);
    }
  }
}
