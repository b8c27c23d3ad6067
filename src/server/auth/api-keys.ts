import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Authentication, Principal } from '../ports/authenticator';
import { formatExpiry } from './expiry';
import { findDuplicate, grantFields, offsetDateTime, parseGrantEntries, parseTenantGrant } from './grant-file';

/** Prefix that makes keys recognizable to people and to secret scanners. */
const prefix = 'so_';
const randomByteCount = 32;
const keyFormat = /^so_[\w-]{43}$/;

/** Whether a bearer token is an API key, possibly a malformed one. */
export function hasApiKeyPrefix(token: string): boolean {
  return token.startsWith(prefix);
}

function isWellFormedApiKey(token: string): boolean {
  return keyFormat.test(token);
}

/** Generates a key with 256 random bits. */
export function generateApiKey(): string {
  return prefix + randomBytes(randomByteCount).toString('base64url');
}

/**
 * Returns the form in which a key is stored. One round of SHA-256 is sufficient: slow hashes protect passwords, not 256 random
 * bits.
 */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/**
 * Principals by the hash of their key. The lookup by hash prevents timing attacks, because its duration depends only on the hash.
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
 * Parses a file of API keys: `[[keys]]` with id, sha256, tenant, scopes and optionally expires_at.
 *
 * @throws Error with all problems. The message contains no value of the file, except ids.
 */
export function parseApiKeys(text: string): ApiKeys {
  const entries = parseGrantEntries(text, 'keys', entry);
  const duplicate = findDuplicate(entries.map(({ sha256 }) => sha256.toLowerCase()));
  if (duplicate !== undefined) throw new Error('two entries have the same sha256');
  return new Map(
    entries.map(({ id, sha256, tenant, scopes, expires_at: expiresAt = Number.POSITIVE_INFINITY }) => [
      sha256.toLowerCase(),
      { name: `api_key:${id}`, tenantId: parseTenantGrant(tenant), scopes: new Set(scopes), expiresAt },
    ]),
  );
}

/** Authenticates a caller by API key. `now` is in milliseconds since 1970. */
export function authenticateApiKey(keys: ApiKeys, key: string, now: number): Authentication {
  if (!isWellFormedApiKey(key)) {
    return {
      kind: 'refused',
      failure: 'malformed',
      message: 'The API key is malformed. An API key is so_ followed by 43 characters.',
    };
  }
  const principal = keys.get(hashApiKey(key));
  if (principal === undefined) {
    return { kind: 'refused', failure: 'unknown_key', message: 'The API key is invalid.' };
  }
  if (principal.expiresAt <= now) {
    const message = `The API key expired${formatExpiry(principal.expiresAt)}. Use a valid key.`;
    return { kind: 'refused', failure: 'expired', message };
  }
  return { kind: 'accepted', principal };
}
