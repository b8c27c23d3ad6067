import type { handleUnaryCall, Metadata } from '@grpc/grpc-js';
import type { Call } from '../../../ports/call';
import { type FailureReporting, failureOf, statusObjectOf } from '../errors/call-failure';
import type { AcceptedRequest, SentRequest } from '../guard/request-guard';
import type { CallGate } from './call-gate';
import { setTrailer } from './trailers';

/** What every handler of this server stands on. */
export interface CallSurroundings extends FailureReporting {
  readonly gate: CallGate;
  /** Requests of one long-lived stream that are at work or whose answers wait to be sent, at most. */
  readonly requestsPerStream: number;
  /** Aborted when the server shuts down: a long-lived stream then takes nothing more and ends by itself. */
  readonly draining: AbortSignal;
  /** How long a reader of a long-lived stream may leave a message untaken. Milliseconds. */
  readonly stallTimeoutMs: number;
}

/** A response, or its bytes where they exist already. */
export type Outgoing<Response> = Response | Uint8Array;

/** The answer of a unary method. */
export interface Answer<Response> {
  readonly body: Outgoing<Response>;
  readonly trailer?: Metadata;
}

/** What a unary method does with a request that keeps the contract. Rejects with what the caller is to be told. */
export type UnaryWork<Request, Response> = (request: AcceptedRequest<Request>, call: Call) => Promise<Answer<Response>>;

/** A unary method as grpc-js wants it. It always answers, once, and never throws. */
export function unary<Request, Response>(
  surroundings: CallSurroundings,
  work: UnaryWork<Request, Response>,
): handleUnaryCall<SentRequest<Request>, Outgoing<Response>> {
  return (call, callback) => {
    surroundings.gate.admit(call, work).then(
      ({ body, trailer }) => {
        if (trailer !== undefined) setTrailer(call, trailer);
        callback(null, body);
      },
      (thrown: unknown) => {
        const failure = failureOf(thrown, call.getPath(), surroundings);
        callback(statusObjectOf(failure, surroundings.telemetry.traceId()));
      },
    );
  };
}
