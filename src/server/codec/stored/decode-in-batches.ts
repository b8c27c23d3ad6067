/** After decoding this many bytes, about five milliseconds, other work runs. */
const batchBytes = 262_144;

/** Decodes stored values in order. Gives the event loop back after each batch, so that a large catalogue does not hold it. */
export async function decodeInBatches<Stored, Value>(
  stored: readonly Stored[],
  getLength: (stored: Stored) => number,
  decode: (stored: Stored) => Value,
): Promise<Value[]> {
  const values: Value[] = [];
  let decodedBytes = 0;
  for (const each of stored) {
    if (decodedBytes > batchBytes) {
      await new Promise((resolve) => setImmediate(resolve));
      decodedBytes = 0;
    }
    values.push(decode(each));
    decodedBytes += getLength(each);
  }
  return values;
}
