import type { handleUnaryCall } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { RawRequest } from '../validation/request-validator';
import { type CallDependencies, type MessageOrBytes, unary } from './unary';

/** Handlers of methods that the contract has and this version does not. They check requests as the others do. */
export interface NotImplemented {
  unary<Request, Response>(method: string): handleUnaryCall<RawRequest<Request>, MessageOrBytes<Response>>;
}

/** See NotImplemented. */
export function notImplemented(surroundings: CallDependencies): NotImplemented {
  return {
    unary: (method) => unary(surroundings, () => Promise.reject(refusal(method))),
  };
}

function refusal(method: string): OrchestratorError {
  return new OrchestratorError('NOT_IMPLEMENTED', `${method} is not served by this version.`, { metadata: { method } });
}
