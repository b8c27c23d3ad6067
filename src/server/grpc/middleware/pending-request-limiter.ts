import { type ServerInterceptingCallInterface, status } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { Telemetry } from '../../ports/telemetry';
import { getTraceId, toStatusObject } from '../errors/call-error';
import { retryAfterMs } from './concurrency-limiter';
import { isHealthCheck } from './health-path';
import type { TransportCall, TransportHook } from './transport-interceptor';

/** Limits on requests that are not completely received. */
export interface PendingRequestLimits {
  readonly maxPendingRequests: number;
  /** Time to receive a request of a client that sets no deadline, in milliseconds. */
  readonly timeoutMs: number;
}

/** Limits pending requests. Health checks have a separate limit, so that other calls cannot block them. */
export function limitPendingRequests(
  requests: PendingRequestLimiter,
  limits: PendingRequestLimits,
  telemetry: Telemetry,
): TransportHook {
  const healthChecks = new PendingRequestLimiter(limits, telemetry);
  return (call, transport) => (isHealthCheck(transport.path) ? healthChecks : requests).track(call, transport);
}

/**
 * Limits calls whose single request is not completely received. grpc-js keeps the received part in memory, and no handler runs yet,
 * so no other limit applies to these calls.
 */
export class PendingRequestLimiter {
  private pendingCount = 0;
  private readonly limits: PendingRequestLimits;
  private readonly telemetry: Telemetry;

  constructor(limits: PendingRequestLimits, telemetry: Telemetry) {
    this.limits = limits;
    this.telemetry = telemetry;
  }

  /**
   * Counts a request of another transport. Returns a function that ends the count, once, when the request is complete or the call ends.
   *
   * @throws OrchestratorError TOO_MANY_CALLS if the limit is reached.
   */
  enter(): () => void {
    if (this.pendingCount >= this.limits.maxPendingRequests) throw createTooManyRequestsError();
    this.pendingCount += 1;
    let isCounted = true;
    return () => {
      if (isCounted) this.pendingCount -= 1;
      isCounted = false;
    };
  }

  /**
   * Counts a call with a single request until the request is complete or the call ends. Above the limit the call is rejected with
   * TOO_MANY_CALLS. After the timeout it ends with DEADLINE_EXCEEDED. Also sets `transport.metadata` and calls
   * `transport.onEnd` for every call.
   */
  track(call: ServerInterceptingCallInterface, transport: TransportCall): void {
    const { start } = call;
    const limiter = this;
    call.start = function (listener) {
      const { isRequestStream } = transport;
      const isRejected = !isRequestStream && limiter.pendingCount >= limiter.limits.maxPendingRequests;
      const timer = isRequestStream || isRejected ? undefined : limiter.startTimer(this);
      let isCounted = false;
      const release = (): void => {
        clearTimeout(timer);
        if (isCounted) limiter.pendingCount -= 1;
        isCounted = false;
      };
      start.call(this, {
        // grpc-js calls this immediately, or never if the client has already disconnected. In that case it calls no other method.
        onReceiveMetadata(metadata) {
          transport.metadata = metadata;
          if (isRejected) return;
          isCounted = !isRequestStream;
          if (isCounted) limiter.pendingCount += 1;
          listener.onReceiveMetadata(metadata);
        },
        onReceiveMessage: (message) => listener.onReceiveMessage(message),
        onReceiveHalfClose() {
          release();
          listener.onReceiveHalfClose();
        },
        // grpc-js also calls onCancel after each status.
        onCancel() {
          release();
          transport.onEnd?.();
          listener.onCancel();
        },
      });
      if (isRejected)
        this.sendStatus(
          toStatusObject(createTooManyRequestsError(), getTraceId(limiter.telemetry, transport.metadata)),
        );
    };
  }

  private startTimer(call: ServerInterceptingCallInterface): NodeJS.Timeout | undefined {
    if (call.getDeadline() !== Number.POSITIVE_INFINITY) return undefined;
    return setTimeout(() => {
      call.sendStatus({ code: status.DEADLINE_EXCEEDED, details: 'The request was not received in time.' });
    }, this.limits.timeoutMs);
  }
}

function createTooManyRequestsError(): OrchestratorError {
  const message = 'This node is receiving too many requests; retry after the retry delay.';
  return new OrchestratorError('TOO_MANY_CALLS', message, { retryAfterMs });
}
