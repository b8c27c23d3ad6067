import type { Turn } from '../../core/model/turn';
import type { TurnResult } from '../../core/model/turn-result';
import type { TurnSummary } from '../ports/turn-feed';

/** A turn with more decisions or rejected candidates has the first ones in the feed, so that an event is small. */
const maxDecisions = 20;
const maxRejections = 20;

/** Returns what the feed has of a turn: ids, kinds and reasons, and no value of a customer. */
export function summarizeTurn(
  { trigger, supersedesTurnId }: Pick<Turn, 'trigger' | 'supersedesTurnId'>,
  { lifecycleDecisions, transitionDecisions, rejectedCandidates }: TurnResult,
): TurnSummary {
  return {
    trigger,
    supersedesTurnId,
    decisions: lifecycleDecisions
      .slice(0, maxDecisions)
      .map(({ instanceId, scenarioId, scenarioVersion, action, reason, ...decision }) => {
        const transition = transitionDecisions.find((each) => each.instanceId === instanceId);
        return {
          scenarioId,
          scenarioVersion,
          action,
          reason,
          sourceStepId: transition?.sourceStepId ?? (decision.sourceStepId || decision.entryStepId),
          targetStepId: transition?.targetStepId ?? '',
          transitionReason: transition?.reason,
        };
      }),
    rejections: rejectedCandidates.slice(0, maxRejections).map(({ scenarioId, reason }) => ({ scenarioId, reason })),
  };
}
