/** A generated message of which a caller sent some fields only; enums are given as numbers. */
export type DeepPartial<Message> = unknown extends Message
  ? Message
  : Message extends Date
    ? Message
    : Message extends readonly (infer Item)[]
      ? DeepPartial<Item>[]
      : Message extends object
        ? { [Field in keyof Message]?: DeepPartial<Message[Field]> }
        : Message;

interface Generated<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
  fromPartial(fields: DeepPartial<NoInfer<Message>>): Message;
}

/** The message as it arrives: it went over the wire with the given fields and no others. */
export function encodeAndDecode<Message>(type: Generated<Message>, fields: DeepPartial<NoInfer<Message>>): Message {
  return type.decode(type.encode(type.fromPartial(fields)).finish());
}
