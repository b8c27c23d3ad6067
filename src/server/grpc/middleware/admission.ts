import type { ServerInterceptor } from '@grpc/grpc-js';
import { eventLoopShare } from '../../application/event-loop-share';
import type { Clock } from '../../ports/clock';
import type { Metrics } from '../../ports/metrics';
import type { ErrorReporting } from '../errors/call-error';
import { authenticate } from './authenticate';
import { allowAll, type CredentialAuthorizer } from './authorizer';
import { BatchGate } from './batch-gate';
import { ConcurrencyLimiter, TenantConcurrencyLimiter } from './concurrency-limiter';
import { explainTransportErrors } from './explain-transport-errors';
import { holdRequestBytes, limitRequestBytes, limitTenantBytes, Unpacker } from './limit-request-bytes';
import { measureCalls } from './measure-calls';
import {
  authorize,
  batch,
  checkDeadline,
  countTenantCalls,
  endCancellation,
  limitConcurrency,
  limitCredentialConcurrency,
  limitMetadata,
  limitTenantConcurrency,
  type Middleware,
  reportErrors,
  shareDecoding,
  traceSession,
  validate,
  validateInParts,
  watchCredential,
} from './middleware';
import { limitPendingRequests, PendingRequestLimiter } from './pending-request-limiter';
import { RequestBytesLimiter } from './request-bytes-limiter';
import { createTransportInterceptor } from './transport-interceptor';

export interface CallLimits {
  /**
   * Maximum number of calls, and of requests of long-lived streams, that are processed concurrently. The same number of calls
   * may have a request that is not completely received.
   */
  readonly maxCallsInFlight: number;
  /** Maximum number of concurrent calls and requests of one tenant, by the tenant in the request. */
  readonly maxCallsInFlightPerTenant: number;
  /** Maximum number of open long-lived streams. An idle stream does not count as a call in flight. */
  readonly maxStreams: number;
  /**
   * Maximum number of open long-lived streams of one tenant: by the tenant in a WatchSession request, and by the tenant of the
   * credential of ProcessTurns.
   */
  readonly maxStreamsPerTenant: number;
  /** Maximum size of a received message in bytes, also after decompression. */
  readonly maxMessageBytes: number;
  /** Maximum number of bytes of all requests in flight, after decompression. */
  readonly maxRequestBytesInFlight: number;
  /** Maximum number of bytes of one tenant's requests in flight: by the tenant of the credential, or of the request. */
  readonly maxRequestBytesInFlightPerTenant: number;
  /** Maximum size of a call's metadata in bytes, as HTTP/2 counts them. */
  readonly maxMetadataBytes: number;
  /** Minimum time until the deadline. A call with less time is rejected. Milliseconds. */
  readonly minRemainingMs: number;
  /** Timeout of a call without a deadline, and maximum time for each request of a long-lived stream. Milliseconds. */
  readonly turnTimeoutMs: number;
}

export interface AdmissionDependencies extends ErrorReporting {
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Records the open streams of health checks. */
  readonly trackWatches: ServerInterceptor;
  /** If undefined, every call is allowed. */
  readonly authorizer: CredentialAuthorizer | undefined;
}

/** The kinds of calls, and the requests inside a bidirectional stream. */
export type CallKind = 'unary' | 'server stream' | 'long server stream' | 'bidi stream' | 'stream request';

/** What the interceptors of gRPC calls use, for calls of another transport. */
export interface Entrance {
  readonly pendingRequests: PendingRequestLimiter;
  readonly requestBytes: RequestBytesLimiter;
  readonly unpacker: Unpacker;
  /** If undefined, every call is allowed. */
  readonly authorizer: CredentialAuthorizer | undefined;
}

/** The interceptors and middlewares that run before the handler of a call. */
export interface Admission {
  /** Run before the body of a call is read. grpc-js passes incoming data to the last interceptor first. */
  readonly interceptors: readonly ServerInterceptor[];
  /** Run in order after the request is received. */
  readonly middlewares: Readonly<Record<CallKind, readonly Middleware[]>>;
  readonly entrance: Entrance;
  /** Number of running handlers of calls and of requests of long-lived streams. */
  readonly callsInFlight: number;
  /** Number of open long-lived streams. */
  readonly openStreams: number;
  /** Number of bytes of the requests in flight, after decompression. */
  readonly requestBytesInFlight: number;
}

/**
 * Creates the interceptors and middlewares that admit calls. grpc-js itself limits the streams of a connection, but it stops
 * counting a call when the client cancels it. The limiters count a call until its handler ends.
 */
export function createAdmission(deps: AdmissionDependencies, limits: CallLimits): Admission {
  const { clock, metrics, telemetry } = deps;
  const authorizer = deps.authorizer ?? allowAll;
  const pending = { maxPendingRequests: limits.maxCallsInFlight, timeoutMs: limits.turnTimeoutMs };
  const pendingRequests = new PendingRequestLimiter(pending, telemetry);
  const calls = new ConcurrencyLimiter(limits.maxCallsInFlight, formatLimitMessage('calls are in flight'));
  const streams = new ConcurrencyLimiter(limits.maxStreams, formatLimitMessage('streams are open'));
  const tenantCalls = new TenantConcurrencyLimiter(
    limits.maxCallsInFlightPerTenant,
    formatLimitMessage('calls of this tenant are in flight'),
  );
  const tenantStreams = new TenantConcurrencyLimiter(
    limits.maxStreamsPerTenant,
    formatLimitMessage('streams of this tenant are open'),
  );
  const requestBytes = new RequestBytesLimiter({
    maxBytes: limits.maxRequestBytesInFlight,
    maxBytesPerTenant: limits.maxRequestBytesInFlightPerTenant,
  });
  const gate = new BatchGate();

  const callMiddlewares: readonly Middleware[] = [
    reportErrors(deps),
    holdRequestBytes(requestBytes),
    limitConcurrency(calls),
    endCancellation,
    limitMetadata(limits.maxMetadataBytes),
    batch(gate),
    shareDecoding(eventLoopShare, authorizer),
    validateInParts,
    traceSession,
    authorize(authorizer),
    limitTenantBytes(requestBytes),
    checkDeadline(clock, limits.minRemainingMs),
    limitTenantConcurrency(tenantCalls),
    countTenantCalls(eventLoopShare),
  ];
  const streamMiddlewares: readonly Middleware[] = [
    reportErrors(deps),
    limitConcurrency(streams),
    endCancellation,
    limitMetadata(limits.maxMetadataBytes),
    checkDeadline(clock, limits.minRemainingMs),
    watchCredential(authorizer),
  ];
  return {
    interceptors: [
      createTransportInterceptor([
        measureCalls(metrics),
        limitPendingRequests(pendingRequests, pending, telemetry),
        limitRequestBytes(requestBytes, { ...limits, getTenantId: (call) => authorizer.getTenantId(call), telemetry }),
        explainTransportErrors(telemetry),
      ]),
      deps.trackWatches,
      ...(deps.authorizer === undefined ? [] : [authenticate(deps.authorizer, deps)]),
    ],
    middlewares: {
      unary: callMiddlewares,
      'server stream': callMiddlewares,
      'long server stream': [
        ...streamMiddlewares,
        validateInParts,
        traceSession,
        authorize(authorizer),
        limitTenantConcurrency(tenantStreams),
      ],
      'bidi stream': [...streamMiddlewares, limitCredentialConcurrency(tenantStreams, authorizer)],
      'stream request': [
        reportErrors(deps),
        holdRequestBytes(requestBytes),
        limitConcurrency(calls),
        batch(gate),
        validate,
        traceSession,
        authorize(authorizer),
        limitTenantBytes(requestBytes),
        checkDeadline(clock, limits.minRemainingMs),
        limitTenantConcurrency(tenantCalls),
        countTenantCalls(eventLoopShare),
      ],
    },
    entrance: {
      pendingRequests,
      requestBytes,
      unpacker: new Unpacker(requestBytes, limits.maxMessageBytes),
      authorizer: deps.authorizer,
    },
    get callsInFlight() {
      return calls.inUse;
    },
    get openStreams() {
      return streams.inUse;
    },
    get requestBytesInFlight() {
      return requestBytes.inUse;
    },
  };
}

function formatLimitMessage(subject: string): string {
  return `Too many ${subject} on this node; retry after the retry delay.`;
}
