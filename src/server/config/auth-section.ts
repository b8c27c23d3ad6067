import { z } from 'zod';
import { text, textMatching, wholeNumber } from './constraints';
import { isLoopback } from './loopback';
import { isSet, type SectionRule, withRules } from './rules';

/** Signatures whose key to verify is no secret: with the others, who can verify can sign. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;
const algorithmsError = `must be a list of one or more of ${algorithms.map((name) => `"${name}"`).join(', ')}`;

const fields = z.strictObject({
  api_keys_file: text(0, 4_096),
  client_certificates_file: text(0, 4_096),
  jwt_issuer: text(0, 500),
  jwt_audience: text(0, 500),
  jwks_url: textMatching('must be empty or an https:// URL, or http:// on a loopback address', isKeySetUrl),
  jwks_file: text(0, 4_096),
  jwt_algorithms: z
    .array(z.enum(algorithms, { error: algorithmsError }), { error: algorithmsError })
    .min(1, { error: algorithmsError }),
  jwt_clock_skew_ms: wholeNumber(0, 600_000),
  jwt_tenant_claim: text(1, 200),
  jwt_scopes_claim: text(1, 200),
  jwt_scope_prefix: text(0, 100),
  jwks_refresh_interval_ms: wholeNumber(1_000, 86_400_000),
  recheck_interval_ms: wholeNumber(100, 3_600_000),
});

type Fields = z.infer<typeof fields>;

const rules: readonly SectionRule<Fields>[] = [
  {
    key: 'jwt_issuer',
    error: 'needs auth.jwt_audience and one of auth.jwks_url and auth.jwks_file: a token for anybody would do without',
    holds: ({ jwt_issuer, jwt_audience, jwks_url, jwks_file }) =>
      !isSet(jwt_issuer) || (isSet(jwt_audience) && (isSet(jwks_url) || isSet(jwks_file))),
  },
  ...(['jwt_audience', 'jwks_url', 'jwks_file'] as const).map((key) => ({
    key,
    error: 'has no effect without an issuer; set auth.jwt_issuer',
    holds: (given: Fields) => !isSet(given[key]) || isSet(given.jwt_issuer),
  })),
  {
    key: 'jwks_file',
    error: 'is the second answer to where the keys are; set one of auth.jwks_url and auth.jwks_file',
    holds: ({ jwks_url, jwks_file }) => !isSet(jwks_url) || !isSet(jwks_file),
  },
];

/** The section [auth]. */
export const auth = withRules(fields, rules);

/** Whether callers have to say who they are. */
export function requiresAuthentication({ api_keys_file, client_certificates_file, jwt_issuer }: Fields): boolean {
  return isSet(api_keys_file) || isSet(client_certificates_file) || isSet(jwt_issuer);
}

/** Keys that come in plain text are whoever's is on the way. */
function isKeySetUrl(value: string): boolean {
  if (value === '') return true;
  if (!URL.canParse(value)) return false;
  const { protocol, hostname } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname.replace(/^\[|\]$/g, '')));
}
