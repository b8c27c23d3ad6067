import type { ScenarioDraft, StepDraft } from './conversation';

/** What a test wants to differ from the sample. */
export type Variation = Partial<Omit<ScenarioDraft, 'scenarioId' | 'steps'>>;

/** The last step of all samples: it tells something once, and the turn after that the instance completes. */
export const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };

/** A step that says nothing and that no turn leaves: no test has the intent "never". */
export const waiting: StepDraft = { stepId: 'wait', to: [{ to: 'end', intentLabel: 'never' }] };

/** Asks for one field after the other, then ends. */
export function asking(scenarioId: string, fields: readonly string[], variation: Variation = {}): ScenarioDraft {
  const steps = fields.map((field, index) => ({
    stepId: `ask_${field}`,
    collectsProfileFields: [field],
    to: [index + 1 < fields.length ? `ask_${fields[index + 1]}` : 'end'],
  }));
  return { scenarioId, steps: [...steps, end], ...variation };
}

/** Wants a checkpoint confirmed, then waits without a word. */
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

/** Wants an action done, without asking first, then waits without a word. */
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

/** Has nothing to say, ever. */
export function silent(scenarioId: string, variation: Variation = {}): ScenarioDraft {
  return { scenarioId, steps: [waiting, end], ...variation };
}
