/** A generated message of which a caller sent some fields only; enums are given as numbers. */
export type Sent<Message> = unknown extends Message
  ? Message
  : Message extends Date
    ? Message
    : Message extends readonly (infer Item)[]
      ? Sent<Item>[]
      : Message extends object
        ? { [Field in keyof Message]?: Sent<Message[Field]> }
        : Message;

interface Generated<Message> {
  encode(message: Message): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Message;
  fromPartial(fields: Sent<NoInfer<Message>>): Message;
}

/** The message as it arrives: it went over the wire with the given fields and no others. */
export function arrived<Message>(type: Generated<Message>, fields: Sent<NoInfer<Message>>): Message {
  return type.decode(type.encode(type.fromPartial(fields)).finish());
}
