import type { Violation } from './violation';

/** A turn as its caller knows it. */
export interface SentTurn {
  readonly sessionId: string;
  readonly turnId: string;
  /** The encoded request; a repetition sends the same bytes. */
  readonly request: Buffer;
  /** The response's bytes, once one came; later ones must be the same. */
  acknowledged: Buffer | undefined;
  /** Answers that said that the turn was applied by this very call; more than one says that it was applied more than once. */
  fresh: number;
}

/** What the callers did and heard. */
export interface LedgerCounts {
  sends: number;
  acknowledged: number;
  /** Answers that said that they repeat an earlier one. */
  replays: number;
  /** Answers that were compared with an earlier one of the same turn. */
  replaysCompared: number;
  /** Streams that ended after some of their events. */
  brokenStreams: number;
  /** By the name of the status. */
  readonly failures: Map<string, number>;
}

/** The callers' books: every turn that was sent, and everything that was answered. */
export class Ledger {
  readonly sessions = new Map<string, Map<string, SentTurn>>();
  readonly violations: Violation[] = [];
  readonly counts: LedgerCounts = {
    sends: 0,
    acknowledged: 0,
    replays: 0,
    replaysCompared: 0,
    brokenStreams: 0,
    failures: new Map(),
  };

  get turns(): number {
    let turns = 0;
    for (const sent of this.sessions.values()) turns += sent.size;
    return turns;
  }

  /** Notes a turn that is about to be sent. */
  add(sessionId: string, turnId: string, request: Uint8Array): SentTurn {
    const turn = { sessionId, turnId, request: Buffer.from(request), acknowledged: undefined, fresh: 0 };
    const session = this.sessions.get(sessionId) ?? new Map<string, SentTurn>();
    session.set(turnId, turn);
    this.sessions.set(sessionId, session);
    return turn;
  }

  /** Notes an answer, and whether it said that it repeats an earlier one. */
  noteAnswer(turn: SentTurn, response: Buffer, replayed: boolean): void {
    if (replayed) this.counts.replays += 1;
    else turn.fresh += 1;
    if (turn.acknowledged === undefined) {
      turn.acknowledged = Buffer.from(response); // a copy: the bytes lie in the buffer of a whole packet
      this.counts.acknowledged += 1;
    } else {
      this.counts.replaysCompared += 1;
      if (!turn.acknowledged.equals(response))
        this.note('replay', turn, 'was answered with other bytes when sent again');
    }
    if (!replayed && turn.fresh === 2) this.note('doubled', turn, 'was answered as new twice');
  }

  noteFailure(status: string): void {
    this.counts.failures.set(status, (this.counts.failures.get(status) ?? 0) + 1);
  }

  note(kind: Violation['kind'], { sessionId, turnId }: SentTurn, what: string): void {
    this.violations.push({ kind, text: `session ${sessionId}: turn ${turnId} ${what}` });
  }
}
