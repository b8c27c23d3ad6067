import { createTooLargeError } from './too-large';

export interface StoredSizeDependencies {
  /** Maximum bytes of a sent message (server.max_response_bytes). */
  readonly maxResponseBytes: number;
}

/** Bytes of a response in addition to what is stored: tags, lengths, a page token, and one finding that counts the others. */
const overheadBytes = 1_024;

/**
 * Checks that a value of the catalogue can be received when it is read.
 *
 * @throws OrchestratorError TOO_LARGE.
 */
export function checkStoredSize({ maxResponseBytes }: StoredSizeDependencies, subject: string, size: number): void {
  const maxSize = maxResponseBytes - overheadBytes;
  if (size <= maxSize) return;
  throw createTooLargeError({ subject, limit: 'max_response_bytes', size, maxSize, advice: 'Shorten or divide it.' });
}
