import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { isMap, isSeq, type Node } from 'yaml';
import { FieldDefinitions } from '../../../gen/focal/orchestration/v1/field';
import { Relationship, Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { findContractViolations, getContractRegistry, getMessageDescriptor } from './contract';
import type { FileMessage, ParsedScenarioFiles, ScenarioFiles } from './file-message';
import { parseMessage } from './parse-message';
import {
  createEmptyFileProblem,
  createUnreadableFileProblem,
  type FileProblem,
  FileProblemsError,
  isFileSystemError,
  SourceMap,
  sortByPosition,
} from './problems';
import { canNameScenario, isCalledScenarioPath, type NamedScenario, resolveScenarioNames } from './scenario-names';
import {
  asNode,
  describeNode,
  ParseContext,
  parseDocuments,
  readMappingEntries,
  type SourceDocument,
} from './source-document';

/** Reads scenario files as `readScenarioFiles` does. Throws FileProblemsError with the problems of all files. */
export function loadScenarioFiles(paths: readonly string[]): ScenarioFiles {
  const { problems, ...files } = readScenarioFiles(paths);
  if (problems.length > 0) throw new FileProblemsError(problems);
  return files;
}

/**
 * Reads scenario files, with ids in place of the names in relationships and calls, which refer to scenarios of the files or to `others`.
 * Reports all problems, including scenario ids and field definitions that occur more than once.
 */
export function readScenarioFiles(
  paths: readonly string[],
  others: readonly NamedScenario[] = [],
): ParsedScenarioFiles {
  return resolveScenarioNames(parseScenarioFiles(paths), others);
}

/** Reads scenario files. Does not resolve the names of scenarios in relationships and calls. */
export function parseScenarioFiles(paths: readonly string[]): ParsedScenarioFiles {
  const files = paths.flatMap(listDocumentFiles).map(readScenarioFile);
  const scenarios = files.flatMap((file) => file.scenarios);
  const fields = files.flatMap((file) => file.fields);
  return {
    scenarios,
    relationships: files.flatMap((file) => file.relationships),
    fields: fields.slice(0, 1),
    problems: [...files.flatMap((file) => file.problems), ...findDuplicateIds(scenarios), ...findSecondFields(fields)],
  };
}

/** Returns the path itself or, for a folder, its `.yaml`, `.yml` and `.json` files, sorted by path. Skips subfolders. */
export function listDocumentFiles(path: string): readonly string[] {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== true) return [path];
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ya?ml|json)$/.test(entry.name))
    .map(({ name }) => join(path, name))
    .sort();
}

function readScenarioFile(path: string): ParsedScenarioFiles {
  try {
    return parseScenarioFile(path, readFileSync(path, 'utf8'));
  } catch (error) {
    if (!isFileSystemError(error)) throw error;
    return { scenarios: [], relationships: [], fields: [], problems: [createUnreadableFileProblem(path, error)] };
  }
}

function findDuplicateIds(scenarios: readonly FileMessage<Scenario>[]): readonly FileProblem[] {
  const byId = new Map<string, FileMessage<Scenario>>();
  return scenarios.flatMap((scenario): FileProblem[] => {
    const { message, source } = scenario;
    const id = message.scenarioId;
    const first = byId.get(id);
    if (first === undefined) {
      byId.set(id, scenario);
      return [];
    }
    const path = 'scenario_id';
    const location = `${first.source.file}:${first.source.positionAt(path).line}`;
    const problem = { file: source.file, ...source.positionAt(path), path };
    const text = `is already the id of “${first.message.name}” (${location})`;
    return [{ ...problem, severity: 'ERROR', code: 'DUPLICATE_SCENARIO', message: text }];
  });
}

/** The definitions of an agent are one object, which is stored as a whole (section 10). */
function findSecondFields([first, ...others]: readonly FileMessage<FieldDefinitions>[]): readonly FileProblem[] {
  return others.map(({ source }): FileProblem => {
    const location = first === undefined ? '' : ` (${first.source.file}:${first.source.positionAt('fields').line})`;
    const message = `field definitions are stored as one object; move these to the others${location}`;
    const position = source.positionAt('fields');
    return { file: source.file, ...position, path: 'fields', severity: 'ERROR', code: 'SECOND_FIELDS', message };
  });
}

/** `$schema` names the JSON Schema in a JSON file, as `# yaml-language-server:` does in a YAML file. It is ignored here. */
const ignoredKeys = new Set(['$schema']);

/**
 * Parses a scenario file in YAML or JSON. Each document is one scenario, a list of relationships under the single key
 * `relationships`, or the field definitions under the single key `fields`, with the field names of the contract. Enum values may be written without their prefix and durations as "15m".
 * Validates the rules of the contract too. Only the service finds problems in the scenario itself, for example a transition to an
 * unknown step or an invalid condition.
 */
export function parseScenarioFile(file: string, text: string): ParsedScenarioFiles {
  const { documents, problems } = parseDocuments(file, text);
  const parsed = documents.filter(({ root }) => root !== undefined).map(parseDocument);
  const isEmpty = parsed.length === 0 && problems.length === 0;
  return {
    scenarios: parsed.flatMap(({ scenarios }) => scenarios),
    relationships: parsed.flatMap(({ relationships }) => relationships),
    fields: parsed.flatMap(({ fields }) => fields),
    problems: [
      ...problems,
      ...parsed.flatMap((document) => document.problems),
      ...(isEmpty ? [createEmptyFileProblem(file, 'scenario')] : []),
    ],
  };
}

function parseDocument(document: SourceDocument): ParsedScenarioFiles {
  const { root } = document;
  if (isMap(root) && root.has('relationships')) return parseRelationships(document, root);
  const context = new ParseContext(document);
  if (isMap(root) && root.has('fields')) {
    const json = parseMessage(context, getMessageDescriptor('FieldDefinitions'), root, '', ignoredKeys);
    const { messages, problems } = decodeMessage(context, 'FieldDefinitions', json, FieldDefinitions);
    return { scenarios: [], relationships: [], fields: messages, problems };
  }
  const json = parseMessage(context, getMessageDescriptor('Scenario'), root, '', ignoredKeys);
  const { messages, problems } = decodeMessage(context, 'Scenario', json, Scenario, isNameOfCalledScenario);
  return { scenarios: messages, relationships: [], fields: [], problems };
}

function parseRelationships(document: SourceDocument, root: Node): ParsedScenarioFiles {
  const context = new ParseContext(document);
  const relationships: FileMessage<Relationship>[] = [];
  const problems: FileProblem[] = [];
  for (const { key, keyNode, value } of isMap(root) ? readMappingEntries(context, root, '') : []) {
    if (ignoredKeys.has(key)) continue;
    if (key !== 'relationships')
      context.report(key, keyNode, 'UNKNOWN_KEY', 'a document with `relationships` cannot have other keys');
    else if (!isSeq(value))
      context.report(key, value ?? keyNode, 'WRONG_TYPE', `must be a list, but is ${describeNode(value)}`);
    else {
      value.items.forEach((item, index) => {
        const parsed = parseRelationship(document, asNode(item), `relationships[${index}]`);
        relationships.push(...parsed.messages);
        problems.push(...parsed.problems);
      });
    }
  }
  return { scenarios: [], relationships, fields: [], problems: [...context.problems, ...problems] };
}

/** Parses a relationship. Names of scenarios are not resolved to ids yet. */
function parseRelationship(
  document: SourceDocument,
  node: Node | undefined,
  path: string,
): DecodedMessage<Relationship> {
  const context = new ParseContext(document);
  const json = parseMessage(context, getMessageDescriptor('Relationship'), node, '');
  const { messages, problems } = decodeMessage(context, 'Relationship', json, Relationship, isNameOfRelatedScenario);
  const toFullPath = (inner: string): string => (inner === '' ? path : `${path}.${inner}`);
  return {
    messages: messages.map((message) => ({ ...message, path })),
    problems: problems.map((problem) => ({ ...problem, path: toFullPath(problem.path) })),
  };
}

/** Whether a violation is only the name of a scenario in place of an id, which files may use but the contract rejects. */
function isNameOfRelatedScenario({ path, code }: FileProblem, relationship: Relationship): boolean {
  return code === 'CONTRACT_RULE' && canNameScenario(path, relationship);
}

function isNameOfCalledScenario({ path, code }: FileProblem): boolean {
  return code === 'CONTRACT_RULE' && isCalledScenarioPath(path);
}

interface DecodedMessage<Message> {
  /** One message, or none if there are problems. */
  readonly messages: readonly FileMessage<Message>[];
  readonly problems: readonly FileProblem[];
}

/**
 * Decodes the fields of a message and validates the rules of the contract, except the violations for which `isAllowed` returns
 * true.
 */
function decodeMessage<Message>(
  context: ParseContext,
  name: string,
  json: JsonObject,
  generated: { decode(bytes: Uint8Array): Message },
  isAllowed: (violation: FileProblem, message: Message) => boolean = () => false,
): DecodedMessage<Message> {
  const descriptor = getMessageDescriptor(name);
  const source = new SourceMap(context.document.source.file, context.positions);
  const parsed = fromJson(descriptor, json, { registry: getContractRegistry() });
  const bytes = toBinary(descriptor, parsed);
  const message = generated.decode(bytes);
  const violations = findContractViolations(descriptor, parsed, source, context.problems);
  const problems = [...context.problems, ...violations.filter((violation) => !isAllowed(violation, message))];
  if (problems.length > 0) return { messages: [], problems: sortByPosition(problems) };
  return { messages: [{ message, bytes, source, path: '' }], problems };
}
