/** A generated message with a subset of its fields. Enums are numbers. */
export type DeepPartial<Message> = unknown extends Message
  ? Message
  : Message extends Date
    ? Message
    : Message extends readonly (infer Item)[]
      ? DeepPartial<Item>[]
      : Message extends object
        ? { [Field in keyof Message]?: DeepPartial<Message[Field]> }
        : Message;

interface MessageType<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
  fromPartial(fields: DeepPartial<NoInfer<Message>>): Message;
}

/** Creates a message with the given fields and sends it through its wire format, as a server receives it. */
export function encodeAndDecode<Message>(type: MessageType<Message>, fields: DeepPartial<NoInfer<Message>>): Message {
  return type.decode(type.encode(type.fromPartial(fields)).finish());
}
