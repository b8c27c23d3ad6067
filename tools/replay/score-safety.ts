import { ContributionType, type ScenarioContribution } from '../../gen/focal/orchestration/v1/contribution';
import { StepOutcomeKind } from '../../gen/focal/orchestration/v1/scenario';
import type { ReplayCatalogue } from './chart';
import { isRefusal } from './dialogue-inputs';
import type { Exchange, PlayedDialogue, PlayedTurn } from './play-dialogue';
import type { DialogueScore } from './scores';
import { isSpoken } from './session-view';

// Safety: counts decisions that must never occur. Needs no reference.

export function scoreSafety(
  played: PlayedDialogue,
  catalogue: ReplayCatalogue,
): Pick<DialogueScore, 'asksForKnownFields' | 'unconfirmedActions'> {
  return {
    asksForKnownFields: countAsksForKnownFields(played, catalogue),
    unconfirmedActions: countUnconfirmedActions(played, catalogue),
  };
}

/** Counts ASKs for a field that was given before or in the turn, except those of mandatory steps. A refusal gives no value. */
function countAsksForKnownFields(played: PlayedDialogue, catalogue: ReplayCatalogue): number {
  const known = new Set<string>();
  let count = 0;
  for (const turn of played.turns) {
    updateKnownFields(known, turn);
    for (const { response } of turn.exchanges) {
      for (const decision of response.transitionDecisions) {
        for (const field of decision.clearedFields) known.delete(field);
      }
      const asks = filterContributions(response.plan?.contributions, ContributionType.CONTRIBUTION_TYPE_ASK);
      count += asks.filter(
        (ask) => !isMandatoryStep(ask, catalogue) && ask.fieldsToAsk.some((field) => known.has(field)),
      ).length;
    }
  }
  return count;
}

function updateKnownFields(known: Set<string>, { inputs: { inputs } }: PlayedTurn): void {
  for (const field of inputs.facts_cleared) known.delete(field);
  for (const { field_id, value } of inputs.facts) {
    if (isRefusal(value)) known.delete(field_id);
    else known.add(field_id);
  }
}

function isMandatoryStep(ask: ScenarioContribution, catalogue: ReplayCatalogue): boolean {
  return catalogue.get(ask.scenarioId)?.mandatorySteps.has(ask.stepId) ?? false;
}

/** Counts hints at a committing tool of an instance without an earlier CONFIRMED. */
function countUnconfirmedActions(played: PlayedDialogue, catalogue: ReplayCatalogue): number {
  const confirmed = new Set<string>();
  let count = 0;
  for (const exchange of [...played.turns.flatMap((turn) => turn.exchanges), played.closing]) {
    for (const instanceId of findConfirmedInstances(exchange)) confirmed.add(instanceId);
    const hints = filterContributions(
      exchange.response.plan?.contributions,
      ContributionType.CONTRIBUTION_TYPE_ACTION_HINT,
    ).filter((hint) => hint.tools.some(({ toolId }) => catalogue.get(hint.scenarioId)?.committingTools.has(toolId)));
    count += hints.filter((hint) => !confirmed.has(hint.instanceId)).length;
  }
  return count;
}

/** Finds the instances with a CONFIRMED that the service did not ignore. */
function findConfirmedInstances({ request, response }: Exchange): string[] {
  const ignored = new Set(response.ignoredOutcomes.map(({ outcome }) => outcome?.actionKey));
  return request.stepOutcomes
    .filter(({ kind, actionKey }) => kind === StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED && !ignored.has(actionKey))
    .map(({ instanceId }) => instanceId);
}

function filterContributions(
  all: readonly ScenarioContribution[] | undefined,
  type: ContributionType,
): readonly ScenarioContribution[] {
  return (all ?? []).filter((contribution) => isSpoken(contribution) && contribution.type === type);
}
