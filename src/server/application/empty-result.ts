import type { Session } from '../../core/model/session';
import { getIntent, type Turn } from '../../core/model/turn';
import type { TurnResult } from '../../core/model/turn-result';

/** The answer of a turn while orchestration is switched off: every phase empty, the session untouched (2.16). */
export function createEmptyResult(turn: Turn, session: Session | undefined, validateOnly: boolean): TurnResult {
  return {
    sessionId: turn.sessionId,
    turnId: turn.turnId,
    revision: session?.revision ?? 0,
    turnCount: session?.turnCount ?? 0,
    context: {
      intent: getIntent(turn.situation),
      intentScore: turn.situation.canonicalIntentScore,
      focusInstanceId: '',
      addressedInstanceIds: [],
      candidates: [],
      instances: [],
      relationships: [],
      changedFields: [],
    },
    lifecycleDecisions: [],
    rejectedCandidates: [],
    transitionDecisions: [],
    plan: {
      contributions: [],
      primaryScenarioId: '',
      activeScenarioIds: [],
      hasAsks: false,
      hasConfirms: false,
      hasActionHints: false,
      hasInforms: false,
      abandoned: [],
    },
    ignoredOutcomes: [],
    validateOnly,
  };
}
