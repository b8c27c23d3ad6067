import type { handleServerStreamingCall, handleUnaryCall } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../domain/orchestrator-error';
import type { GuardedRequest } from '../guard/request-guard';
import { serverStream } from './server-stream';
import { type CallSurroundings, type Outgoing, unary } from './unary';

/** Handlers of methods that the contract has and this version does not. They check requests as the others do. */
export interface NotImplemented {
  unary<Request, Response>(method: string): handleUnaryCall<GuardedRequest<Request>, Outgoing<Response>>;
  serverStream<Request, Response>(
    method: string,
  ): handleServerStreamingCall<GuardedRequest<Request>, Outgoing<Response>>;
}

/** See NotImplemented. */
export function notImplemented(surroundings: CallSurroundings): NotImplemented {
  return {
    unary: (method) => unary(surroundings, () => Promise.reject(refusal(method))),
    serverStream: (method) => serverStream(surroundings, () => Promise.reject(refusal(method))),
  };
}

function refusal(method: string): OrchestratorError {
  return new OrchestratorError('NOT_IMPLEMENTED', `${method} is not served by this version.`, { metadata: { method } });
}
