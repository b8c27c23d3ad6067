import type { handleUnaryCall } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../domain/orchestrator-error';
import type { SentRequest } from '../guard/request-guard';
import { type CallSurroundings, type Outgoing, unary } from './unary';

/** Handlers of methods that the contract has and this version does not. They check requests as the others do. */
export interface NotImplemented {
  unary<Request, Response>(method: string): handleUnaryCall<SentRequest<Request>, Outgoing<Response>>;
}

/** See NotImplemented. */
export function notImplemented(surroundings: CallSurroundings): NotImplemented {
  return {
    unary: (method) => unary(surroundings, () => Promise.reject(refusal(method))),
  };
}

function refusal(method: string): OrchestratorError {
  return new OrchestratorError('NOT_IMPLEMENTED', `${method} is not served by this version.`, { metadata: { method } });
}
