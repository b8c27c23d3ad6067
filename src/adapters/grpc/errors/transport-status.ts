import { ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../domain/orchestrator-error';
import type { Metrics } from '../../../ports/metrics';
import type { Telemetry } from '../../../ports/telemetry';
import { measure } from '../calls/measured-call';
import { DETAILS_HEADER, statusObjectOf } from './call-failure';

/**
 * Gives the errors that grpc-js itself answers with the details of the contract: a message beyond the transport's own bound, one
 * that cannot be unpacked or decoded, and a deadline that passes. grpc-js sends them past all interceptors, by the `sendStatus`
 * of the innermost call; so that one is replaced. For the same reason calls are measured here.
 */
export function explainTransportErrors(telemetry: Telemetry, metrics: Metrics): ServerInterceptor {
  return ({ path }, call) => {
    if (metrics.isRead) measure(call, path, metrics);
    const { sendStatus } = call;
    // No arrow and no bind: a function that holds the call that holds it survives every minor collection, a third of a call's cost.
    call.sendStatus = function (sent) {
      const explained = sent.code === status.OK || (sent.metadata?.get(DETAILS_HEADER).length ?? 0) > 0;
      const error = explained ? undefined : meaningOf(sent.code, sent.details ?? '');
      sendStatus.call(this, error === undefined ? sent : statusObjectOf(error, telemetry.traceId()));
    };
    return new ServerInterceptingCall(call);
  };
}

/** What grpc-js means by a status, as its words tell; undefined for one that is not its own. */
function meaningOf(code: status | null | undefined, details: string): OrchestratorError | undefined {
  if (code === status.DEADLINE_EXCEEDED) return new OrchestratorError('DEADLINE', 'The deadline passed.');
  if (code === status.RESOURCE_EXHAUSTED) return new OrchestratorError('TOO_LARGE', `${details}.`);
  if (code === status.INTERNAL && /deserializing|decompress/.test(details)) {
    return new OrchestratorError('UNDECODABLE_REQUEST', 'The request could not be unpacked.');
  }
  return undefined;
}
