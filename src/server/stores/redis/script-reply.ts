// Replies of scripts are checked as they are taken apart: a script that answers in another shape is a defect of this folder.

/** The bytes of a reply that is a string. */
export function asBytes(reply: unknown): Buffer {
  return Buffer.isBuffer(reply) ? reply : unexpected(reply);
}

/** The bytes, or undefined where Redis says that there is nothing. */
export function asOptionalBytes(reply: unknown): Buffer | undefined {
  return reply === null || reply === undefined ? undefined : asBytes(reply);
}

export function asInteger(reply: unknown): number {
  return typeof reply === 'number' ? reply : unexpected(reply);
}

export function asList(reply: unknown): readonly unknown[] {
  return Array.isArray(reply) ? reply : unexpected(reply);
}

function unexpected(reply: unknown): never {
  throw new Error(`A Redis script answered in an unexpected shape (${reply === null ? 'null' : typeof reply}).`);
}
