import { createHash } from 'node:crypto';
import { OrchestratorError } from '../../../core/model/orchestrator-error';

// Keys of the tables. Keys are persistent, so the encoding of ids must not change between releases.

/** In characters. LMDB limits a key to 1,978 bytes, and the longest key has three ids. */
const maxPartLength = 300;

/**
 * Encodes an id for use in a key: as printable ASCII without "/", and different for different ids. A UUID is unchanged, other
 * text is escaped, and long text is replaced by ":" and its SHA-256. Throws INVALID_REQUEST for text that is not well-formed
 * Unicode, because its UTF-8 encoding would be ambiguous.
 */
export function encodeKeyPart(id: string): string {
  if (id.length <= maxPartLength && /^[\w.-]+$/.test(id)) return id;
  const text = escapeText(id);
  return text.length <= maxPartLength ? text : `:${createHash('sha256').update(text).digest('hex')}`;
}

/** The upper bound of a range of keys. Sorts after every encoded id. */
export const keyPartUpperBound = '\u007f';

/** Encodes the key of a session or an agent from its tenant id and its id. */
export function encodeKeyPair(tenantId: string, id: string): string {
  return `${encodeKeyPart(tenantId)}/${encodeKeyPart(id)}`;
}

function escapeText(id: string): string {
  try {
    return encodeURIComponent(id);
  } catch (cause) {
    throw new OrchestratorError('INVALID_REQUEST', 'An id is not well-formed Unicode.', { cause });
  }
}
