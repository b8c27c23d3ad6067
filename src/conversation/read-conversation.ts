import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import { isMap, isSeq, type Node } from 'yaml';
import { z } from 'zod';
import {
  asNode,
  type FileProblem,
  FileProblemsError,
  inFileOrder,
  isFileError,
  nothingIn,
  parseText,
  Reading,
  type ScenarioFile,
  type SourcePosition,
  unreadable,
} from '../adapters/files';
import { checkedNode } from './checked-node';
import type { Conversation, ConversationTurn } from './conversation';
import { type Expectation, exactly, expectationSchema, namedScenarios } from './expectation';
import { givenSession } from './given-session';
import { turnValue } from './read-turn';
import { type IdOf, idsByName, withScenarioIds } from './scenario-names';

const conversationSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().min(1),
  about: z.string().default(''),
  exact: z.boolean().default(false),
  given: z.strictObject({
    scenarios: z.array(z.string()).min(1),
    customer_data: z.record(z.string(), z.json()).default({}),
    session: z.unknown().optional(),
  }),
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

/** Reads scenario files; a parameter, so that the form can be tested on its own. */
export type ReadScenarios = (paths: readonly string[]) => ScenarioFile;

/** Reads the conversation of a file. Throws FileProblemsError as `parseConversation` does, and for a file that cannot be read. */
export function readConversation(file: string, readScenarios: ReadScenarios): Conversation {
  try {
    return parseConversation(file, readFileSync(file, 'utf8'), readScenarios);
  } catch (error) {
    if (isFileError(error)) throw new FileProblemsError([unreadable(file, error)]);
    throw error;
  }
}

/**
 * Reads the text of a conversation file (docs/conversation-tests.md). Its turns hold the fields of the contract's `Turn`, scenarios by
 * name where the contract has ids; and `message` (short for `situation.message`), `about` (for people), `after` (seconds since the
 * turn before) and `expect` (what has to happen). Scenario files are named from the folder of the file. Throws FileProblemsError
 * with everything that is wrong in it and in its scenario files.
 */
export function parseConversation(file: string, text: string, readScenarios: ReadScenarios): Conversation {
  const { documents, problems } = parseText(file, text);
  const [located] = documents;
  if (problems.length > 0 || located?.root === undefined) {
    throw new FileProblemsError(problems.length > 0 ? problems : [nothingIn(file, 'conversation')]);
  }
  const reading = new Reading(located);
  const found = conversationOf(reading, located.root, readScenarios);
  const wrong = [...inFileOrder(reading.problems), ...found.problems];
  if (wrong.length > 0 || found.conversation === undefined) throw new FileProblemsError(wrong);
  return found.conversation;
}

interface Found {
  readonly conversation?: Conversation;
  /** Of its scenario files. */
  readonly problems: readonly FileProblem[];
}

function conversationOf(reading: Reading, root: Node, readScenarios: ReadScenarios): Found {
  const { file } = reading.located.source;
  const frame = checkedNode(reading, conversationSchema, root, '');
  if (frame === undefined || !isMap(root)) return { problems: [] };
  const { name, about, exact, given } = frame;
  const { problems, ...scenarios } = readScenarios(given.scenarios.map((path) => join(dirname(file), path)));
  const idOf = idsByName(scenarios.scenarios, (at, problem) => reading.reportAt(at, 'UNKNOWN_SCENARIO', problem));
  const turns = root.get('turns', true);
  return {
    problems,
    conversation: {
      file,
      name,
      about,
      scenarios,
      session: givenSession(reading, asNode(root.getIn(['given', 'session'], true)), scenarios.scenarios, idOf),
      turns: (isSeq(turns) ? turns.items : []).flatMap((item, index) =>
        turnOf({ reading, idOf, exact }, reading.resolve(asNode(item)), `turns[${index}]`, given.customer_data),
      ),
    },
  };
}

interface Surroundings {
  readonly reading: Reading;
  readonly idOf: IdOf;
  readonly exact: boolean;
}

function turnOf(
  { reading, idOf, exact }: Surroundings,
  node: Node | undefined,
  path: string,
  customerData: JsonObject,
): readonly ConversationTurn[] {
  const turn = turnValue(reading, node, path, scriptKeys, customerData);
  const script = checkedNode(reading, scriptSchema, node, path);
  if (script === undefined) return [];
  const { about, after, expect: expected } = script;
  const expectedAt = placesOf(reading, node, path, expected);
  for (const [key, named] of Object.entries(expected)) {
    for (const name of namedScenarios({ [key]: named })) idOf(name, `${path}.expect.${key}`);
  }
  return [
    {
      about,
      afterMs: after * 1_000,
      turn: withScenarioIds(turn, idOf, path),
      expected: exact ? exactly(expected) : expected,
      at: reading.located.source.at(node?.range?.[0] ?? 0),
      expectedAt,
    },
  ];
}

/** Where the keys of an expectation are; the reading remembers them, too, for problems. */
function placesOf(
  reading: Reading,
  turn: Node | undefined,
  path: string,
  expected: Expectation,
): ReadonlyMap<string, SourcePosition> {
  const block = isMap(turn) ? reading.resolve(asNode(turn.get('expect', true))) : undefined;
  const places = new Map<string, SourcePosition>();
  for (const key of Object.keys(expected)) {
    const node = isMap(block) ? asNode(block.get(key, true)) : undefined;
    reading.place(`${path}.expect.${key}`, node ?? block);
    places.set(key, reading.located.source.at((node ?? block)?.range?.[0] ?? 0));
  }
  return places;
}
