import { createPublicKey } from 'node:crypto';
import { createLocalJWKSet, type JWK, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';

/** The public keys of a token issuer (JSON Web Key Set, RFC 7517). Changed keys are a new KeySet. */
export interface KeySet {
  /** Finds the keys of a token for jose. Rejects with JWKSNoMatchingKey, or with JWKSMultipleMatchingKeys if several keys fit. */
  readonly find: JWTVerifyGetKey;
  /** The problems of the set, for the log. A malformed key does not affect the other keys. */
  readonly problems: readonly string[];
  /**
   * Returns why the set may lack the key of a genuine token, for a token that no key of the set verifies; undefined if the set is
   * complete. `kid` is that of the token.
   */
  getProblem(kid: string | undefined): string | undefined;
}

/** Key types and curves of the supported signature algorithms. Other keys of a set have another purpose and are ignored. */
const signatureCurves: ReadonlyMap<string, readonly string[] | undefined> = new Map([
  ['RSA', undefined],
  ['EC', ['P-256', 'P-384', 'P-521']],
  ['OKP', ['Ed25519']],
]);
const signatureAlgorithm = /^([RPE]S(256|384|512)|EdDSA|Ed25519)$/;
const minRsaBits = 2_048;

const privateKeyError = 'is a private key; publish only public keys';

/** The members that decide which tokens a key verifies. Keys have other members, which are checked when the key is imported. */
const jsonWebKey = z.looseObject({
  kty: z.string({ error: 'kty must be a string' }),
  kid: z.string({ error: 'kid must be a string' }).exactOptional(),
  alg: z.string({ error: 'alg must be a string' }).exactOptional(),
  use: z.string({ error: 'use must be a string' }).exactOptional(),
  crv: z.string({ error: 'crv must be a string' }).exactOptional(),
  ext: z.boolean({ error: 'ext must be a boolean' }).exactOptional(),
  key_ops: z
    .array(z.string(), { error: 'key_ops must be a list of strings' })
    .refine((names) => new Set(names).size === names.length, { error: 'key_ops must not repeat an operation' })
    .exactOptional(),
  d: z
    .string({ error: privateKeyError })
    .refine(() => false, { error: privateKeyError })
    .exactOptional(),
});

const jsonWebKeySet = z.looseObject({
  keys: z.array(z.unknown(), { error: 'must be a JSON Web Key Set: an object with the list "keys"' }),
});

/** The purpose of a key. `kid` is undefined if a malformed key has no id. */
type Assessment =
  | { readonly kind: 'usable'; readonly key: JWK }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'malformed'; readonly kid: string | undefined; readonly problem: string };

/**
 * Parses a JSON Web Key Set. Keys that are not for signatures are ignored. Malformed keys are reported in `problems`.
 *
 * @throws Error if the text is not a JSON Web Key Set.
 */
export function parseKeySet(text: string): KeySet {
  const { data, error } = jsonWebKeySet.safeParse(JSON.parse(text));
  if (data === undefined) throw new Error(error.issues.map(({ message }) => message).join('; '));
  return createKeySet(data.keys);
}

export function createKeySet(keys: readonly unknown[]): KeySet {
  const assessments = keys.map(assess);
  const usable = assessments.flatMap((assessment) => (assessment.kind === 'usable' ? [assessment.key] : []));
  const malformed = assessments.flatMap((assessment) => (assessment.kind === 'malformed' ? [assessment] : []));
  const problems = malformed.map(({ problem }) => problem);
  if (usable.length === 0) problems.push('the set has no key for signatures');
  return {
    find: createLocalJWKSet({ keys: usable }),
    problems,
    getProblem(kid) {
      if (usable.length === 0) return 'The key set of the token issuer has no key for signatures.';
      const suspect = malformed.find((key) => kid === undefined || key.kid === kid);
      return suspect && `The key set of the token issuer has a malformed key: ${suspect.problem}.`;
    },
  };
}

function assess(value: unknown, index: number): Assessment {
  const { data: key, error } = jsonWebKey.safeParse(value);
  if (key !== undefined && !isForSignatures(key)) return { kind: 'ignored' };
  const problem = key === undefined ? error.issues.map(({ message }) => message).join('; ') : findProblem(key);
  if (key !== undefined && problem === undefined) return { kind: 'usable', key };
  return { kind: 'malformed', kid: getKid(value), problem: `keys[${index}] ${problem}` };
}

function isForSignatures({ kty, use, alg, crv, key_ops: operations }: z.infer<typeof jsonWebKey>): boolean {
  if (!signatureCurves.has(kty)) return false;
  if (use !== undefined && use !== 'sig') return false;
  if (operations !== undefined && !operations.includes('verify')) return false;
  if (alg !== undefined && !signatureAlgorithm.test(alg)) return false;
  return crv === undefined || (signatureCurves.get(kty)?.includes(crv) ?? true);
}

/** Tries to import a key. Returns its problem; undefined if it can verify signatures. */
function findProblem(key: JWK): string | undefined {
  try {
    const { asymmetricKeyDetails: details } = createPublicKey({ key: { ...key }, format: 'jwk' });
    const bits = details?.modulusLength;
    return bits !== undefined && bits < minRsaBits ? `is an RSA key of less than ${minRsaBits} bits` : undefined;
  } catch {
    // The message of Node.js states only that the JWK is invalid.
    return 'has missing or invalid members of a public key';
  }
}

function getKid(key: unknown): string | undefined {
  const kid: unknown = typeof key === 'object' && key !== null ? Reflect.get(key, 'kid') : undefined;
  return typeof kid === 'string' ? kid : undefined;
}
