import { type handleUnaryCall, status } from '@grpc/grpc-js';
import type { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { Span } from '../../ports/span';
import { toStatusObject } from '../errors/call-error';
import { CallContext, type ServerCall } from '../middleware/call-context';
import { endCallSpan } from '../middleware/call-span';
import { compose } from '../middleware/middleware';
import type { RawRequest } from '../validation/request-validator';
import type { HandlerDependencies } from './dependencies';
import type { MessageOrBytes, UnaryMethod, UnaryResponse } from './method';

/** Runs the middlewares and the handler of a method. Rejects with an OrchestratorError. */
export type RunUnary<Request, Response> = (
  call: ServerCall & { readonly request: RawRequest<Request> },
  span: Span,
) => Promise<UnaryResponse<Response>>;

export function createUnaryRun<Request, Response>(
  method: UnaryMethod<Request, Response>,
  { middlewares, clock, turnTimeoutMs }: HandlerDependencies,
): RunUnary<Request, Response> {
  const run = compose<Request, UnaryResponse<Response>>(middlewares.unary, (call) =>
    method.handle(call.getRequest(), call),
  );
  return (call, span) => run(CallContext.forCall(call, clock.now() + turnTimeoutMs, span));
}

/** Creates the grpc-js handler of a unary method. The handler calls its callback exactly once and never throws. */
export function createUnaryHandler<Request, Response>(
  method: UnaryMethod<Request, Response>,
  deps: HandlerDependencies,
): handleUnaryCall<RawRequest<Request>, MessageOrBytes<Response>> {
  const run = createUnaryRun(method, deps);
  return (call, callback) => {
    const span = deps.telemetry.startCall(call.getPath(), call.metadata);
    run(call, span).then(
      ({ body, trailer }) => {
        endCallSpan(span, status.OK);
        callback(null, body, trailer);
      },
      // The middleware `reportErrors` converts every error.
      (error: OrchestratorError) => {
        const failure = toStatusObject(error, span.traceId);
        endCallSpan(span, failure.code);
        callback(failure);
      },
    );
  };
}
