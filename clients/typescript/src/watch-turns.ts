import type { WatchTurnsRequest, WatchTurnsResponse } from '../../../gen/focal/orchestration/v1/feed';
import type { MessageStream } from './calls';
import { type ResumeDependencies, resumeStream } from './resume-stream';

/** The client methods that `watchTurns` calls. */
export interface WatchTurnsDependencies extends ResumeDependencies {
  /** Starts a WatchTurns call. */
  readonly openStream: (request: WatchTurnsRequest) => MessageStream<WatchTurnsResponse>;
}

/**
 * Iterates over the responses of a feed. Resumes a broken stream after the last response that the caller has taken, with exponential back-off. The
 * stream of a consumer is resumed from that response, too, not from the last acknowledged one. Ends only with an error: a CallError, for
 * example INVALID_REQUEST, or CANCELLED after the signal.
 */
export async function* watchTurns(
  request: WatchTurnsRequest,
  { openStream, ...resume }: WatchTurnsDependencies,
): AsyncGenerator<WatchTurnsResponse, never> {
  let next = request;
  for await (const response of resumeStream('WatchTurns', () => openStream(next), resume)) {
    next = { ...request, consumer: '', cursor: response.cursor };
    yield response;
  }
  throw new Error('The iteration of a resumed stream ended.');
}
