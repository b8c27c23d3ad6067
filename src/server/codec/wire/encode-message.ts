import type { BinaryWriter } from '@bufbuild/protobuf/wire';
import { MessageWriter } from './message-writer';

/** A generated message type that can be encoded. */
export interface EncodableType<Message> {
  encode(message: Message, writer: BinaryWriter): BinaryWriter;
}

/** A writer that has grown beyond this size, in bytes, is not reused. */
const maxReusedBytes = 1024 * 1024;

/** The writer that is not in use at the moment. */
let freeWriter: MessageWriter | undefined;

/**
 * Encodes a value with a function that writes it. All values share one writer: growing the buffer of a new one to the size of a session takes
 * several allocations.
 */
export function encodeWith<Value>(write: (writer: BinaryWriter, value: Value) => void, value: Value): Uint8Array {
  const writer = freeWriter ?? new MessageWriter();
  // If `write` throws, the writer contains an incomplete message and must not be used again.
  freeWriter = undefined;
  write(writer, value);
  const bytes = writer.finish();
  if (bytes.length <= maxReusedBytes) freeWriter = writer;
  return bytes;
}

/** Encodes a message of a generated type. */
export function encodeMessage<Message>(type: EncodableType<Message>, message: Message): Uint8Array {
  return encodeWith((writer, value) => void type.encode(value, writer), message);
}
