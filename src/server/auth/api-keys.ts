import { z } from 'zod';
import type { Authentication, Principal } from '../ports/authenticator';
import { hashApiKey, isWellFormedApiKey } from './api-key';
import { findDuplicate, grantFields, offsetDateTime, parseGrantEntries, parseTenantGrant } from './grant';

/**
 * The keys that hold, by their hash. A key is looked up by its hash, never compared with one: what the time of that tells is
 * about the hash, from which nothing follows for the key.
 */
export type ApiKeys = ReadonlyMap<string, Principal>;

const entry = z.strictObject({
  ...grantFields,
  sha256: z
    .string({ error: 'must be 64 hexadecimal digits' })
    .regex(/^[0-9a-f]{64}$/i, { error: 'must be 64 hexadecimal digits' }),
  expires_at: offsetDateTime.optional(),
});

/**
 * Reads a file of API keys: `[[keys]]` with id, sha256, tenant, scopes and perhaps expires_at.
 *
 * @throws Error with every problem, and no value of the file.
 */
export function parseApiKeys(text: string): ApiKeys {
  const entries = parseGrantEntries(text, 'keys', entry);
  const twice = findDuplicate(entries.map(({ sha256 }) => sha256.toLowerCase()));
  if (twice !== undefined) throw new Error('two entries have the same sha256');
  return new Map(
    entries.map(({ id, sha256, tenant, scopes, expires_at: expiresAt = Number.POSITIVE_INFINITY }) => [
      sha256.toLowerCase(),
      { name: `api_key:${id}`, tenantId: parseTenantGrant(tenant), scopes: new Set(scopes), expiresAt },
    ]),
  );
}

/** Tells whose key it is, at a time in milliseconds since 1970. */
export function authenticateApiKey(keys: ApiKeys, key: string, now: number): Authentication {
  if (!isWellFormedApiKey(key)) {
    return {
      kind: 'refused',
      failure: 'malformed',
      message: 'The API key is incomplete: it is so_ and 43 characters.',
    };
  }
  const principal = keys.get(hashApiKey(key));
  if (principal === undefined) {
    return { kind: 'refused', failure: 'unknown_key', message: 'The API key is not valid.' };
  }
  if (principal.expiresAt <= now) {
    const at = new Date(principal.expiresAt).toISOString();
    return { kind: 'refused', failure: 'expired', message: `The API key expired at ${at}; use a newer one.` };
  }
  return { kind: 'accepted', principal };
}
