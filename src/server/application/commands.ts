import type { Turn } from '../../core/model/turn';
import type { TurnResult } from '../../core/model/turn-result';

/** A turn to decide and commit. */
export interface TurnCommand {
  readonly turn: Turn;
  /** The revision that the caller believes the session has (5.4). */
  readonly expectedRevision: number | undefined;
  /** Decide and return everything, store nothing (5.5). */
  readonly validateOnly: boolean;
  /** The request as it was sent; recorded with the turn and compared on a replay (5.1, 5.2). */
  readonly requestBytes: Uint8Array;
}

/** A turn that was decided, now or before. */
export interface ProcessedTurn {
  /** The encoded response; the stored bytes on a replay. */
  readonly responseBytes: Uint8Array;
  /** The turn was applied before (5.1). */
  readonly replayed: boolean;
  /** What the bytes say. */
  readonly result: TurnResult;
}
