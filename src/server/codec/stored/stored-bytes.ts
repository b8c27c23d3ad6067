/**
 * Decodes what a store holds. Whatever is wrong with it is nobody's request, so even a refusal comes out as an error that is
 * answered with INTERNAL. `what` names the thing in the message.
 */
export function decodeStoredBytes<Message, Value>(
  what: string,
  bytes: Uint8Array,
  decode: (bytes: Uint8Array) => Message,
  convert: (message: Message) => Value,
): Value {
  try {
    return convert(decode(bytes));
  } catch (cause) {
    throw new Error(`A stored ${what} cannot be decoded.`, { cause });
  }
}
