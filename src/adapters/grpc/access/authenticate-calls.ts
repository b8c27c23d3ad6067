import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { type FailureReporting, failureOf, statusObjectOf, traceIdOf } from '../errors/call-failure';
import { isHealthCheck } from '../health';
import type { CredentialAccess } from './access';

/**
 * Lets calls in by their credentials, or answers them before their body is read: until metadata is passed on, grpc-js neither
 * reads nor decodes a message.
 */
export function authenticateCalls(access: CredentialAccess, reporting: FailureReporting): ServerInterceptor {
  const answer = (...call: Parameters<CredentialAccess['admit']>) =>
    access.admit(...call).catch((thrown: unknown) => failureOf(thrown, call[0], reporting));
  return ({ path }, call) => {
    // Probes have no credential, and learn nothing of a tenant.
    if (isHealthCheck(path)) return new ServerInterceptingCall(call);
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            void answer(path, metadata, call).then((refusal) => {
              if (refusal === undefined) pass(metadata);
              else call.sendStatus(statusObjectOf(refusal, traceIdOf(reporting.telemetry, metadata)));
            });
          },
        }),
    });
  };
}
