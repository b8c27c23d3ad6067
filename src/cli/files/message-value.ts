import { type DescField, type DescMessage, type JsonObject, type JsonValue, ScalarType } from '@bufbuild/protobuf';
import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { durationFormat, toProtoDuration } from './duration';
import { asNode, readMappingEntries } from './mapping-entries';
import { findNearestName } from './nearest-name';
import { describeNode, type ParseContext } from './parse-context';
import { parseEnumValue, parseScalar } from './scalar-value';

const anyJson = new Set(['google.protobuf.Value', 'google.protobuf.Struct', 'google.protobuf.ListValue']);

/**
 * Reads a mapping as proto3 JSON of a message: field names as in the contract, every other key a problem, `otherKeys` left
 * out. Gives what could be read; where something could not, a problem says so.
 */
export function parseMessage(
  reading: ParseContext,
  descriptor: DescMessage,
  given: Node | undefined,
  path: string,
  otherKeys: ReadonlySet<string> = new Set(),
): JsonObject {
  const node = reading.resolveAlias(given);
  reading.recordPosition(path, node);
  // Without a prototype: a key such as `__proto__` is a key like any other.
  const json: JsonObject = Object.create(null);
  if (!isMap(node)) {
    reading.report(
      path,
      node,
      'WRONG_TYPE',
      `must be a mapping of the fields of ${descriptor.name}, but it is ${describeNode(node)}`,
    );
    return json;
  }
  const fields = new Map(descriptor.fields.map((field) => [field.name, field]));
  for (const { key, keyNode, value } of readMappingEntries(reading, node, path)) {
    if (otherKeys.has(key)) continue;
    const at = path === '' ? key : `${path}.${key}`;
    const field = fields.get(key);
    if (field === undefined) {
      const near = findNearestName(key, [...fields.keys(), ...otherKeys]);
      reading.report(
        at,
        keyNode,
        'UNKNOWN_KEY',
        near === undefined ? `${descriptor.name} has no such field` : `unknown; did you mean ${near}?`,
      );
      continue;
    }
    const read = fieldValue(reading, field, value, keyNode, at);
    if (read !== undefined) json[key] = read;
  }
  return json;
}

function fieldValue(
  reading: ParseContext,
  field: DescField,
  value: Node | undefined,
  keyNode: Node,
  path: string,
): JsonValue | undefined {
  const takesNull = field.fieldKind === 'message' && anyJson.has(field.message.typeName);
  if (!takesNull && (value === undefined || (isScalar(value) && value.value === null))) {
    reading.recordPosition(path, keyNode);
    reading.report(path, keyNode, 'NO_VALUE', 'has no value; give one or leave the key out');
    return undefined;
  }
  reading.recordPosition(path, value ?? keyNode);
  switch (field.fieldKind) {
    case 'list':
      return listValue(reading, field, value, path);
    case 'map':
      return mapValue(reading, field, value, path);
    default:
      return singleValue(reading, field, value, path);
  }
}

function listValue(
  reading: ParseContext,
  field: DescField & { fieldKind: 'list' },
  node: Node | undefined,
  path: string,
): JsonValue[] | undefined {
  if (!isSeq(node)) {
    reading.report(path, node, 'WRONG_TYPE', `must be a list, but it is ${describeNode(node)}`);
    return undefined;
  }
  return node.items.map((item, index) => {
    const at = `${path}[${index}]`;
    const itemNode = reading.resolveAlias(asNode(item));
    reading.recordPosition(at, itemNode);
    return singleValue(reading, field, itemNode, at) ?? placeholder(field);
  });
}

function mapValue(
  reading: ParseContext,
  field: DescField & { fieldKind: 'map' },
  node: Node | undefined,
  path: string,
): JsonObject | undefined {
  if (!isMap(node)) {
    reading.report(path, node, 'WRONG_TYPE', `must be a mapping, but it is ${describeNode(node)}`);
    return undefined;
  }
  const json: JsonObject = Object.create(null);
  for (const { key, keyNode, value } of readMappingEntries(reading, node, path)) {
    const at = `${path}[${JSON.stringify(key)}]`;
    reading.recordPosition(at, value ?? keyNode);
    const read = singleValue(reading, field, value, at);
    if (read !== undefined) json[key] = read;
  }
  return json;
}

/** A kind of value that a field has once, or a list or map has many times. */
type Single =
  | { readonly scalar: ScalarType }
  | { readonly enum: NonNullable<DescField['enum']> }
  | { readonly message: DescMessage };

function singleValue(
  reading: ParseContext,
  field: DescField,
  node: Node | undefined,
  path: string,
): JsonValue | undefined {
  const single = singleOf(field);
  if ('scalar' in single) return parseScalar(reading, single.scalar, node, path);
  if ('enum' in single) return parseEnumValue(reading, single.enum, node, path);
  const { message } = single;
  if (anyJson.has(message.typeName)) return jsonValue(reading, node);
  if (message.typeName === 'google.protobuf.Duration') return durationValue(reading, node, path);
  return parseMessage(reading, message, node, path);
}

function singleOf(field: DescField): Single {
  if (field.message !== undefined) return { message: field.message };
  if (field.enum !== undefined) return { enum: field.enum };
  return { scalar: field.scalar };
}

/** Stands for a list item that could not be read, so that the ones after it keep their index. */
function placeholder(field: DescField): JsonValue {
  const single = singleOf(field);
  if ('message' in single) return {};
  if ('enum' in single) return 0;
  return single.scalar === ScalarType.STRING || single.scalar === ScalarType.BYTES
    ? ''
    : single.scalar !== ScalarType.BOOL && 0;
}

function durationValue(reading: ParseContext, node: Node | undefined, path: string): string | undefined {
  const given: unknown = isScalar(node) ? node.value : undefined;
  const duration = typeof given === 'string' ? toProtoDuration(given) : undefined;
  if (duration === undefined) reading.report(path, node, 'WRONG_TYPE', `must be ${durationFormat}`);
  return duration;
}

function jsonValue(reading: ParseContext, node: Node | undefined): JsonValue {
  const value: unknown = node?.toJS(reading.document.yaml, { maxAliasCount: 100 });
  return JSON.parse(JSON.stringify(value ?? null));
}
