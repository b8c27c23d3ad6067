import type { JsonObject, JsonValue } from '../../src/core/model/json';
import type { SeededRandom } from '../chaos/seeded-random';
import type { Wish } from './story-texts';

/** A wrong value for each field that a customer can get wrong. */
const wrongValues: Readonly<Record<string, readonly JsonValue[]>> = {
  order_id: ['9502126', '#W0000000', 'W1234567'],
  reason: ['changed my mind', 'too late'],
  item_ids: [['0000000000'], []],
  new_item_ids: [['0000000000'], []],
  payment_method_id: ['gift_card_0000000', 'cash'],
  address1: ['1 Wrong Street'],
  city: ['Nowhere'],
  zip: ['00000'],
};

/** Picks a wrong value for one field of a wish; none if no field of it can be wrong. */
export function pickMistake({ values }: Wish, random: SeededRandom): JsonObject {
  const names = Object.keys(values).filter((name) => Object.hasOwn(wrongValues, name));
  if (names.length === 0) return {};
  const name = random.pick(names);
  return { [name]: random.pick(wrongValues[name] ?? []) };
}
