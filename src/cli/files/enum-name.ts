import type { DescEnum } from '@bufbuild/protobuf';

/** The names that a file may use for the values of an enum, short and full, with the full name. UNSPECIFIED is no choice. */
export function getEnumNames(descriptor: DescEnum): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { name, number } of descriptor.values) {
    if (number === 0) continue;
    names.set(getShortEnumName(descriptor, name), name).set(name, name);
  }
  return names;
}

/** The name of a value without the enum's own prefix: `ANYTIME` of `TRANSITION_TRIGGER_ANYTIME`. */
export function getShortEnumName(descriptor: DescEnum, name: string): string {
  const prefix = descriptor.sharedPrefix?.toUpperCase() ?? '';
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** The short names of an enum in the contract's order. */
export function listShortEnumNames(descriptor: DescEnum): readonly string[] {
  return descriptor.values.filter(({ number }) => number !== 0).map(({ name }) => getShortEnumName(descriptor, name));
}
