import { setMaxListeners } from 'node:events';
import { OrchestratorError } from '../../../domain/orchestrator-error';
import type { Call } from '../../../ports/call';
import type { Clock } from '../../../ports/clock';
import { type AcceptedRequest, acceptedOf, type GuardedRequest } from '../guard/request-guard';
import { GrpcCall, type RequestCall, type ServerCall } from './grpc-call';
import { metadataSize } from './metadata-size';
import { Places } from './places';

/** Bounds of calls. */
export interface CallLimits {
  /** Calls, and requests of long-lived streams, whose handlers run at once. */
  readonly callsInFlight: number;
  /** Long-lived streams that are open at once; one that is idle takes no place among the calls in flight. */
  readonly streams: number;
  /** Bytes of a call's metadata, as HTTP/2 counts them. */
  readonly metadataBytes: number;
  /** A call with less than this left is not begun. Milliseconds. */
  readonly leastTimeMs: number;
  /** What a call has whose caller set no deadline, and each request of a long-lived stream at most. Milliseconds. */
  readonly turnTimeoutMs: number;
}

/**
 * Lets calls in. grpc-js itself bounds the streams of a connection, but forgets those that the caller cancelled while their
 * handlers run on; so they are counted here, each until its handler ends.
 */
export class CallGate {
  private readonly calls: Places;
  private readonly streams: Places;
  private readonly limits: CallLimits;
  private readonly clock: Clock;

  constructor(limits: CallLimits, clock: Clock) {
    this.limits = limits;
    this.clock = clock;
    this.calls = new Places(limits.callsInFlight, 'Too many calls are in flight on this node; retry in a moment.');
    this.streams = new Places(limits.streams, 'Too many streams are open on this node; retry in a moment.');
  }

  /** Handlers of calls, and of requests of long-lived streams, that run now. */
  get running(): number {
    return this.calls.taken;
  }

  /** Long-lived streams that are open now. */
  get openStreams(): number {
    return this.streams.taken;
  }

  /** Runs the handler of a call with one request, or throws why the call is not begun. */
  admit<Request, Result>(
    call: RequestCall<GuardedRequest<Request>>,
    handler: (request: AcceptedRequest<Request>, call: GrpcCall) => Promise<Result>,
  ): Promise<Result> {
    return this.calls.during(() =>
      this.begin(call, this.latest(), async (taken) => {
        const request = acceptedOf(call.request);
        this.refuseIfOver(taken);
        return await handler(request, taken);
      }),
    );
  }

  /** The same for a long-lived stream, which has no deadline but its caller's. Its requests are the handler's to check. */
  admitStream<Result>(call: ServerCall, handler: (call: GrpcCall) => Promise<Result>): Promise<Result> {
    return this.streams.during(() =>
      this.begin(call, Number.POSITIVE_INFINITY, async (taken) => {
        setMaxListeners(0, taken.signal); // as many as its requests want
        this.refuseIfOver(taken);
        return await handler(taken);
      }),
    );
  }

  /** The same for one request of a long-lived stream that was admitted. */
  admitRequest<Request, Result>(
    guarded: GuardedRequest<Request>,
    stream: GrpcCall,
    handler: (request: AcceptedRequest<Request>, call: Call) => Promise<Result>,
  ): Promise<Result> {
    return this.calls.during(() => {
      const request = acceptedOf(guarded);
      this.refuseIfOver(stream);
      return handler(request, { deadline: Math.min(stream.deadline, this.latest()), signal: stream.signal });
    });
  }

  private async begin<Result>(
    call: ServerCall,
    deadlineWhereNone: number,
    handler: (taken: GrpcCall) => Promise<Result>,
  ): Promise<Result> {
    const taken = new GrpcCall(call, deadlineWhereNone);
    try {
      this.refuseMetadata(call);
      return await handler(taken);
    } finally {
      taken.end();
    }
  }

  private latest(): number {
    return this.clock.now() + this.limits.turnTimeoutMs;
  }

  private refuseMetadata({ metadata }: ServerCall): void {
    const size = metadataSize(metadata);
    if (size > this.limits.metadataBytes) {
      throw new OrchestratorError(
        'TOO_LARGE',
        `The metadata has ${size} bytes; at most ${this.limits.metadataBytes} are allowed.`,
      );
    }
  }

  private refuseIfOver({ deadline, cancelled }: GrpcCall): void {
    if (cancelled) throw new OrchestratorError('CANCELLED', 'The caller gave up.');
    if (deadline - this.clock.now() < this.limits.leastTimeMs) {
      throw new OrchestratorError('DEADLINE', 'Too little time is left to begin.');
    }
  }
}
