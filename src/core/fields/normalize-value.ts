import type { EnumOption, FieldDefinition, FieldType } from '../model/field-definition';
import { isJsonArray, isJsonObject, type JsonValue } from '../model/json';
import { toDate, toDateTime, toEmail, toPhone, toTime } from './formats';

/** Normalizes a value to the type of its field (section 10). Returns undefined if the value does not have the type. Idempotent. */
export type Normalize = (value: JsonValue) => JsonValue | undefined;

type TypeSettings = Pick<FieldDefinition, 'itemType' | 'values'>;

/** Returns the function that normalizes the values of a field. A field without a type takes any value. */
export function createNormalizer(definition: Pick<FieldDefinition, 'type'> & TypeSettings): Normalize {
  const { type } = definition;
  return type === undefined ? (value) => value : normalizers[type](definition);
}

/** Trims a text. Converts a number to its digits, because a client can extract "order 7" as a number or as a text. */
function readText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** Creates the normalizer of a type whose values are texts in one notation. */
function textType(toCanonical: (text: string) => string | undefined): Normalize {
  return (value) => {
    const text = readText(value);
    return text === undefined ? undefined : toCanonical(text);
  };
}

const numberPattern = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Accepts decimal numbers with a point. Rejects group separators and decimal commas, because "1.500" would be ambiguous. */
function toNumber(value: JsonValue): number | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  const number = numberPattern.test(text) && text.length <= 100 ? Number(text) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Rejects integers above 2^53 - 1, because a double cannot represent all of them. */
function toInteger(value: JsonValue): number | undefined {
  const number = toNumber(value);
  return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
}

function toBoolean(value: JsonValue): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.trim().toLowerCase() : '';
  if (text === 'true') return true;
  return text === 'false' ? false : undefined;
}

/** Returns a form for comparison that ignores case and the composition of accents. */
export function toComparable(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

/** Maps the comparable form of each value and synonym to its value. No text maps to two values (`compileFields`). */
function indexEnumValues(values: readonly EnumOption[]): ReadonlyMap<string, string> {
  return new Map(
    values.flatMap(({ value, synonyms }) => [value, ...synonyms].map((text) => [toComparable(text), value] as const)),
  );
}

function createEnumNormalizer({ values }: TypeSettings): Normalize {
  const byText = indexEnumValues(values);
  return textType((text) => byText.get(toComparable(text)));
}

/** Accepts a single value as a list with one element. Rejects a list with an element that does not have the item type. */
function createListNormalizer({ itemType, values }: TypeSettings): Normalize {
  const normalizeItem = createNormalizer({ type: itemType, itemType: undefined, values });
  return (value) => {
    const items: JsonValue[] = [];
    for (const given of isJsonArray(value) ? value : [value]) {
      const item = given === null ? undefined : normalizeItem(given);
      if (item === undefined) return undefined;
      items.push(item);
    }
    return items;
  };
}

const always =
  (normalize: Normalize): ((settings: TypeSettings) => Normalize) =>
  () =>
    normalize;

const normalizers: Readonly<Record<FieldType, (settings: TypeSettings) => Normalize>> = {
  TEXT: always(readText),
  NUMBER: always(toNumber),
  INTEGER: always(toInteger),
  BOOLEAN: always(toBoolean),
  DATE: always(textType(toDate)),
  TIME: always(textType(toTime)),
  DATETIME: always(textType(toDateTime)),
  EMAIL: always(textType(toEmail)),
  PHONE: always(textType(toPhone)),
  ENUM: createEnumNormalizer,
  LIST: createListNormalizer,
  OBJECT: always((value) => (isJsonObject(value) ? value : undefined)),
};
