import type { ScenarioStep } from '../../model/scenario';
import type { CompiledDraft, CompiledStep } from '../compiled-scenario';
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
 * Finds required WRITE actions without a confirmation behind which a step confirms values that were collected before. Such an action counts
 * as a passed checkpoint, so a correction of these values changes nothing any more (3.7, 3.9).
 */
function checkUnconfirmedActions(draft: CompiledDraft): readonly ScenarioFinding[] {
  const graph = buildStepGraph({ steps: draft.steps, globalTransitions: [] });
  const reversedGraph = reverseGraph(graph);
  return [...draft.steps.values()].flatMap((action) => {
    if (!action.isRequiredAction || !action.isWriteAction || action.hasConfirmStage) return [];
    const later = findReachableSteps(graph.get(action.stepId) ?? [], graph);
    const earlier = findReachableSteps([action.stepId], reversedGraph);
    const getFields = (stepIds: ReadonlySet<string>): readonly string[] =>
      [...stepIds].flatMap((stepId) => draft.steps.get(stepId)?.collectedFields ?? []);
    const collectedLater = new Set(getFields(later));
    const frozenFields = new Set(getFields(earlier).filter((field) => !collectedLater.has(field)));
    const confirmation = [...later].flatMap((stepId) => findConfirmedFields(draft.steps.get(stepId), frozenFields))[0];
    if (confirmation === undefined) return [];
    const fields = confirmation.fields.map((field) => `"${field}"`).join(', ');
    const message = `Step "${action.stepId}" runs a required WRITE action without a confirmation. Step "${confirmation.stepId}" confirms ${fields} after it, but a correction then comes too late, because the action is not undone. Confirm the values before the action, or set effect READ if its tools only look something up.`;
    return [
      createWarning('CONFIRMED_TOO_LATE', message, { fieldPath: `steps[${action.index}]`, stepId: action.stepId }),
    ];
  });
}

function findConfirmedFields(
  step: CompiledStep | undefined,
  candidates: ReadonlySet<string>,
): readonly { readonly stepId: string; readonly fields: readonly string[] }[] {
  if (!step?.hasConfirmStage || step.definition.confirmsNothing) return [];
  const { confirmsFields } = step.definition;
  const fields = [...candidates]
    .filter((field) => confirmsFields.length === 0 || confirmsFields.includes(field))
    .sort();
  return fields.length === 0 ? [] : [{ stepId: step.stepId, fields }];
}
