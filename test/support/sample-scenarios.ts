import type { ScenarioDraft, StepDraft } from './conversation';

/** Overrides of a sample scenario. */
export type Variation = Partial<Omit<ScenarioDraft, 'scenarioId' | 'steps'>>;

/** The last step of all samples. It informs once, and the instance completes on the next turn. */
export const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };

/** A step that contributes nothing and is never left, because no test uses the intent "never". */
export const waiting: StepDraft = { stepId: 'wait', to: [{ to: 'end', intentLabel: 'never' }] };

/** Creates a scenario that asks for the fields one by one and then ends. */
export function asking(scenarioId: string, fields: readonly string[], variation: Variation = {}): ScenarioDraft {
  const steps = fields.map((field, index) => ({
    stepId: `ask_${field}`,
    collectsProfileFields: [field],
    to: [index + 1 < fields.length ? `ask_${fields[index + 1]}` : 'end'],
  }));
  return { scenarioId, steps: [...steps, end], ...variation };
}

/** Creates a scenario that asks to confirm a checkpoint and then contributes nothing. */
export function confirming(
  scenarioId: string,
  variation: Variation & { readonly confirms?: readonly string[] } = {},
): ScenarioDraft {
  const { confirms = [], ...given } = variation;
  const step = {
    stepId: 'confirm',
    isCheckpoint: true,
    checkpointDescription: `${scenarioId} confirmed`,
    confirmsFields: confirms,
  };
  return { scenarioId, steps: [{ ...step, to: ['wait'] }, waiting, end], ...given };
}

/** Creates a scenario with a required action that needs no confirmation. After the action, the scenario contributes nothing. */
export function acting(scenarioId: string, variation: Variation = {}): ScenarioDraft {
  const step = {
    stepId: 'act',
    performsAction: true,
    isRequiredAction: true,
    requiresConfirmation: false,
    toolIds: [`${scenarioId}_tool`],
  };
  return {
    scenarioId,
    steps: [{ ...step, description: `${scenarioId} done`, to: ['wait'] }, waiting, end],
    ...variation,
  };
}

/** Creates a scenario that never contributes. */
export function silent(scenarioId: string, variation: Variation = {}): ScenarioDraft {
  return { scenarioId, steps: [waiting, end], ...variation };
}
