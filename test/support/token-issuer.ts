import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import type { JwtVerificationOptions } from '../../src/server/auth/jwt-authenticator';
import { uuid } from './session-builder';

/** The options of a service that trusts the issuer. */
export const verificationOptions: JwtVerificationOptions = {
  issuer: 'https://issuer.test',
  audience: 'orchestrator',
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  clockSkewMs: 30_000,
  tenantClaim: 'tenant_id',
  scopesClaim: 'scope',
  scopePrefix: '',
};

/** A key pair of the issuer. `jwk` is the public key. */
export interface IssuerKey {
  readonly kid: string;
  readonly jwk: JWK;
  readonly alg: string;
  readonly sign: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
}

export async function createIssuerKey(kid: string, alg = 'ES256'): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, sign: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** Signs a token for tenant 1 with all scopes, valid for an hour, with overrides. */
export function signToken(
  key: IssuerKey,
  now: number,
  claims: JWTPayload = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const seconds = Math.floor(now / 1_000);
  return new SignJWT({
    iss: verificationOptions.issuer,
    aud: verificationOptions.audience,
    sub: 'checkout',
    exp: seconds + 3_600,
    tenant_id: uuid(1),
    scope: 'turns sessions catalogue',
    ...claims,
  })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.sign);
}

/** The endpoint with the public keys of the issuer. */
export interface JwksEndpoint {
  readonly url: string;
  keys: readonly IssuerKey[];
  /** Whether it responds with an error. */
  isUnavailable: boolean;
  requestCount: number;
  stop(): Promise<void>;
}

/** Starts the endpoint on a free loopback port. */
export async function startJwksEndpoint(keys: readonly IssuerKey[]): Promise<JwksEndpoint> {
  const server = createServer((_request, response) => {
    endpoint.requestCount += 1;
    response.statusCode = endpoint.isUnavailable ? 503 : 200;
    response.end(
      endpoint.isUnavailable ? 'unavailable' : JSON.stringify({ keys: endpoint.keys.map(({ jwk }) => jwk) }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The endpoint has no port.');
  const endpoint: JwksEndpoint = {
    url: `http://127.0.0.1:${address.port}/jwks`,
    keys,
    isUnavailable: false,
    requestCount: 0,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return endpoint;
}
