import type { ServerCredentials } from '@grpc/grpc-js';
import { CredentialAuthenticator, parseApiKeys, parseClientCertificates } from './auth';
import type { JwtAuthenticator } from './auth/tokens';
import { type Config, requiresAuthentication } from './config';
import { readTlsMaterial, tlsCredentials } from './grpc';
import type { Authenticator } from './ports/authenticator';
import type { Clock } from './ports/clock';
import type { Logger } from './ports/logger';
import type { Reloadable } from './ports/reloadable';
import { FileReloader, type Poller, poll } from './runtime';

/** Who may reach the service, and how. */
export interface AccessControl {
  /** undefined: everybody may do everything. */
  readonly authenticator: Authenticator | undefined;
  /** undefined: plain text. */
  readonly credentials: ServerCredentials | undefined;
  /** Looks for changed files and keys no more. */
  stop(): void;
}

/** What access is built of. */
interface Parts {
  readonly config: Config;
  readonly files: FileReloader;
  readonly clock: Clock;
  readonly log: Logger;
  /** What is done over and over. */
  readonly repetitions: Poller[];
}

/**
 * Reads the files of TLS and of the credentials, and goes on to look for changes of them. An issuer whose keys cannot be fetched
 * keeps nobody from starting.
 *
 * @throws Error with the setting for a file that cannot be read or used.
 */
export function createAccessControl(config: Config, clock: Clock, log: Logger): AccessControl {
  const parts: Parts = { config, files: new FileReloader(log), clock, log, repetitions: [] };
  const credentials = serverCredentials(parts);
  const authenticator = requiresAuthentication(config.auth) ? authenticatorOf(parts) : undefined;
  if (credentials !== undefined || authenticator !== undefined) {
    parts.repetitions.push(poll(config.server.reload_interval_ms, () => parts.files.checkForChanges()));
  }
  return {
    authenticator,
    credentials,
    stop() {
      for (const repetition of parts.repetitions) repetition.stop();
    },
  };
}

function serverCredentials({ config: { server }, files }: Parts): ServerCredentials | undefined {
  if (server.tls_cert_file === '') return undefined;
  const paths = [server.tls_cert_file, server.tls_key_file, server.tls_client_ca_file].filter((path) => path !== '');
  const setting = 'server.tls_cert_file, tls_key_file and tls_client_ca_file';
  return tlsCredentials(files.open({ setting, paths, parse: readTlsMaterial }), server.tls_require_client_certificate);
}

function authenticatorOf(parts: Parts): Authenticator {
  const { config, files, clock } = parts;
  const { api_keys_file: keys, client_certificates_file: certificates, jwt_issuer: issuer } = config.auth;
  const accepted = {
    apiKeys: openFile(files, 'auth.api_keys_file', keys, parseApiKeys),
    certificates: openFile(files, 'auth.client_certificates_file', certificates, parseClientCertificates),
    tokens: issuer === '' ? undefined : tokens(parts),
  };
  return new CredentialAuthenticator(accepted, clock);
}

function openFile<T>(
  files: FileReloader,
  setting: string,
  path: string,
  read: (text: string) => T,
): Reloadable<T> | undefined {
  return path === '' ? undefined : files.open({ setting, paths: [path], parse: ([text = '']) => read(text) });
}

function tokens({ config: { auth }, files, clock, log, repetitions }: Parts): JwtAuthenticator {
  // What verifies signatures takes a while to load, and only some need it.
  const { RemoteJwks, JwtAuthenticator, createFileJwks, parseJwks } =
    // biome-ignore lint/style/noCommonJs: there is no other synchronous way.
    require('./auth/tokens') as typeof import('./auth/tokens');
  const file = openFile(files, 'auth.jwks_file', auth.jwks_file, parseJwks);
  const fetched = new RemoteJwks(auth.jwks_url, clock, log);
  if (file === undefined) repetitions.push(poll(auth.jwks_refresh_interval_ms, () => fetched.refresh()));
  const rules = {
    issuer: auth.jwt_issuer,
    audience: auth.jwt_audience,
    algorithms: auth.jwt_algorithms,
    clockSkewMs: auth.jwt_clock_skew_ms,
    tenantClaim: auth.jwt_tenant_claim,
    scopesClaim: auth.jwt_scopes_claim,
    scopePrefix: auth.jwt_scope_prefix,
  };
  return new JwtAuthenticator(rules, file === undefined ? fetched : createFileJwks(file), clock);
}
