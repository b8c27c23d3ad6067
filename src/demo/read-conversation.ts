import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { isMap, isSeq, type Node } from 'yaml';
import { z } from 'zod';
import { Turn } from '../../gen/focal/orchestration/v1/turn';
import {
  asNode,
  contractMessage,
  contractRegistry,
  FileProblemsError,
  inFileOrder,
  messageValue,
  parseText,
  Reading,
} from '../adapters/files';
import { checkedNode } from './checked-node';
import type { Conversation, ConversationTurn } from './conversation';
import { expectationSchema, namedScenarios } from './expectation';
import { idsByName, withScenarioIds } from './scenario-names';

const conversationSchema = z.strictObject({
  name: z.string().min(1),
  about: z.string().default(''),
  customer_data: z.record(z.string(), z.json()).default({}),
  turns: z.array(z.unknown()).min(1),
});

/** What a turn holds beside the fields of the contract. */
const scriptSchema = z.object({
  message: z.string().default(''),
  about: z.string().default(''),
  after: z.number().min(0).max(31_536_000).default(0),
  expect: expectationSchema,
});
const scriptKeys: ReadonlySet<string> = new Set(Object.keys(scriptSchema.shape));

/**
 * Reads a conversation file. Its turns hold the fields of the contract's `Turn`, scenarios by name where the contract has ids;
 * and `message` (short for `situation.message`), `about` (for people), `after` (seconds since the turn before) and `expect`
 * (what has to happen). `customer_data` beside the turns goes with every turn. `scenarioIds` holds ids by name. Throws
 * FileProblemsError with everything that is wrong.
 */
export function readConversation(file: string, text: string, scenarioIds: ReadonlyMap<string, string>): Conversation {
  const { documents, problems } = parseText(file, text);
  const [located] = documents;
  if (problems.length > 0 || located?.root === undefined) {
    const empty = { file, line: 1, column: 1, path: '', message: 'holds no conversation' };
    throw new FileProblemsError(problems.length > 0 ? problems : [empty]);
  }
  const reading = new Reading(located);
  const conversation = conversationOf(reading, located.root, scenarioIds);
  if (reading.problems.length > 0 || conversation === undefined)
    throw new FileProblemsError(inFileOrder(reading.problems));
  return conversation;
}

function conversationOf(
  reading: Reading,
  root: Node,
  scenarioIds: ReadonlyMap<string, string>,
): Conversation | undefined {
  const frame = checkedNode(reading, conversationSchema, root, '');
  const turns = isMap(root) ? root.get('turns', true) : undefined;
  if (frame === undefined || !isSeq(turns)) return undefined;
  return {
    name: frame.name,
    about: frame.about,
    scenarioNames: new Map([...scenarioIds].map(([name, id]) => [id, name])),
    turns: turns.items.flatMap((item, index) =>
      turnOf(reading, asNode(item), `turns[${index}]`, frame.customer_data, scenarioIds),
    ),
  };
}

function turnOf(
  reading: Reading,
  node: Node | undefined,
  path: string,
  customerData: JsonObject,
  scenarioIds: ReadonlyMap<string, string>,
): readonly ConversationTurn[] {
  const descriptor = contractMessage('Turn');
  const given = messageValue(reading, descriptor, node, path, scriptKeys);
  const script = checkedNode(reading, scriptSchema, node, path);
  if (script === undefined) return [];
  const { message, about, after, expect: expected } = script;
  const json: JsonObject = {
    ...given,
    customer_data: { ...customerData, ...objectOf(given['customer_data']) },
    ...(message === '' ? {} : { situation: { ...objectOf(given['situation']), message } }),
  };
  const turn = Turn.decode(toBinary(descriptor, fromJson(descriptor, json, { registry: contractRegistry() })));
  const idOf = idsByName(scenarioIds, (at, problem) => reading.reportAt(at, problem));
  for (const name of namedScenarios(expected)) idOf(name, `${path}.expect`);
  return [{ about, afterMs: after * 1_000, turn: withScenarioIds(turn, idOf, path), expected }];
}

function objectOf(value: JsonObject[string] | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
