import { StepOutcomeKind, StepTransition, TransitionTrigger } from '../../gen/focal/orchestration/v1/scenario';
import { type Chart, type ChartEdge, type ChartStep, getCommittingTools } from './chart';

const { TRANSITION_TRIGGER_ANYTIME: ANYTIME } = TransitionTrigger;
const {
  STEP_OUTCOME_KIND_DECLINED: DECLINED,
  STEP_OUTCOME_KIND_ACTION_SUCCEEDED: ACTION_SUCCEEDED,
  STEP_OUTCOME_KIND_ACTION_FAILED: ACTION_FAILED,
} = StepOutcomeKind;

/** Creates a transition, by default without a condition. */
export function createTransition(to: string, parts: Partial<StepTransition> = {}): StepTransition {
  return StepTransition.fromPartial({ ...parts, targetStepId: to });
}

/** The transitions of a step that asks. An optional question is asked once. */
export function createCollectTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  return step.next.flatMap((edge) => {
    if (edge.on === 'info_missing') return createMissingInfoTransitions(chart, edge);
    if (edge.on !== 'collected') return [createTransition(edge.to, { outcomes: [DECLINED] })];
    if (!step.optional) return [createTransition(edge.to)];
    return [
      createTransition(edge.to, {
        trigger: ANYTIME,
        condition: optionalAnsweredCondition(step.collects_profile_fields),
      }),
      createTransition(edge.to),
    ];
  });
}

/** `info_missing`: the customer does not have the value, or gives a value that the alternative step asks for. */
function createMissingInfoTransitions(chart: Chart, edge: ChartEdge): StepTransition[] {
  const conditionFields = getCollectedFields(chart, edge.to);
  return [
    createTransition(edge.to, { outcomes: [DECLINED] }),
    ...(conditionFields.length > 0 ? [createTransition(edge.to, { trigger: ANYTIME, conditionFields })] : []),
  ];
}

/** The transitions for the result of a tool. */
export function createResultTransitions(step: ChartStep): StepTransition[] {
  return step.next.map((edge) =>
    createTransition(edge.to, { outcomes: [isFailure(edge) ? ACTION_FAILED : ACTION_SUCCEEDED] }),
  );
}

/**
 * The transitions of a search. Without a result in the turn of its hint, the search is hinted at again if a value changes, and otherwise
 * counts as successful.
 */
export function createSearchTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  const success = step.next.find((edge) => !isFailure(edge));
  return [
    ...createValueChangedTransitions(chart, step.step_id),
    ...createResultTransitions(step),
    ...(success === undefined ? [] : [createTransition(success.to)]),
  ];
}

/** The transition for a changed value; none if the scenario has no fields. */
function createValueChangedTransitions(chart: Chart, to: string): StepTransition[] {
  if (chart.fields.length === 0) return [];
  return [createTransition(to, { trigger: ANYTIME, condition: valueChangedCondition(chart) })];
}

function isFailure(edge: ChartEdge): boolean {
  return edge.on === 'failure' || edge.on === 'unavailable';
}

/** The transitions for a customer who declines: back to the confirmation, or to a step whose fields are cleared. */
export function createDeclinedTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  return step.next
    .filter((edge) => edge.on === 'rejected' || edge.on === 'no')
    .map((edge) => createTransition(edge.to, { outcomes: [DECLINED], clears: getCollectedFields(chart, edge.to) }));
}

/** The transitions of a step that informs, in the order in which they are evaluated. */
export function createInformTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  const transitions = step.next.flatMap((edge) => createInformTransition(chart, edge));
  const self = step.step_id;
  transitions.push(
    createTransition(self, {
      trigger: ANYTIME,
      condition: asksAboutCondition(chart),
      description: 'The customer asks about it.',
    }),
  );
  // In STAR, "continue" means that the wizard stayed with this task. In SGD it can also be a "thank you".
  if (chart.source.dataset === 'star') {
    transitions.push(createTransition(findFailedStep(chart, step) ?? self, { condition: continuedCondition }));
  }
  return transitions;
}

function createInformTransition(chart: Chart, edge: ChartEdge): StepTransition[] {
  switch (edge.on) {
    case 'confirmed':
    case 'yes':
      return [createTransition(edge.to, { trigger: ANYTIME, condition: acceptedCondition(chart) })];
    case 'no':
      return [createTransition(edge.to, { trigger: ANYTIME, condition: refusedCondition(chart) })];
    case 'facts_changed':
      return createValueChangedTransitions(chart, edge.to);
    case 'alternatives':
      return [createTransition(edge.to, { trigger: ANYTIME, condition: wantsAlternativesCondition(chart) })];
    case 'done':
      return [createTransition(edge.to, { condition: movedOnCondition(chart) })];
    case 'correct':
      return [createTransition(edge.to, { condition: continuedCondition })];
    default:
      // `incorrect` and `noanswer` can only be decided from the message.
      return [createTransition(edge.to, { conditionText: `The customer's answer: ${edge.on}` })];
  }
}

function getCollectedFields(chart: Chart, stepId: string): string[] {
  return chart.steps.find((step) => step.step_id === stepId)?.collects_profile_fields ?? [];
}

/** The step to retry if the customer continues after a failure without an edge. */
function findFailedStep(chart: Chart, { step_id, next }: ChartStep): string | undefined {
  if (next.length > 0) return undefined;
  return chart.steps.find((step) => step.next.some((edge) => isFailure(edge) && edge.to === step_id))?.step_id;
}

// Conditions in CEL.

/** The variable for whether the last run of a tool succeeded. The results of an outcome set it (SEMANTICS 0.4). */
export function toSucceededVariable(tool: string): string {
  return `${tool}.succeeded`;
}

/** The variable for the result count of the last run of a tool. */
export function toCountVariable(tool: string): string {
  return `${tool}.result_count`;
}

/** The customer changed a value of the scenario, but did not select an offer. */
function valueChangedCondition(chart: Chart): string {
  const fields = chart.fields.map((field) => toLiteral(field.field_id)).join(', ');
  return `changed.exists(field, field in [${fields}]) && !(${toLiteral(chart.scenario_id)} in facts.selected)`;
}

function wantsAlternativesCondition(chart: Chart): string {
  return `${toLiteral(chart.scenario_id)} in facts.alternatives`;
}

function acceptedCondition(chart: Chart): string {
  return `${toLiteral(chart.scenario_id)} in facts.accepted`;
}

function refusedCondition(chart: Chart): string {
  return `${toLiteral(chart.scenario_id)} in facts.refused`;
}

/** The customer asks about a field of the service. */
function asksAboutCondition(chart: Chart): string {
  const service = chart.scenario_id.split('.')[1] ?? chart.scenario_id;
  return `requested.exists(field, field.startsWith(${toLiteral(`${service}.`)}))`;
}

/** The customer leaves the scenario, starts it again, or turns to other scenarios only. */
function movedOnCondition(chart: Chart): string {
  const id = toLiteral(chart.scenario_id);
  const turnedToOthers = `(size(facts.turned_to) > 0 && !(${id} in facts.turned_to))`;
  return `facts.ending || ${id} in facts.left || ${id} in facts.started || ${turnedToOthers}`;
}

/** A tool of the scenario succeeded, and the customer has moved on. */
export function createCompletionCondition(chart: Chart): string {
  const committing = getCommittingTools(chart);
  const tools = committing.size > 0 ? [...committing] : [...new Set(chart.steps.flatMap((step) => step.tools))];
  const succeeded = tools.map((tool) => `data[${toLiteral(toSucceededVariable(tool))}] == true`).join(' || ');
  return `(${succeeded}) && (${movedOnCondition(chart)})`;
}

/** The customer continues with this scenario. */
const continuedCondition = 'signal == "CONTINUE"';

/** An optional question was asked, or one of its fields was answered. */
function optionalAnsweredCondition(fields: readonly string[]): string {
  return `attempts > 0 || changed.exists(field, field in [${fields.map(toLiteral).join(', ')}])`;
}

function toLiteral(value: string): string {
  return JSON.stringify(value);
}
