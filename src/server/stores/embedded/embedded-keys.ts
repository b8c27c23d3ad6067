import { createHash } from 'node:crypto';
import { OrchestratorError } from '../../../core/model/orchestrator-error';

// Keys of the tables. They are persistent: the encoding of ids must not change between releases.

/** A key has at most 1,978 bytes, and the longest key has three ids. */
const maxPartLength = 300;

/**
 * Encodes an id for use in a key: as printable ASCII without "/", and different for different ids. A UUID stays as it is, other
 * text is escaped, and long text is replaced by ":" and its SHA-256. Throws INVALID_REQUEST for text that is not well-formed
 * Unicode, because its UTF-8 encoding would be ambiguous.
 */
export function encodeKeyPart(id: string): string {
  if (id.length <= maxPartLength && /^[\w.-]+$/.test(id)) return id;
  const text = escapeText(id);
  return text.length <= maxPartLength ? text : `:${createHash('sha256').update(text).digest('hex')}`;
}

/** Sorts after every encoded id. It is the end of a range of keys. */
export const keyPartUpperBound = '\u007f';

/** Encodes the key of a session or an agent: the tenant id and its own id. */
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
