import type { AccessControl } from './compose-access-control';
import { type Config, requiresAuthentication } from './config';
import type { Contract, GrpcServer } from './grpc';
import type { HttpServer } from './http';
import type { Clock } from './ports/clock';
import type { Logger } from './ports/logger';

export interface HttpParts {
  readonly grpc: GrpcServer;
  readonly contract: Contract;
  readonly access: AccessControl;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Creates the HTTP listener, if it is enabled. Its calls have the limits of the gRPC server. Its libraries are loaded only then. */
export function composeHttpServer(
  config: Config,
  { grpc, contract, access, clock, log }: HttpParts,
): HttpServer | undefined {
  const { server, http, auth } = config;
  if (!http.enabled) return undefined;
  // biome-ignore lint/style/noCommonJs: a conditional import must be synchronous here.
  const { createHttpServer } = require('./http') as typeof import('./http');
  return createHttpServer(
    { calls: grpc.createContractCalls(), registry: contract.registry, clock, log },
    {
      host: server.host,
      port: http.port,
      tls: access.tls && { material: access.tls, requiresClientCertificate: server.tls_require_client_certificate },
      requiresAuthentication: requiresAuthentication(auth),
      corsAllowedOrigins: http.cors_allowed_origins,
      isReferenceEnabled: http.reference,
      heartbeatIntervalMs: http.heartbeat_interval_ms,
      maxMessageBytes: server.max_message_bytes,
      maxMetadataBytes: server.max_metadata_bytes,
      keepaliveIntervalMs: server.keepalive_interval_ms,
      keepaliveTimeoutMs: server.keepalive_timeout_ms,
      stallTimeoutMs: server.watch_stall_timeout_ms,
    },
  );
}
