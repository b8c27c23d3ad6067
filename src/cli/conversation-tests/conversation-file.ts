import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromJson, type JsonObject, toBinary } from '@bufbuild/protobuf';
import { isCollection, isMap, isNode, isSeq, type Node } from 'yaml';
import { z } from 'zod';
import type { Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { ImportSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import {
  asNode,
  createScenarioIdLookup,
  emptyFileProblem,
  type FileMessage,
  type FileProblem,
  FileProblemsError,
  findNearestName,
  getContractRegistry,
  getMessageDescriptor,
  isFileSystemError,
  ParseContext,
  type ParsedScenarioFiles,
  parseDocuments,
  parseMessage,
  type ScenarioIdLookup,
  type SourcePosition,
  sortByPosition,
  unreadableFileProblem,
} from '../files';
import type { Conversation, ConversationTurn } from './conversation';
import { type Expectation, expectationSchema, listNamedScenarios, makeExact } from './expectation';
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
  }),
  turns: z.array(z.unknown()).min(1),
});

/** The keys of a turn in a conversation file in addition to the fields of the contract. */
const scriptSchema = z.object({
  message: z.string().default(''),
  about: z.string().default(''),
  after: z.number().min(0).max(31_536_000).default(0),
  expect: expectationSchema,
});
const scriptKeys: ReadonlySet<string> = new Set(Object.keys(scriptSchema.shape));

/** Reads scenario files. A parameter, so that tests can parse conversations without files. */
export type ScenarioFileReader = (paths: readonly string[]) => ParsedScenarioFiles;

/** Reads a conversation file. Throws FileProblemsError for an unreadable file too. */
export function readConversation(file: string, readScenarios: ScenarioFileReader): Conversation {
  try {
    return parseConversation(file, readFileSync(file, 'utf8'), readScenarios);
  } catch (error) {
    if (isFileSystemError(error)) throw new FileProblemsError([unreadableFileProblem(file, error)]);
    throw error;
  }
}

/**
 * Parses a conversation file (docs/conversation-tests.md). A turn has the fields of the contract's `Turn`, with scenario names in
 * place of ids, and `message` (short for `situation.message`), `about`, `after` (seconds since the previous turn) and `expect`.
 * Paths of scenario files are relative to the folder of the file. Throws FileProblemsError with all problems of the file and of its
 * scenario files.
 */
export function parseConversation(file: string, text: string, readScenarios: ScenarioFileReader): Conversation {
  const { documents, problems: syntaxProblems } = parseDocuments(file, text);
  const [document] = documents;
  if (syntaxProblems.length > 0 || document?.root === undefined) {
    throw new FileProblemsError(syntaxProblems.length > 0 ? syntaxProblems : [emptyFileProblem(file, 'conversation')]);
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
  const getId = createScenarioIdLookup(scenarios.scenarios, (path, message) =>
    context.reportAt(path, 'UNKNOWN_SCENARIO', message),
  );
  const session = asNode(root.getIn(['given', 'session'], true));
  const turns = root.get('turns', true);
  return {
    scenarioProblems: problems,
    conversation: {
      file,
      name,
      about,
      scenarios,
      session: session && parseGivenSession(context, session, scenarios.scenarios, getId),
      turns: (isSeq(turns) ? turns.items : []).flatMap((item, index) => {
        const node = context.resolveAlias(asNode(item));
        return parseTurn({ context, getId, isExact }, node, `turns[${index}]`, given.customer_data);
      }),
    },
  };
}

interface TurnContext {
  readonly context: ParseContext;
  readonly getId: ScenarioIdLookup;
  readonly isExact: boolean;
}

/** Returns one turn, or none if it has problems. */
function parseTurn(
  { context, getId, isExact }: TurnContext,
  node: Node | undefined,
  path: string,
  customerData: JsonObject,
): readonly ConversationTurn[] {
  const turn = parseTurnNode(context, node, path, scriptKeys, customerData);
  const script = parseWithSchema(context, scriptSchema, node, path);
  if (script === undefined) return [];
  const { about, after, expect: expected } = script;
  const expectationPositions = locateExpectation(context, node, path, expected);
  for (const [key, value] of Object.entries(expected)) {
    for (const name of listNamedScenarios({ [key]: value })) getId(name, `${path}.expect.${key}`);
  }
  return [
    {
      about,
      delayMs: after * 1_000,
      turn: resolveScenarioIds(turn, getId, path),
      expected: isExact ? makeExact(expected) : expected,
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

const sessionPath = 'given.session';
/** Fields of ImportSessionRequest that the test runner sets. */
const runnerFields = ['tenant_id', 'agent_id', 'session_id'];

/**
 * Parses the session that a conversation starts with: the fields of the contract's ImportSessionRequest (section 8), with the name
 * of the scenario. Reports unknown steps, because the service would relocate the session without an error (2.2).
 */
function parseGivenSession(
  context: ParseContext,
  node: Node,
  scenarios: readonly FileMessage<Scenario>[],
  getId: ScenarioIdLookup,
): ImportSessionRequest {
  const descriptor = getMessageDescriptor('ImportSessionRequest');
  const json = parseMessage(context, descriptor, node, sessionPath);
  for (const name of runnerFields) {
    if (name in json) context.reportAt(`${sessionPath}.${name}`, 'UNKNOWN_KEY', 'is set by the test runner; remove it');
  }
  const message = fromJson(descriptor, json, { registry: getContractRegistry() });
  const session = ImportSessionRequest.decode(toBinary(descriptor, message));
  const scenarioPath = `${sessionPath}.active_scenario_id`;
  if (session.activeScenarioId === '') {
    const path = context.positions.has(scenarioPath) ? scenarioPath : sessionPath;
    context.reportAt(path, 'MISSING', 'active_scenario_id must name a scenario');
    return session;
  }
  const activeScenarioId = getId(session.activeScenarioId, scenarioPath);
  const scenario = scenarios.find(({ message: { scenarioId } }) => scenarioId === activeScenarioId);
  if (scenario !== undefined) checkSteps(context, session, scenario.message);
  return { ...session, activeScenarioId };
}

function checkSteps(context: ParseContext, session: ImportSessionRequest, { name, steps }: Scenario): void {
  const knownSteps = new Set(steps.map(({ stepId }) => stepId));
  const check = (stepId: string, path: string): void => {
    if (knownSteps.has(stepId)) return;
    const nearest = findNearestName(stepId, [...knownSteps]);
    const hint = nearest === undefined ? '' : `; did you mean “${nearest}”?`;
    context.reportAt(path, 'UNKNOWN_STEP', `${name} has no step “${stepId}”${hint}`);
  };
  if (session.currentStepId !== '') check(session.currentStepId, `${sessionPath}.current_step_id`);
  for (const stepId of Object.keys(session.visitedSteps)) {
    check(stepId, `${sessionPath}.visited_steps[${JSON.stringify(stepId)}]`);
  }
}

/** Validates a node with a schema. Reports each problem at its position; undefined if there are any. */
function parseWithSchema<Value>(
  context: ParseContext,
  schema: z.ZodType<Value>,
  node: Node | undefined,
  path: string,
): Value | undefined {
  const { success, data, error } = schema.safeParse(node?.toJS(context.document.yaml));
  if (success) return data;
  for (const issue of error.issues) {
    const unknownKeys = issue.code === 'unrecognized_keys' ? issue.keys : [];
    const [firstKey] = unknownKeys;
    const issuePath = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
    const fullPath = `${path}${issuePath}`.replace(/^\./, '');
    const issueNode = findInnermostNode(node, firstKey === undefined ? issue.path : [...issue.path, firstKey]);
    if (firstKey === undefined) context.report(fullPath, issueNode, 'WRONG_TYPE', issue.message);
    else context.report(fullPath, issueNode, 'UNKNOWN_KEY', `unknown key: ${unknownKeys.join(', ')}`);
  }
  return undefined;
}

/** The innermost existing node along a path. */
function findInnermostNode(root: Node | undefined, path: readonly PropertyKey[]): Node | undefined {
  let node = root;
  for (const part of path) {
    const next: unknown = isCollection(node) ? node.get(part, true) : undefined;
    if (!isNode(next)) break;
    node = next;
  }
  return node;
}
