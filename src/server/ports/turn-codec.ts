import type { Session } from '../../core/model/session';
import type { Turn } from '../../core/model/turn';
import type { ExplainedTurnResult, TurnResult } from '../../core/model/turn-result';
import type { TurnRecord } from './session-store';

/**
 * Which parts of a result are returned. BASIC: all decisions. FULL: also what explains them, which is the context, the alternatives and
 * the sentences. PLAN: the plan, the revision and the ids.
 */
export type ResponseView = 'BASIC' | 'FULL' | 'PLAN';

/** What a turn was decided on in addition to the request and the session, and what cannot be derived from its response. */
export interface TurnBasis {
  /** An unsigned 32-bit number. Equal for equal relationships, field definitions, settings and releases. */
  readonly fingerprint: number;
  /** The latest versions of scenarios by id; 0 for a scenario that the catalogue did not have. */
  readonly versions: ReadonlyMap<string, number>;
}

/** Encodes results of turns to the bytes that are stored and sent, so that a replay returns identical bytes (5.1). */
export interface TurnCodec {
  /** Encodes a result in the view BASIC, in which it is recorded. Equal results have equal bytes. */
  encodeResult(result: TurnResult): Uint8Array;
  /** Encodes a result in the view FULL. Equal results have equal bytes. */
  encodeExplanation(result: ExplainedTurnResult): Uint8Array;
  /** Returns the part of a recorded response that the view PLAN has. */
  selectPlan(response: Uint8Array): Uint8Array;
  /** Decodes a recorded response. */
  decodeResult(response: Uint8Array): TurnResult;
  /** Whether a recorded response is in the view FULL, because a release up to 0.2 recorded it. */
  isFull(response: Uint8Array): boolean;
  /**
   * Compares a recorded response with the result of the same turn, both in the view BASIC. Returns the path of the first difference in
   * the JSON names of the contract, or undefined if they are equal.
   */
  findDifference(response: Uint8Array, result: TurnResult): string | undefined;
  /** Encodes the request of a turn that this node makes itself, without its time: `decodeTurn` gets the recorded one. Equal turns have equal bytes. */
  encodeRequest(turn: Turn): Uint8Array;
  /** Decodes the turn of a recorded request. `occurredAt` is used if the request has no time, in milliseconds since 1970. */
  decodeTurn(request: Uint8Array, occurredAt: number): Turn;
  /** Encodes a basis in as few bytes as possible. */
  encodeBasis(basis: TurnBasis): Uint8Array;
  /** The inverse of `encodeBasis`. */
  decodeBasis(bytes: Uint8Array): TurnBasis;
  /**
   * Whether two encoded requests describe the same turn. The order of map entries, `expected_revision`, `validate_only` and
   * `response_view` are ignored (5.1, 5.2).
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
