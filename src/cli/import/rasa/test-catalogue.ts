import type { FileObject } from './file-object';
import { fitId } from './ids';
import type { ImportContext } from './import-context';
import { type Predicate, PredicateError, parsePredicate } from './predicate';
import type { RasaFlow, SlotValue } from './project';
import type { ImportedScenario } from './scenario';

/** What the tests need to know about a flow and the flows that it runs. */
export interface TestedFlow {
  readonly flow: RasaFlow;
  readonly scenario: ImportedScenario;
  /** The responses that ask, by field or by step of a confirmation. */
  readonly prompts: ReadonlyMap<string, { readonly field: string } | { readonly stepId: string }>;
  /** The steps of confirmations, by slot. */
  readonly confirmations: ReadonlyMap<string, string>;
  readonly responses: ReadonlySet<string>;
  readonly rejectionResponses: ReadonlyMap<string, string>;
  readonly tools: ReadonlyMap<string, TestedTool>;
  readonly collected: ReadonlySet<string>;
}

export interface TestedTool {
  readonly variables: readonly string[];
  readonly constants: ReadonlyMap<string, unknown>;
  /** Values that the branches after the tool compare its variables with, by variable. */
  readonly options: ReadonlyMap<string, readonly SlotValue[]>;
}

/** Collects what tests need to know about each scenario, by flow. */
export function describeFlows(
  scenarios: readonly ImportedScenario[],
  context: ImportContext,
): ReadonlyMap<string, TestedFlow> {
  return new Map(scenarios.map((scenario) => [scenario.flow.id, describeFlow(scenario, context)]));
}

function describeFlow(scenario: ImportedScenario, context: ImportContext): TestedFlow {
  const { flow } = scenario;
  const prompts = new Map<string, { readonly field: string } | { readonly stepId: string }>();
  const confirmations = new Map<string, string>();
  const rejectionResponses = new Map<string, string>();
  const tools = new Map<string, TestedTool>();
  for (const step of flow.steps) {
    const { work, id } = step;
    const tool = context.getTool(flow, id);
    if (tool !== undefined) {
      const { variables, constants = new Map() } = tool;
      tools.set(tool.toolId, { variables, constants, options: listOptions(variables, flow, context) });
    }
    if (work.kind !== 'collect') continue;
    const isConfirmation = context.use.findConfirmation(step) !== undefined;
    prompts.set(work.utter ?? `utter_ask_${work.slot}`, isConfirmation ? { stepId: fitId(id) } : { field: work.slot });
    if (isConfirmation) confirmations.set(work.slot, fitId(id));
    const rejections = [...work.rejections, ...(context.project.slots.get(work.slot)?.rejections ?? [])];
    for (const { utter } of rejections) rejectionResponses.set(utter, work.slot);
  }
  const responses = flow.steps.flatMap(({ work }) => (work.kind === 'utter' ? [work.response] : []));
  return {
    flow,
    scenario,
    prompts,
    confirmations,
    responses: new Set(responses),
    rejectionResponses,
    tools,
    collected: new Set(context.listCollectedFields(flow)),
  };
}

/** Values that the results of a tool may have, as far as the types and conditions of the flow tell. */
function listOptions(
  variables: readonly string[],
  { steps }: RasaFlow,
  context: ImportContext,
): ReadonlyMap<string, readonly SlotValue[]> {
  const compared = new Map<string, Set<SlotValue>>(variables.map((variable) => [variable, new Set()]));
  for (const variable of variables) {
    if (context.project.slots.get(variable)?.type === 'bool') compared.get(variable)?.add(true).add(false);
  }
  for (const { condition } of steps.flatMap(({ next }) => next)) {
    if (condition !== undefined) collectComparedTexts(condition.text, compared);
  }
  return new Map([...compared].map(([variable, values]) => [variable, [...values].slice(0, 4)]));
}

function collectComparedTexts(text: string, compared: ReadonlyMap<string, Set<SlotValue>>): void {
  try {
    visit(parsePredicate(text), compared);
  } catch (error) {
    // A condition that cannot be parsed is reported where it is converted.
    if (!(error instanceof PredicateError)) throw error;
  }
}

function visit(predicate: Predicate, compared: ReadonlyMap<string, Set<SlotValue>>): void {
  switch (predicate.kind) {
    case 'and':
    case 'or':
      visit(predicate.left, compared);
      visit(predicate.right, compared);
      return;
    case 'not':
      visit(predicate.operand, compared);
      return;
    case 'compare': {
      const { left, right } = predicate;
      if (left.kind === 'name' && right.kind === 'string')
        compared.get(left.name.replace(/^slots\./, ''))?.add(right.value);
      return;
    }
    case 'contains':
    case 'matches':
    case 'truth':
      return;
  }
}

/** A turn of a conversation file, without `expect`. */
export type TestTurn = FileObject;
