import type { TurnResult } from '../../core/model/turn-result';

/** Turns decided turns into the bytes that are stored and sent, so that a replay is the same byte for byte (5.1). */
export interface TurnCodec {
  /** Equal results give equal bytes. */
  encodeResult(result: TurnResult): Uint8Array;
  /** The inverse of `encodeResult`. */
  decodeResult(bytes: Uint8Array): TurnResult;
  /**
   * Whether two encoded requests are the same turn: equal in everything but the order of map entries on the wire,
   * `expected_revision` and `validate_only` (5.1, 5.2).
   */
  isSameTurn(a: Uint8Array, b: Uint8Array): boolean;
}
