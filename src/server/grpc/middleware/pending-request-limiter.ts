import { type Metadata, type ServerInterceptingCallInterface, status } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { Telemetry } from '../../ports/telemetry';
import { getTraceId, toStatusObject } from '../errors/call-error';
import { retryAfterMs } from './concurrency-limiter';

/** What is known of a call once it has begun. */
export interface PendingCall {
  /** What its caller sent with it. */
  metadata?: Metadata;
}

/** What bounds requests that are on their way in. */
export interface PendingRequestLimits {
  /** Calls whose one request has not come to its end, at most. */
  readonly maxPendingRequests: number;
  /** How long a caller who sets no deadline may take to send it. Milliseconds. */
  readonly timeoutMs: number;
  readonly telemetry: Telemetry;
}

/**
 * Bounds calls that have begun and whose one request has not come to its end: grpc-js keeps in memory what it has of it, and no
 * handler runs by then, so that no other bound would ever count or end them.
 */
export class PendingRequestLimiter {
  private arriving = 0;
  private readonly limits: PendingRequestLimits;

  constructor(limits: PendingRequestLimits) {
    this.limits = limits;
  }

  /**
   * Notes the arrival of a call. One with one request is counted until that is whole or the call ends, refused with TOO_MANY_CALLS
   * where too many are, and ended with DEADLINE_EXCEEDED where it takes too long. To be given the innermost call: see
   * explainTransportErrors.
   */
  track(call: ServerInterceptingCallInterface, requestStream: boolean): PendingCall {
    const arrival: PendingCall = {};
    const { start } = call;
    const requests = this;
    call.start = function (listener) {
      const refused = !requestStream && requests.arriving >= requests.limits.maxPendingRequests;
      const overdue = requestStream || refused ? undefined : requests.endWhenOverdue(this);
      let counted = false;
      const arrived = (): void => {
        clearTimeout(overdue);
        if (counted) requests.arriving -= 1;
        counted = false;
      };
      start.call(this, {
        // Told at once, or not at all where the caller is gone already; then nothing else is told either.
        onReceiveMetadata(metadata) {
          arrival.metadata = metadata;
          if (refused) return;
          counted = !requestStream;
          if (counted) requests.arriving += 1;
          listener.onReceiveMetadata(metadata);
        },
        onReceiveMessage: (message) => listener.onReceiveMessage(message),
        onReceiveHalfClose() {
          arrived();
          listener.onReceiveHalfClose();
        },
        // Also told after each status.
        onCancel() {
          arrived();
          listener.onCancel();
        },
      });
      if (refused) this.sendStatus(toStatusObject(tooMany(), getTraceId(requests.limits.telemetry, arrival.metadata)));
    };
    return arrival;
  }

  private endWhenOverdue(call: ServerInterceptingCallInterface): NodeJS.Timeout | undefined {
    if (call.getDeadline() !== Number.POSITIVE_INFINITY) return undefined;
    return setTimeout(() => {
      call.sendStatus({ code: status.DEADLINE_EXCEEDED, details: 'The request did not come to its end in time.' });
    }, this.limits.timeoutMs);
  }
}

function tooMany(): OrchestratorError {
  const text = 'Too many requests are on their way to this node; retry in a moment.';
  return new OrchestratorError('TOO_MANY_CALLS', text, { retryAfterMs });
}
