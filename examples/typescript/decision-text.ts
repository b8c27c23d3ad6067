import {
  ContributionType,
  type ProcessTurnResponse,
  type ScenarioContribution,
  ScenarioLifecycleAction,
  type ScenarioLifecycleDecision,
} from 'scenario-orchestrator-client';

/** Summarizes the decisions of a turn. */
export function turnText({ lifecycleDecisions, plan }: ProcessTurnResponse): string {
  return [...lifecycleDecisions.map(lifecycleText), ...(plan?.contributions ?? []).map(contributionText)].join(', ');
}

export function lifecycleText({ action }: ScenarioLifecycleDecision): string {
  return String(ScenarioLifecycleAction[action]).replace('SCENARIO_LIFECYCLE_ACTION_', '');
}

/** Summarizes what the reply should ask, confirm or do. */
export function contributionText({ type, fieldsToAsk, valuesToConfirm, tools }: ScenarioContribution): string {
  const kind = String(ContributionType[type]).replace('CONTRIBUTION_TYPE_', '');
  const toolIds = tools.map(({ toolId }) => toolId);
  return [kind, ...fieldsToAsk, ...Object.keys(valuesToConfirm).sort(), ...toolIds].join(' ');
}
