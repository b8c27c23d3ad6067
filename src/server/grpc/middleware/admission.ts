import { setMaxListeners } from 'node:events';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import { type Call, createCall } from '../../ports/call';
import type { Clock } from '../../ports/clock';
import type { RawRequest, ValidatedRequest } from '../validation/request-validator';
import type { Authorizer } from './authorizer';
import { BatchGate } from './batch-gate';
import { ConcurrencyLimiter } from './concurrency-limiter';
import { GrpcCall, type RequestCall, type ServerCall } from './grpc-call';
import { getMetadataSize } from './metadata-size';
import { TenantConcurrencyLimiter } from './tenant-concurrency-limiter';

/** Bounds of calls. */
export interface CallLimits {
  /** Calls, and requests of long-lived streams, whose handlers run at once; and calls whose request is on its way, as many again. */
  readonly maxCallsInFlight: number;
  /** The same of one tenant, as the requests name it. */
  readonly maxCallsInFlightPerTenant: number;
  /** Long-lived streams that are open at once; one that is idle takes no place among the calls in flight. */
  readonly maxStreams: number;
  /** The same of one tenant: as the request of WatchSession names it, and the credential of ProcessTurns. */
  readonly maxStreamsPerTenant: number;
  /** Bytes of a call's metadata, as HTTP/2 counts them. */
  readonly maxMetadataBytes: number;
  /** A call with less than this left is not begun. Milliseconds. */
  readonly minRemainingMs: number;
  /** What a call has whose caller set no deadline, and each request of a long-lived stream at most. Milliseconds. */
  readonly turnTimeoutMs: number;
}

/**
 * Lets calls in. grpc-js itself bounds the streams of a connection, but forgets those that the caller cancelled while their
 * handlers run on; so they are counted here, each until its handler ends.
 */
export class Admission {
  private readonly cohort = new BatchGate();
  private readonly calls: ConcurrencyLimiter;
  private readonly streams: ConcurrencyLimiter;
  private readonly callsOfTenants: TenantConcurrencyLimiter;
  private readonly streamsOfTenants: TenantConcurrencyLimiter;
  private readonly limits: CallLimits;
  private readonly access: Authorizer;
  private readonly clock: Clock;

  constructor(limits: CallLimits, access: Authorizer, clock: Clock) {
    this.limits = limits;
    this.access = access;
    this.clock = clock;
    this.callsOfTenants = new TenantConcurrencyLimiter(
      limits.maxCallsInFlightPerTenant,
      'Too many calls of this tenant are in flight on this node; retry in a moment.',
    );
    this.streamsOfTenants = new TenantConcurrencyLimiter(
      limits.maxStreamsPerTenant,
      'Too many streams of this tenant are open on this node; retry in a moment.',
    );
    this.calls = new ConcurrencyLimiter(
      limits.maxCallsInFlight,
      'Too many calls are in flight on this node; retry in a moment.',
    );
    this.streams = new ConcurrencyLimiter(
      limits.maxStreams,
      'Too many streams are open on this node; retry in a moment.',
    );
  }

  /** Handlers of calls, and of requests of long-lived streams, that run now. */
  get callsInFlight(): number {
    return this.calls.inUse;
  }

  /** Long-lived streams that are open now. */
  get openStreams(): number {
    return this.streams.inUse;
  }

  /** Runs the handler of a call with one request, or throws why the call is not begun. */
  admit<Request, Result>(
    call: RequestCall<RawRequest<Request>>,
    handler: (request: ValidatedRequest<Request>, call: GrpcCall) => Promise<Result>,
  ): Promise<Result> {
    return this.calls.run(() =>
      this.begin(call, this.latest(), async (taken) => {
        await this.cohort.nextBatch();
        const request = call.request.validate();
        this.access.authorize(taken.principal, request.tenantId);
        this.refuseIfOver(taken);
        return this.callsOfTenants.run(request.tenantId, () => handler(request, taken));
      }),
    );
  }

  /**
   * The same for a long-lived stream of answers to one request. It has no deadline but its caller's; `revoked` is aborted with an
   * OrchestratorError when the credential holds no longer.
   */
  admitLongStream<Request, Result>(
    call: RequestCall<RawRequest<Request>>,
    handler: (request: ValidatedRequest<Request>, call: GrpcCall, revoked: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    return this.beginStream(call, (taken, revoked) => {
      const request = call.request.validate();
      this.access.authorize(taken.principal, request.tenantId);
      return this.streamsOfTenants.run(request.tenantId, () => handler(request, taken, revoked));
    });
  }

  /** The same for a long-lived stream of requests, which are let in by themselves. */
  admitBidiStream<Result>(
    call: ServerCall,
    handler: (call: GrpcCall, revoked: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    return this.beginStream(call, (taken, revoked) => {
      setMaxListeners(0, taken.signal); // as many as its requests want
      return this.streamsOfTenants.run(taken.principal?.tenantId, () => handler(taken, revoked));
    });
  }

  /** One request of a long-lived stream that was admitted. */
  admitStreamRequest<Request, Result>(
    sent: RawRequest<Request>,
    stream: GrpcCall,
    handler: (request: ValidatedRequest<Request>, call: Call) => Promise<Result>,
  ): Promise<Result> {
    return this.calls.run(async () => {
      await this.cohort.nextBatch();
      const request = sent.validate();
      this.access.authorize(stream.principal, request.tenantId);
      this.refuseIfOver(stream);
      const call = createCall(Math.min(stream.deadline, this.latest()), stream.signal);
      return this.callsOfTenants.run(request.tenantId, () => handler(request, call));
    });
  }

  private beginStream<Result>(
    call: ServerCall,
    handler: (taken: GrpcCall, revoked: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    return this.streams.run(() =>
      this.begin(call, Number.POSITIVE_INFINITY, async (taken) => {
        this.refuseIfOver(taken);
        const revoked = new AbortController();
        const stopChecking = this.access.watchCredential(call.metadata, call.getPath(), revoked);
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
    const taken = new GrpcCall(call, deadlineWhereNone, this.access.getPrincipal(call.metadata));
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
    const size = getMetadataSize(metadata);
    if (size > this.limits.maxMetadataBytes) {
      throw new OrchestratorError(
        'TOO_LARGE',
        `The metadata has ${size} bytes; at most ${this.limits.maxMetadataBytes} are allowed.`,
      );
    }
  }

  private refuseIfOver({ deadline, isCancelled: cancelled }: GrpcCall): void {
    if (cancelled) throw new OrchestratorError('CANCELLED', 'The caller gave up.');
    if (deadline - this.clock.now() < this.limits.minRemainingMs) {
      throw new OrchestratorError('DEADLINE', 'Too little time is left to begin.');
    }
  }
}
