import { createHash } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify } from 'jose';
import type { Authentication, AuthenticationFailure, Principal } from '../ports/authenticator';
import type { Clock } from '../ports/clock';
import { isScope, parseTenantGrant } from './grant';
import { type JwksSource, JwksUnavailableError } from './jwks';

/** What a token must say. */
export interface JwtVerificationOptions {
  readonly issuer: string;
  readonly audience: string;
  /** Asymmetric ones only. */
  readonly algorithms: readonly string[];
  /** By how much the clocks of issuer and node may differ. Milliseconds. */
  readonly clockSkewMs: number;
  /** Name of the claim with the tenant: a UUID, or "*" for a service that may name any. */
  readonly tenantClaim: string;
  /** Name of the claim with the scopes: a text with spaces between them, or a list. */
  readonly scopesClaim: string;
  /** What stands before the name of each scope. */
  readonly scopePrefix: string;
}

/** Verified tokens that are remembered, at most; what is verified once costs a hash from then on. */
const rememberedTokens = 10_000;

/** Tells who calls by signed tokens (RFC 7519, 9068). */
export class JwtAuthenticator {
  private readonly rules: JwtVerificationOptions;
  private readonly keys: JwksSource;
  private readonly clock: Clock;
  /** By the hash of the token, so that none lies in memory for long. */
  private readonly verified = new Map<string, Principal>();

  constructor(rules: JwtVerificationOptions, keys: JwksSource, clock: Clock) {
    this.rules = rules;
    this.keys = keys;
    this.clock = clock;
    keys.onChange(() => this.verified.clear());
  }

  async authenticate(token: string): Promise<Authentication> {
    const hash = createHash('sha256').update(token).digest('base64');
    const known = this.verified.get(hash);
    if (known !== undefined && known.expiresAt > this.clock.now()) return { kind: 'accepted', principal: known };
    this.verified.delete(hash);
    const { issuer, audience, algorithms, clockSkewMs } = this.rules;
    try {
      const { payload } = await jwtVerify(token, this.keys.getKey, {
        issuer,
        audience,
        algorithms: [...algorithms],
        clockTolerance: clockSkewMs / 1_000,
        currentDate: new Date(this.clock.now()),
        requiredClaims: ['exp'],
      });
      return this.accepted(hash, payload);
    } catch (error) {
      if (error instanceof JwksUnavailableError) return { kind: 'unavailable', cause: error };
      if (error instanceof errors.JOSEError) return this.refused(error);
      throw error;
    }
  }

  private accepted(hash: string, payload: JWTPayload): Authentication {
    const { tenantClaim, scopesClaim, scopePrefix, clockSkewMs } = this.rules;
    const claimed = payload[tenantClaim];
    const tenantId = typeof claimed === 'string' ? parseTenantGrant(claimed) : '';
    if (tenantId === '') {
      const told = `The claim "${tenantClaim}" of the token is neither the UUID of a tenant nor "*".`;
      return { kind: 'refused', failure: 'claims', message: told };
    }
    const principal: Principal = {
      name: `jwt:${payload.sub ?? payload.jti ?? ''}`,
      tenantId,
      scopes: new Set(
        wordsOf(payload[scopesClaim])
          .map((word) => withoutPrefix(word, scopePrefix))
          .filter(isScope),
      ),
      expiresAt: (payload.exp ?? 0) * 1_000 + clockSkewMs,
    };
    this.remember(hash, principal);
    return { kind: 'accepted', principal };
  }

  private remember(hash: string, principal: Principal): void {
    this.verified.set(hash, principal);
    if (this.verified.size <= rememberedTokens) return;
    const [oldest] = this.verified.keys();
    if (oldest !== undefined) this.verified.delete(oldest);
  }

  private refused(error: errors.JOSEError): Authentication {
    // jose looks at claims after the signature held, so only the holder of a genuine token hears of them.
    if (error instanceof errors.JWTExpired) {
      const { exp } = error.payload;
      const at = typeof exp === 'number' ? ` at ${new Date(exp * 1_000).toISOString()}` : '';
      return { kind: 'refused', failure: 'expired', message: `The token expired${at}; ask its issuer for a new one.` };
    }
    if (error instanceof errors.JWTClaimValidationFailed) {
      const told = `The claim "${error.claim}" of the token is missing or is not what this service accepts.`;
      return { kind: 'refused', failure: claimFailures.get(error.claim) ?? 'claims', message: told };
    }
    return { kind: 'refused', failure: failures.get(error.code) ?? 'malformed', message: 'The token is not valid.' };
  }
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

function wordsOf(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ');
  return Array.isArray(claim) ? claim.filter((word): word is string => typeof word === 'string') : [];
}

/** "" where the prefix is missing: no scope of this service. */
function withoutPrefix(word: string, prefix: string): string {
  return word.startsWith(prefix) ? word.slice(prefix.length) : '';
}
