import { createHash } from 'node:crypto';
import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from 'jose';
import type { Authentication, AuthenticationFailure, Principal } from '../ports/authenticator';
import type { Clock } from '../ports/clock';
import { formatExpiry, maxTime } from './expiry';
import { isScope, parseTenantGrant } from './grant-file';
import { type JwksSource, JwksUnavailableError } from './jwks';
import type { KeySet } from './key-set';

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

/** The claims of a token, and the keys that verified it. */
interface VerifiedToken {
  readonly payload: JWTPayload;
  readonly keySet: KeySet;
}

/** Authenticates callers by JWT (RFC 7519, RFC 9068). */
export class JwtAuthenticator {
  private readonly options: JwtVerificationOptions;
  private readonly keys: JwksSource;
  private readonly clock: Clock;
  /**
   * The principals by the hash of their token, so that tokens do not stay in memory, for each key set. A token that was verified
   * while the keys changed is therefore cached for the old keys and has no effect.
   */
  private readonly caches = new WeakMap<KeySet, Map<string, Principal>>();

  constructor(options: JwtVerificationOptions, keys: JwksSource, clock: Clock) {
    this.options = options;
    this.keys = keys;
    this.clock = clock;
  }

  async authenticate(token: string): Promise<Authentication> {
    const hash = createHash('sha256').update(token).digest('base64');
    const cache = this.caches.get(this.keys.current);
    const cached = cache?.get(hash);
    if (cached !== undefined && cached.expiresAt > this.clock.now()) return { kind: 'accepted', principal: cached };
    cache?.delete(hash);
    try {
      return this.acceptToken(hash, await this.verify(token));
    } catch (error) {
      if (error instanceof JwksUnavailableError) return { kind: 'unavailable', cause: error };
      if (error instanceof errors.JOSEError) return toRefusal(error);
      // jose reports every fault of a token as a JOSEError. Other errors come from a key that cannot be used.
      return { kind: 'unavailable', cause: error };
    }
  }

  /** Verifies a token with the current keys. If its key is unknown, verifies it once more with newer keys. */
  private async verify(token: string): Promise<VerifiedToken> {
    const { current } = this.keys;
    try {
      return await this.verifyWith(current, token);
    } catch (error) {
      if (!isKeyUnknown(error, token)) throw error;
      const newer = await this.keys.refetch();
      if (newer !== current) return await this.verifyWithLatest(newer, token);
      throw getFaultOfKeys(current, token) ?? error;
    }
  }

  private async verifyWithLatest(keySet: KeySet, token: string): Promise<VerifiedToken> {
    try {
      return await this.verifyWith(keySet, token);
    } catch (error) {
      throw (isKeyUnknown(error, token) ? getFaultOfKeys(keySet, token) : undefined) ?? error;
    }
  }

  /** Tries every key that fits, because a token need not name its key. */
  private async verifyWith(keySet: KeySet, token: string): Promise<VerifiedToken> {
    const options = this.createVerifyOptions();
    try {
      const { payload } = await jwtVerify(token, keySet.find, options);
      return { payload, keySet };
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      for await (const key of error) {
        try {
          const { payload } = await jwtVerify(token, key, options);
          return { payload, keySet };
        } catch (failure) {
          if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure;
        }
      }
      throw new errors.JWSSignatureVerificationFailed();
    }
  }

  private createVerifyOptions(): JWTVerifyOptions {
    const { issuer, audience, algorithms, clockSkewMs } = this.options;
    return {
      issuer,
      audience,
      algorithms: [...algorithms],
      clockTolerance: clockSkewMs / 1_000,
      currentDate: new Date(this.clock.now()),
      requiredClaims: ['exp'],
    };
  }

  private acceptToken(hash: string, { payload, keySet }: VerifiedToken): Authentication {
    const { tenantClaim, scopesClaim, scopePrefix, clockSkewMs } = this.options;
    const expiresAt = (payload.exp ?? 0) * 1_000 + clockSkewMs;
    if (expiresAt > maxTime) {
      const message = `The claim "exp" of the token must be a time in seconds since 1970, at most ${maxTime / 1_000}.`;
      return { kind: 'refused', failure: 'claims', message };
    }
    const tenant = payload[tenantClaim];
    const tenantId = typeof tenant === 'string' ? parseTenantGrant(tenant) : '';
    if (tenantId === '') {
      const message = `The claim "${tenantClaim}" of the token must be the UUID of a tenant or "*".`;
      return { kind: 'refused', failure: 'claims', message };
    }
    const principal: Principal = {
      name: `jwt:${[payload.sub, payload.jti].find((claim) => typeof claim === 'string') ?? ''}`,
      tenantId,
      scopes: new Set(
        parseScopes(payload[scopesClaim])
          .map((scope) => removePrefix(scope, scopePrefix))
          .filter(isScope),
      ),
      expiresAt,
    };
    this.addToCache(keySet, hash, principal);
    return { kind: 'accepted', principal };
  }

  private addToCache(keySet: KeySet, hash: string, principal: Principal): void {
    const cache = this.caches.get(keySet) ?? new Map<string, Principal>();
    this.caches.set(keySet, cache);
    cache.set(hash, principal);
    if (cache.size <= maxCachedTokens) return;
    const [oldest] = cache.keys();
    if (oldest !== undefined) cache.delete(oldest);
  }
}

/** Whether a newer key may verify a token: no key fits it, or no key verified it and it does not name its key. */
function isKeyUnknown(error: unknown, token: string): boolean {
  if (error instanceof errors.JWKSNoMatchingKey) return true;
  return error instanceof errors.JWSSignatureVerificationFailed && getKid(token) === undefined;
}

function getFaultOfKeys(keySet: KeySet, token: string): JwksUnavailableError | undefined {
  const problem = keySet.getProblem(getKid(token));
  return problem === undefined ? undefined : new JwksUnavailableError(problem);
}

function getKid(token: string): string | undefined {
  const { kid } = decodeProtectedHeader(token);
  return kid;
}

/**
 * Converts an error of jose to a refusal. jose checks claims after the signature, so messages about claims reach only holders of a
 * genuine token.
 */
function toRefusal(error: errors.JOSEError): Authentication {
  if (error instanceof errors.JWTExpired) {
    const message = `The token expired${formatExpiry((error.payload.exp ?? 0) * 1_000)}. Request a new token from the issuer.`;
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
