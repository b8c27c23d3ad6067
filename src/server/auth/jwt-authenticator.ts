import { createHash } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { Authentication, AuthenticationFailure, Principal } from '../ports/authenticator';
import type { Clock } from '../ports/clock';
import { isScope, parseTenantGrant } from './grant-file';
import { type JwksSource, JwksUnavailableError } from './jwks';

export interface JwtVerificationOptions {
  readonly issuer: string;
  readonly audience: string;
  /** The accepted signature algorithms. All of them are asymmetric. */
  readonly algorithms: readonly string[];
  /** Tolerated difference between the clocks of issuer and node, in milliseconds. */
  readonly clockSkewMs: number;
  /** Name of the claim with the tenant: a UUID, or "*" for any tenant. */
  readonly tenantClaim: string;
  /** Name of the claim with the scopes: a space-separated string or a list. */
  readonly scopesClaim: string;
  /** Prefix of every scope in the claim `scopesClaim`. Scopes without it are ignored. */
  readonly scopePrefix: string;
}

/** Maximum number of cached tokens. A cached token costs one hash instead of a signature verification. */
const maxCachedTokens = 10_000;

/** Authenticates callers by JWT (RFC 7519, RFC 9068). */
export class JwtAuthenticator {
  private readonly options: JwtVerificationOptions;
  private readonly keys: JwksSource;
  private readonly clock: Clock;
  /** The principals by the hash of their token, so that tokens do not stay in memory. */
  private readonly cache = new Map<string, Principal>();

  constructor(options: JwtVerificationOptions, keys: JwksSource, clock: Clock) {
    this.options = options;
    this.keys = keys;
    this.clock = clock;
    keys.onChange(() => this.cache.clear());
  }

  async authenticate(token: string): Promise<Authentication> {
    const hash = createHash('sha256').update(token).digest('base64');
    const cached = this.cache.get(hash);
    if (cached !== undefined && cached.expiresAt > this.clock.now()) return { kind: 'accepted', principal: cached };
    this.cache.delete(hash);
    const { issuer, audience, algorithms, clockSkewMs } = this.options;
    try {
      const { payload } = await jwtVerify(token, this.keys.getKey, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: clockSkewMs / 1_000,
        currentDate: new Date(this.clock.now()),
        requiredClaims: ['exp'],
      });
      return this.acceptPayload(hash, payload);
    } catch (error) {
      if (error instanceof JwksUnavailableError) return { kind: 'unavailable', cause: error };
      if (error instanceof errors.JOSEError) return toRefusal(error);
      throw error;
    }
  }

  private acceptPayload(hash: string, payload: JWTPayload): Authentication {
    const { tenantClaim, scopesClaim, scopePrefix, clockSkewMs } = this.options;
    const tenant = payload[tenantClaim];
    const tenantId = typeof tenant === 'string' ? parseTenantGrant(tenant) : '';
    if (tenantId === '') {
      const message = `The claim "${tenantClaim}" of the token must be the UUID of a tenant or "*".`;
      return { kind: 'refused', failure: 'claims', message };
    }
    const principal: Principal = {
      name: `jwt:${payload.sub ?? payload.jti ?? ''}`,
      tenantId,
      scopes: new Set(
        parseScopes(payload[scopesClaim])
          .map((scope) => removePrefix(scope, scopePrefix))
          .filter(isScope),
      ),
      expiresAt: (payload.exp ?? 0) * 1_000 + clockSkewMs,
    };
    this.addToCache(hash, principal);
    return { kind: 'accepted', principal };
  }

  private addToCache(hash: string, principal: Principal): void {
    this.cache.set(hash, principal);
    if (this.cache.size <= maxCachedTokens) return;
    const [oldest] = this.cache.keys();
    if (oldest !== undefined) this.cache.delete(oldest);
  }
}

/**
 * Converts an error of jose to a refusal. jose checks claims after the signature, so messages about claims reach only holders of a
 * genuine token.
 */
function toRefusal(error: errors.JOSEError): Authentication {
  if (error instanceof errors.JWTExpired) {
    const { exp } = error.payload;
    const expiry = typeof exp === 'number' ? ` at ${new Date(exp * 1_000).toISOString()}` : '';
    const message = `The token expired${expiry}. Request a new token from the issuer.`;
    return { kind: 'refused', failure: 'expired', message };
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    const message = `The claim "${error.claim}" of the token is missing or has a value that is not accepted.`;
    return { kind: 'refused', failure: claimFailures.get(error.claim) ?? 'claims', message };
  }
  return { kind: 'refused', failure: failures.get(error.code) ?? 'malformed', message: 'The token is invalid.' };
}

const claimFailures: ReadonlyMap<string, AuthenticationFailure> = new Map([
  ['iss', 'issuer'],
  ['aud', 'audience'],
  ['nbf', 'not_yet_valid'],
]);

const failures: ReadonlyMap<string, AuthenticationFailure> = new Map([
  [errors.JOSEAlgNotAllowed.code, 'algorithm'],
  [errors.JOSENotSupported.code, 'algorithm'],
  [errors.JWKSNoMatchingKey.code, 'unknown_key'],
  [errors.JWKSMultipleMatchingKeys.code, 'unknown_key'],
  [errors.JWSSignatureVerificationFailed.code, 'bad_signature'],
]);

function parseScopes(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.filter((scope): scope is string => typeof scope === 'string') : [];
}

/** Returns "" if the prefix is missing, because the scope then belongs to another service. */
function removePrefix(scope: string, prefix: string): string {
  return scope.startsWith(prefix) ? scope.slice(prefix.length) : '';
}
