import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { noSpan } from '../../ports/span';
import { type ErrorReporting, getTraceId, toOrchestratorError, toStatusObject } from '../errors/call-error';
import type { CredentialAuthorizer } from './authorizer';
import { isHealthCheck } from './health-path';

/**
 * Authenticates calls before their body is read: grpc-js reads and decodes no message until the interceptor passes on the
 * metadata. Health checks need no credential, because probes have none and the response contains no tenant's data.
 */
export function authenticate(authorizer: CredentialAuthorizer, reporting: ErrorReporting): ServerInterceptor {
  return ({ path }, call) => {
    if (isHealthCheck(path)) return new ServerInterceptingCall(call);
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            void authorizer
              .authenticate(path, metadata, call)
              .catch((thrown: unknown) => toOrchestratorError(thrown, path, noSpan, reporting))
              .then((error) => {
                if (error === undefined) pass(metadata);
                else call.sendStatus(toStatusObject(error, getTraceId(reporting.telemetry, metadata)));
              });
          },
        }),
    });
  };
}
