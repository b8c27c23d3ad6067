import type { ServerInterceptor } from '@grpc/grpc-js';
import type { Clock } from '../../ports/clock';
import type { Metrics } from '../../ports/metrics';
import type { ErrorReporting } from '../errors/call-error';
import { authenticate } from './authenticate';
import { allowAll, type CredentialAuthorizer } from './authorizer';
import { BatchGate } from './batch-gate';
import { ConcurrencyLimiter, TenantConcurrencyLimiter } from './concurrency-limiter';
import { measureCalls } from './measure-calls';
import {
  authorize,
  batch,
  checkDeadline,
  endCancellation,
  limitConcurrency,
  limitCredentialConcurrency,
  limitMetadata,
  limitTenantConcurrency,
  type Middleware,
  reportErrors,
  trace,
  validate,
  watchCredential,
} from './middleware';
import { limitPendingRequests } from './pending-request-limiter';
import { explainTransportErrors, sendTrailers } from './send-status';
import { transportInterceptor } from './transport-interceptor';

export interface CallLimits {
  /**
   * Maximum number of calls, and of requests of long-lived streams, that are processed concurrently. The same number of calls
   * may have a request that is not completely received.
   */
  readonly maxCallsInFlight: number;
  /** The same for one tenant, by the tenant in the request. */
  readonly maxCallsInFlightPerTenant: number;
  /** Maximum number of open long-lived streams. An idle stream does not count as a call in flight. */
  readonly maxStreams: number;
  /** The same for one tenant: by the tenant in a WatchSession request, and by the tenant of the credential of ProcessTurns. */
  readonly maxStreamsPerTenant: number;
  /** Maximum size of a call's metadata in bytes, as HTTP/2 counts them. */
  readonly maxMetadataBytes: number;
  /** A call with less time until its deadline is rejected. Milliseconds. */
  readonly minRemainingMs: number;
  /** Deadline of a call whose client sets none, and upper limit for each request of a long-lived stream. Milliseconds. */
  readonly turnTimeoutMs: number;
}

export interface AdmissionDependencies extends ErrorReporting {
  readonly clock: Clock;
  readonly metrics: Metrics;
  /** Records the open streams of health checks. */
  readonly trackWatches: ServerInterceptor;
  /** undefined: every call is allowed. */
  readonly authorizer: CredentialAuthorizer | undefined;
}

/** The kinds of calls, and the requests inside a bidirectional stream. */
export type CallKind = 'unary' | 'server stream' | 'long server stream' | 'bidi stream' | 'stream request';

/** Everything a call passes before its handler, in the order in which it runs. */
export interface Admission {
  /** Run before the body of a call is read. grpc-js applies the last one first to what arrives. */
  readonly interceptors: readonly ServerInterceptor[];
  /** Run after the request is received, the first one first. */
  readonly middlewares: Readonly<Record<CallKind, readonly Middleware[]>>;
  /** Number of handlers of calls, and of requests of long-lived streams, that are running. */
  readonly callsInFlight: number;
  /** Number of open long-lived streams. */
  readonly openStreams: number;
}

/**
 * Creates the list of steps that admit calls. grpc-js itself limits the streams of a connection, but no longer counts a call that
 * the client canceled while its handler still runs; the limiters here do.
 */
export function createAdmission(deps: AdmissionDependencies, limits: CallLimits): Admission {
  const { clock, metrics, telemetry } = deps;
  const authorizer = deps.authorizer ?? allowAll;
  const pending = { maxPendingRequests: limits.maxCallsInFlight, timeoutMs: limits.turnTimeoutMs };
  const calls = new ConcurrencyLimiter(limits.maxCallsInFlight, tooMany('calls are in flight'));
  const streams = new ConcurrencyLimiter(limits.maxStreams, tooMany('streams are open'));
  const tenantCalls = new TenantConcurrencyLimiter(
    limits.maxCallsInFlightPerTenant,
    tooMany('calls of this tenant are in flight'),
  );
  const tenantStreams = new TenantConcurrencyLimiter(
    limits.maxStreamsPerTenant,
    tooMany('streams of this tenant are open'),
  );
  const gate = new BatchGate();

  const call: readonly Middleware[] = [
    reportErrors(deps),
    limitConcurrency(calls),
    endCancellation,
    limitMetadata(limits.maxMetadataBytes),
    batch(gate),
    validate,
    authorize(authorizer),
    checkDeadline(clock, limits.minRemainingMs),
    limitTenantConcurrency(tenantCalls),
  ];
  const stream: readonly Middleware[] = [
    reportErrors(deps),
    limitConcurrency(streams),
    endCancellation,
    limitMetadata(limits.maxMetadataBytes),
    checkDeadline(clock, limits.minRemainingMs),
    watchCredential(authorizer),
  ];
  return {
    interceptors: [
      transportInterceptor([
        measureCalls(metrics),
        limitPendingRequests(pending, telemetry),
        sendTrailers,
        explainTransportErrors(telemetry),
      ]),
      deps.trackWatches,
      ...(deps.authorizer === undefined ? [] : [authenticate(deps.authorizer, deps)]),
    ],
    middlewares: {
      unary: call,
      'server stream': call,
      'long server stream': [...stream, validate, authorize(authorizer), limitTenantConcurrency(tenantStreams)],
      'bidi stream': [...stream, limitCredentialConcurrency(tenantStreams, authorizer)],
      'stream request': [
        trace(telemetry),
        reportErrors(deps),
        limitConcurrency(calls),
        batch(gate),
        validate,
        authorize(authorizer),
        checkDeadline(clock, limits.minRemainingMs),
        limitTenantConcurrency(tenantCalls),
      ],
    },
    get callsInFlight() {
      return calls.inUse;
    },
    get openStreams() {
      return streams.inUse;
    },
  };
}

function tooMany(what: string): string {
  return `Too many ${what} on this node; retry after the retry delay.`;
}
