import { OrchestratorError } from '../../../core/model/orchestrator-error';

/**
 * Escapes an id for use in a key or an entry. All separators and braces are escaped, so that different ids have different texts. A UUID is
 * unchanged. `decodeURIComponent` is the inverse. Throws INVALID_REQUEST for text that is not well-formed Unicode, because its UTF-8 encoding
 * would be ambiguous. The encoding is persistent: it must not change between releases.
 */
export function encodeKeyPart(id: string): string {
  if (/^[\w.-]+$/.test(id)) return id;
  try {
    return encodeURIComponent(id);
  } catch (cause) {
    throw new OrchestratorError('INVALID_REQUEST', 'An id is not well-formed Unicode.', { cause });
  }
}
