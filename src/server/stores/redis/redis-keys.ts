import { OrchestratorError } from '../../../core/model/orchestrator-error';

/**
 * An id as it may stand in a key: whatever could end a part, a hash tag or the tag's content is escaped, so that different
 * ids give different keys. A UUID stays as it is. Throws INVALID_REQUEST for text that is not well-formed Unicode: as bytes
 * it could not be told from other such text.
 */
export function encodeKeyPart(id: string): string {
  if (/^[\w.-]+$/.test(id)) return id;
  try {
    return encodeURIComponent(id);
  } catch (cause) {
    throw new OrchestratorError('INVALID_REQUEST', 'An id is not well-formed Unicode.', { cause });
  }
}

/** The inverse of `keyPart`. */
export function decodeKeyPart(part: string): string {
  return decodeURIComponent(part);
}

/** The part of a key that decides on the node of a Cluster: keys that share it may be touched by one script. */
export function createHashTag(first: string, second: string): string {
  return `{${encodeKeyPart(first)}/${encodeKeyPart(second)}}`;
}

/** Throws where the prefix of all keys would hide their hash tag. */
export function validateKeyPrefix(prefix: string): string {
  if (/[{}]/.test(prefix)) throw new Error('The prefix of the Redis keys must have no braces.');
  return prefix;
}
