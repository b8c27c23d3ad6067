import { StepOutcomeKind, StepTransition, TransitionTrigger } from '../../gen/focal/orchestration/v1/scenario';
import type { Chart, ChartEdge, ChartStep } from './chart';
import {
  acceptedCondition,
  asksAboutCondition,
  continuedCondition,
  movedOnCondition,
  optionalAnsweredCondition,
  refusedCondition,
  valueChangedCondition,
  wantsAlternativesCondition,
} from './chart-conditions';

const { TRANSITION_TRIGGER_ANYTIME: ANYTIME } = TransitionTrigger;
const {
  STEP_OUTCOME_KIND_DECLINED: DECLINED,
  STEP_OUTCOME_KIND_ACTION_SUCCEEDED: ACTION_SUCCEEDED,
  STEP_OUTCOME_KIND_ACTION_FAILED: ACTION_FAILED,
} = StepOutcomeKind;

/** A way on that states nothing unless told: the default edge. */
export function transition(to: string, stated: Partial<StepTransition> = {}): StepTransition {
  return StepTransition.fromPartial({ ...stated, targetStepId: to });
}

/** The ways on of a step that asks. An optional question is put once and then left. */
export function collectTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  return step.next.flatMap((edge) => {
    if (edge.on === 'info_missing') return missingInfoWays(chart, edge);
    if (edge.on !== 'collected') return [transition(edge.to, { outcomes: [DECLINED] })];
    if (!step.optional) return [transition(edge.to)];
    return [
      transition(edge.to, { trigger: ANYTIME, condition: optionalAnsweredCondition(step.collects_profile_fields) }),
      transition(edge.to),
    ];
  });
}

/** `info_missing`: the customer says that it is not to be had, or gives what the way round asks for. */
function missingInfoWays(chart: Chart, edge: ChartEdge): StepTransition[] {
  const conditionFields = fieldsOf(chart, edge.to);
  return [
    transition(edge.to, { outcomes: [DECLINED] }),
    ...(conditionFields.length > 0 ? [transition(edge.to, { trigger: ANYTIME, conditionFields })] : []),
  ];
}

/** The ways on of a tool's result. */
export function resultTransitions(step: ChartStep): StepTransition[] {
  return step.next.map((edge) =>
    transition(edge.to, { outcomes: [isFailure(edge) ? ACTION_FAILED : ACTION_SUCCEEDED] }),
  );
}

/**
 * The ways on of a search. One that brought no result in the turn where it was hinted at is hinted at again when a value changes,
 * else taken for a success.
 */
export function searchTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  const success = step.next.find((edge) => !isFailure(edge));
  return [
    ...changedWays(chart, step.step_id),
    ...resultTransitions(step),
    ...(success === undefined ? [] : [transition(success.to)]),
  ];
}

/** The way on of a changed value; none where the scenario has no fields. */
function changedWays(chart: Chart, to: string): StepTransition[] {
  return chart.fields.length > 0 ? [transition(to, { trigger: ANYTIME, condition: valueChangedCondition(chart) })] : [];
}

function isFailure(edge: ChartEdge): boolean {
  return edge.on === 'failure' || edge.on === 'unavailable';
}

/** The ways on of a no: back to confirming what the customer says instead, or to the step whose fields are open again. */
export function declinedTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  return step.next
    .filter((edge) => edge.on === 'rejected' || edge.on === 'no')
    .map((edge) => transition(edge.to, { outcomes: [DECLINED], clears: fieldsOf(chart, edge.to) }));
}

/** The ways on of a step that tells: what the customer may say to it, in the order in which it is looked for. */
export function informTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  const ways = step.next.flatMap((edge) => informWay(chart, edge));
  const self = step.step_id;
  ways.push(
    transition(self, {
      trigger: ANYTIME,
      condition: asksAboutCondition(chart),
      description: 'The customer asks about it.',
    }),
  );
  // In STAR "continue" says that the wizard chose to stay with this task; in SGD it may as well be a mere "thank you".
  if (chart.source.dataset === 'star')
    ways.push(transition(triedAgain(chart, step) ?? self, { condition: continuedCondition }));
  return ways;
}

function informWay(chart: Chart, edge: ChartEdge): StepTransition[] {
  switch (edge.on) {
    case 'confirmed':
    case 'yes':
      return [transition(edge.to, { trigger: ANYTIME, condition: acceptedCondition(chart) })];
    case 'no':
      return [transition(edge.to, { trigger: ANYTIME, condition: refusedCondition(chart) })];
    case 'facts_changed':
      return changedWays(chart, edge.to);
    case 'alternatives':
      return [transition(edge.to, { trigger: ANYTIME, condition: wantsAlternativesCondition(chart) })];
    case 'done':
      return [transition(edge.to, { condition: movedOnCondition(chart) })];
    case 'correct':
      return [transition(edge.to, { condition: continuedCondition })];
    default:
      // Only somebody who understands the message could tell (`incorrect`, `noanswer`).
      return [transition(edge.to, { conditionText: `The customer's answer: ${edge.on}` })];
  }
}

function fieldsOf(chart: Chart, stepId: string): string[] {
  return chart.steps.find((step) => step.step_id === stepId)?.collects_profile_fields ?? [];
}

/** The step to try again when the customer stays with a failure that the chart leads nowhere from. */
function triedAgain(chart: Chart, { step_id, next }: ChartStep): string | undefined {
  if (next.length > 0) return undefined;
  return chart.steps.find((step) => step.next.some((edge) => isFailure(edge) && edge.to === step_id))?.step_id;
}
