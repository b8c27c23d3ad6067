import {
  type DescEnum,
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  ScalarType,
} from '@bufbuild/protobuf';
import { isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { findNearestName } from '../../core/model/nearest-name';
import { normalizeUuid } from '../../core/model/uuid';
import { getUuidValues } from '../../server/codec/wire/uuid-rules';
import { durationFormat, getEnumNames, listShortEnumNames, toProtoDuration } from './contract';
import { asNode, describeNode, type ParseContext, readMappingEntries } from './source-document';

// Converts nodes to proto3 JSON according to the descriptor of a message. Checks every value and reports problems with their
// positions, so that decoding the JSON cannot fail.

const jsonTypes = new Set(['google.protobuf.Value', 'google.protobuf.Struct', 'google.protobuf.ListValue']);

/**
 * Converts a mapping to the proto3 JSON of a message. Keys are the field names of the contract. Skips `otherKeys`; any other
 * unknown key is a problem. Reports invalid fields as problems and returns the valid ones.
 */
export function parseMessage(
  context: ParseContext,
  descriptor: DescMessage,
  nodeOrAlias: Node | undefined,
  path: string,
  otherKeys: ReadonlySet<string> = new Set(),
): JsonObject {
  const node = context.resolveAlias(nodeOrAlias);
  context.recordPosition(path, node);
  // The object has no prototype, so that `__proto__` is an ordinary key.
  const json: JsonObject = Object.create(null);
  if (!isMap(node)) {
    const message = `must be a mapping of the fields of ${descriptor.name}, but is ${describeNode(node)}`;
    context.report(path, node, 'WRONG_TYPE', message);
    return json;
  }
  const fields = new Map(descriptor.fields.map((field) => [field.name, field]));
  for (const { key, keyNode, value } of readMappingEntries(context, node, path)) {
    if (otherKeys.has(key)) continue;
    const fieldPath = path === '' ? key : `${path}.${key}`;
    const field = fields.get(key);
    if (field === undefined) {
      const nearest =
        findNearestName(key, [...fields.keys(), ...otherKeys]) ?? findFieldByValue(descriptor, node, value);
      context.report(fieldPath, keyNode, 'UNKNOWN_KEY', describeUnknownKey(key, nearest, descriptor.name));
      continue;
    }
    const parsed = parseField(context, field, value, keyNode, fieldPath);
    if (parsed !== undefined) json[key] = parsed;
  }
  return json;
}

/** Returns the message for an unknown key of `owner`. `nearest` is the most similar known key, if there is one. */
export function describeUnknownKey(key: string, nearest: string | undefined, owner: string): string {
  const fix = nearest === undefined ? ` in ${owner}; remove it` : `; did you mean \`${nearest}\`?`;
  return `no such field \`${key}\`${fix}`;
}

/** Finds the only field that the file does not set and whose enum has this value, for example `signal` for `kind: PAUSE`. */
function findFieldByValue(descriptor: DescMessage, map: YAMLMap, value: Node | undefined): string | undefined {
  const text: unknown = isScalar(value) ? value.value : undefined;
  if (typeof text !== 'string') return undefined;
  const candidates = descriptor.fields.filter(
    (field) => field.enum !== undefined && !map.has(field.name) && getEnumNames(field.enum).has(text),
  );
  return candidates.length === 1 ? candidates[0]?.name : undefined;
}

function parseField(
  context: ParseContext,
  field: DescField,
  value: Node | undefined,
  keyNode: Node,
  path: string,
): JsonValue | undefined {
  const allowsNull = field.fieldKind === 'message' && jsonTypes.has(field.message.typeName);
  if (!allowsNull && (value === undefined || (isScalar(value) && value.value === null))) {
    context.recordPosition(path, keyNode);
    context.report(path, keyNode, 'NO_VALUE', 'has no value; set one or remove the key');
    return undefined;
  }
  context.recordPosition(path, value ?? keyNode);
  switch (field.fieldKind) {
    case 'list':
      return parseList(context, field, value, path);
    case 'map':
      return parseMap(context, field, value, path);
    case 'scalar':
    case 'enum':
    case 'message':
      return parseSingle(context, field, value, path);
  }
}

function parseList(
  context: ParseContext,
  field: DescField & { fieldKind: 'list' },
  node: Node | undefined,
  path: string,
): JsonValue[] | undefined {
  if (!isSeq(node)) {
    context.report(path, node, 'WRONG_TYPE', `must be a list, but is ${describeNode(node)}`);
    return undefined;
  }
  return node.items.map((item, index) => {
    const itemPath = `${path}[${index}]`;
    const itemNode = context.resolveAlias(asNode(item));
    context.recordPosition(itemPath, itemNode);
    // The placeholder of an invalid item preserves the indexes of the items after it.
    return parseSingle(context, field, itemNode, itemPath) ?? getPlaceholder(field);
  });
}

function parseMap(
  context: ParseContext,
  field: DescField & { fieldKind: 'map' },
  node: Node | undefined,
  path: string,
): JsonObject | undefined {
  if (!isMap(node)) {
    context.report(path, node, 'WRONG_TYPE', `must be a mapping, but is ${describeNode(node)}`);
    return undefined;
  }
  const json: JsonObject = Object.create(null);
  for (const { key, keyNode, value } of readMappingEntries(context, node, path)) {
    const valuePath = `${path}[${JSON.stringify(key)}]`;
    context.recordPosition(valuePath, value ?? keyNode);
    const parsed = parseSingle(context, field, value, valuePath);
    if (parsed !== undefined) json[getUuidValues(field).isKey ? normalizeUuid(key) : key] = parsed;
  }
  return json;
}

/** Messages that a file may write as a string, with the field that the string stands for. `scripts/scenario-schema.mjs` has the same. */
const shortForms: ReadonlyMap<string, string> = new Map([
  ['LocalizedText', 'text'],
  ['EnumOption', 'value'],
]);

/** Parses the value of a singular field, or one value of a list or map. A UUID is read in lower case, as in requests. */
function parseSingle(
  context: ParseContext,
  field: DescField,
  node: Node | undefined,
  path: string,
): JsonValue | undefined {
  if (field.message !== undefined) return parseMessageValue(context, field.message, node, path);
  if (field.enum !== undefined) return parseEnumValue(context, field.enum, node, path);
  const value = parseScalar(context, field.scalar, node, path);
  return typeof value === 'string' && getUuidValues(field).isValue ? normalizeUuid(value) : value;
}

function parseMessageValue(
  context: ParseContext,
  message: DescMessage,
  node: Node | undefined,
  path: string,
): JsonValue | undefined {
  if (jsonTypes.has(message.typeName)) return parseJson(context, node);
  if (message.typeName === 'google.protobuf.Duration') return parseDuration(context, node, path);
  if (message.typeName === 'google.protobuf.Timestamp') return parseTimestamp(context, node, path);
  const shortField = shortForms.get(message.name);
  if (shortField !== undefined && isScalar(node) && typeof node.value === 'string') {
    context.recordPosition(`${path}.${shortField}`, node);
    return { [shortField]: node.value };
  }
  return parseMessage(context, message, node, path);
}

function getPlaceholder(field: DescField): JsonValue {
  if (field.message !== undefined) return {};
  if (field.enum !== undefined) return 0;
  if (field.scalar === ScalarType.STRING || field.scalar === ScalarType.BYTES) return '';
  return field.scalar === ScalarType.BOOL ? false : 0;
}

function parseDuration(context: ParseContext, node: Node | undefined, path: string): string | undefined {
  const text: unknown = isScalar(node) ? node.value : undefined;
  const duration = typeof text === 'string' ? toProtoDuration(text) : undefined;
  if (duration === undefined) context.report(path, node, 'WRONG_TYPE', `must be ${durationFormat}`);
  return duration;
}

const timestampRegExp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

function parseTimestamp(context: ParseContext, node: Node | undefined, path: string): string | undefined {
  const text: unknown = isScalar(node) ? node.value : undefined;
  if (typeof text === 'string' && timestampRegExp.test(text) && !Number.isNaN(Date.parse(text))) return text;
  context.report(path, node, 'WRONG_TYPE', 'must be a time such as "2026-03-02T18:30:00Z"');
  return undefined;
}

function parseJson(context: ParseContext, node: Node | undefined): JsonValue {
  const value: unknown = node?.toJS(context.document.yaml, { maxAliasCount: 100 });
  return JSON.parse(JSON.stringify(value ?? null));
}

/** Returns the full name of an enum value from its short or full name. Reports an invalid value and returns undefined. */
function parseEnumValue(
  context: ParseContext,
  descriptor: DescEnum,
  node: Node | undefined,
  path: string,
): string | undefined {
  const text: unknown = isScalar(node) ? node.value : undefined;
  const name = typeof text === 'string' ? getEnumNames(descriptor).get(text) : undefined;
  if (name === undefined) {
    const allowed = listShortEnumNames(descriptor);
    const nearest = typeof text === 'string' ? findNearestName(text, allowed) : undefined;
    const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
    context.report(path, node, 'UNKNOWN_ENUM_VALUE', `must be one of ${allowed.join(', ')}${hint}`);
  }
  return name;
}

/** Converts a scalar to proto3 JSON. Reports an invalid value and returns undefined. */
function parseScalar(
  context: ParseContext,
  type: ScalarType,
  node: Node | undefined,
  path: string,
): JsonValue | undefined {
  const value: unknown = isScalar(node) ? node.value : undefined;
  const problem = scalarChecks[type](value, node);
  if (problem !== undefined) {
    context.report(path, node, 'WRONG_TYPE', problem);
    return undefined;
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

/** Returns the problem of a value; undefined if the value is valid. */
type ScalarCheck = (value: unknown, node: Node | undefined) => string | undefined;

const checkInt32 = createIntegerCheck(-(2 ** 31), 2 ** 31 - 1);
const checkUint32 = createIntegerCheck(0, 2 ** 32 - 1);
const checkInt64 = createIntegerCheck(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
const checkUint64 = createIntegerCheck(0, Number.MAX_SAFE_INTEGER);

const scalarChecks: Readonly<Record<ScalarType, ScalarCheck>> = {
  [ScalarType.STRING]: checkString,
  [ScalarType.BYTES]: checkString,
  [ScalarType.BOOL]: (value, node) =>
    typeof value === 'boolean' ? undefined : `must be true or false, but is ${describeNode(node)}`,
  [ScalarType.DOUBLE]: createNumberCheck(Number.MAX_VALUE),
  [ScalarType.FLOAT]: createNumberCheck(3.4028234663852886e38),
  [ScalarType.INT32]: checkInt32,
  [ScalarType.SINT32]: checkInt32,
  [ScalarType.SFIXED32]: checkInt32,
  [ScalarType.UINT32]: checkUint32,
  [ScalarType.FIXED32]: checkUint32,
  [ScalarType.INT64]: checkInt64,
  [ScalarType.SINT64]: checkInt64,
  [ScalarType.SFIXED64]: checkInt64,
  [ScalarType.UINT64]: checkUint64,
  [ScalarType.FIXED64]: checkUint64,
};

function checkString(value: unknown, node: Node | undefined): string | undefined {
  if (typeof value === 'string') return undefined;
  const hint = isScalar(node) && node.value !== null ? '; add quotes' : '';
  return `must be a string, but is ${describeNode(node)}${hint}`;
}

function createNumberCheck(max: number): ScalarCheck {
  return (value, node) => {
    if (typeof value !== 'number') return `must be a number, but is ${describeNode(node)}`;
    return value >= -max && value <= max ? undefined : 'must be a finite number in the range of the field';
  };
}

function createIntegerCheck(min: number, max: number): ScalarCheck {
  return (value, node) => {
    if (typeof value !== 'number') return `must be an integer, but is ${describeNode(node)}`;
    return Number.isInteger(value) && value >= min && value <= max ? undefined : `must be an integer, ${min}..${max}`;
  };
}
