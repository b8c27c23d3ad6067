import { z } from 'zod';
import { isPlainTextUrl, isSet, type SectionRule, text, textMatching, wholeNumber, withRules } from './constraints';

/** Asymmetric signatures only: with a shared secret, every service that can verify a token could also sign one. */
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'] as const;
const algorithmsError = `must be a list of one or more of ${algorithms.map((name) => `"${name}"`).join(', ')}`;

const fields = z.strictObject({
  api_keys_file: text(0, 4_096),
  client_certificates_file: text(0, 4_096),
  jwt_issuer: text(0, 500),
  jwt_audience: text(0, 500),
  jwks_url: textMatching('must be empty or an https:// URL, or http:// on a loopback address', isJwksUrl),
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
    error:
      'requires auth.jwt_audience and one of auth.jwks_url and auth.jwks_file; without an audience a token issued for any other ' +
      'service would be accepted',
    holds: ({ jwt_issuer, jwt_audience, jwks_url, jwks_file }) =>
      !isSet(jwt_issuer) || (isSet(jwt_audience) && (isSet(jwks_url) || isSet(jwks_file))),
  },
  ...(['jwt_audience', 'jwks_url', 'jwks_file'] as const).map((key) => ({
    key,
    error: 'requires an issuer; set auth.jwt_issuer',
    holds: (section: Fields) => !isSet(section[key]) || isSet(section.jwt_issuer),
  })),
  {
    key: 'jwks_file',
    error: 'cannot be combined with auth.jwks_url; set one of them',
    holds: ({ jwks_url, jwks_file }) => !isSet(jwks_url) || !isSet(jwks_file),
  },
];

/** Schema of the section [auth]. */
export const auth = withRules(fields, rules);

/** Whether calls need credentials: at least one kind of credential is configured. */
export function requiresAuthentication({ api_keys_file, client_certificates_file, jwt_issuer }: Fields): boolean {
  return isSet(api_keys_file) || isSet(client_certificates_file) || isSet(jwt_issuer);
}

/** Whether a text is empty or an acceptable URL of keys. Keys that are fetched in plain text could be replaced in transit. */
function isJwksUrl(value: string): boolean {
  if (value === '') return true;
  if (!URL.canParse(value)) return false;
  const { protocol } = new URL(value);
  return protocol === 'https:' || (protocol === 'http:' && !isPlainTextUrl(value));
}
