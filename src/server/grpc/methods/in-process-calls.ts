import { EventEmitter } from 'node:events';
import { type Deadline, Metadata } from '@grpc/grpc-js';
import type { ServerCall } from '../middleware/call-context';
import type { RawRequest, RequestValidators } from '../validation/request-validator';
import type { HandlerDependencies } from './dependencies';
import type { AnyMessage } from './method';
import type { Service } from './services';
import { createUnaryRun } from './unary-handler';

/**
 * Calls a unary method without HTTP/2 and interceptors: the middlewares, the validation and the handler. Rejects with an OrchestratorError if
 * the call fails.
 */
export type CallInProcess = (path: string, request: Uint8Array) => Promise<void>;

/** A call without a client. */
class InProcessCall extends EventEmitter implements ServerCall {
  readonly metadata = new Metadata();
  readonly cancelled = false;

  constructor(
    private readonly path: string,
    readonly request: RawRequest<AnyMessage>,
  ) {
    super();
  }

  getDeadline(): Deadline {
    return Number.POSITIVE_INFINITY;
  }

  getPath(): string {
    return this.path;
  }
}

export function createInProcessCalls(
  services: readonly Service[],
  validators: RequestValidators,
  deps: HandlerDependencies,
): CallInProcess {
  const methods = new Map<string, (bytes: Uint8Array) => Promise<unknown>>();
  for (const { definition, method } of services.flatMap((service) => service.methods)) {
    if (method.kind !== 'unary') continue;
    const { path, requestDeserialize } = definition;
    const validate = validators.forMethod(path, requestDeserialize, method);
    const run = createUnaryRun(method, deps);
    methods.set(path, (bytes) => {
      const call = new InProcessCall(path, validate(bytes));
      return run(call, deps.telemetry.startCall(path, call.metadata));
    });
  }
  return async (path, request) => {
    const call = methods.get(path);
    if (call === undefined) throw new Error(`The service has no unary method ${path}.`);
    await call(request);
  };
}
