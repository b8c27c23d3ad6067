/** Splits the bytes of a gRPC body into whole length-prefixed messages and the rest. */
export function takeMessages(bytes: Buffer): {
  readonly messages: readonly Buffer[];
  readonly rest: Buffer<ArrayBuffer>;
} {
  const messages: Buffer[] = [];
  let offset = 0;
  while (bytes.length - offset >= 5) {
    const end = offset + 5 + bytes.readUInt32BE(offset + 1);
    if (end > bytes.length) break;
    messages.push(bytes.subarray(offset, end));
    offset = end;
  }
  return { messages, rest: Buffer.from(bytes.subarray(offset)) };
}
