import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { isMap, isScalar, type Node } from 'yaml';
import { Turn } from '../../../gen/focal/orchestration/v1/turn';
import {
  emptyFileProblem,
  FileProblemsError,
  getContractRegistry,
  getMessageDescriptor,
  ParseContext,
  parseDocuments,
  parseMessage,
} from '../files';

/** A turn as a file gives it: scenarios may still be named where the contract has ids. */
export interface ParsedTurnFile {
  /** Where its fields are; takes what is found wrong with them later. */
  readonly context: ParseContext;
  readonly turn: Turn;
}

/**
 * Reads the text of a file that holds one turn: the fields of the contract's `Turn`, and `message`, short for `situation.message`.
 * Throws FileProblemsError with everything that is wrong.
 */
export function parseTurnFile(file: string, text: string): ParsedTurnFile {
  const { documents, problems } = parseDocuments(file, text);
  const [located] = documents;
  if (problems.length > 0 || located?.root === undefined) {
    throw new FileProblemsError(problems.length > 0 ? problems : [emptyFileProblem(file, 'turn')]);
  }
  const reading = new ParseContext(located);
  const turn = parseTurnNode(reading, located.root, '', new Set(['message', '$schema']));
  if (reading.problems.length > 0) throw new FileProblemsError(reading.problems);
  return { context: reading, turn };
}

/** Reads the turn of a mapping, whose other keys are left to the caller; `customerData` is known beside its own. */
export function parseTurnNode(
  reading: ParseContext,
  node: Node | undefined,
  path: string,
  otherKeys: ReadonlySet<string>,
  customerData: JsonObject = {},
): Turn {
  const descriptor = getMessageDescriptor('Turn');
  const given = parseMessage(reading, descriptor, node, path, otherKeys);
  const message = messageOf(node);
  const json: JsonObject = {
    ...given,
    customer_data: { ...customerData, ...objectOf(given['customer_data']) },
    ...(message === '' ? {} : { situation: { ...objectOf(given['situation']), message } }),
  };
  return Turn.decode(toBinary(descriptor, fromJson(descriptor, json, { registry: getContractRegistry() })));
}

function messageOf(node: Node | undefined): string {
  const message: unknown = isMap(node) ? node.get('message', true) : undefined;
  return isScalar(message) && typeof message.value === 'string' ? message.value : '';
}

function objectOf(value: JsonObject[string] | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
