import type { Authentication, Authenticator, Credentials } from '../ports/authenticator';
import type { Clock } from '../ports/clock';
import type { Reloadable } from '../ports/reloadable';
import { type ApiKeys, authenticateApiKey, hasApiKeyPrefix } from './api-keys';
import { authenticateClientCertificate, type ClientCertificateGrants } from './client-certificates';
import type { JwtAuthenticator } from './jwt-authenticator';

/** The accepted kinds of credentials. At least one is defined. */
export interface AcceptedCredentials {
  readonly apiKeys?: Reloadable<ApiKeys> | undefined;
  readonly tokens?: Pick<JwtAuthenticator, 'authenticate'> | undefined;
  readonly certificates?: Reloadable<ClientCertificateGrants> | undefined;
}

const bearer = /^Bearer +([\w.~+/-]+=*) *$/i;

/**
 * Authenticates a call by `authorization: Bearer` (RFC 6750) with an API key or a JWT, or, without that metadata, by the client
 * certificate of the connection. A certificate does not compensate for an invalid bearer token.
 */
export class CredentialAuthenticator implements Authenticator {
  private readonly accepted: AcceptedCredentials;
  private readonly clock: Clock;

  constructor(accepted: AcceptedCredentials, clock: Clock) {
    this.accepted = accepted;
    this.clock = clock;
  }

  async authenticate({ authorization, certificate }: Credentials): Promise<Authentication> {
    const { apiKeys, tokens, certificates } = this.accepted;
    const [value, ...others] = authorization;
    if (value === undefined) {
      if (certificates === undefined || certificate === undefined) return this.rejectMissingCredentials();
      return authenticateClientCertificate(certificates.current, certificate, this.clock.now());
    }
    const token = others.length === 0 ? bearer.exec(value)?.[1] : undefined;
    if (token === undefined) {
      return {
        kind: 'refused',
        failure: 'malformed',
        message: 'The metadata "authorization" must have one value, "Bearer TOKEN".',
      };
    }
    if (hasApiKeyPrefix(token) && apiKeys !== undefined) {
      return authenticateApiKey(apiKeys.current, token, this.clock.now());
    }
    if (tokens !== undefined) return await tokens.authenticate(token);
    return {
      kind: 'refused',
      failure: 'malformed',
      message: `The kind of the bearer token is not accepted; ${this.describeAcceptedCredentials()}.`,
    };
  }

  private rejectMissingCredentials(): Authentication {
    const message = `The call has no credentials; ${this.describeAcceptedCredentials()}.`;
    return { kind: 'refused', failure: 'missing', message };
  }

  /** Describes the accepted kinds of credentials. They are not secret: the documentation lists them. */
  private describeAcceptedCredentials(): string {
    const { apiKeys, tokens, certificates } = this.accepted;
    const options = [
      apiKeys && 'send an API key in the metadata "authorization: Bearer so_..."',
      tokens && 'send a token of the configured issuer in the metadata "authorization: Bearer ..."',
      certificates && 'connect with a client certificate',
    ];
    return options.filter((option) => option !== undefined).join(', or ');
  }
}
