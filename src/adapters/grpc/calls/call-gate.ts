import { setMaxListeners } from 'node:events';
import { OrchestratorError } from '../../../domain/orchestrator-error';
import { type Call, callOf } from '../../../ports/call';
import type { Clock } from '../../../ports/clock';
import type { Access } from '../access/access';
import type { AcceptedRequest, SentRequest } from '../guard/request-guard';
import { Cohort } from './cohort';
import { GrpcCall, type RequestCall, type ServerCall } from './grpc-call';
import { metadataSize } from './metadata-size';
import { Places } from './places';
import { TenantPlaces } from './tenant-places';

/** Bounds of calls. */
export interface CallLimits {
  /** Calls, and requests of long-lived streams, whose handlers run at once; and calls whose request is on its way, as many again. */
  readonly callsInFlight: number;
  /** The same of one tenant, as the requests name it. */
  readonly callsInFlightPerTenant: number;
  /** Long-lived streams that are open at once; one that is idle takes no place among the calls in flight. */
  readonly streams: number;
  /** The same of one tenant: as the request of WatchSession names it, and the credential of ProcessTurns. */
  readonly streamsPerTenant: number;
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
  private readonly cohort = new Cohort();
  private readonly calls: Places;
  private readonly streams: Places;
  private readonly callsOfTenants: TenantPlaces;
  private readonly streamsOfTenants: TenantPlaces;
  private readonly limits: CallLimits;
  private readonly access: Access;
  private readonly clock: Clock;

  constructor(limits: CallLimits, access: Access, clock: Clock) {
    this.limits = limits;
    this.access = access;
    this.clock = clock;
    this.callsOfTenants = new TenantPlaces(
      limits.callsInFlightPerTenant,
      'Too many calls of this tenant are in flight on this node; retry in a moment.',
    );
    this.streamsOfTenants = new TenantPlaces(
      limits.streamsPerTenant,
      'Too many streams of this tenant are open on this node; retry in a moment.',
    );
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
    call: RequestCall<SentRequest<Request>>,
    handler: (request: AcceptedRequest<Request>, call: GrpcCall) => Promise<Result>,
  ): Promise<Result> {
    return this.calls.during(() =>
      this.begin(call, this.latest(), async (taken) => {
        await this.cohort.next();
        const request = call.request.accept();
        this.access.check(taken.principal, request.tenantId);
        this.refuseIfOver(taken);
        return this.callsOfTenants.during(request.tenantId, () => handler(request, taken));
      }),
    );
  }

  /**
   * The same for a long-lived stream of answers to one request. It has no deadline but its caller's; `revoked` is aborted with an
   * OrchestratorError when the credential holds no longer.
   */
  admitLongCall<Request, Result>(
    call: RequestCall<SentRequest<Request>>,
    handler: (request: AcceptedRequest<Request>, call: GrpcCall, revoked: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    return this.beginStream(call, (taken, revoked) => {
      const request = call.request.accept();
      this.access.check(taken.principal, request.tenantId);
      return this.streamsOfTenants.during(request.tenantId, () => handler(request, taken, revoked));
    });
  }

  /** The same for a long-lived stream of requests, which are let in by themselves. */
  admitStream<Result>(
    call: ServerCall,
    handler: (call: GrpcCall, revoked: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    return this.beginStream(call, (taken, revoked) => {
      setMaxListeners(0, taken.signal); // as many as its requests want
      return this.streamsOfTenants.during(taken.principal?.tenantId, () => handler(taken, revoked));
    });
  }

  /** One request of a long-lived stream that was admitted. */
  admitRequest<Request, Result>(
    sent: SentRequest<Request>,
    stream: GrpcCall,
    handler: (request: AcceptedRequest<Request>, call: Call) => Promise<Result>,
  ): Promise<Result> {
    return this.calls.during(async () => {
      await this.cohort.next();
      const request = sent.accept();
      this.access.check(stream.principal, request.tenantId);
      this.refuseIfOver(stream);
      const call = callOf(Math.min(stream.deadline, this.latest()), stream.signal);
      return this.callsOfTenants.during(request.tenantId, () => handler(request, call));
    });
  }

  private beginStream<Result>(
    call: ServerCall,
    handler: (taken: GrpcCall, revoked: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    return this.streams.during(() =>
      this.begin(call, Number.POSITIVE_INFINITY, async (taken) => {
        this.refuseIfOver(taken);
        const revoked = new AbortController();
        const stopChecking = this.access.keepChecking(call.metadata, call.getPath(), revoked);
        try {
          return await handler(taken, revoked.signal);
        } finally {
          stopChecking();
        }
      }),
    );
  }

  private async begin<Result>(
    call: ServerCall,
    deadlineWhereNone: number,
    handler: (taken: GrpcCall) => Promise<Result>,
  ): Promise<Result> {
    const taken = new GrpcCall(call, deadlineWhereNone, this.access.principalOf(call.metadata));
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
