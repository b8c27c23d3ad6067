import type { Authentication, Authenticator, Credentials } from '../ports/authenticator';
import type { Clock } from '../ports/clock';
import type { Reloadable } from '../ports/reloadable';
import { hasApiKeyPrefix } from './api-key';
import { type ApiKeys, authenticateApiKey } from './api-keys';
import { authenticateClientCertificate, type ClientCertificateGrants } from './client-certificates';
import type { JwtAuthenticator } from './jwt-authenticator';

/** The kinds of credentials that are accepted; at least one. */
export interface AcceptedCredentials {
  readonly apiKeys?: Reloadable<ApiKeys> | undefined;
  readonly tokens?: Pick<JwtAuthenticator, 'authenticate'> | undefined;
  readonly certificates?: Reloadable<ClientCertificateGrants> | undefined;
}

const bearer = /^Bearer +([\w.~+/-]+=*) *$/i;

/**
 * Tells who calls by `authorization: Bearer` (RFC 6750), an API key or a token, and where a call has none by the connection's
 * client certificate. What is shown in `authorization` decides: a certificate does not make up for a wrong token.
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
    const [value, ...more] = authorization;
    if (value === undefined) {
      if (certificates === undefined || certificate === undefined) return this.missing();
      return authenticateClientCertificate(certificates.current, certificate, this.clock.now());
    }
    const token = more.length === 0 ? bearer.exec(value)?.[1] : undefined;
    if (token === undefined) {
      return {
        kind: 'refused',
        failure: 'malformed',
        message: 'The metadata authorization is not one "Bearer TOKEN".',
      };
    }
    if (hasApiKeyPrefix(token) && apiKeys !== undefined) {
      return authenticateApiKey(apiKeys.current, token, this.clock.now());
    }
    if (tokens !== undefined) return await tokens.authenticate(token);
    return {
      kind: 'refused',
      failure: 'malformed',
      message: `The bearer token is of no kind that is accepted; ${this.wanted()}.`,
    };
  }

  private missing(): Authentication {
    return { kind: 'refused', failure: 'missing', message: `The call shows no credential; ${this.wanted()}.` };
  }

  /** What would be accepted; no secret, since the documentation says it too. */
  private wanted(): string {
    const { apiKeys, tokens, certificates } = this.accepted;
    const ways = [
      apiKeys && 'send an API key as the metadata "authorization: Bearer so_..."',
      tokens && 'send a token of the configured issuer as the metadata "authorization: Bearer ..."',
      certificates && 'connect with a client certificate',
    ];
    return ways.filter((way) => way !== undefined).join(', or ');
  }
}
