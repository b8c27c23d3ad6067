import { StepTransition, TransitionTrigger, VisitOutcome } from '../../gen/focal/orchestration/v1/scenario';
import {
  type Chart,
  type ChartEdge,
  type ChartStep,
  findStep,
  isConfirmation,
  isConfirmedAction,
  isFailure,
  leadsTo,
} from './chart';
import {
  continuedCondition,
  createAcceptedCondition,
  createAsksAboutCondition,
  createFailedCondition,
  createMovedOnCondition,
  createRefusedCondition,
  createReportCondition,
  createValueChangedCondition,
  createWantsAlternativesCondition,
  toReportVariable,
} from './chart-conditions';

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

/** Creates the transitions of a step that asks. */
export function createCollectTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  return step.next.flatMap((edge) => {
    if (edge.on === 'info_missing') return createMissingInfoTransitions(chart, edge);
    return [createTransition(edge.to, edge.on === 'collected' ? {} : { outcomes: [DECLINED] })];
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

/** Creates the transitions of the step before an optional question: past it if a value is known, else to the question. */
export function createOptionalEntryTransitions({
  step_id,
  collects_profile_fields,
  next,
}: ChartStep): StepTransition[] {
  const past = next.filter(({ on }) => on === 'collected');
  return [
    ...past.flatMap(({ to }) =>
      collects_profile_fields.map((field) => createTransition(to, { trigger: ANYTIME, conditionFields: [field] })),
    ),
    createTransition(step_id),
  ];
}

/** Creates the transitions for the result of a tool. */
export function createResultTransitions(step: ChartStep): StepTransition[] {
  return step.next.map((edge) =>
    createTransition(edge.to, { outcomes: [isFailure(edge) ? ACTION_FAILED : ACTION_SUCCEEDED] }),
  );
}

/**
 * Creates the transitions of a search. The service hints at the search again when a value changes. A search that can fail waits for its
 * result. Any other counts as done after the turn of the hint (3.1).
 */
export function createSearchTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  return [
    ...createValueChangedTransitions(chart, step.step_id),
    ...(step.next.some(isFailure) ? createResultTransitions(step) : step.next.map(({ to }) => createTransition(to))),
  ];
}

/** Creates the transition for a changed value; none if the scenario has no fields. */
function createValueChangedTransitions(chart: Chart, to: string): StepTransition[] {
  if (chart.fields.length === 0) return [];
  return [createTransition(to, { trigger: ANYTIME, condition: createValueChangedCondition(chart) })];
}

/**
 * Creates the global transitions for tools that ran although the plan did not ask for it: to the step for the result. They clear the report,
 * so that each report is used once. The failure of a search is not used, because the search lacked values.
 */
export function createReportTransitions(chart: Chart): StepTransition[] {
  return chart.steps.flatMap((step) =>
    step.tools.flatMap((tool) =>
      step.next
        .filter((edge) => isConfirmedAction(chart, step) || !isFailure(edge))
        .map((edge) =>
          createTransition(edge.to, {
            condition: createReportCondition(tool, !isFailure(edge)),
            clears: [toReportVariable(tool)],
          }),
        ),
    ),
  );
}

/** Creates the transitions for a customer who declines: back to the confirmation, or to a step whose fields are cleared. */
export function createDeclinedTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  return step.next
    .filter((edge) => edge.on === 'rejected' || edge.on === 'no')
    .map((edge) => createTransition(edge.to, { outcomes: [DECLINED], clears: getCollectedFields(chart, edge.to) }));
}

/** Creates the transitions of a step that informs, in the order in which they are evaluated. */
export function createInformTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  const self = step.step_id;
  const transitions = [
    ...step.next.flatMap((edge) => createInformTransition(chart, step, edge)),
    ...createReportTransitions(chart)
      .filter(({ targetStepId }) => targetStepId === self)
      .map((transition) => ({ ...transition, trigger: ANYTIME })),
    ...createSearchAgainTransitions(chart, step),
    createTransition(self, {
      trigger: ANYTIME,
      condition: createAsksAboutCondition(chart),
      description: 'The customer asks about it.',
    }),
  ];
  // In STAR, "continue" means that the wizard stayed with this task. In SGD, it may also be a "thank you".
  if (chart.source.dataset === 'star') {
    const next = findStepToRetry(chart, step)?.step_id ?? self;
    transitions.push(createTransition(next, { condition: continuedCondition }));
  }
  return transitions;
}

function createInformTransition(chart: Chart, step: ChartStep, edge: ChartEdge): StepTransition[] {
  switch (edge.on) {
    case 'confirmed':
    case 'yes':
      return createAcceptedTransitions(chart, edge);
    case 'no':
      return [createTransition(edge.to, { trigger: ANYTIME, condition: createRefusedCondition(chart) })];
    case 'facts_changed':
      return createValueChangedTransitions(chart, edge.to);
    case 'alternatives':
      return [createTransition(edge.to, { trigger: ANYTIME, condition: createWantsAlternativesCondition(chart) })];
    case 'done':
      return [createTransition(edge.to, { condition: createMovedOnCondition(chart) })];
    default:
      return [createTransition(edge.to, createAnswerCondition(step, edge))];
  }
}

/**
 * Creates the transitions for a customer who accepts what a step informs about. An action that was confirmed before is retried. If it failed
 * without a confirmation, because the plan did not ask for it, the customer confirms first.
 */
function createAcceptedTransitions(chart: Chart, edge: ChartEdge): StepTransition[] {
  const condition = createAcceptedCondition(chart);
  const target = findStep(chart, edge.to);
  const confirmation = target && findConfirmation(chart, target);
  if (target === undefined || target.tools.length === 0 || confirmation === undefined) {
    return [createTransition(edge.to, { trigger: ANYTIME, condition })];
  }
  return [
    createTransition(edge.to, {
      trigger: ANYTIME,
      condition: `${condition} && ${createFailedCondition(target.tools)}`,
    }),
    createTransition(confirmation.step_id, { trigger: ANYTIME, condition }),
  ];
}

/**
 * Creates the condition for the answer to a question of a step that informs, for example `correct`. Only the message shows which answer it
 * is. The first edge therefore represents all of them: it is taken when the customer continues.
 */
function createAnswerCondition({ next }: ChartStep, edge: ChartEdge): Partial<StepTransition> {
  const first = next.find(({ on }) => !informEvents.has(on));
  return edge === first ? { condition: continuedCondition } : { conditionText: `The customer's answer: ${edge.on}` };
}

/** The events of a step that informs with a condition of their own. */
const informEvents: ReadonlySet<string> = new Set(['confirmed', 'yes', 'no', 'facts_changed', 'alternatives', 'done']);

function getCollectedFields(chart: Chart, stepId: string): string[] {
  return findStep(chart, stepId)?.collects_profile_fields ?? [];
}

/** Creates the transition of a step that follows a search: a changed value of the scenario searches again. */
export function createSearchAgainTransitions(chart: Chart, step: ChartStep): StepTransition[] {
  const search = findSearch(chart, step);
  return search === undefined ? [] : createValueChangedTransitions(chart, search.step_id);
}

/** Finds the search whose result a step gives. */
function findSearch(chart: Chart, step: ChartStep): ChartStep | undefined {
  return chart.steps.find(
    (other) => other.kind === 'action' && !isConfirmedAction(chart, other) && leadsTo(other, step),
  );
}

/**
 * Finds the step to retry if the customer continues after a failure without an edge for it: the failed search, or, for an action that was
 * confirmed, what comes before it: the search that leads to the confirmation, else the confirmation.
 */
function findStepToRetry(chart: Chart, step: ChartStep): ChartStep | undefined {
  if (step.next.some(({ on }) => on !== 'done')) return undefined;
  const failed = chart.steps.find((other) => leadsTo(other, step, isFailure));
  if (failed === undefined) return undefined;
  const confirmation = findConfirmation(chart, failed);
  if (confirmation === undefined) return failed;
  return chart.steps.find((other) => other.kind === 'action' && leadsTo(other, confirmation)) ?? confirmation;
}

/** Finds the confirmation that leads to an action; undefined if the action needs none. */
function findConfirmation(chart: Chart, action: ChartStep): ChartStep | undefined {
  return chart.steps.find((other) => other.kind === 'confirm' && leadsTo(other, action, isConfirmation));
}
