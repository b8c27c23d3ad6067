import { type DescField, type DescMessage, fromJson, type JsonValue, type Registry } from '@bufbuild/protobuf';

/** Messages of this package have their own notation in JSON. */
const wellKnownPackage = 'google.protobuf.';

/**
 * Returns the path of the first field whose JSON cannot be converted, in the names of the request; "" if it is the whole. Converts parts of the
 * JSON again, so use it for requests that have failed.
 */
export function locateProblem(message: DescMessage, json: JsonValue, registry: Registry): string {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return '';
  for (const [key, value] of Object.entries(json)) {
    if (canConvert(message, { [key]: value }, registry)) continue;
    const field = message.fields.find(({ name, jsonName }) => name === key || jsonName === key);
    return `${key}${field === undefined ? '' : locateInField(field, value, registry)}`;
  }
  return '';
}

function locateInField(field: DescField, value: JsonValue, registry: Registry): string {
  const { message } = field;
  if (message === undefined || message.typeName.startsWith(wellKnownPackage)) return '';
  const isContainer = field.fieldKind === 'list' || field.fieldKind === 'map';
  if (!isContainer) return toSuffix(locateProblem(message, value, registry));
  if (typeof value !== 'object' || value === null) return '';
  for (const [key, element] of Object.entries(value)) {
    if (!canConvert(message, element, registry))
      return `[${key}]${toSuffix(locateProblem(message, element, registry))}`;
  }
  return '';
}

function toSuffix(path: string): string {
  return path === '' ? '' : `.${path}`;
}

function canConvert(message: DescMessage, json: JsonValue, registry: Registry): boolean {
  try {
    fromJson(message, json, { registry });
    return true;
  } catch {
    return false;
  }
}
