import { OrchestratorError } from '../../../domain/orchestrator-error';
import type { Clock } from '../../../ports/clock';
import type { AcceptedRequest, GuardedRequest } from '../guard/request-guard';
import { GrpcCall, type ServerCall } from './grpc-call';
import { metadataSize } from './metadata-size';

/** Bounds of calls. */
export interface CallLimits {
  /** Calls whose handlers run at once. */
  readonly callsInFlight: number;
  /** Bytes of a call's metadata, as HTTP/2 counts them. */
  readonly metadataBytes: number;
  /** A call with less than this left is not begun. Milliseconds. */
  readonly leastTimeMs: number;
}

/** After this a caller who was one too many may try again. Milliseconds. */
const RETRY_AFTER = 100;

/**
 * Lets calls in. grpc-js itself bounds the streams of a connection, but forgets those that the caller cancelled while their
 * handlers run on; so they are counted here, each until its handler ends.
 */
export class CallGate {
  private inFlight = 0;
  private readonly limits: CallLimits;
  private readonly clock: Clock;

  constructor(limits: CallLimits, clock: Clock) {
    this.limits = limits;
    this.clock = clock;
  }

  /** Handlers that run now. */
  get running(): number {
    return this.inFlight;
  }

  /** Runs the handler of a call, or throws why the call is not begun. */
  async admit<Request, Result>(
    call: ServerCall<GuardedRequest<Request>>,
    handler: (request: AcceptedRequest<Request>, call: GrpcCall) => Promise<Result>,
  ): Promise<Result> {
    if (this.inFlight >= this.limits.callsInFlight) {
      throw new OrchestratorError('TOO_MANY_CALLS', 'Too many calls are in flight on this node; retry in a moment.', {
        retryAfterMs: RETRY_AFTER,
      });
    }
    this.inFlight++;
    const taken = new GrpcCall(call);
    try {
      return await handler(this.checked(call, taken), taken);
    } finally {
      taken.end();
      this.inFlight--;
    }
  }

  private checked<Request>(call: ServerCall<GuardedRequest<Request>>, taken: GrpcCall): AcceptedRequest<Request> {
    const { request } = call;
    const size = metadataSize(call.metadata);
    if (size > this.limits.metadataBytes) {
      throw new OrchestratorError(
        'TOO_LARGE',
        `The metadata has ${size} bytes; at most ${this.limits.metadataBytes} are allowed.`,
      );
    }
    if (request.refused !== undefined) throw request.refused;
    if (taken.cancelled) throw new OrchestratorError('CANCELLED', 'The caller gave up.');
    if (taken.deadline - this.clock.now() < this.limits.leastTimeMs) {
      throw new OrchestratorError('DEADLINE', 'Too little time is left to begin.');
    }
    return request;
  }
}
