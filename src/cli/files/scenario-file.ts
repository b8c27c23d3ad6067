import { type DescMessage, fromJson, toBinary } from '@bufbuild/protobuf';
import { isMap, isSeq, type Node } from 'yaml';
import { Relationship, Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { getContractRegistry, getMessageDescriptor } from './contract-descriptors';
import { findContractViolations } from './contract-rules';
import { emptyFileProblem, type FileProblem, sortByPosition } from './file-problem';
import { asNode, readMappingEntries } from './mapping-entries';
import { parseMessage } from './message-value';
import { describeNode, ParseContext } from './parse-context';
import { parseDocuments, type SourceDocument } from './source-document';
import { SourceMap } from './source-map';

/** A message of the contract that was read from a file. */
export interface FileMessage<Message> {
  readonly message: Message;
  /** The message in protobuf's binary form. */
  readonly bytes: Uint8Array;
  /** Where its fields are. */
  readonly source: SourceMap;
}

/** What the text of a scenario file holds. What has a problem is left out. */
export interface ScenarioFile {
  /** In the order of the file. */
  readonly scenarios: readonly FileMessage<Scenario>[];
  readonly relationships: readonly FileMessage<Relationship>[];
  /** In the order of the file. */
  readonly problems: readonly FileProblem[];
}

/** Names the JSON Schema in a JSON file, as `# yaml-language-server:` does in a YAML file; without meaning here. */
const schemaKey = new Set(['$schema']);

/**
 * Reads a scenario file: YAML or JSON, each document either one scenario or a list of relationships under the only key
 * `relationships`, in the field names of the contract. Enum values may be given without their prefix and durations as "15m".
 * Reports everything that is wrong at once, the rules that the contract states included; what only the service finds out
 * (a transition that leads nowhere, a condition that does not parse) is not found here.
 */
export function parseScenarioFile(file: string, text: string): ScenarioFile {
  const { documents, problems } = parseDocuments(file, text);
  const files = documents.filter(({ root }) => root !== undefined).map(readDocument);
  const nothing = files.length === 0 && problems.length === 0;
  return {
    scenarios: files.flatMap(({ scenarios }) => scenarios),
    relationships: files.flatMap(({ relationships }) => relationships),
    problems: [
      ...problems,
      ...files.flatMap((read) => read.problems),
      ...(nothing ? [emptyFileProblem(file, 'scenario')] : []),
    ],
  };
}

function readDocument(located: SourceDocument): ScenarioFile {
  const { root } = located;
  if (isMap(root) && root.has('relationships')) return readRelationships(located, root);
  const reading = new ParseContext(located);
  const read = readMessage(reading, getMessageDescriptor('Scenario'), located.root, Scenario, schemaKey);
  return { scenarios: read.message, relationships: [], problems: read.problems };
}

function readRelationships(located: SourceDocument, root: Node): ScenarioFile {
  const reading = new ParseContext(located);
  const relationships: FileMessage<Relationship>[] = [];
  const problems: FileProblem[] = [];
  for (const { key, keyNode, value } of isMap(root) ? readMappingEntries(reading, root, '') : []) {
    if (key === '$schema') continue;
    if (key !== 'relationships')
      reading.report(key, keyNode, 'UNKNOWN_KEY', 'a document with `relationships` holds nothing else');
    else if (!isSeq(value))
      reading.report(key, value ?? keyNode, 'WRONG_TYPE', `must be a list, but it is ${describeNode(value)}`);
    else {
      value.items.forEach((item, index) => {
        const read = readRelationship(located, asNode(item), `relationships[${index}]`);
        relationships.push(...read.message);
        problems.push(...read.problems);
      });
    }
  }
  return { scenarios: [], relationships, problems: [...reading.problems, ...problems] };
}

function readRelationship(located: SourceDocument, node: Node | undefined, path: string): ReadMessage<Relationship> {
  const read = readMessage(new ParseContext(located), getMessageDescriptor('Relationship'), node, Relationship);
  const whole = (inner: string): string => (inner === '' ? path : `${path}.${inner}`);
  return { ...read, problems: read.problems.map((problem) => ({ ...problem, path: whole(problem.path) })) };
}

interface ReadMessage<Message> {
  /** One, or none where there are problems. */
  readonly message: readonly FileMessage<Message>[];
  readonly problems: readonly FileProblem[];
}

function readMessage<Message>(
  reading: ParseContext,
  descriptor: DescMessage,
  node: Node | undefined,
  generated: { decode(bytes: Uint8Array): Message },
  otherKeys?: ReadonlySet<string>,
): ReadMessage<Message> {
  const json = parseMessage(reading, descriptor, node, '', otherKeys);
  const source = new SourceMap(reading.document.source.file, reading.positions);
  const message = fromJson(descriptor, json, { registry: getContractRegistry() });
  const problems = [...reading.problems, ...findContractViolations(descriptor, message, source, reading.problems)];
  if (problems.length > 0) return { message: [], problems: sortByPosition(problems) };
  const bytes = toBinary(descriptor, message);
  return { message: [{ message: generated.decode(bytes), bytes, source }], problems };
}
