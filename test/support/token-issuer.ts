import { once } from 'node:events';
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, type JWTPayload, SignJWT } from 'jose';
import type { JwtVerificationOptions } from '../../src/server/auth/jwt-authenticator';
import { uuid } from './session-builder';

/** What a service that trusts the issuer asks of its tokens. */
export const tokenRules: JwtVerificationOptions = {
  issuer: 'https://issuer.test',
  audience: 'orchestrator',
  algorithms: ['RS256', 'ES256', 'EdDSA'],
  clockSkewMs: 30_000,
  tenantClaim: 'tenant_id',
  scopesClaim: 'scope',
  scopePrefix: '',
};

/** A private key of the issuer, with the public one as its callers get it. */
export interface IssuerKey {
  readonly kid: string;
  readonly jwk: JWK;
  readonly alg: string;
  readonly sign: Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];
}

/** Makes a key pair. */
export async function issuerKey(kid: string, alg = 'ES256'): Promise<IssuerKey> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { kid, alg, sign: privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } };
}

/** A token as the issuer makes it, of tenant 1 with all scopes, an hour long; with what the test wants to differ. */
export function signedToken(
  key: IssuerKey,
  now: number,
  claims: JWTPayload = {},
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  const seconds = Math.floor(now / 1_000);
  return new SignJWT({
    iss: tokenRules.issuer,
    aud: tokenRules.audience,
    sub: 'checkout',
    exp: seconds + 3_600,
    tenant_id: uuid(1),
    scope: 'turns sessions catalogue',
    ...claims,
  })
    .setProtectedHeader({ alg: key.alg, kid: key.kid, ...header })
    .sign(key.sign);
}

/** The endpoint with the issuer's public keys. */
export interface KeyEndpoint {
  readonly url: string;
  /** What it serves. */
  keys: readonly IssuerKey[];
  /** Whether it answers with an error. */
  away: boolean;
  /** How often it was asked. */
  asked: number;
  stop(): Promise<void>;
}

/** Starts it on a free port of the loopback interface. */
export async function startKeyEndpoint(keys: readonly IssuerKey[]): Promise<KeyEndpoint> {
  const server = createServer((_request, response) => {
    endpoint.asked += 1;
    response.statusCode = endpoint.away ? 503 : 200;
    response.end(endpoint.away ? 'away' : JSON.stringify({ keys: endpoint.keys.map(({ jwk }) => jwk) }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The system gave no port.');
  const endpoint: KeyEndpoint = {
    url: `http://127.0.0.1:${address.port}/jwks`,
    keys,
    away: false,
    asked: 0,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return endpoint;
}
