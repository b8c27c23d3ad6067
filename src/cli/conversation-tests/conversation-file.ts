import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JsonObject } from '@bufbuild/protobuf';
import { isMap, isSeq, type Node } from 'yaml';
import { z } from 'zod';
import {
  asNode,
  createEmptyFileProblem,
  createScenarioIdLookup,
  createUnreadableFileProblem,
  type FileProblem,
  FileProblemsError,
  isFileSystemError,
  type NamedScenario,
  ParseContext,
  parseDocuments,
  type ScenarioIdLookup,
  type SourcePosition,
  sortByPosition,
} from '../files';
import {
  listPutProblems,
  type ParsedCatalogueChange,
  parseCatalogueChange,
  resolveCatalogueChange,
  type ScenarioFileReader,
} from './catalogue-change';
import type { Conversation, ConversationTurn } from './conversation';
import { type Expectation, expectationSchema, listNamedScenarios } from './expectation';
import { parseGivenSession } from './given-session';
import { parseWithSchema } from './parse-with-schema';
import { secondsSchema } from './seconds';
import { settingsSchema, toOrchestrationSettings } from './test-settings';
import { parseTurnNode, resolveScenarioIds } from './turn-file';

const conversationSchema = z.strictObject({
  $schema: z.string().optional(),
  name: z.string().min(1),
  about: z.string().default(''),
  exact: z.boolean().default(false),
  given: z.strictObject({
    scenarios: z.array(z.string()).min(1),
    customer_data: z.record(z.string(), z.json()).default({}),
    session: z.unknown().optional(),
    settings: settingsSchema.default({}),
  }),
  turns: z.array(z.unknown()).min(1),
});

/** The keys of a turn in a conversation file in addition to the fields of the contract. */
const scriptSchema = z.object({
  message: z.string().default(''),
  about: z.string().default(''),
  after: secondsSchema.default(0),
  supersedes: z.boolean().default(false),
  catalogue: z.unknown().optional(),
  expect: expectationSchema.optional(),
});
const scriptKeys: ReadonlySet<string> = new Set(Object.keys(scriptSchema.shape));

/** Reads a conversation file as `parseConversation` does. Also throws FileProblemsError if the file cannot be read. */
export function readConversation(file: string, readScenarios: ScenarioFileReader): Conversation {
  try {
    return parseConversation(file, readFileSync(file, 'utf8'), readScenarios);
  } catch (error) {
    if (isFileSystemError(error)) throw new FileProblemsError([createUnreadableFileProblem(file, error)]);
    throw error;
  }
}

/**
 * Parses a conversation file (docs/conversation-tests.md). A turn has the fields of the contract's `Turn`, with scenario names
 * in place of ids, and `message` (short for `situation.message`), `about`, `after` (seconds since the previous turn),
 * `supersedes` (whether it replaces the previous turn), `catalogue` (changes before the turn) and `expect`.
 * Paths of scenario files are relative to the folder of the file. Throws FileProblemsError with all problems of the file and of
 * its scenario files.
 */
export function parseConversation(file: string, text: string, readScenarios: ScenarioFileReader): Conversation {
  const { documents, problems: syntaxProblems } = parseDocuments(file, text);
  const [document] = documents;
  if (syntaxProblems.length > 0 || document?.root === undefined) {
    throw new FileProblemsError(
      syntaxProblems.length > 0 ? syntaxProblems : [createEmptyFileProblem(file, 'conversation')],
    );
  }
  const context = new ParseContext(document);
  const { conversation, scenarioProblems } = parseRoot(context, document.root, readScenarios);
  const problems = [...sortByPosition(context.problems), ...scenarioProblems];
  if (problems.length > 0 || conversation === undefined) throw new FileProblemsError(problems);
  return conversation;
}

interface ParsedRoot {
  readonly conversation?: Conversation;
  readonly scenarioProblems: readonly FileProblem[];
}

function parseRoot(context: ParseContext, root: Node, readScenarios: ScenarioFileReader): ParsedRoot {
  const { file } = context.document.source;
  const fields = parseWithSchema(context, conversationSchema, root, '');
  if (fields === undefined || !isMap(root)) return { scenarioProblems: [] };
  const { name, about, exact: isExact, given } = fields;
  const { problems, ...scenarios } = readScenarios(given.scenarios.map((path) => join(dirname(file), path)));
  const turnNodes = listTurnNodes(context, root.get('turns', true));
  const definitions: NamedScenario[] = [...scenarios.scenarios];
  const changes = turnNodes.map((node, index) => {
    const change = parseCatalogueChange(context, node, `turns[${index}]`, (paths) => readScenarios(paths, definitions));
    definitions.push(...(change?.put.scenarios ?? []));
    return change;
  });
  const namedScenarios = keepFirstDefinitions(definitions);
  const getId = createScenarioIdLookup(namedScenarios, (path, message) =>
    context.reportAt(path, 'UNKNOWN_SCENARIO', message),
  );
  const session = asNode(root.getIn(['given', 'session'], true));
  return {
    scenarioProblems: [...problems, ...listPutProblems(changes)],
    conversation: {
      file,
      name,
      about,
      scenarios,
      namedScenarios,
      settings: toOrchestrationSettings(given.settings),
      session: session && parseGivenSession(context, session, scenarios.scenarios, getId),
      turns: turnNodes.flatMap((node, index) =>
        parseTurn(
          { context, getId, isExact },
          { node, path: `turns[${index}]`, change: changes[index] },
          given.customer_data,
        ),
      ),
    },
  };
}

function listTurnNodes(context: ParseContext, turns: unknown): readonly (Node | undefined)[] {
  return (isSeq(turns) ? turns.items : []).map((item) => context.resolveAlias(asNode(item)));
}

/** Keeps the first definition of each scenario, because later definitions do not change its name in a conversation. */
function keepFirstDefinitions(scenarios: readonly NamedScenario[]): readonly NamedScenario[] {
  const byId = new Map<string, NamedScenario>();
  for (const scenario of scenarios) {
    if (!byId.has(scenario.message.scenarioId)) byId.set(scenario.message.scenarioId, scenario);
  }
  return [...byId.values()];
}

interface TurnContext {
  readonly context: ParseContext;
  readonly getId: ScenarioIdLookup;
  readonly isExact: boolean;
}

interface TurnNode {
  readonly node: Node | undefined;
  readonly path: string;
  readonly change: ParsedCatalogueChange | undefined;
}

/** Returns one turn, or none if it has problems. */
function parseTurn(
  { context, getId, isExact }: TurnContext,
  { node, path, change }: TurnNode,
  customerData: JsonObject,
): readonly ConversationTurn[] {
  const turn = parseTurnNode(context, node, path, scriptKeys, customerData);
  const script = parseWithSchema(context, scriptSchema, node, path);
  if (script === undefined) return [];
  if (script.supersedes && path === 'turns[0]')
    context.report(
      path,
      node,
      'WRONG_TYPE',
      'cannot supersede a turn, because it is the first one; remove `supersedes`',
    );
  const { about, after, supersedes, expect: expected = {} } = script;
  const expectationPositions = locateExpectation(context, node, path, expected);
  for (const [key, value] of Object.entries(expected)) {
    for (const name of listNamedScenarios({ [key]: value })) getId(name, `${path}.expect.${key}`);
  }
  return [
    {
      about,
      delayMs: after * 1_000,
      supersedesPrevious: supersedes,
      catalogueChange: change && resolveCatalogueChange(change, getId),
      turn: resolveScenarioIds(turn, getId, path),
      outcomesWithoutKey: new Set(
        turn.stepOutcomes.flatMap(({ actionKey }, index) =>
          actionKey === '' && context.positions.has(`${path}.step_outcomes[${index}].action_key`) ? [index] : [],
        ),
      ),
      expected,
      isExact: isExact && script.expect !== undefined,
      position: context.document.source.positionAt(node?.range?.[0] ?? 0),
      expectationPositions,
    },
  ];
}

/** Returns the positions of the keys of an expectation, and records them in the context for problems. */
function locateExpectation(
  context: ParseContext,
  turn: Node | undefined,
  path: string,
  expected: Expectation,
): ReadonlyMap<string, SourcePosition> {
  const block = isMap(turn) ? context.resolveAlias(asNode(turn.get('expect', true))) : undefined;
  const positions = new Map<string, SourcePosition>();
  for (const key of Object.keys(expected)) {
    const node = (isMap(block) ? asNode(block.get(key, true)) : undefined) ?? block;
    context.recordPosition(`${path}.expect.${key}`, node);
    positions.set(key, context.document.source.positionAt(node?.range?.[0] ?? 0));
  }
  return positions;
}
