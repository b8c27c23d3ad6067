import { ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../domain/orchestrator-error';
import type { Metrics } from '../../../ports/metrics';
import { type ArrivalLimits, ArrivingRequests } from '../calls/arriving-requests';
import { measure } from '../calls/measured-call';
import { trailerOf } from '../calls/trailers';
import { isHealthCheck } from '../health';
import { DETAILS_HEADER, statusObjectOf, traceIdOf } from './call-failure';

/** What the server does to each call before any handler sees it. */
export interface TransportSurroundings extends ArrivalLimits {
  readonly metrics: Metrics;
}

/**
 * Gives the errors that grpc-js itself answers with the details of the contract: a message beyond the transport's own bound, one
 * that cannot be unpacked or decoded, too few or too many of them, and a deadline that passes or is none. grpc-js sends them past
 * all interceptors, by the `sendStatus` of the innermost call; so that one is replaced. For the same reason calls are measured
 * here, and requests awaited; health checks apart, so that others do not take their places. And as each interceptor costs every
 * call, answers get here the trailing metadata that their handlers set.
 */
export function explainTransportErrors({ metrics, ...limits }: TransportSurroundings): ServerInterceptor {
  const [requests, healthChecks] = [new ArrivingRequests(limits), new ArrivingRequests(limits)];
  return ({ path, requestStream }, call) => {
    if (metrics.isRead) measure(call, path, metrics);
    const arrival = (isHealthCheck(path) ? healthChecks : requests).expect(call, requestStream);
    const { sendStatus } = call;
    // No arrow and no bind: a function that holds the call that holds it survives every minor collection, a third of a call's cost.
    call.sendStatus = function (sent) {
      const { metadata } = arrival;
      if (sent.code === status.OK) {
        const trailer = metadata && trailerOf(metadata);
        sendStatus.call(this, trailer === undefined ? sent : { ...sent, metadata: trailer });
        return;
      }
      const explained = (sent.metadata?.get(DETAILS_HEADER).length ?? 0) > 0;
      const error = explained ? undefined : meaningOf(sent.code, sent.details ?? '');
      sendStatus.call(this, error === undefined ? sent : statusObjectOf(error, traceIdOf(limits.telemetry, metadata)));
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
