import { StepTransition, TransitionTrigger, VisitOutcome } from '../../gen/focal/orchestration/v1/scenario';
import { type Chart, type ChartEdge, type ChartStep, getCommittingTools } from './chart';

const { TRANSITION_TRIGGER_ANYTIME: ANYTIME } = TransitionTrigger;
const {
  VISIT_OUTCOME_DECLINED: DECLINED,
  VISIT_OUTCOME_ACTION_SUCCEEDED: ACTION_SUCCEEDED,
  VISIT_OUTCOME_ACTION_FAILED: ACTION_FAILED,
} = VisitOutcome;

/** Creates a transition, by default without a condition. */
export function createTransition(to: string, parts: Partial<StepTransition> = {}): StepTransition {
  return StepTransition.fromPartial({ ...parts, targetStepId: to });
}

/** Creates the transitions of a step that asks. An optional question is asked once. */
export function createCollectTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  return step.next.flatMap((edge) => {
    if (edge.on === 'info_missing') return createMissingInfoTransitions(chart, edge);
    if (edge.on !== 'collected') return [createTransition(edge.to, { outcomes: [DECLINED] })];
    if (!step.optional) return [createTransition(edge.to)];
    return [
      createTransition(edge.to, {
        trigger: ANYTIME,
        condition: createOptionalAnsweredCondition(step.collects_profile_fields),
      }),
      createTransition(edge.to),
    ];
  });
}

/** Creates the transitions for a customer who does not have the value, or gives a value that the alternative step asks for. */
function createMissingInfoTransitions(chart: Chart, edge: ChartEdge): StepTransition[] {
  const conditionFields = getCollectedFields(chart, edge.to);
  return [
    createTransition(edge.to, { outcomes: [DECLINED] }),
    ...(conditionFields.length > 0 ? [createTransition(edge.to, { trigger: ANYTIME, conditionFields })] : []),
  ];
}

/** Creates the transitions for the result of a tool. */
export function createResultTransitions(step: ChartStep): StepTransition[] {
  return step.next.map((edge) =>
    createTransition(edge.to, { outcomes: [isFailure(edge) ? ACTION_FAILED : ACTION_SUCCEEDED] }),
  );
}

/**
 * Creates the transitions of a search. If the turn of the hint has no result, the service hints at the search again when a value changes,
 * and otherwise counts the search as successful.
 */
export function createSearchTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  const success = step.next.find((edge) => !isFailure(edge));
  return [
    ...createValueChangedTransitions(chart, step.step_id),
    ...createResultTransitions(step),
    ...(success === undefined ? [] : [createTransition(success.to)]),
  ];
}

/** Creates the transition for a changed value; none if the scenario has no fields. */
function createValueChangedTransitions(chart: Chart, to: string): StepTransition[] {
  if (chart.fields.length === 0) return [];
  return [createTransition(to, { trigger: ANYTIME, condition: createValueChangedCondition(chart) })];
}

function isFailure(edge: ChartEdge): boolean {
  return edge.on === 'failure' || edge.on === 'unavailable';
}

/** Creates the transitions for a customer who declines: back to the confirmation, or to a step whose fields are cleared. */
export function createDeclinedTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  return step.next
    .filter((edge) => edge.on === 'rejected' || edge.on === 'no')
    .map((edge) => createTransition(edge.to, { outcomes: [DECLINED], clears: getCollectedFields(chart, edge.to) }));
}

/** Creates the transitions of a step that informs, in the order in which they are evaluated. */
export function createInformTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  const transitions = step.next.flatMap((edge) => createInformTransition(chart, edge));
  const self = step.step_id;
  transitions.push(
    createTransition(self, {
      trigger: ANYTIME,
      condition: createAsksAboutCondition(chart),
      description: 'The customer asks about it.',
    }),
  );
  // In STAR, "continue" means that the wizard stayed with this task. In SGD, it may also be a "thank you".
  if (chart.source.dataset === 'star') {
    transitions.push(createTransition(findFailedStep(chart, step) ?? self, { condition: continuedCondition }));
  }
  return transitions;
}

function createInformTransition(chart: Chart, edge: ChartEdge): StepTransition[] {
  switch (edge.on) {
    case 'confirmed':
    case 'yes':
      return [createTransition(edge.to, { trigger: ANYTIME, condition: createAcceptedCondition(chart) })];
    case 'no':
      return [createTransition(edge.to, { trigger: ANYTIME, condition: createRefusedCondition(chart) })];
    case 'facts_changed':
      return createValueChangedTransitions(chart, edge.to);
    case 'alternatives':
      return [createTransition(edge.to, { trigger: ANYTIME, condition: createWantsAlternativesCondition(chart) })];
    case 'done':
      return [createTransition(edge.to, { condition: createMovedOnCondition(chart) })];
    case 'correct':
      return [createTransition(edge.to, { condition: continuedCondition })];
    default:
      // Only the message shows whether the answer is `incorrect` or `noanswer`.
      return [createTransition(edge.to, { conditionText: `The customer's answer: ${edge.on}` })];
  }
}

function getCollectedFields(chart: Chart, stepId: string): string[] {
  return chart.steps.find((step) => step.step_id === stepId)?.collects_profile_fields ?? [];
}

/** Finds the step to retry if the customer continues after a failure that has no edge. */
function findFailedStep(chart: Chart, { step_id, next }: ChartStep): string | undefined {
  if (next.length > 0) return undefined;
  return chart.steps.find((step) => step.next.some((edge) => isFailure(edge) && edge.to === step_id))?.step_id;
}

// Conditions in CEL.

/**
 * Returns the name of the variable that is true if the last run of a tool succeeded. The results of an outcome set the variable
 * (SEMANTICS 0.4).
 */
export function toSucceededVariable(tool: string): string {
  return `${tool}.succeeded`;
}

/** Returns the name of the variable with the number of results of the last run of a tool. */
export function toCountVariable(tool: string): string {
  return `${tool}.result_count`;
}

/** Creates a condition that holds if the customer changed a value of the scenario, but did not select an offer. */
function createValueChangedCondition(chart: Chart): string {
  const fields = chart.fields.map((field) => toLiteral(field.field_id)).join(', ');
  return `changed.exists(field, field in [${fields}]) && !(${toLiteral(chart.scenario_id)} in facts.selected)`;
}

function createWantsAlternativesCondition(chart: Chart): string {
  return `${toLiteral(chart.scenario_id)} in facts.alternatives`;
}

function createAcceptedCondition(chart: Chart): string {
  return `${toLiteral(chart.scenario_id)} in facts.accepted`;
}

function createRefusedCondition(chart: Chart): string {
  return `${toLiteral(chart.scenario_id)} in facts.refused`;
}

/** Creates a condition that holds if the customer asks about a field of the service. */
function createAsksAboutCondition(chart: Chart): string {
  const service = chart.scenario_id.split('.')[1] ?? chart.scenario_id;
  return `requested.exists(field, field.startsWith(${toLiteral(`${service}.`)}))`;
}

/** Creates a condition that holds if the customer leaves the scenario, starts it again, or turns only to other scenarios. */
function createMovedOnCondition(chart: Chart): string {
  const id = toLiteral(chart.scenario_id);
  const turnedToOthers = `(size(facts.turned_to) > 0 && !(${id} in facts.turned_to))`;
  return `facts.ending || ${id} in facts.left || ${id} in facts.started || ${turnedToOthers}`;
}

/** Creates a condition that holds if a tool of the scenario succeeded and the customer has moved on. */
export function createCompletionCondition(chart: Chart): string {
  const committing = getCommittingTools(chart);
  const tools = committing.size > 0 ? [...committing] : [...new Set(chart.steps.flatMap((step) => step.tools))];
  const succeeded = tools.map((tool) => `data[${toLiteral(toSucceededVariable(tool))}] == true`).join(' || ');
  return `(${succeeded}) && (${createMovedOnCondition(chart)})`;
}

/** Holds if the customer continues with this scenario. */
const continuedCondition = 'signal == "CONTINUE"';

/** Creates a condition that holds if an optional question was asked, or the customer gave one of its fields. */
function createOptionalAnsweredCondition(fields: readonly string[]): string {
  return `attempts > 0 || changed.exists(field, field in [${fields.map(toLiteral).join(', ')}])`;
}

function toLiteral(value: string): string {
  return JSON.stringify(value);
}
