import { type DescMessage, fromJson, toBinary } from '@bufbuild/protobuf';
import { isMap, isSeq, type Node } from 'yaml';
import { Relationship, Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { contractMessage, contractRegistry } from './contract-descriptors';
import { contractProblems } from './contract-rules';
import { type FileProblem, inFileOrder, nothingIn } from './file-problem';
import { type LocatedDocument, parseText } from './located-document';
import { asNode, mappingEntries } from './mapping-entries';
import { messageValue } from './message-value';
import { Reading, whatItIs } from './reading';
import { SourceMap } from './source-map';

/** A message of the contract that was read from a file. */
export interface FromFile<Message> {
  readonly message: Message;
  /** The message in protobuf's binary form. */
  readonly bytes: Uint8Array;
  /** Where its fields are. */
  readonly source: SourceMap;
}

/** What the text of a scenario file holds. What has a problem is left out. */
export interface ScenarioFile {
  /** In the order of the file. */
  readonly scenarios: readonly FromFile<Scenario>[];
  readonly relationships: readonly FromFile<Relationship>[];
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
export function readScenarioFile(file: string, text: string): ScenarioFile {
  const { documents, problems } = parseText(file, text);
  const files = documents.filter(({ root }) => root !== undefined).map(readDocument);
  const nothing = files.length === 0 && problems.length === 0;
  return {
    scenarios: files.flatMap(({ scenarios }) => scenarios),
    relationships: files.flatMap(({ relationships }) => relationships),
    problems: [
      ...problems,
      ...files.flatMap((read) => read.problems),
      ...(nothing ? [nothingIn(file, 'scenario')] : []),
    ],
  };
}

function readDocument(located: LocatedDocument): ScenarioFile {
  const { root } = located;
  if (isMap(root) && root.has('relationships')) return readRelationships(located, root);
  const reading = new Reading(located);
  const read = readMessage(reading, contractMessage('Scenario'), located.root, Scenario, schemaKey);
  return { scenarios: read.message, relationships: [], problems: read.problems };
}

function readRelationships(located: LocatedDocument, root: Node): ScenarioFile {
  const reading = new Reading(located);
  const relationships: FromFile<Relationship>[] = [];
  const problems: FileProblem[] = [];
  for (const { key, keyNode, value } of isMap(root) ? mappingEntries(reading, root, '') : []) {
    if (key === '$schema') continue;
    if (key !== 'relationships')
      reading.report(key, keyNode, 'UNKNOWN_KEY', 'a document with `relationships` holds nothing else');
    else if (!isSeq(value))
      reading.report(key, value ?? keyNode, 'WRONG_TYPE', `must be a list, but it is ${whatItIs(value)}`);
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

function readRelationship(located: LocatedDocument, node: Node | undefined, path: string): ReadMessage<Relationship> {
  const read = readMessage(new Reading(located), contractMessage('Relationship'), node, Relationship);
  const whole = (inner: string): string => (inner === '' ? path : `${path}.${inner}`);
  return { ...read, problems: read.problems.map((problem) => ({ ...problem, path: whole(problem.path) })) };
}

interface ReadMessage<Message> {
  /** One, or none where there are problems. */
  readonly message: readonly FromFile<Message>[];
  readonly problems: readonly FileProblem[];
}

function readMessage<Message>(
  reading: Reading,
  descriptor: DescMessage,
  node: Node | undefined,
  generated: { decode(bytes: Uint8Array): Message },
  otherKeys?: ReadonlySet<string>,
): ReadMessage<Message> {
  const json = messageValue(reading, descriptor, node, '', otherKeys);
  const source = new SourceMap(reading.located.source.file, reading.places);
  const message = fromJson(descriptor, json, { registry: contractRegistry() });
  const problems = [...reading.problems, ...contractProblems(descriptor, message, source, reading.problems)];
  if (problems.length > 0) return { message: [], problems: inFileOrder(problems) };
  const bytes = toBinary(descriptor, message);
  return { message: [{ message: generated.decode(bytes), bytes, source }], problems };
}
