import { createFieldRules } from '../../../src/core/fields/field-rules';
import type { Scenario, StepCall, ToolBinding } from '../../../src/core/model/scenario';
import type { SemanticEvaluation } from '../../../src/core/model/settings';
import { defaultCompileOptions } from '../../../src/core/scenario/compile-options';
import { compileScenario, type ScenarioCompilation } from '../../../src/core/scenario/compile-scenario';
import { aScenario, type ScenarioDraft, type StepDraft, type TransitionDraft } from '../../support/conversation';
import { compiledFields, type FieldDraft } from '../../support/field-definitions';

// Parts of the definitions that the tests of findings check.

export const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
/** Creates a scenario with the given steps and an end step. The first given step is the entry step. */
export const createDraft = (...steps: readonly StepDraft[]): ScenarioDraft => ({
  scenarioId: 's',
  steps: [...steps, end],
});
export const ask: StepDraft = { stepId: 'ask', collectsProfileFields: ['age'], to: ['end'] };
export const inform = (stepId: string, ...to: readonly TransitionDraft[]): StepDraft => ({
  stepId,
  templateIds: [stepId],
  to,
});
/** Creates a scenario with a condition on its first transition. */
export const withCondition = (condition: string): ScenarioDraft =>
  createDraft({ ...ask, to: [{ to: 'end', condition }, 'end'] });
export const tool = (toolId: string, ...dependsOn: readonly string[]): ToolBinding => ({
  toolId,
  timing: 'DURING_STEP',
  variableNames: ['paid'],
  dependsOn,
});
export const withRequiredFields = (fieldNames: readonly string[]): Scenario => ({
  ...aScenario(createDraft(ask)),
  requiredFields: fieldNames.map((fieldName) => ({ fieldName, level: 'HARD', description: '' })),
});
export const help: StepDraft = { ...inform('help', 'end'), reachableFromAnywhere: true };
export const toHelp: TransitionDraft = { to: 'help', intentLabel: 'help' };
export const again = { to: 'ask', intentLabel: 'again' };
export const pay: StepDraft = { stepId: 'pay', isRequiredAction: true, toolBindings: [tool('t')], to: ['sure'] };
export const sure: StepDraft = { stepId: 'sure', isCheckpoint: true, to: ['end'] };
export const call = (scenarioId: string): StepCall => ({ scenarioId, reuseCompleted: false, returns: [] });
export const toAway: TransitionDraft = { to: 'away', intentLabel: 'x' };

/** The definitions that all drafts are checked against. */
const definitions: readonly FieldDraft[] = [
  { name: 'age', type: 'INTEGER' },
  { name: 'locked', sources: ['TOOL'] },
  { name: 'open', sources: ['TOOL', 'CUSTOMER'] },
];

export function compile(
  draft: ScenarioDraft | Scenario,
  semanticEvaluation: SemanticEvaluation = 'off',
): ScenarioCompilation {
  const fields = createFieldRules(compiledFields(definitions), []);
  const options = { ...defaultCompileOptions, semanticEvaluation, fields };
  return compileScenario('requiredFields' in draft ? draft : aScenario(draft), 1, options);
}
