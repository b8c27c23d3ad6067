/**
 * The name of an enum value without the prefix of its enum, e.g. `MESSAGE`. A value that this version does not know, from a
 * newer service, is shown as its number.
 */
export function formatEnum(names: Readonly<Record<number, string>>, value: number, prefix: string): string {
  return names[value]?.replace(prefix, '') ?? String(value);
}
