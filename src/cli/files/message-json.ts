import {
  type DescField,
  type DescMessage,
  fromBinary,
  type JsonObject,
  type JsonValue,
  toJson,
} from '@bufbuild/protobuf';
import { getContractRegistry, getMessageDescriptor } from './contract-descriptors';
import { getShortEnumName } from './enum-name';

/**
 * A message of the contract, given by its short name and its bytes, in the form of files: the field names of the contract, enum
 * values without their prefix, what has its default left out. What `messageValue` reads gives the same message again.
 */
export function messageToJson(name: string, bytes: Uint8Array): JsonValue {
  const descriptor = getMessageDescriptor(name);
  const json = toJson(descriptor, fromBinary(descriptor, bytes), {
    registry: getContractRegistry(),
    useProtoFieldName: true,
  });
  return withShortEnums(descriptor, json);
}

function withShortEnums(descriptor: DescMessage, json: JsonValue): JsonValue {
  if (!isObject(json) || descriptor.typeName.startsWith('google.')) return json;
  const fields = new Map(descriptor.fields.map((field) => [field.name, field]));
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      const field = fields.get(name);
      return [name, field === undefined ? value : fieldJson(field, value)];
    }),
  );
}

function fieldJson(field: DescField, value: JsonValue): JsonValue {
  if (field.fieldKind === 'list' && Array.isArray(value)) return value.map((item) => singleJson(field, item));
  if (field.fieldKind === 'map' && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, singleJson(field, item)]));
  }
  return singleJson(field, value);
}

function singleJson(field: DescField, value: JsonValue): JsonValue {
  if (field.message !== undefined) return withShortEnums(field.message, value);
  return field.enum !== undefined && typeof value === 'string' ? getShortEnumName(field.enum, value) : value;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
