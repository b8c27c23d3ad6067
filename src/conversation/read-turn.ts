import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { isMap, isScalar, type Node } from 'yaml';
import { Turn } from '../../gen/focal/orchestration/v1/turn';
import {
  contractMessage,
  contractRegistry,
  FileProblemsError,
  messageValue,
  nothingIn,
  parseText,
  Reading,
} from '../adapters/files';

/** A turn as a file gives it: scenarios may still be named where the contract has ids. */
export interface ReadTurn {
  /** Where its fields are; takes what is found wrong with them later. */
  readonly reading: Reading;
  readonly turn: Turn;
}

/**
 * Reads the text of a file that holds one turn: the fields of the contract's `Turn`, and `message`, short for `situation.message`.
 * Throws FileProblemsError with everything that is wrong.
 */
export function parseTurn(file: string, text: string): ReadTurn {
  const { documents, problems } = parseText(file, text);
  const [located] = documents;
  if (problems.length > 0 || located?.root === undefined) {
    throw new FileProblemsError(problems.length > 0 ? problems : [nothingIn(file, 'turn')]);
  }
  const reading = new Reading(located);
  const turn = turnValue(reading, located.root, '', new Set(['message', '$schema']));
  if (reading.problems.length > 0) throw new FileProblemsError(reading.problems);
  return { reading, turn };
}

/** Reads the turn of a mapping, whose other keys are left to the caller; `customerData` is known beside its own. */
export function turnValue(
  reading: Reading,
  node: Node | undefined,
  path: string,
  otherKeys: ReadonlySet<string>,
  customerData: JsonObject = {},
): Turn {
  const descriptor = contractMessage('Turn');
  const given = messageValue(reading, descriptor, node, path, otherKeys);
  const message = messageOf(node);
  const json: JsonObject = {
    ...given,
    customer_data: { ...customerData, ...objectOf(given['customer_data']) },
    ...(message === '' ? {} : { situation: { ...objectOf(given['situation']), message } }),
  };
  return Turn.decode(toBinary(descriptor, fromJson(descriptor, json, { registry: contractRegistry() })));
}

function messageOf(node: Node | undefined): string {
  const message: unknown = isMap(node) ? node.get('message', true) : undefined;
  return isScalar(message) && typeof message.value === 'string' ? message.value : '';
}

function objectOf(value: JsonObject[string] | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
