import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { type ErrorReporting, getTraceId, toOrchestratorError, toStatusObject } from '../errors/call-error';
import { isHealthCheck } from '../health';
import type { CredentialAuthorizer } from './authorizer';

/**
 * Lets calls in by their credentials, or answers them before their body is read: until metadata is passed on, grpc-js neither
 * reads nor decodes a message.
 */
export function authenticationInterceptor(access: CredentialAuthorizer, reporting: ErrorReporting): ServerInterceptor {
  const answer = (...call: Parameters<CredentialAuthorizer['authenticate']>) =>
    access.authenticate(...call).catch((thrown: unknown) => toOrchestratorError(thrown, call[0], reporting));
  return ({ path }, call) => {
    // Probes have no credential, and learn nothing of a tenant.
    if (isHealthCheck(path)) return new ServerInterceptingCall(call);
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            void answer(path, metadata, call).then((refusal) => {
              if (refusal === undefined) pass(metadata);
              else call.sendStatus(toStatusObject(refusal, getTraceId(reporting.telemetry, metadata)));
            });
          },
        }),
    });
  };
}
