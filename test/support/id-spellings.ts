import type { JsonValue } from '@bufbuild/protobuf';
import { isUuid } from '../../src/core/model/uuid';

/** Returns the JSON with every text that is a UUID in another spelling: each letter in upper or lower case, as `isUpper` decides. */
export function spellIds<Value extends JsonValue>(json: Value, isUpper: () => boolean): Value;
export function spellIds(json: JsonValue, isUpper: () => boolean): JsonValue {
  if (typeof json === 'string') return isUuid(json) ? spell(json, isUpper) : json;
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map((item) => spellIds(item, isUpper));
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, spellIds(value, isUpper)]));
}

function spell(id: string, isUpper: () => boolean): string {
  return id.replaceAll(/[a-f]/gi, (letter) => (isUpper() ? letter.toUpperCase() : letter.toLowerCase()));
}
