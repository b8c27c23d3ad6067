import type { SelectionContext } from '../context/selection-context';
import type { ScenarioChoice } from '../model/contribution';
import type { ScenarioChoiceRequest } from '../model/session';
import type { DraftContribution } from './contribution-draft';
import { basePriorities, createContribution } from './contribution-source';

/**
 * Drafts a CHOICE between scenarios (1.5). It belongs to no scenario. Its priority is that of a CONFIRM of the scenario with the highest
 * priority. With one option it comes before every CONFIRM of its plan, because a bare yes answers it.
 */
export function draftChoice(
  { scenarioIds, scores, reason, putCount }: ScenarioChoiceRequest,
  others: readonly DraftContribution[],
  { catalogue }: Pick<SelectionContext, 'catalogue'>,
): DraftContribution {
  const scenarios = scenarioIds.map((scenarioId) => catalogue.getScenario(scenarioId));
  const priorities = scenarios.map((scenario) => scenario?.priority ?? 0);
  if (scenarioIds.length === 1) priorities.push(...listConfirmPriorities(others));
  const source = {
    scenarioId: '',
    scenarioName: '',
    instanceId: '',
    stepId: '',
    stepName: '',
    priorityWithoutBase: Math.max(...priorities),
  };
  const choices = scenarioIds.map(
    (scenarioId, index): ScenarioChoice => ({
      scenarioId,
      scenarioName: scenarios[index]?.name ?? '',
      score: scores[index] ?? 0,
    }),
  );
  return {
    contribution: createContribution(source, 'CONFIRM', putCount > 0, {
      confirmKind: 'CHOICE',
      actionToConfirm: '',
      valuesToConfirm: new Map(),
      choices,
      choiceReason: reason,
      actionKey: '',
    }),
    // It is newer than any activity, so it comes first among contributions of its priority.
    lastActiveAt: Number.POSITIVE_INFINITY,
    leadInTemplateIds: [],
    localFields: new Set(),
  };
}

/** Lists the priorities of the CONFIRMs without the base priority of the type. */
function listConfirmPriorities(drafts: readonly DraftContribution[]): readonly number[] {
  return drafts
    .filter(({ contribution }) => contribution.type === 'CONFIRM')
    .map(({ contribution }) => contribution.priority - basePriorities.CONFIRM);
}
