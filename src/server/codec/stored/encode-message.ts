import { BinaryWriter } from '@bufbuild/protobuf/wire';

/** A generated message type that can be encoded. */
interface EncodableType<Message> {
  encode(message: Message, writer: BinaryWriter): BinaryWriter;
}

/** A writer that has grown beyond this size, in bytes, is not reused. */
const maxReusedBytes = 1024 * 1024;

let sharedWriter = new BinaryWriter();

/**
 * Encodes a message. All messages share one writer: a new writer starts with a small buffer, and growing it to the size of a
 * session takes several allocations.
 */
export function encodeMessage<Message>(type: EncodableType<Message>, message: Message): Uint8Array {
  const writer = sharedWriter;
  // If `encode` throws, the writer contains an incomplete message and must not be used again.
  sharedWriter = new BinaryWriter();
  const bytes = type.encode(message, writer).finish();
  if (bytes.length <= maxReusedBytes) sharedWriter = writer;
  return bytes;
}
