import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import { isMap, isSeq, type Node } from 'yaml';
import { z } from 'zod';
import {
  asNode,
  emptyFileProblem,
  type FileProblem,
  FileProblemsError,
  isFileSystemError,
  ParseContext,
  parseDocuments,
  type ScenarioFile,
  type SourcePosition,
  sortByPosition,
  unreadableFileProblem,
} from '../files';
import { parseNode } from './checked-node';
import type { Conversation, ConversationTurn } from './conversation';
import { type Expectation, expectationSchema, listNamedScenarios, makeExact } from './expectation';
import { parseGivenSession } from './given-session';
import { createScenarioIdLookup, resolveScenarioIds, type ScenarioIdLookup } from './scenario-names';
import { parseTurnNode } from './turn-file';

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
export type ScenarioFileReader = (paths: readonly string[]) => ScenarioFile;

/** Reads the conversation of a file. Throws FileProblemsError as `parseConversation` does, and for a file that cannot be read. */
export function readConversation(file: string, readScenarios: ScenarioFileReader): Conversation {
  try {
    return parseConversation(file, readFileSync(file, 'utf8'), readScenarios);
  } catch (error) {
    if (isFileSystemError(error)) throw new FileProblemsError([unreadableFileProblem(file, error)]);
    throw error;
  }
}

/**
 * Reads the text of a conversation file (docs/conversation-tests.md). Its turns hold the fields of the contract's `Turn`, scenarios by
 * name where the contract has ids; and `message` (short for `situation.message`), `about` (for people), `after` (seconds since the
 * turn before) and `expect` (what has to happen). Scenario files are named from the folder of the file. Throws FileProblemsError
 * with everything that is wrong in it and in its scenario files.
 */
export function parseConversation(file: string, text: string, readScenarios: ScenarioFileReader): Conversation {
  const { documents, problems } = parseDocuments(file, text);
  const [located] = documents;
  if (problems.length > 0 || located?.root === undefined) {
    throw new FileProblemsError(problems.length > 0 ? problems : [emptyFileProblem(file, 'conversation')]);
  }
  const reading = new ParseContext(located);
  const found = conversationOf(reading, located.root, readScenarios);
  const wrong = [...sortByPosition(reading.problems), ...found.problems];
  if (wrong.length > 0 || found.conversation === undefined) throw new FileProblemsError(wrong);
  return found.conversation;
}

interface Found {
  readonly conversation?: Conversation;
  /** Of its scenario files. */
  readonly problems: readonly FileProblem[];
}

function conversationOf(reading: ParseContext, root: Node, readScenarios: ScenarioFileReader): Found {
  const { file } = reading.document.source;
  const frame = parseNode(reading, conversationSchema, root, '');
  if (frame === undefined || !isMap(root)) return { problems: [] };
  const { name, about, exact, given } = frame;
  const { problems, ...scenarios } = readScenarios(given.scenarios.map((path) => join(dirname(file), path)));
  const idOf = createScenarioIdLookup(scenarios.scenarios, (at, problem) =>
    reading.reportAt(at, 'UNKNOWN_SCENARIO', problem),
  );
  const turns = root.get('turns', true);
  return {
    problems,
    conversation: {
      file,
      name,
      about,
      scenarios,
      session: parseGivenSession(reading, asNode(root.getIn(['given', 'session'], true)), scenarios.scenarios, idOf),
      turns: (isSeq(turns) ? turns.items : []).flatMap((item, index) =>
        turnOf({ reading, idOf, exact }, reading.resolveAlias(asNode(item)), `turns[${index}]`, given.customer_data),
      ),
    },
  };
}

interface Surroundings {
  readonly reading: ParseContext;
  readonly idOf: ScenarioIdLookup;
  readonly exact: boolean;
}

function turnOf(
  { reading, idOf, exact }: Surroundings,
  node: Node | undefined,
  path: string,
  customerData: JsonObject,
): readonly ConversationTurn[] {
  const turn = parseTurnNode(reading, node, path, scriptKeys, customerData);
  const script = parseNode(reading, scriptSchema, node, path);
  if (script === undefined) return [];
  const { about, after, expect: expected } = script;
  const expectedAt = placesOf(reading, node, path, expected);
  for (const [key, named] of Object.entries(expected)) {
    for (const name of listNamedScenarios({ [key]: named })) idOf(name, `${path}.expect.${key}`);
  }
  return [
    {
      about,
      delayMs: after * 1_000,
      turn: resolveScenarioIds(turn, idOf, path),
      expected: exact ? makeExact(expected) : expected,
      position: reading.document.source.positionAt(node?.range?.[0] ?? 0),
      expectationPositions: expectedAt,
    },
  ];
}

/** Where the keys of an expectation are; the reading remembers them, too, for problems. */
function placesOf(
  reading: ParseContext,
  turn: Node | undefined,
  path: string,
  expected: Expectation,
): ReadonlyMap<string, SourcePosition> {
  const block = isMap(turn) ? reading.resolveAlias(asNode(turn.get('expect', true))) : undefined;
  const places = new Map<string, SourcePosition>();
  for (const key of Object.keys(expected)) {
    const node = isMap(block) ? asNode(block.get(key, true)) : undefined;
    reading.recordPosition(`${path}.expect.${key}`, node ?? block);
    places.set(key, reading.document.source.positionAt((node ?? block)?.range?.[0] ?? 0));
  }
  return places;
}
