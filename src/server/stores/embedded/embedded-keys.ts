import { createHash } from 'node:crypto';
import { OrchestratorError } from '../../../core/model/orchestrator-error';

/** Keys have at most 1,978 bytes; the longest holds three ids. A UUID has 36. */
const longestPart = 300;

/**
 * An id as it may stand in a key: printable ASCII without "/", different for different ids. A UUID stays as it is, other text
 * is escaped, and long text stands as ":" with its SHA-256. Throws INVALID_REQUEST for text that is not well-formed Unicode:
 * as bytes it could not be told from other such text.
 */
export function encodeKeyPart(id: string): string {
  if (id.length <= longestPart && /^[\w.-]+$/.test(id)) return id;
  const text = escapedText(id);
  return text.length <= longestPart ? text : `:${createHash('sha256').update(text).digest('hex')}`;
}

/** Stands behind every part in the order of keys: the end of a range of them. */
export const keyPartUpperBound = '\u007f';

/** A pair of ids as one part, for a session or an agent of a tenant. */
export function encodeKeyPair(tenantId: string, id: string): string {
  return `${encodeKeyPart(tenantId)}/${encodeKeyPart(id)}`;
}

function escapedText(id: string): string {
  try {
    return encodeURIComponent(id);
  } catch (cause) {
    throw new OrchestratorError('INVALID_REQUEST', 'An id is not well-formed Unicode.', { cause });
  }
}
