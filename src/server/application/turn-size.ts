import type { TurnRecord } from '../ports/session-store';
import type { TurnCodec } from '../ports/turn-codec';
import { createTooLargeError } from './too-large';

export interface TurnSizeDependencies {
  readonly codec: Pick<TurnCodec, 'measureRecord'>;
  /** Maximum bytes of a sent message (server.max_response_bytes). */
  readonly maxResponseBytes: number;
}

/** Maximum bytes that a message adds to the record that it contains: tags, lengths and a page token. */
const messageBytes = 128;

/**
 * Bytes of a record in addition to request and response, with a trace context of at most 712 characters. The request can also grow when
 * it is decoded and encoded again, because this service writes out what another encoder leaves out, but it does not double.
 */
const recordBytes = 1_024;

/**
 * Checks that a turn can be received after the commit: as a response, as an event of StreamTurn, as a turn of ListTurns and of
 * WatchSession. The record contains the request and the response in the view BASIC; `responseBytes` can be larger only in the view FULL.
 *
 * @throws OrchestratorError TOO_LARGE.
 */
export function checkTurnSize(
  { codec, maxResponseBytes }: TurnSizeDependencies,
  record: TurnRecord,
  responseBytes: Uint8Array,
): void {
  const { request, response } = record;
  checkExplanationSize({ maxResponseBytes }, responseBytes);
  if (request.length * 2 + response.length + recordBytes <= maxResponseBytes - messageBytes) return;
  const size = codec.measureRecord(record);
  if (size <= maxResponseBytes - messageBytes) return;
  throw createTooLargeError({
    subject: `The turn with its request of ${request.length} bytes and its response of ${response.length} bytes`,
    limit: 'max_response_bytes',
    size,
    maxSize: maxResponseBytes - messageBytes,
    advice: 'Send fewer or smaller values, or delete large variables.',
  });
}

/**
 * Checks that a response in the view FULL can be received. The record of the turn has only the view BASIC.
 *
 * @throws OrchestratorError TOO_LARGE.
 */
export function checkExplanationSize(
  { maxResponseBytes }: Pick<TurnSizeDependencies, 'maxResponseBytes'>,
  responseBytes: Uint8Array,
): void {
  if (responseBytes.length <= maxResponseBytes - messageBytes) return;
  throw createTooLargeError({
    subject: 'The response',
    limit: 'max_response_bytes',
    size: responseBytes.length,
    maxSize: maxResponseBytes - messageBytes,
    advice: 'Request the view BASIC, send fewer or smaller values, or delete large variables.',
  });
}
