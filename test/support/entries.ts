/** The entries of a record with their literal keys. The record must have no other keys, as a literal of the type has. */
export function toEntries<Key extends string, Value>(record: Readonly<Record<Key, Value>>): [Key, Value][] {
  return Object.entries<Value>(record) as [Key, Value][];
}
