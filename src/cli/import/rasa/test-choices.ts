import type { ConversationTurnResult } from '../../conversation-tests/conversation';
import type { ImportContext } from './import-context';
import type { RasaTestTurn, SlotValue } from './project';
import type { Answer, Assumption } from './test-attempt';
import type { TestedFlow } from './test-catalogue';

// The ways in which a message of a test can be played.

/** One way. */
export interface Choice extends Assumption {
  /** Fields that the message gives. */
  readonly values: ReadonlyMap<string, SlotValue>;
  /** 0 if only the results of tools may be assumed; 1 for an answer, 2 for the start of a scenario, 3 for both. */
  readonly level: number;
  /** What the way assumes, in words. */
  readonly assumed: readonly string[];
}

export interface ChoiceInput {
  readonly rasaTurn: RasaTestTurn;
  /** What the test gives, by slot. */
  readonly values: ReadonlyMap<string, SlotValue>;
  /** The turn before; undefined for the first one. */
  readonly last: ConversationTurnResult | undefined;
  readonly flows: ReadonlyMap<string, TestedFlow>;
  readonly context: ImportContext;
}

/** Lists the ways. Those that assume less have a lower level. */
export function listChoices(input: ChoiceInput): readonly Choice[] {
  const { flows, values } = input;
  const toolVariables = new Set(
    [...flows.values()].flatMap(({ tools }) => [...tools.values()].flatMap(({ variables }) => variables)),
  );
  const confirmationSlots = new Set([...flows.values()].flatMap(({ confirmations }) => [...confirmations.keys()]));
  const collected = new Set([...flows.values()].flatMap((flow) => [...flow.collected]));
  const fields = [...values].filter(([slot]) => {
    if (confirmationSlots.has(slot)) return false;
    return collected.has(slot) || (!toolVariables.has(slot) && input.context.project.slots.has(slot));
  });
  const answers = listAnswers(input);
  return listStarts(input).flatMap((start) =>
    answers.map((answer): Choice => {
      return {
        start: start.id,
        answer: answer.answer,
        results: new Map(),
        values: new Map(fields),
        level: Number(answer.isUnknown) + (start.assumed === '' ? 0 : 2),
        assumed: [start.assumed, answer.assumed].filter((part) => part !== ''),
      };
    }),
  );
}

/** The ways that assume one more result of a tool that a way ran into. */
export function assumeResults(
  choice: Choice,
  results: readonly ConversationTurnResult[],
  { flows, values }: Pick<ChoiceInput, 'flows' | 'values'>,
): readonly Choice[] {
  const toolIds = new Set(results.flatMap(({ actual }) => Object.values(actual.hints).flat()));
  const tools = [...flows.values()].flatMap((flow) => [...flow.tools].filter(([id]) => toolIds.has(id)));
  const options = new Map(tools.flatMap(([, tool]) => [...tool.options].filter(([name]) => !tool.constants.has(name))));
  return [...options].flatMap(([name, found]) => {
    if (values.has(name) || choice.results.has(name)) return [];
    return found.map((value): Choice => {
      const assumed = `that a tool returns ${name} = ${JSON.stringify(value)}`;
      return { ...choice, results: new Map([...choice.results, [name, value]]), assumed: [...choice.assumed, assumed] };
    });
  });
}

interface Start {
  readonly id: string | undefined;
  readonly assumed: string;
}

/** The flows that the message may start: none, the one that the test names, or those that could do what the test expects. */
function listStarts({ rasaTurn, last, flows, context }: ChoiceInput): readonly Start[] {
  const isActive = last !== undefined && Object.keys(last.actual.at).length > 0;
  const none: readonly Start[] = isActive ? [{ id: undefined, assumed: '' }] : [];
  const named = rasaTurn.checks.flatMap((check) =>
    check.kind === 'flow_started' && flows.has(check.flow) ? [check.flow] : [],
  );
  if (named.length > 0) return [...none, ...named.map((id) => ({ id, assumed: '' }))];
  // A scenario that runs, or that a running one calls or leads to, starts without the message.
  const running = new Set(Object.keys(last?.actual.at ?? {}));
  const ids = [...flows.keys()].filter((id) => running.has(context.getScenarioName(id)));
  const reached = new Set(ids.flatMap((id) => listReached(id, context)));
  const possible = [...flows.keys()].filter((id) => !reached.has(id) && canFulfill(id, { rasaTurn, flows, context }));
  return [...none, ...possible.map((id) => ({ id, assumed: `that flow "${id}" starts` }))];
}

/** Whether a flow, or one that it runs, has one of the responses and actions that the test expects. */
function canFulfill(
  flowId: string,
  { rasaTurn, flows, context }: Pick<ChoiceInput, 'rasaTurn' | 'flows' | 'context'>,
): boolean {
  const reached = listReached(flowId, context).flatMap((id) => flows.get(id) ?? []);
  return rasaTurn.checks.some((check) => {
    if (check.kind === 'utter') {
      return reached.some(({ prompts, responses }) => prompts.has(check.response) || responses.has(check.response));
    }
    return check.kind === 'action' && reached.some(({ tools }) => tools.has(check.action));
  });
}

function listReached(flowId: string, context: ImportContext): readonly string[] {
  const seen = new Set<string>();
  const open = [flowId];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    open.push(...context.graph.listCalled(id));
    const link = context.graph.getLinkAtEnd(id);
    if (link !== undefined) open.push(link);
  }
  return [...seen];
}

interface PossibleAnswer {
  readonly answer: Answer | undefined;
  /** Whether the test does not state the answer. */
  readonly isUnknown: boolean;
  readonly assumed: string;
}

const noAnswer: PossibleAnswer = { answer: undefined, isUnknown: false, assumed: '' };

/** The answers to the open question. The test states them, or they are the few values that the question allows. */
function listAnswers({ values, last, flows, context }: ChoiceInput): readonly PossibleAnswer[] {
  if (last === undefined) return [noAnswer];
  const [scenario] = Object.keys(last.actual.confirms);
  if (scenario !== undefined) {
    const flow = [...flows.values()].find(({ scenario: { name } }) => name === scenario);
    const slot = [...(flow?.confirmations ?? [])].find(([, stepId]) => stepId === last.actual.at[scenario])?.[0];
    const stated = slot === undefined ? undefined : values.get(slot);
    const yes: Answer = { kind: 'CONFIRMED', scenario };
    const no: Answer = { kind: 'DECLINED', scenario };
    if (typeof stated === 'boolean') return [{ answer: stated ? yes : no, isUnknown: false, assumed: '' }];
    return [
      noAnswer,
      { answer: yes, isUnknown: true, assumed: 'the answer yes' },
      { answer: no, isUnknown: true, assumed: 'the answer no' },
    ];
  }
  const asked = Object.values(last.actual.asks).flat();
  const [field, ...others] = asked;
  if (field === undefined || others.length > 0 || values.has(field)) return [noAnswer];
  const slot = context.project.slots.get(field);
  const options: readonly SlotValue[] = slot?.type === 'bool' ? [true, false] : (slot?.values ?? []);
  const answers = options.map((value): PossibleAnswer => {
    return {
      answer: { kind: 'VALUE', field, value },
      isUnknown: true,
      assumed: `that ${field} is ${JSON.stringify(value)}`,
    };
  });
  return [noAnswer, ...answers];
}
