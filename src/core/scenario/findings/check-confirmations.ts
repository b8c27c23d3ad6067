import type { ScenarioStep } from '../../model/scenario';
import { type Check, checkEachStep } from '../checks';
import type { CompiledDraft, CompiledStep, StepEdges } from '../compiled-scenario';
import { createError, createWarning, locateField, type ScenarioFinding } from '../scenario-finding';
import { buildStepGraph, followEdges, reverseEdges } from '../step-graph';

/** Finds settings of confirmations that contradict each other or have no effect, and confirmations that come too late. */
export function* checkConfirmations(draft: CompiledDraft): Check {
  yield* checkEachStep(draft, (step, index) => checkConfirmedFields(step, index, draft.steps.get(step.stepId)));
  yield* checkUnconfirmedActions(draft);
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
function* checkUnconfirmedActions(draft: CompiledDraft): Check {
  const { successors } = buildStepGraph({ steps: draft.steps, globalTransitions: [] });
  const predecessors = reverseEdges(successors);
  const getSteps = (from: readonly string[], edges: StepEdges): readonly CompiledStep[] => {
    const found = [...followEdges(new Set(from), edges)].flatMap((stepId) => draft.steps.get(stepId) ?? []);
    draft.allowance.spend(
      'checks',
      found.reduce((sum, step) => sum + getSize(step), 0),
    );
    return found;
  };
  for (const action of draft.steps.values()) {
    if (!action.isRequiredAction || !action.isWriteAction || action.hasConfirmStage) continue;
    const later = getSteps(listTargetsAfterSuccess(action), successors);
    const earlier = getSteps([action.stepId], predecessors);
    yield* checkUnconfirmedAction(action, earlier, later);
    yield;
  }
}

function getSize({ collectedFields, definition: { transitions, confirmsFields } }: CompiledStep): number {
  return 5 + transitions.length + collectedFields.length + confirmsFields.length;
}

function checkUnconfirmedAction(
  action: CompiledStep,
  earlier: readonly CompiledStep[],
  later: readonly CompiledStep[],
): readonly ScenarioFinding[] {
  if (earlier.some(confirmsEverything)) return [];
  const spared = new Set([
    ...later.flatMap(({ collectedFields }) => collectedFields),
    ...earlier.flatMap(listConfirmedFields),
  ]);
  const frozenFields = new Set(
    earlier.flatMap(({ collectedFields }) => collectedFields).filter((field) => !spared.has(field)),
  );
  if (frozenFields.size === 0) return [];
  const listConfirmed = (step: CompiledStep): readonly string[] =>
    confirmsEverything(step) ? [...frozenFields] : listConfirmedFields(step).filter((field) => frozenFields.has(field));
  const confirmation = later.find((step) => listConfirmed(step).length > 0);
  if (confirmation === undefined) return [];
  const names = [...new Set(listConfirmed(confirmation))]
    .sort()
    .map((field) => `"${field}"`)
    .join(', ');
  const message = `Step "${action.stepId}" runs a required WRITE action without a confirmation. Step "${confirmation.stepId}" confirms ${names} after it, but a correction then comes too late, because the action is not undone. Confirm the values before the action, or set effect READ if its tools only look something up.`;
  return [createWarning('CONFIRMED_TOO_LATE', message, { fieldPath: `steps[${action.index}]`, stepId: action.stepId })];
}

function listTargetsAfterSuccess({ anytimeTransitions, completionTransitions }: CompiledStep): readonly string[] {
  return [...anytimeTransitions, ...completionTransitions]
    .filter(
      ({ returns, definition: { outcomes } }) =>
        !returns && (outcomes.length === 0 || outcomes.includes('ACTION_SUCCEEDED')),
    )
    .map(({ targetStepId }) => targetStepId);
}

/** Whether the CONFIRM of a step binds every collected field that is known. */
function confirmsEverything({
  hasConfirmStage,
  definition: { confirmsFields, confirmsNothing },
}: CompiledStep): boolean {
  return hasConfirmStage && !confirmsNothing && confirmsFields.length === 0;
}

/** Returns the fields that a step lists for its CONFIRM. */
function listConfirmedFields({ hasConfirmStage, definition }: CompiledStep): readonly string[] {
  return hasConfirmStage && !definition.confirmsNothing ? definition.confirmsFields : [];
}
