import type { LifecycleDecision } from '../../core/model/lifecycle-decision';
import type { TransitionDecision } from '../../core/model/transition-decision';
import type { Turn } from '../../core/model/turn';
import type { TurnResult } from '../../core/model/turn-result';
import type { FeedDecision, TurnSummary } from '../ports/turn-feed';

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
      .map((decision) => summarizeDecision(decision, findTransition(transitionDecisions, decision.instanceId))),
    rejections: rejectedCandidates.slice(0, maxRejections).map(({ scenarioId, reason }) => ({ scenarioId, reason })),
  };
}

function findTransition(decisions: readonly TransitionDecision[], instanceId: string): TransitionDecision | undefined {
  for (const decision of decisions) if (decision.instanceId === instanceId) return decision;
  return undefined;
}

function summarizeDecision(decision: LifecycleDecision, transition: TransitionDecision | undefined): FeedDecision {
  return {
    scenarioId: decision.scenarioId,
    scenarioVersion: decision.scenarioVersion,
    action: decision.action,
    reason: decision.reason,
    sourceStepId: transition?.sourceStepId ?? (decision.sourceStepId || decision.entryStepId),
    targetStepId: transition?.targetStepId ?? '',
    transitionReason: transition?.reason,
  };
}
