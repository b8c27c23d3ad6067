import type { ServerCredentials } from '@grpc/grpc-js';
import { CredentialAuthenticator, parseApiKeys, parseClientCertificates } from './auth';
import type { JwtAuthenticator } from './auth/jwt-authenticator';
import { type Config, requiresAuthentication } from './config';
import { createTlsCredentials, readTlsMaterial, type TlsMaterial } from './grpc';
import type { Authenticator } from './ports/authenticator';
import type { Clock } from './ports/clock';
import type { Logger } from './ports/logger';
import type { Reloadable } from './ports/reloadable';
import { type FileReloader, type Poller, poll } from './runtime';

/** Authentication and TLS of the server. */
export interface AccessControl {
  /** Undefined if authentication is off. */
  readonly authenticator: Authenticator | undefined;
  /** Undefined if TLS is off. */
  readonly tls: Reloadable<TlsMaterial> | undefined;
  /** Credentials of the gRPC server with this material; undefined if TLS is off. */
  readonly credentials: ServerCredentials | undefined;
  /** Stops fetching keys. */
  stop(): void;
}

interface Parts {
  readonly config: Config;
  readonly files: FileReloader;
  readonly clock: Clock;
  readonly log: Logger;
  /** Background work that `stop` ends. */
  readonly pollers: Poller[];
}

/**
 * Reads the TLS and credential files, which `files` reloads when they change. An unreachable JWKS endpoint does not prevent the start.
 *
 * @throws Error with the name of the setting if a file cannot be read or is invalid.
 */
export function createAccessControl(config: Config, files: FileReloader, clock: Clock, log: Logger): AccessControl {
  const parts: Parts = { config, files, clock, log, pollers: [] };
  const tls = openTlsMaterial(parts);
  const authenticator = requiresAuthentication(config.auth) ? createAuthenticator(parts) : undefined;
  return {
    authenticator,
    tls,
    credentials: tls && createTlsCredentials(tls, config.server.tls_require_client_certificate),
    stop() {
      for (const poller of parts.pollers) poller.stop();
    },
  };
}

function openTlsMaterial({ config: { server }, files }: Parts): Reloadable<TlsMaterial> | undefined {
  if (server.tls_cert_file === '') return undefined;
  const paths = [server.tls_cert_file, server.tls_key_file, server.tls_client_ca_file].filter((path) => path !== '');
  const setting = 'server.tls_cert_file, server.tls_key_file and server.tls_client_ca_file';
  return files.open({ setting, paths, parse: readTlsMaterial });
}

function createAuthenticator(parts: Parts): Authenticator {
  const { config, files, clock } = parts;
  const { api_keys_file: keysFile, client_certificates_file: certificatesFile, jwt_issuer: issuer } = config.auth;
  const accepted = {
    apiKeys: openFile(files, 'auth.api_keys_file', keysFile, parseApiKeys),
    certificates: openFile(files, 'auth.client_certificates_file', certificatesFile, parseClientCertificates),
    tokens: issuer === '' ? undefined : createJwtAuthenticator(parts),
  };
  return new CredentialAuthenticator(accepted, clock);
}

function openFile<T>(
  files: FileReloader,
  setting: string,
  path: string,
  parse: (text: string) => T,
): Reloadable<T> | undefined {
  return path === '' ? undefined : files.open({ setting, paths: [path], parse: ([text = '']) => parse(text) });
}

/** Loads the JWT library only if an issuer is configured. */
function createJwtAuthenticator({ config: { auth }, files, clock, log, pollers }: Parts): JwtAuthenticator {
  // biome-ignore lint/style/noCommonJs: a conditional import must be synchronous here.
  const { JwtAuthenticator } = require('./auth/jwt-authenticator') as typeof import('./auth/jwt-authenticator');
  // biome-ignore lint/style/noCommonJs: a conditional import must be synchronous here.
  const { createFileJwks, RemoteJwks } = require('./auth/jwks') as typeof import('./auth/jwks');
  // biome-ignore lint/style/noCommonJs: a conditional import must be synchronous here.
  const { parseKeySet } = require('./auth/key-set') as typeof import('./auth/key-set');
  const file = openFile(files, 'auth.jwks_file', auth.jwks_file, parseKeySet);
  const remote = new RemoteJwks(auth.jwks_url, clock, log);
  if (file === undefined) pollers.push(poll(auth.jwks_refresh_interval_ms, () => remote.refresh()));
  const options = {
    issuer: auth.jwt_issuer,
    audience: auth.jwt_audience,
    algorithms: auth.jwt_algorithms,
    clockSkewMs: auth.jwt_clock_skew_ms,
    tenantClaim: auth.jwt_tenant_claim,
    scopesClaim: auth.jwt_scopes_claim,
    scopePrefix: auth.jwt_scope_prefix,
  };
  return new JwtAuthenticator(options, file === undefined ? remote : createFileJwks(file, log), clock);
}
