const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text is a UUID, in upper or lower case. */
export function isUuid(text: string): boolean {
  return uuid.test(text);
}

/**
 * Returns a UUID in lower case, the only spelling in which ids are compared and stored (RFC 9562: output is lower case, input is
 * case-insensitive). Returns other text unchanged.
 */
export function normalizeUuid(text: string): string {
  return isUuid(text) ? text.toLowerCase() : text;
}
