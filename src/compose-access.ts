import type { ServerCredentials } from '@grpc/grpc-js';
import { CredentialAuthenticator, readApiKeys, readClientCertificates } from './adapters/auth';
import type { JwtAuthenticator } from './adapters/auth/tokens';
import { ReloadedFiles, type Repetition, repeat } from './adapters/background';
import { asksWhoCalls, type Config } from './adapters/config';
import { readTlsMaterial, tlsCredentials } from './adapters/grpc';
import type { Authenticator } from './ports/authenticator';
import type { Clock } from './ports/clock';
import type { Log } from './ports/log';
import type { Reloaded } from './ports/reloaded';

/** Who may reach the service, and how. */
export interface ServiceAccess {
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
  readonly files: ReloadedFiles;
  readonly clock: Clock;
  readonly log: Log;
  /** What is done over and over. */
  readonly repetitions: Repetition[];
}

/**
 * Reads the files of TLS and of the credentials, and goes on to look for changes of them. An issuer whose keys cannot be fetched
 * keeps nobody from starting.
 *
 * @throws Error with the setting for a file that cannot be read or used.
 */
export function openAccess(config: Config, clock: Clock, log: Log): ServiceAccess {
  const parts: Parts = { config, files: new ReloadedFiles(log), clock, log, repetitions: [] };
  const credentials = serverCredentials(parts);
  const authenticator = asksWhoCalls(config.auth) ? authenticatorOf(parts) : undefined;
  if (credentials !== undefined || authenticator !== undefined) {
    parts.repetitions.push(repeat(config.server.reload_interval_ms, () => parts.files.look()));
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
  return tlsCredentials(files.open({ setting, paths, read: readTlsMaterial }), server.tls_require_client_certificate);
}

function authenticatorOf(parts: Parts): Authenticator {
  const { config, files, clock } = parts;
  const { api_keys_file: keys, client_certificates_file: certificates, jwt_issuer: issuer } = config.auth;
  const accepted = {
    apiKeys: openFile(files, 'auth.api_keys_file', keys, readApiKeys),
    certificates: openFile(files, 'auth.client_certificates_file', certificates, readClientCertificates),
    tokens: issuer === '' ? undefined : tokens(parts),
  };
  return new CredentialAuthenticator(accepted, clock);
}

function openFile<T>(
  files: ReloadedFiles,
  setting: string,
  path: string,
  read: (text: string) => T,
): Reloaded<T> | undefined {
  return path === '' ? undefined : files.open({ setting, paths: [path], read: ([text = '']) => read(text) });
}

function tokens({ config: { auth }, files, clock, log, repetitions }: Parts): JwtAuthenticator {
  // What verifies signatures takes a while to load, and only some need it.
  const { FetchedKeys, JwtAuthenticator, keysOfFile, readKeySet } =
    // biome-ignore lint/style/noCommonJs: there is no other synchronous way.
    require('./adapters/auth/tokens') as typeof import('./adapters/auth/tokens');
  const file = openFile(files, 'auth.jwks_file', auth.jwks_file, readKeySet);
  const fetched = new FetchedKeys(auth.jwks_url, clock, log);
  if (file === undefined) repetitions.push(repeat(auth.jwks_refresh_interval_ms, () => fetched.refresh()));
  const rules = {
    issuer: auth.jwt_issuer,
    audience: auth.jwt_audience,
    algorithms: auth.jwt_algorithms,
    clockSkewMs: auth.jwt_clock_skew_ms,
    tenantClaim: auth.jwt_tenant_claim,
    scopesClaim: auth.jwt_scopes_claim,
    scopePrefix: auth.jwt_scope_prefix,
  };
  return new JwtAuthenticator(rules, file === undefined ? fetched : keysOfFile(file), clock);
}
