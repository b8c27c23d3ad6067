import type { handleBidiStreamingCall, handleUnaryCall } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../domain/orchestrator-error';
import { failureOf, statusObjectOf } from '../errors/call-failure';
import type { GuardedRequest } from '../guard/request-guard';
import { type CallSurroundings, type Outgoing, unary } from './unary';

/** Handlers of methods that the contract has and this version does not. They check requests as the others do. */
export interface NotImplemented {
  unary<Request, Response>(method: string): handleUnaryCall<GuardedRequest<Request>, Outgoing<Response>>;
  bidiStream<Request, Response>(method: string): handleBidiStreamingCall<GuardedRequest<Request>, Outgoing<Response>>;
}

/** See NotImplemented. */
export function notImplemented(surroundings: CallSurroundings): NotImplemented {
  return {
    unary: (method) => unary(surroundings, () => Promise.reject(refusal(method))),
    bidiStream: (method) => (stream) => {
      const failure = failureOf(refusal(method), stream.getPath(), surroundings);
      stream.emit('error', statusObjectOf(failure, surroundings.telemetry.traceId()));
    },
  };
}

function refusal(method: string): OrchestratorError {
  return new OrchestratorError('NOT_IMPLEMENTED', `${method} is not served by this version.`, { metadata: { method } });
}
