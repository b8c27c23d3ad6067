import type { Violation } from './experiment';

/** A turn as its client recorded it. */
export interface SentTurn {
  readonly sessionId: string;
  readonly turnId: string;
  /** The encoded request. A retry sends the same bytes. */
  readonly request: Buffer;
  /** The bytes of the first response. Later responses must be identical. */
  acknowledgedResponse: Buffer | undefined;
  /** Number of responses that are not marked as a replay. More than one means that the turn was applied more than once. */
  appliedCount: number;
}

export interface TurnLogCounts {
  sends: number;
  acknowledged: number;
  /** Number of responses that are marked as a replay. */
  replays: number;
  /** Number of responses that were compared with an earlier response to the same turn. */
  comparedReplays: number;
  /** Number of streams that failed after at least one event. */
  brokenStreams: number;
  /** Number of failed calls by name of the gRPC status. */
  readonly failures: Map<string, number>;
}

/** Records every turn that the clients sent and every response that they received. */
export class TurnLog {
  readonly sessions = new Map<string, Map<string, SentTurn>>();
  readonly violations: Violation[] = [];
  readonly counts: TurnLogCounts = {
    sends: 0,
    acknowledged: 0,
    replays: 0,
    comparedReplays: 0,
    brokenStreams: 0,
    failures: new Map(),
  };

  get turnCount(): number {
    let count = 0;
    for (const turns of this.sessions.values()) count += turns.size;
    return count;
  }

  /** Adds a turn that is about to be sent. */
  add(sessionId: string, turnId: string, request: Uint8Array): SentTurn {
    const turn = { sessionId, turnId, request: Buffer.from(request), acknowledgedResponse: undefined, appliedCount: 0 };
    const session = this.sessions.get(sessionId) ?? new Map<string, SentTurn>();
    session.set(turnId, turn);
    this.sessions.set(sessionId, session);
    return turn;
  }

  recordResponse(turn: SentTurn, response: Buffer, replayed: boolean): void {
    if (replayed) this.counts.replays += 1;
    else turn.appliedCount += 1;
    if (turn.acknowledgedResponse === undefined) {
      turn.acknowledgedResponse = Buffer.from(response); // A copy, so that the buffer of the whole packet is not retained.
      this.counts.acknowledged += 1;
    } else {
      this.counts.comparedReplays += 1;
      if (!turn.acknowledgedResponse.equals(response)) {
        this.recordViolation('replay', turn, 'got a different response when it was sent again');
      }
    }
    if (!replayed && turn.appliedCount === 2) this.recordViolation('duplicate', turn, 'was applied by two calls');
  }

  recordFailure(status: string): void {
    this.counts.failures.set(status, (this.counts.failures.get(status) ?? 0) + 1);
  }

  recordViolation(kind: Violation['kind'], { sessionId, turnId }: SentTurn, problem: string): void {
    this.violations.push({ kind, text: `session ${sessionId}: turn ${turnId} ${problem}` });
  }
}
