import type { Turn } from '../../core/model/turn';
import type { TurnResult } from '../../core/model/turn-result';
import type { TraceContext } from '../ports/trace-context';
import type { ResponseView } from '../ports/turn-codec';

/** A turn to decide and commit. */
export interface TurnCommand {
  readonly turn: Turn;
  /** The revision that the caller expects the session to have (5.4); undefined if any revision is accepted. */
  readonly expectedRevision: number | undefined;
  /**
   * For a turn that fires a timer: the time of the timer, in milliseconds since 1970. The turn is applied only while it is the next timer of the
   * session. Otherwise `processTurn` throws TimerMovedError.
   */
  readonly timerAt?: number | undefined;
  /** Whether everything is decided and returned, but nothing is stored (5.5). */
  readonly validateOnly: boolean;
  /** Which parts of the response the caller wants. */
  readonly responseView: ResponseView;
  /** The encoded request. The bytes are recorded with the turn and compared when the turn id is used again (5.1, 5.2). */
  readonly requestBytes: Uint8Array;
  /** The trace context that the caller sent with a streamed turn. It is recorded if the service does not trace the turn. */
  readonly callerTraceContext?: TraceContext | undefined;
}

/** A decided turn. */
export interface ProcessedTurn {
  /** The encoded response in the requested view. */
  readonly responseBytes: Uint8Array;
  /** Whether the turn was already applied (5.1). */
  readonly replayed: boolean;
  /** The decisions, whatever view was requested. */
  readonly result: TurnResult;
}

/** The session has another next timer, or none, because of another turn, or it does not exist any more. Nothing was changed. */
export class TimerMovedError extends Error {
  constructor() {
    super('The next timer of the session is another one.');
  }
}
