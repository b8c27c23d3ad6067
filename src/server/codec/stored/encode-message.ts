import { BinaryWriter } from '@bufbuild/protobuf/wire';

/** A generated message type, as far as it writes. */
interface MessageType<Message> {
  encode(message: Message, writer: BinaryWriter): BinaryWriter;
}

/** Room that is kept from message to message, bytes. */
const keptRoom = 1024 * 1024;

let writer = new BinaryWriter();

/**
 * The bytes of a message. One writer serves all of them: a new one begins with little room and makes and clears more several times on
 * the way to the size of a session.
 */
export function encodeMessage<Message>(type: MessageType<Message>, message: Message): Uint8Array {
  const used = writer;
  // Until it is through: what stops half-way leaves a writer that is of no use.
  writer = new BinaryWriter();
  const bytes = type.encode(message, used).finish();
  if (bytes.length <= keptRoom) writer = used;
  return bytes;
}
