import type { TransitionReason } from '../model/transition-decision';
import type { TraversedStep, Walk } from '../steps/walk-state';

/** Lists the steps that were left without having asked for the fields that they collect, in path order (3.5). */
export function listSkippedSteps(traversedSteps: readonly TraversedStep[]): readonly string[] {
  return traversedSteps.filter(({ isSkipped }) => isSkipped).map(({ entry }) => entry.stepId);
}

/** Returns the reason of a decision about an instance that walked. */
export function getReason(walk: Walk): TransitionReason {
  if (walk.relocalizedFrom !== '') return 'RELOCALIZED';
  if (walk.hasGoneBack) return 'WENT_BACK';
  if (walk.correction) return 'CORRECTED';
  if (walk.hasReturned) return 'RETURNED';
  if (walk.traversedSteps.length > 0) return 'ADVANCED';
  if (walk.heldFields.length > 0) return 'AWAITS_ACTION';
  if (walk.blockedByCheckpoint !== '') return 'BLOCKED_BY_CHECKPOINT';
  if (walk.hasNoBackTarget) return 'NOTHING_TO_GO_BACK_TO';
  return walk.input.isStart ? 'ENTERED' : getStayReason(walk);
}

/** Returns why an instance that did not move stays. It follows from what its step needs (3.1, 3.3). */
function getStayReason({ need, position, blockingTransition }: Walk): TransitionReason {
  switch (need.kind) {
    case 'ask':
      return need.stage === 'collect' ? 'AWAITS_FIELDS' : 'CONDITION_UNKNOWN';
    case 'call':
      return 'AWAITS_CALL';
    case 'confirm':
      return 'AWAITS_CONFIRMATION';
    case 'act':
      return 'AWAITS_ACTION';
    case 'inform':
      return 'INFORMS';
    case 'event':
      return 'AWAITS_EVENT';
    case 'none':
      if (blockingTransition) return 'CONDITION_UNKNOWN';
      return position.step.isTerminal ? 'TERMINAL' : 'NO_TRANSITION';
  }
}
