import { StepOutcomeKind, StepTransition, TransitionTrigger } from '../../gen/focal/orchestration/v1/scenario';
import type { Chart, ChartEdge, ChartStep } from './chart';
import {
  accepts,
  asksAbout,
  IS_CONTINUED,
  movedOn,
  optionalAnswered,
  refuses,
  valueChanged,
  wantsAlternatives,
} from './chart-conditions';

const { TRANSITION_TRIGGER_ANYTIME: ANYTIME } = TransitionTrigger;
const {
  STEP_OUTCOME_KIND_DECLINED: DECLINED,
  STEP_OUTCOME_KIND_ACTION_SUCCEEDED: ACTION_SUCCEEDED,
  STEP_OUTCOME_KIND_ACTION_FAILED: ACTION_FAILED,
} = StepOutcomeKind;

/** A way on that states nothing unless told: the default edge. */
export function way(to: string, stated: Partial<StepTransition> = {}): StepTransition {
  return StepTransition.fromPartial({ ...stated, targetStepId: to });
}

/** The ways on of a step that asks. An optional question is put once and then left. */
export function collectWays(chart: Chart, step: ChartStep): StepTransition[] {
  return step.next.flatMap((edge) => {
    if (edge.on === 'info_missing') return missingInfoWays(chart, edge);
    if (edge.on !== 'collected') return [way(edge.to, { outcomes: [DECLINED] })];
    if (!step.optional) return [way(edge.to)];
    return [
      way(edge.to, { trigger: ANYTIME, condition: optionalAnswered(step.collects_profile_fields) }),
      way(edge.to),
    ];
  });
}

/** `info_missing`: the customer says that it is not to be had, or gives what the way round asks for. */
function missingInfoWays(chart: Chart, edge: ChartEdge): StepTransition[] {
  const conditionFields = fieldsOf(chart, edge.to);
  return [
    way(edge.to, { outcomes: [DECLINED] }),
    ...(conditionFields.length > 0 ? [way(edge.to, { trigger: ANYTIME, conditionFields })] : []),
  ];
}

/** The ways on of a tool's result. */
export function resultWays(step: ChartStep): StepTransition[] {
  return step.next.map((edge) => way(edge.to, { outcomes: [isFailure(edge) ? ACTION_FAILED : ACTION_SUCCEEDED] }));
}

/**
 * The ways on of a search. One that brought no result in the turn where it was hinted at is hinted at again when a value changes,
 * else taken for a success.
 */
export function searchWays(chart: Chart, step: ChartStep): StepTransition[] {
  const success = step.next.find((edge) => !isFailure(edge));
  return [
    ...changedWays(chart, step.step_id),
    ...resultWays(step),
    ...(success === undefined ? [] : [way(success.to)]),
  ];
}

/** The way on of a changed value; none where the scenario has no fields. */
function changedWays(chart: Chart, to: string): StepTransition[] {
  return chart.fields.length > 0 ? [way(to, { trigger: ANYTIME, condition: valueChanged(chart) })] : [];
}

function isFailure(edge: ChartEdge): boolean {
  return edge.on === 'failure' || edge.on === 'unavailable';
}

/** The ways on of a no: back to confirming what the customer says instead, or to the step whose fields are open again. */
export function declinedWays(chart: Chart, step: ChartStep): StepTransition[] {
  return step.next
    .filter((edge) => edge.on === 'rejected' || edge.on === 'no')
    .map((edge) => way(edge.to, { outcomes: [DECLINED], clears: fieldsOf(chart, edge.to) }));
}

/** The ways on of a step that tells: what the customer may say to it, in the order in which it is looked for. */
export function informWays(chart: Chart, step: ChartStep): StepTransition[] {
  const ways = step.next.flatMap((edge) => informWay(chart, edge));
  const self = step.step_id;
  ways.push(way(self, { trigger: ANYTIME, condition: asksAbout(chart), description: 'The customer asks about it.' }));
  // In STAR "continue" says that the wizard chose to stay with this task; in SGD it may as well be a mere "thank you".
  if (chart.source.dataset === 'star') ways.push(way(triedAgain(chart, step) ?? self, { condition: IS_CONTINUED }));
  return ways;
}

function informWay(chart: Chart, edge: ChartEdge): StepTransition[] {
  switch (edge.on) {
    case 'confirmed':
    case 'yes':
      return [way(edge.to, { trigger: ANYTIME, condition: accepts(chart) })];
    case 'no':
      return [way(edge.to, { trigger: ANYTIME, condition: refuses(chart) })];
    case 'facts_changed':
      return changedWays(chart, edge.to);
    case 'alternatives':
      return [way(edge.to, { trigger: ANYTIME, condition: wantsAlternatives(chart) })];
    case 'done':
      return [way(edge.to, { condition: movedOn(chart) })];
    case 'correct':
      return [way(edge.to, { condition: IS_CONTINUED })];
    default:
      // Only somebody who understands the message could tell (`incorrect`, `noanswer`).
      return [way(edge.to, { conditionText: `The customer's answer: ${edge.on}` })];
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
