import fc from 'fast-check';
import { uuid } from './session-builder';

/** A change of some value within a message, found by counting through all of them. */
export interface Damage {
  readonly place: number;
  readonly whole: number;
  readonly text: string;
  readonly time: Date | undefined;
  readonly list: 'empty' | 'doubled' | 'reversed';
  /** Leaves a message out. */
  readonly absent: boolean;
}

/** Damage that a client library can still encode: enums are 32 bits with a sign. */
export const damage: fc.Arbitrary<Damage> = fc.record({
  place: fc.nat(),
  whole: fc.constantFrom(0, 1, 2, 3, 5, 77, 999_999_000, 1_000_000_001, 2_147_483_647),
  text: fc.constantFrom('', 's0', 's4', 'nowhere', '__proto__', uuid(0x50), uuid(0x51), uuid(0x99), 'x'.repeat(200)),
  time: fc.constantFrom(undefined, new Date(0), new Date(-1), new Date(253_402_300_799_000), new Date(8e15)),
  list: fc.constantFrom('empty', 'doubled', 'reversed'),
  absent: fc.boolean(),
});

/** A copy of a message with the damage done to it. */
export function damaged<Message extends object>(message: Message, damages: readonly Damage[]): Message {
  const copy = structuredClone(message);
  for (const each of damages) {
    const places = placesIn(copy);
    const place = places[each.place % places.length];
    if (place)
      Reflect.set(place.owner, place.key, worse(Reflect.get(place.owner, place.key), Array.isArray(place.owner), each));
  }
  return copy;
}

interface Place {
  readonly owner: object;
  readonly key: string;
}

function placesIn(owner: object): readonly Place[] {
  return Object.entries(owner).flatMap(([key, value]) => {
    const within = typeof value === 'object' && value !== null && !(value instanceof Date) ? placesIn(value) : [];
    return [{ owner, key }, ...within];
  });
}

function worse(value: unknown, isElement: boolean, { whole, text, time, list, absent }: Damage): unknown {
  if (typeof value === 'number') return whole;
  if (typeof value === 'string') return text;
  if (typeof value === 'boolean') return !value;
  if (value instanceof Date) return time;
  if (Array.isArray(value)) {
    if (list === 'empty') return [];
    return list === 'doubled' ? [...value, ...structuredClone(value)] : [...value].reverse();
  }
  return absent && !isElement ? undefined : value;
}
