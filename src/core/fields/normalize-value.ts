import type { EnumOption, FieldDefinition, FieldType } from '../model/field-definition';
import { isJsonArray, isJsonObject, type JsonValue } from '../model/json';
import { toDate, toDateTime, toEmail, toPhone, toTime } from './formats';

/** Normalizes a value to the type of its field; undefined if it is not of the type (section 10). Normalizing twice changes nothing. */
export type Normalize = (value: JsonValue) => JsonValue | undefined;

type TypeSettings = Pick<FieldDefinition, 'itemType' | 'values'>;

/** Returns the function that normalizes the values of a field. A field without a type takes any value. */
export function createNormalizer(definition: Pick<FieldDefinition, 'type'> & TypeSettings): Normalize {
  const { type } = definition;
  return type === undefined ? (value) => value : normalizers[type](definition);
}

/** Text is trimmed. A number counts as its digits, because a reading of "order 7" may give either. */
function readText(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value.trim();
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** A type whose values are texts in one notation. */
function textType(toCanonical: (text: string) => string | undefined): Normalize {
  return (value) => {
    const text = readText(value);
    return text === undefined ? undefined : toCanonical(text);
  };
}

const numberPattern = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** A decimal number with a point. Group separators and decimal commas are not accepted: "1.500" would be ambiguous. */
function toNumber(value: JsonValue): number | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  const number = numberPattern.test(text) && text.length <= 100 ? Number(text) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Integers above 2^53 - 1 are rejected: as a double they would lose digits. */
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

/** Values and synonyms are compared without regard to case and to the composition of accents. */
export function toComparable(text: string): string {
  return text.trim().normalize('NFC').toLowerCase();
}

/** Maps the comparable form of each value and synonym to its value. No text stands for two values (`compileFields`). */
function indexEnumValues(values: readonly EnumOption[]): ReadonlyMap<string, string> {
  return new Map(
    values.flatMap(({ value, synonyms }) => [value, ...synonyms].map((text) => [toComparable(text), value] as const)),
  );
}

function createEnumNormalizer({ values }: TypeSettings): Normalize {
  const byText = indexEnumValues(values);
  return textType((text) => byText.get(toComparable(text)));
}

/** A single value counts as a list of one. An element that is not of the type rejects the list. */
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
