import { ContributionType, type ScenarioContribution } from '../../gen/focal/orchestration/v1/contribution';
import { StepOutcomeKind } from '../../gen/focal/orchestration/v1/scenario';
import type { DialogueScore } from './dialogue-score';
import type { Exchange, PlayedDialogue, PlayedTurn } from './played-dialogue';
import type { ReplayCatalogue } from './replay-catalogue';
import { isMade } from './session-view';

/** Counts what must never happen. Needs no reference: it is wrong whatever people then did. */
export function scoreSafety(
  played: PlayedDialogue,
  catalogue: ReplayCatalogue,
): Pick<DialogueScore, 'asksOfKnown' | 'unconfirmedActions'> {
  return { asksOfKnown: asksOfKnown(played, catalogue), unconfirmedActions: unconfirmedActions(played, catalogue) };
}

/** ASKs of a field that was given before or in the turn, but for steps that are never passed over. */
function asksOfKnown(played: PlayedDialogue, catalogue: ReplayCatalogue): number {
  const known = new Set<string>();
  let count = 0;
  for (const turn of played.turns) {
    learn(known, turn);
    for (const { response } of turn.exchanges) {
      for (const decision of response.transitionDecisions) {
        for (const field of decision.clearedFields) known.delete(field);
      }
      const asks = contributions(response.plan?.contributions, ContributionType.CONTRIBUTION_TYPE_ASK);
      count += asks.filter((ask) => !isOnPurpose(ask, catalogue) && ask.fieldsToAsk.some((f) => known.has(f))).length;
    }
  }
  return count;
}

function learn(known: Set<string>, { inputs: { inputs } }: PlayedTurn): void {
  for (const field of inputs.facts_cleared) known.delete(field);
  for (const fact of inputs.facts) known.add(fact.field_id);
}

function isOnPurpose(ask: ScenarioContribution, catalogue: ReplayCatalogue): boolean {
  return catalogue.get(ask.scenarioId)?.unskippableSteps.has(ask.stepId) ?? false;
}

/** Hints at a tool that commits the customer, by an instance that no CONFIRMED reached before. */
function unconfirmedActions(played: PlayedDialogue, catalogue: ReplayCatalogue): number {
  const confirmed = new Set<string>();
  let count = 0;
  for (const exchange of [...played.turns.flatMap((turn) => turn.exchanges), played.closing]) {
    for (const instanceId of confirmedInstances(exchange)) confirmed.add(instanceId);
    const hints = contributions(
      exchange.response.plan?.contributions,
      ContributionType.CONTRIBUTION_TYPE_ACTION_HINT,
    ).filter((hint) => hint.tools.some(({ toolId }) => catalogue.get(hint.scenarioId)?.committingTools.has(toolId)));
    count += hints.filter((hint) => !confirmed.has(hint.instanceId)).length;
  }
  return count;
}

/** The instances that a CONFIRMED of the turn reached: those that the service did not ignore. */
function confirmedInstances({ request, response }: Exchange): string[] {
  const ignored = new Set(response.ignoredOutcomes.map(({ outcome }) => outcome?.actionKey));
  return request.stepOutcomes
    .filter(({ kind, actionKey }) => kind === StepOutcomeKind.STEP_OUTCOME_KIND_CONFIRMED && !ignored.has(actionKey))
    .map(({ instanceId }) => instanceId);
}

function contributions(
  all: readonly ScenarioContribution[] | undefined,
  type: ContributionType,
): readonly ScenarioContribution[] {
  return (all ?? []).filter((contribution) => isMade(contribution) && contribution.type === type);
}
