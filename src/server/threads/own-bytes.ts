/** Copies bytes to a buffer of their own, which can be handed over to another thread. Copying a view would copy the whole buffer behind it. */
export function copyBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes);
}

/** Like `copyBytes`, but returns bytes that are alone in their buffer as they are. The caller must not use them afterwards. */
export function toOwnBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength !== bytes.length) return copyBytes(bytes);
  return new Uint8Array(buffer);
}
