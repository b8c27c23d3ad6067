import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  createFileRegistry,
  type DescEnum,
  type DescField,
  type DescMessage,
  type FileRegistry,
  fromBinary,
  type JsonObject,
  type JsonValue,
  type Message,
  toJson,
} from '@bufbuild/protobuf';
import { pathToString } from '@bufbuild/protobuf/reflect';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { createValidator, type Validator, type Violation } from '@bufbuild/protovalidate';
import { type FileProblem, type FileProblemCode, getParentPath, type SourceMap } from './problems';

// The contract at run time: the descriptors of its messages, the rules of `buf.validate`, and the short notation of enum values
// and durations in files.

// The relative path is the same from src/ and from dist/src/.
const descriptorSetPath = join(__dirname, '..', '..', '..', 'gen', 'descriptors.binpb');

let registry: FileRegistry | undefined;

/** Returns the descriptors of the contract and its imports. Loads them on first use. */
export function getContractRegistry(): FileRegistry {
  registry ??= createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptorSetPath)));
  return registry;
}

/** Returns the descriptor of a message by its short name, for example `Scenario`. Throws for an unknown name. */
export function getMessageDescriptor(name: string): DescMessage {
  const descriptor = getContractRegistry().getMessage(`focal.orchestration.v1.${name}`);
  if (descriptor === undefined) throw new Error(`The contract has no message ${name}.`);
  return descriptor;
}

let validator: Validator | undefined;

/**
 * Validates a message against the rules of the contract (`buf.validate`) and locates the violations in its file. Skips a
 * violation at or inside a field that already has a problem.
 */
export function findContractViolations(
  descriptor: DescMessage,
  message: Message,
  source: SourceMap,
  knownProblems: readonly FileProblem[],
): readonly FileProblem[] {
  validator ??= createValidator();
  const result = validator.validate(descriptor, message);
  if (result.kind === 'error') throw result.error;
  const invalidPaths = new Set(knownProblems.map(({ path }) => path));
  return (result.violations ?? []).flatMap((violation) => {
    const path = pathToString(violation.field);
    if (isWithin(path, invalidPaths)) return [];
    const location = { file: source.file, ...source.positionAt(path), path };
    const code: FileProblemCode = source.has(path) ? 'CONTRACT_RULE' : 'MISSING';
    return [{ ...location, severity: 'ERROR', code, message: getViolationMessage(violation, path, source) }];
  });
}

function isWithin(path: string, parents: ReadonlySet<string>): boolean {
  for (let current = path; current !== ''; current = getParentPath(current)) if (parents.has(current)) return true;
  return false;
}

function getViolationMessage({ message, ruleId }: Violation, path: string, source: SourceMap): string {
  if (!source.has(path)) return `is missing (${message})`;
  return ruleId === 'repeated.unique' ? 'must not contain duplicates' : message;
}

/** The prefixes that full names had before their enum was renamed. Files of these releases stay valid. */
const earlierPrefixes: ReadonlyMap<string, string> = new Map([['VisitOutcome', 'STEP_OUTCOME_KIND_']]);

/** Maps the names that a file may use for the values of an enum, short and full, to the full name. UNSPECIFIED is not allowed. */
export function getEnumNames(descriptor: DescEnum): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const { name, number } of descriptor.values) {
    if (number === 0) continue;
    const shortName = getShortEnumName(descriptor, name);
    names.set(shortName, name).set(name, name);
    const earlierPrefix = earlierPrefixes.get(descriptor.name);
    if (earlierPrefix !== undefined) names.set(`${earlierPrefix}${shortName}`, name);
  }
  return names;
}

/** Returns the name of a value without the prefix of its enum: `ANYTIME` for `TRANSITION_TRIGGER_ANYTIME`. */
function getShortEnumName(descriptor: DescEnum, name: string): string {
  const prefix = descriptor.sharedPrefix?.toUpperCase() ?? '';
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

/** Lists the short names of an enum in the order of the contract, without UNSPECIFIED. */
export function listShortEnumNames(descriptor: DescEnum): readonly string[] {
  return descriptor.values.filter(({ number }) => number !== 0).map(({ name }) => getShortEnumName(descriptor, name));
}

const durationRegExp = /^(?=\d)(?:(\d{1,6})d)?(?:(\d{1,8})h)?(?:(\d{1,9})m)?(?:(\d{1,12})(\.\d{1,9})?s)?$/;

/** A description of the notation of durations, for messages and the JSON Schema. */
export const durationFormat = 'a duration such as "900s", "15m" or "1h30m" (units d, h, m, s, in this order)';
/** The notation of durations as a regular expression of JSON Schema. */
export const durationPattern = durationRegExp.source.replaceAll('(?:', '(');

/** Converts a duration to proto3 JSON (`"900s"`); undefined if the text is not a duration. */
export function toProtoDuration(text: string): string | undefined {
  const match = durationRegExp.exec(text);
  if (match === null) return undefined;
  const [, days = '0', hours = '0', minutes = '0', seconds = '0', fraction = ''] = match;
  const wholeSeconds = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
  return `${wholeSeconds}${fraction}s`;
}

/**
 * Converts an encoded message to the notation of files: field names of the contract, enum values without their prefix, no fields
 * with their default value. `parseMessage` parses the result to an equal message.
 */
export function messageToJson(name: string, bytes: Uint8Array): JsonValue {
  const descriptor = getMessageDescriptor(name);
  const json = toJson(descriptor, fromBinary(descriptor, bytes), {
    registry: getContractRegistry(),
    useProtoFieldName: true,
  });
  return shortenEnumNames(descriptor, json);
}

function shortenEnumNames(descriptor: DescMessage, json: JsonValue): JsonValue {
  if (!isObject(json) || descriptor.typeName.startsWith('google.')) return json;
  const fields = new Map(descriptor.fields.map((field) => [field.name, field]));
  return Object.fromEntries(
    Object.entries(json).map(([name, value]) => {
      const field = fields.get(name);
      return [name, field === undefined ? value : shortenInField(field, value)];
    }),
  );
}

function shortenInField(field: DescField, value: JsonValue): JsonValue {
  if (field.fieldKind === 'list' && Array.isArray(value)) return value.map((item) => shortenInItem(field, item));
  if (field.fieldKind === 'map' && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shortenInItem(field, item)]));
  }
  return shortenInItem(field, value);
}

function shortenInItem(field: DescField, value: JsonValue): JsonValue {
  if (field.message !== undefined) return shortenEnumNames(field.message, value);
  return field.enum !== undefined && typeof value === 'string' ? getShortEnumName(field.enum, value) : value;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
