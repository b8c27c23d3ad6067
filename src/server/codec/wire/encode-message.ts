import { BinaryWriter } from '@bufbuild/protobuf/wire';

/** A generated message type that can be encoded. */
export interface EncodableType<Message> {
  encode(message: Message, writer: BinaryWriter): BinaryWriter;
}

/** A writer that has grown beyond this size, in bytes, is not reused. */
const maxReusedBytes = 1024 * 1024;

let sharedWriter = new BinaryWriter();

/**
 * Encodes a value with a function that writes it. All values share one writer: a new writer starts with a small buffer, and growing it to
 * the size of a session takes several allocations.
 */
export function encodeWith<Value>(write: (writer: BinaryWriter, value: Value) => void, value: Value): Uint8Array {
  const writer = sharedWriter;
  // If `write` throws, the writer contains an incomplete message and must not be used again.
  sharedWriter = new BinaryWriter();
  write(writer, value);
  const bytes = writer.finish();
  if (bytes.length <= maxReusedBytes) sharedWriter = writer;
  return bytes;
}

/** Encodes a message of a generated type. */
export function encodeMessage<Message>(type: EncodableType<Message>, message: Message): Uint8Array {
  return encodeWith((writer, value) => void type.encode(value, writer), message);
}
