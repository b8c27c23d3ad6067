import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import { getPauseBehavior } from '../lifecycle/pauses';
import type { TurnInstance } from '../lifecycle/turn-instance';
import type { ResumeOffer } from '../model/contribution';

const noOffers: readonly ResumeOffer[] = [];

/** Lists the instances that have been paused for more than `offer_after_turns` MESSAGE turns, longest paused first (2.11). */
export function listOffers(
  { settings, turnCount }: Pick<SelectionContext, 'settings' | 'turnCount'>,
  instances: readonly TurnInstance[],
): readonly ResumeOffer[] {
  if (!instances.some(({ reason }) => reason === 'STAYS_PAUSED')) return noOffers;
  return instances
    .filter(({ reason, view: { instance } }) => {
      if (reason !== 'STAYS_PAUSED') return false;
      const { getOfferAfterTurns } = getPauseBehavior(instance.pauseReason);
      return turnCount - instance.pausedAtTurnCount > getOfferAfterTurns(settings);
    })
    .map(({ view }) => toOffer(view, turnCount))
    .sort((a, b) => b.pausedTurns - a.pausedTurns);
}

function toOffer(view: InstanceView, turnCount: number): ResumeOffer {
  const { instance, scenario, step } = view;
  return {
    scenarioId: instance.scenarioId,
    scenarioName: scenario?.name ?? '',
    instanceId: instance.instanceId,
    stepId: instance.currentStepId,
    stepName: step?.name ?? instance.currentStepId,
    missingFields: listMissingFields(view),
    pausedTurns: turnCount - instance.pausedAtTurnCount,
  };
}

/** Lists the fields that the current step still asks for, in the order of the step. */
function listMissingFields({ instance, step, known }: InstanceView): readonly string[] {
  const collectedFields = step?.collectedFields ?? [];
  return collectedFields.filter((field) => !known.has(field) && !instance.settledFields.has(field));
}
