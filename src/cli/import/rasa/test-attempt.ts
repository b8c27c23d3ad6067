import type { ConversationTurnResult } from '../../conversation-tests/conversation';
import type { RasaCheck, RasaTestTurn, SlotValue } from './project';
import type { TestedFlow, TestTurn } from './test-catalogue';

// One way to play a turn of a test: which scenario starts, what the customer answers, and what tools return.

/** What the test does not state and an attempt assumes. */
export interface Assumption {
  /** The flow that starts with the message; undefined for none. */
  readonly start: string | undefined;
  /** The answer to the open question; undefined for none. */
  readonly answer: Answer | undefined;
  /** The results of tools, by variable. */
  readonly results: ReadonlyMap<string, SlotValue>;
}

export type Answer =
  | { readonly kind: 'CONFIRMED' | 'DECLINED'; readonly scenario: string }
  | { readonly kind: 'VALUE'; readonly field: string; readonly value: SlotValue };

/** The values that a test gives for a message, by slot. Rasa allows them in the message, too: `/SetSlots(color=red)`. */
export function readGivenValues({ message, checks }: RasaTestTurn): ReadonlyMap<string, SlotValue> {
  const given = new Map<string, SlotValue>();
  const command = /^\/SetSlots\((.*)\)$/.exec(message.trim())?.[1] ?? '';
  for (const part of command.split(',')) {
    const [name = '', value = ''] = part.split('=').map((text) => text.trim());
    if (name !== '' && value !== '') given.set(name, toValue(value));
  }
  for (const check of checks) if (check.kind === 'slot' && check.value !== null) given.set(check.slot, check.value);
  return given;
}

function toValue(text: string): SlotValue {
  if (/^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  const unquoted = /^"(.*)"$|^'(.*)'$/.exec(text);
  return unquoted?.[1] ?? unquoted?.[2] ?? text;
}

export interface MessageParts {
  readonly rasaTurn: RasaTestTurn;
  readonly assumption: Assumption;
  /** Fields that the message gives, in the order of the test. */
  readonly values: ReadonlyMap<string, SlotValue>;
  /** Slots that are set before the first message; empty for later turns. */
  readonly fixtures: ReadonlyMap<string, SlotValue>;
  readonly flows: ReadonlyMap<string, TestedFlow>;
}

export function createMessageTurn({ rasaTurn, assumption, values, fixtures, flows }: MessageParts): TestTurn {
  const { start, answer } = assumption;
  const given = new Map(values);
  if (answer?.kind === 'VALUE') given.set(answer.field, answer.value);
  const cancelled = rasaTurn.checks.flatMap((check) =>
    check.kind === 'flow_cancelled' ? [flows.get(check.flow)?.scenario.name ?? check.flow] : [],
  );
  const situation = {
    ...(given.size === 0 ? {} : { candidate_variables: [...given].map(([name, value]) => ({ name, value })) }),
    ...(cancelled.length === 0 ? {} : { signals: [{ signal: 'CANCEL', scenario_ids: cancelled }] }),
  };
  const name = start === undefined ? undefined : flows.get(start)?.scenario.name;
  return {
    message: rasaTurn.message,
    ...(fixtures.size === 0 ? {} : { session_variables: new Map(fixtures) }),
    ...(Object.keys(situation).length === 0 ? {} : { situation }),
    ...(name === undefined ? {} : { candidates: [{ scenario_id: name, score: 0.9 }] }),
    ...(answer === undefined || answer.kind === 'VALUE'
      ? {}
      : { step_outcomes: [{ instance_id: answer.scenario, kind: answer.kind }] }),
  };
}

/** The turn that reports the results of the tools that a turn asked for; undefined if it asked for none. */
export function createResultTurn(
  { actual }: ConversationTurnResult,
  flows: ReadonlyMap<string, TestedFlow>,
  values: ReadonlyMap<string, SlotValue>,
): TestTurn | undefined {
  const outcomes = Object.entries(actual.hints).flatMap(([scenario, toolIds]) => {
    const flow = [...flows.values()].find(({ scenario: { name } }) => name === scenario);
    return toolIds.map((toolId) => {
      const { variables = [], constants = new Map() } = flow?.tools.get(toolId) ?? {};
      const known = variables.flatMap((name) => {
        const value = constants.get(name) ?? values.get(name);
        return value === undefined || value === null ? [] : [[name, value] as const];
      });
      const results = known.length === 0 ? {} : { results: new Map(known) };
      return { instance_id: scenario, kind: 'ACTION_SUCCEEDED', tool_id: toolId, ...results };
    });
  });
  return outcomes.length === 0 ? undefined : { trigger: 'TOOL_RESULTS', step_outcomes: outcomes };
}

/** Whether a check holds. SENT is a value that a turn gives; UNDECIDED is a check that decisions cannot tell. */
type Verdict = 'HOLDS' | 'FAILS' | 'SENT' | 'UNDECIDED';

/** The expectations of a turn: those that the checks of the test confirmed, and the tools whose results follow. */
export interface Findings {
  readonly verdicts: ReadonlyMap<RasaCheck, Verdict>;
  /** Expectations by index of the result. */
  readonly expectations: readonly ReadonlyMap<string, ReadonlyMap<string, unknown>>[];
}

/** Compares the decisions of the turns of one message with the checks of the test. */
export function judge(
  results: readonly ConversationTurnResult[],
  checks: readonly RasaCheck[],
  flows: ReadonlyMap<string, TestedFlow>,
): Findings {
  const expectations = results.map(() => new Map<string, Map<string, unknown>>());
  const expectEntry = (index: number, key: string, name: string, value: unknown): void => {
    const expected = expectations[index];
    expected?.set(key, (expected.get(key) ?? new Map<string, unknown>()).set(name, value));
  };
  for (const [index, { actual }] of results.entries()) {
    for (const [name, tools] of Object.entries(actual.hints)) expectEntry(index, 'hints', name, tools);
  }
  const decide = (check: RasaCheck): Verdict => {
    if (check.kind === 'slot') return isSent(check.slot, results, flows) ? 'SENT' : 'UNDECIDED';
    const judgement = judgeCheck(check, flows);
    if (judgement === undefined) return 'UNDECIDED';
    for (const [index, { actual }] of results.entries()) {
      const found = judgement(actual);
      if (found === undefined) continue;
      expectEntry(index, found.key, found.name, found.value);
      return 'HOLDS';
    }
    return 'FAILS';
  };
  const verdicts = new Map(checks.map((check) => [check, decide(check)]));
  return { verdicts, expectations };
}

/** Whether one of the turns gives the value of a slot: as a value of the message, a result of a tool, or a yes or no. */
function isSent(
  slot: string,
  results: readonly ConversationTurnResult[],
  flows: ReadonlyMap<string, TestedFlow>,
): boolean {
  const isConfirmation = [...flows.values()].some(({ confirmations }) => confirmations.has(slot));
  return results.some(({ turn: { situation, stepOutcomes } }) => {
    const isValue = situation?.candidateVariables.some(({ name }) => name === slot) === true;
    const isResult = stepOutcomes.some(({ results: found }) => Object.hasOwn(found, slot));
    return isValue || isResult || (isConfirmation && stepOutcomes.some(({ toolId }) => toolId === ''));
  });
}

type Actual = ConversationTurnResult['actual'];

/** The part of the decisions that fulfills a check: an entry of a key of `expect`. */
interface Found {
  readonly key: string;
  readonly name: string;
  readonly value: unknown;
}

/** Returns how to find what a check expects; undefined if decisions cannot tell. */
function judgeCheck(
  check: Exclude<RasaCheck, { readonly kind: 'slot' }>,
  flows: ReadonlyMap<string, TestedFlow>,
): ((actual: Actual) => Found | undefined) | undefined {
  switch (check.kind) {
    case 'utter':
      return judgeUtter(check.response, [...flows.values()]);
    case 'action': {
      const isTool = [...flows.values()].some(({ tools }) => tools.has(check.action));
      return isTool ? ({ hints }) => findEntry('hints', hints, (tools) => tools.includes(check.action)) : undefined;
    }
    case 'flow_started': {
      const name = flows.get(check.flow)?.scenario.name;
      return name === undefined ? undefined : ({ at }) => findEntry('at', at, (_, found) => found === name);
    }
    case 'flow_completed': {
      const scenario = flows.get(check.flow)?.scenario;
      if (scenario === undefined) return undefined;
      return ({ at, completed }) =>
        findEntry('completed', completed, (_, name) => name === scenario.name) ??
        findEntry('at', at, (step, name) => name === scenario.name && scenario.terminalSteps.has(step));
    }
    case 'flow_cancelled': {
      const name = flows.get(check.flow)?.scenario.name;
      return name === undefined
        ? undefined
        : ({ cancelled }) => findEntry('cancelled', cancelled, (_, found) => found === name);
    }
  }
}

function judgeUtter(
  response: string,
  flows: readonly TestedFlow[],
): ((actual: Actual) => Found | undefined) | undefined {
  const isKnown = flows.some(
    ({ prompts, responses, rejectionResponses }) =>
      prompts.has(response) || responses.has(response) || rejectionResponses.has(response),
  );
  if (!isKnown) return undefined;
  return ({ informs, asks, confirms, at, rejected_values: rejected }) => {
    const inform = findEntry('informs', informs, (templates) => templates.includes(response));
    if (inform !== undefined) return inform;
    for (const { prompts, rejectionResponses, scenario } of flows) {
      const prompt = prompts.get(response);
      if (prompt !== undefined && 'field' in prompt) {
        const asked = findEntry(
          'asks',
          asks,
          (fields, name) => name === scenario.name && fields.includes(prompt.field),
        );
        if (asked !== undefined) return asked;
      }
      if (prompt !== undefined && 'stepId' in prompt && at[scenario.name] === prompt.stepId) {
        const confirmed = findEntry('confirms', confirms, (_, name) => name === scenario.name);
        if (confirmed !== undefined) return confirmed;
      }
      const field = rejectionResponses.get(response);
      const refused =
        field === undefined ? undefined : findEntry('rejected_values', rejected, (_, name) => name === field);
      if (refused !== undefined) return refused;
    }
    return undefined;
  };
}

function findEntry<Value>(
  key: string,
  entries: Readonly<Record<string, Value>>,
  isFound: (value: Value, name: string) => boolean,
): Found | undefined {
  const entry = Object.entries(entries).find(([name, value]) => isFound(value, name));
  return entry && { key, name: entry[0], value: entry[1] };
}
