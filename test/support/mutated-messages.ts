import fc from 'fast-check';
import { uuid } from './session-builder';

/** A change of one value of a message. */
export interface Mutation {
  /** Selects the value, modulo the number of values. */
  readonly index: number;
  readonly number: number;
  readonly text: string;
  readonly time: Date | undefined;
  readonly list: 'emptied' | 'duplicated' | 'reversed';
  /** Removes a nested message. */
  readonly isRemoved: boolean;
}

/** Mutations that a client library can encode. Enums are signed 32-bit integers. */
export const arbitraryMutation: fc.Arbitrary<Mutation> = fc.record({
  index: fc.nat(),
  number: fc.constantFrom(0, 1, 2, 3, 5, 77, 999_999_000, 1_000_000_001, 2_147_483_647),
  text: fc.constantFrom('', 's0', 's4', 'nowhere', '__proto__', uuid(0x50), uuid(0x51), uuid(0x99), 'x'.repeat(200)),
  time: fc.constantFrom(undefined, new Date(0), new Date(-1), new Date(253_402_300_799_000), new Date(8e15)),
  list: fc.constantFrom('emptied', 'duplicated', 'reversed'),
  isRemoved: fc.boolean(),
});

/** Returns a copy of a message with the mutations. */
export function mutate<Message extends object>(message: Message, mutations: readonly Mutation[]): Message {
  const copy = structuredClone(message);
  for (const mutation of mutations) {
    const locations = listLocations(copy);
    const location = locations[mutation.index % locations.length];
    if (location)
      Reflect.set(
        location.owner,
        location.key,
        mutateValue(Reflect.get(location.owner, location.key), Array.isArray(location.owner), mutation),
      );
  }
  return copy;
}

interface Location {
  readonly owner: object;
  readonly key: string;
}

function listLocations(owner: object): readonly Location[] {
  return Object.entries(owner).flatMap(([key, value]) => {
    const nested = typeof value === 'object' && value !== null && !(value instanceof Date) ? listLocations(value) : [];
    return [{ owner, key }, ...nested];
  });
}

function mutateValue(value: unknown, isElement: boolean, { number, text, time, list, isRemoved }: Mutation): unknown {
  if (typeof value === 'number') return number;
  if (typeof value === 'string') return text;
  if (typeof value === 'boolean') return !value;
  if (value instanceof Date) return time;
  if (Array.isArray(value)) {
    if (list === 'emptied') return [];
    return list === 'duplicated' ? [...value, ...structuredClone(value)] : [...value].reverse();
  }
  return isRemoved && !isElement ? undefined : value;
}
