import type { Metadata } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { bytesPerUnit, type EventLoopShare, noTenant } from '../../application/event-loop-share';
import { createTooLargeError } from '../../application/too-large';
import type { Clock } from '../../ports/clock';
import { type ErrorReporting, toOrchestratorError } from '../errors/call-error';
import type { Authorizer } from './authorizer';
import type { BatchGate } from './batch-gate';
import type { CallContext } from './call-context';
import type { ConcurrencyLimiter, TenantConcurrencyLimiter } from './concurrency-limiter';

/** The rest of a call: the next middleware, or the handler at the end. */
export type Next<Request, Result> = (call: CallContext<Request>) => Promise<Result>;

/**
 * One step of a call between the interceptors and the handler. It calls `next` once, or throws an error instead. All steps have the
 * same signature. admission.ts lists the steps of each kind of call in the order in which they run.
 */
export type Middleware = <Request, Result>(call: CallContext<Request>, next: Next<Request, Result>) => Promise<Result>;

/** Composes middlewares, the outermost first, around a handler. */
export function compose<Request, Result>(
  middlewares: readonly Middleware[],
  handler: Next<Request, Result>,
): Next<Request, Result> {
  return middlewares.reduceRight<Next<Request, Result>>(
    (next, middleware) => (call) => middleware(call, next),
    handler,
  );
}

/** Converts every error to an OrchestratorError, logs it, and marks the span of the call. */
export function reportErrors(reporting: Pick<ErrorReporting, 'log' | 'metrics'>): Middleware {
  return async (call, next) => {
    try {
      return await next(call);
    } catch (thrown) {
      throw toOrchestratorError(thrown, call.path, call.span, reporting);
    }
  };
}

/** Ignores a cancellation after the handler has ended, because grpc-js emits `cancelled` after every response. */
export const endCancellation: Middleware = async (call, next) => {
  try {
    return await next(call);
  } finally {
    call.end();
  }
};

/** Limits how many calls are processed concurrently. */
export function limitConcurrency(limiter: ConcurrencyLimiter): Middleware {
  return (call, next) => limiter.run(() => next(call));
}

/** Limits how many calls of each tenant are processed concurrently, by the tenant in the request. */
export function limitTenantConcurrency(limiter: TenantConcurrencyLimiter): Middleware {
  return (call, next) => limiter.run(call.request?.tenantId, () => next(call));
}

/** Counts the calls of each tenant in flight, so that tenants share the event loop. */
export function countTenantCalls(share: Pick<EventLoopShare, 'startCall' | 'endCall'>): Middleware {
  return async (call, next) => {
    const tenantId = call.tenantId ?? noTenant;
    share.startCall(tenantId);
    try {
      return await next(call);
    } finally {
      share.endCall(tenantId);
    }
  };
}

/** Limits how many calls of each tenant are processed concurrently, by the tenant of the credential. */
export function limitCredentialConcurrency(limiter: TenantConcurrencyLimiter, authorizer: Authorizer): Middleware {
  return (call, next) => limiter.run(authorizer.getTenantId(call.metadata), () => next(call));
}

/** Limits the size of the metadata from the client. */
export function limitMetadata(maxBytes: number): Middleware {
  return (call, next) => {
    const size = getMetadataSize(call.metadata);
    if (size > maxBytes) {
      throw createTooLargeError({
        subject: 'The metadata of the call',
        limit: 'max_metadata_bytes',
        size,
        maxSize: maxBytes,
        advice: 'Send less metadata.',
      });
    }
    return next(call);
  };
}

/** Starts calls that arrive together in one batch (ADR 0008). */
export function batch(gate: BatchGate): Middleware {
  return async (call, next) => {
    await gate.waitForNextBatch();
    return next(call);
  };
}

/** Requests with fewer bytes are decoded at once. Most have a few kilobytes. */
const largeRequestBytes = 65_536;

/**
 * Lets a large request wait before it is decoded, by the tenant of the credential. The tenant in the request is not known yet. Requests of a stream
 * do not wait, because they must keep their order.
 */
export function shareDecoding(
  share: Pick<EventLoopShare, 'waitForShare' | 'record'>,
  authorizer: Pick<Authorizer, 'getTenantId'>,
): Middleware {
  const run: Middleware = async (call, next) => {
    const tenantId = authorizer.getTenantId(call.metadata) ?? noTenant;
    const wait = share.waitForShare(tenantId, call);
    if (wait !== undefined) await wait;
    share.record(tenantId, call.rawRequest.bytes.length / bytesPerUnit);
    return next(call);
  };
  return (call, next) => (call.rawRequest.bytes.length < largeRequestBytes ? next(call) : run(call, next));
}

/** Decodes and validates the request. */
export const validate: Middleware = (call, next) => {
  call.request = call.rawRequest.validate();
  return next(call);
};

/**
 * Like `validate`. Lets other work run while a large request is validated fully. Requests of a stream are not validated in parts, because they
 * must keep their order.
 */
export const validateInParts: Middleware = (call, next) => {
  const request = call.rawRequest.validateInParts();
  if (!(request instanceof Promise)) {
    call.request = request;
    return next(call);
  }
  return request.then((validated) => {
    call.request = validated;
    return next(call);
  });
};

/** Adds the session of the request to the span of the call and to all spans below it. */
export const traceSession: Middleware = (call, next) => {
  const sessionId = call.request?.sessionId;
  if (sessionId) call.span.setSession(sessionId);
  return next(call);
};

/** Checks that the request is for the tenant of the credential. */
export function authorize(authorizer: Authorizer): Middleware {
  return (call, next) => {
    authorizer.authorize(call.metadata, call.request?.tenantId, call.span);
    return next(call);
  };
}

/** Checks the credential of a stream again at intervals, as long as the stream is open. */
export function watchCredential(authorizer: Authorizer): Middleware {
  return async (call, next) => {
    const revocation = new AbortController();
    call.revocationSignal = revocation.signal;
    const stop = authorizer.watchCredential(call.metadata, call.path, (error) => revocation.abort(error));
    try {
      return await next(call);
    } finally {
      stop();
    }
  };
}

/** Rejects calls that are canceled or have less than `minRemainingMs` left until their deadline. */
export function checkDeadline(clock: Clock, minRemainingMs: number): Middleware {
  return (call, next) => {
    if (call.isCanceled) throw new OrchestratorError('CANCELLED', 'The client canceled the call.');
    if (call.deadline - clock.now() < minRemainingMs) {
      throw new OrchestratorError('DEADLINE', 'Too little time is left before the deadline.');
    }
    return next(call);
  };
}

/** The bytes that HTTP/2 counts for each header in addition to its name and value (RFC 9113, 6.5.2). */
const bytesPerHeader = 32;

/** Returns the size of metadata in bytes as HTTP/2 counts it, with binary values in base64. */
function getMetadataSize(metadata: Metadata): number {
  let size = 0;
  for (const [name, values] of Object.entries(metadata.toJSON())) {
    for (const value of values) {
      const length = typeof value === 'string' ? value.length : Math.ceil(value.length / 3) * 4;
      size += bytesPerHeader + name.length + length;
    }
  }
  return size;
}
