import type { handleUnaryCall, Metadata } from '@grpc/grpc-js';
import type { Call } from '../../ports/call';
import { type ErrorReporting, toOrchestratorError, toStatusObject } from '../errors/call-error';
import type { RawRequest, ValidatedRequest } from '../validation/request-validator';
import type { Admission } from './admission';
import { setTrailer } from './trailers';

/** What every handler of this server stands on. */
export interface CallDependencies extends ErrorReporting {
  readonly admission: Admission;
  /** Requests of one long-lived stream that are at work or whose answers wait to be sent, at most. */
  readonly maxRequestsPerStream: number;
  /** Aborted when the server shuts down: a long-lived stream then takes nothing more and ends by itself. */
  readonly drainSignal: AbortSignal;
  /** How long a reader of a long-lived stream may leave a message untaken. Milliseconds. */
  readonly stallTimeoutMs: number;
}

/** A response, or its bytes where they exist already. */
export type MessageOrBytes<Response> = Response | Uint8Array;

/** The answer of a unary method. */
export interface UnaryResponse<Response> {
  readonly body: MessageOrBytes<Response>;
  readonly trailer?: Metadata;
}

/** What a unary method does with a request that keeps the contract. Rejects with what the caller is to be told. */
export type UnaryHandler<Request, Response> = (
  request: ValidatedRequest<Request>,
  call: Call,
) => Promise<UnaryResponse<Response>>;

/** A unary method as grpc-js wants it. It always answers, once, and never throws. */
export function unary<Request, Response>(
  surroundings: CallDependencies,
  work: UnaryHandler<Request, Response>,
): handleUnaryCall<RawRequest<Request>, MessageOrBytes<Response>> {
  return (call, callback) => {
    surroundings.admission.admit(call, work).then(
      ({ body, trailer }) => {
        if (trailer !== undefined) setTrailer(call, trailer);
        callback(null, body);
      },
      (thrown: unknown) => {
        const failure = toOrchestratorError(thrown, call.getPath(), surroundings);
        callback(toStatusObject(failure, surroundings.telemetry.getTraceId()));
      },
    );
  };
}
