import { createHash, randomBytes } from 'node:crypto';

/** Begins every key, so that scanners and people know one when they see it. */
const prefix = 'so_';
const randomByteCount = 32;
const shape = /^so_[\w-]{43}$/;

/** Whether a bearer token is meant as an API key. */
export function hasApiKeyPrefix(token: string): boolean {
  return token.startsWith(prefix);
}

/** Whether it has the whole shape of one: 256 random bits. What is shorter is refused before it is looked up. */
export function isWellFormedApiKey(token: string): boolean {
  return shape.test(token);
}

/** A new key, of 256 random bits. */
export function generateApiKey(): string {
  return prefix + randomBytes(randomByteCount).toString('base64url');
}

/**
 * What is kept of a key. One round of SHA-256 is enough and costs a call next to nothing: slow hashes protect secrets that people
 * think of, and nobody guesses 256 random bits.
 */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
