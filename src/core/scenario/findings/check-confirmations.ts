import type { ScenarioStep } from '../../model/scenario';
import type { CompiledDraft, CompiledStep, StepGraph } from '../compiled-scenario';
import { createError, createWarning, locateField, type ScenarioFinding } from '../scenario-finding';
import { buildStepGraph, findReachableSteps, reverseGraph } from '../step-graph';

/** Finds settings of confirmations that contradict each other or have no effect, and confirmations that come too late. */
export function checkConfirmations(draft: CompiledDraft): readonly ScenarioFinding[] {
  const { scenario, steps } = draft;
  return [
    ...scenario.steps.flatMap((step, index) => checkConfirmedFields(step, index, steps.get(step.stepId))),
    ...checkUnconfirmedActions(draft),
  ];
}

function checkConfirmedFields(
  { stepId, confirmsFields, confirmsNothing }: ScenarioStep,
  index: number,
  compiled: CompiledStep | undefined,
): readonly ScenarioFinding[] {
  if (!confirmsNothing && confirmsFields.length === 0) return [];
  const location = { fieldPath: `steps[${index}]`, stepId };
  const setting = confirmsNothing ? 'confirms_nothing' : 'confirms_fields';
  if (confirmsNothing && confirmsFields.length > 0) {
    const message = `Step "${stepId}" sets confirms_nothing and lists confirms_fields. Remove one of the two.`;
    return [createError('CONFIRMS_FIELDS_AND_NOTHING', message, locateField(location, setting))];
  }
  if (compiled?.index !== index || compiled.hasConfirmStage) return [];
  const message = `${setting} of step "${stepId}" has no effect, because the step has no confirmation. Set requires_confirmation, or remove it.`;
  return [createWarning('CONFIRMATION_WITHOUT_EFFECT', message, locateField(location, setting))];
}

/**
 * Finds required WRITE actions after which a step confirms values that were collected before, and that no step has confirmed by then. Such an
 * action counts as a passed checkpoint, so a correction of these values changes nothing any more (3.7, 3.9).
 */
function checkUnconfirmedActions(draft: CompiledDraft): readonly ScenarioFinding[] {
  const graph = buildStepGraph({ steps: draft.steps, globalTransitions: [] });
  const reversedGraph = reverseGraph(graph);
  const getSteps = (from: readonly string[], edges: StepGraph): readonly CompiledStep[] =>
    [...findReachableSteps(from, edges)].flatMap((stepId) => draft.steps.get(stepId) ?? []);
  return [...draft.steps.values()].flatMap((action) => {
    if (!action.isRequiredAction || !action.isWriteAction || action.hasConfirmStage) return [];
    const later = getSteps(listTargetsAfterSuccess(action), graph);
    const earlier = getSteps([action.stepId], reversedGraph);
    const collectedLater = new Set(later.flatMap(({ collectedFields }) => collectedFields));
    const frozenFields = earlier
      .flatMap(({ collectedFields }) => collectedFields)
      .filter((field) => !collectedLater.has(field) && !earlier.some((step) => canConfirm(step, field)));
    const confirmation = later.find((step) => frozenFields.some((field) => canConfirm(step, field)));
    if (confirmation === undefined) return [];
    const fields = [...new Set(frozenFields)].filter((field) => canConfirm(confirmation, field)).sort();
    const names = fields.map((field) => `"${field}"`).join(', ');
    const message = `Step "${action.stepId}" runs a required WRITE action without a confirmation. Step "${confirmation.stepId}" confirms ${names} after it, but a correction then comes too late, because the action is not undone. Confirm the values before the action, or set effect READ if its tools only look something up.`;
    return [
      createWarning('CONFIRMED_TOO_LATE', message, { fieldPath: `steps[${action.index}]`, stepId: action.stepId }),
    ];
  });
}

function listTargetsAfterSuccess({ anytimeTransitions, completionTransitions }: CompiledStep): readonly string[] {
  return [...anytimeTransitions, ...completionTransitions]
    .filter(
      ({ returns, definition: { outcomes } }) =>
        !returns && (outcomes.length === 0 || outcomes.includes('ACTION_SUCCEEDED')),
    )
    .map(({ targetStepId }) => targetStepId);
}

/** Whether the CONFIRM of a step binds a collected field, if it is known. */
function canConfirm({ hasConfirmStage, definition }: CompiledStep, field: string): boolean {
  const { confirmsFields, confirmsNothing } = definition;
  return hasConfirmStage && !confirmsNothing && (confirmsFields.length === 0 || confirmsFields.includes(field));
}
