import { ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { Metrics } from '../../ports/metrics';
import { isHealthCheck } from '../health';
import { measureCall } from '../middleware/measure-call';
import { PendingRequestLimiter, type PendingRequestLimits } from '../middleware/pending-request-limiter';
import { getTrailer } from '../middleware/trailers';
import { getTraceId, statusDetailsHeader, toStatusObject } from './call-error';

/** What the server does to each call before any handler sees it. */
export interface TransportDependencies extends PendingRequestLimits {
  readonly metrics: Metrics;
}

/**
 * Gives the errors that grpc-js itself answers with the details of the contract: a message beyond the transport's own bound, one
 * that cannot be unpacked or decoded, too few or too many of them, and a deadline that passes or is none. grpc-js sends them past
 * all interceptors, by the `sendStatus` of the innermost call; so that one is replaced. For the same reason calls are measured
 * here, and requests awaited; health checks apart, so that others do not take their places. And as each interceptor costs every
 * call, answers get here the trailing metadata that their handlers set.
 */
export function transportErrorInterceptor({ metrics, ...limits }: TransportDependencies): ServerInterceptor {
  const [requests, healthChecks] = [new PendingRequestLimiter(limits), new PendingRequestLimiter(limits)];
  return ({ path, requestStream }, call) => {
    if (metrics.isEnabled) measureCall(call, path, metrics);
    const arrival = (isHealthCheck(path) ? healthChecks : requests).track(call, requestStream);
    const { sendStatus } = call;
    // No arrow and no bind: a function that holds the call that holds it survives every minor collection, a third of a call's cost.
    call.sendStatus = function (sent) {
      const { metadata } = arrival;
      if (sent.code === status.OK) {
        const trailer = metadata && getTrailer(metadata);
        sendStatus.call(this, trailer === undefined ? sent : { ...sent, metadata: trailer });
        return;
      }
      const explained = (sent.metadata?.get(statusDetailsHeader).length ?? 0) > 0;
      const error = explained ? undefined : meaningOf(sent.code, sent.details ?? '');
      sendStatus.call(this, error === undefined ? sent : toStatusObject(error, getTraceId(limits.telemetry, metadata)));
    };
    return new ServerInterceptingCall(call);
  };
}

/** What grpc-js means by a status, as its words tell; undefined for one that is not its own. */
function meaningOf(code: status | null | undefined, details: string): OrchestratorError | undefined {
  switch (code) {
    case status.DEADLINE_EXCEEDED:
      return new OrchestratorError('DEADLINE', 'The deadline passed.');
    case status.RESOURCE_EXHAUSTED:
      return new OrchestratorError('TOO_LARGE', `${details}.`);
    case status.INTERNAL:
      if (/deserializing|decompress/.test(details)) {
        return new OrchestratorError('UNDECODABLE_REQUEST', 'The request could not be unpacked.');
      }
      return /grpc-timeout/.test(details) ? new OrchestratorError('INVALID_REQUEST', `${details}.`) : undefined;
    case status.UNIMPLEMENTED:
      // A method with one request got none or two, or a compression that there is not: gRPC has this status for both.
      return /^Received /.test(details) ? new OrchestratorError('NOT_IMPLEMENTED', `${details}.`) : undefined;
    default:
      return undefined;
  }
}
