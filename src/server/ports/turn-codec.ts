import type { Session } from '../../core/model/session';
import type { ExplainedTurnResult } from '../../core/model/turn-result';
import type { TurnRecord } from './session-store';

/** Encodes results of turns to the bytes that are stored and sent, so that a replay returns identical bytes (5.1). */
export interface TurnCodec {
  /** Encodes equal results to equal bytes. */
  encodeResult(result: ExplainedTurnResult): Uint8Array;
  /** The inverse of `encodeResult`. */
  decodeResult(bytes: Uint8Array): ExplainedTurnResult;
  /**
   * Whether two encoded requests describe the same turn. The order of map entries, `expected_revision` and `validate_only` are
   * ignored (5.1, 5.2).
   */
  isSameTurn(a: Uint8Array, b: Uint8Array): boolean;
  /** Returns the bytes of a recorded turn as it is sent, with the id of a turn that superseded it. */
  measureRecord(record: TurnRecord): number;
  /**
   * Checks a session that would replace `previous` against the limits of a stored session, as the commit of the turn does.
   *
   * @throws OrchestratorError SESSION_TOO_LARGE.
   */
  checkSession(session: Session, previous: Session | undefined): void;
  /** Returns the id of the turn that an encoded request supersedes (section 13); "" if it supersedes none. */
  getSupersededTurnId(request: Uint8Array): string;
}
