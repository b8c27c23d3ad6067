import type { TurnDecision } from '../decide-turn';
import type { TurnDifference } from './simulate-session';

/** The sentences that explain both decisions of a difference. */
export interface ExplainedDifference {
  readonly recorded: readonly string[];
  readonly simulated: readonly string[];
}

/**
 * Returns what explains the decisions about the scenario of a difference; about all scenarios if the difference has none. Sentences that
 * explain both are left out, unless nothing else explains one of them.
 */
export function explainDifference(difference: TurnDifference): ExplainedDifference {
  const { scenarioId, recordedDecision, simulatedDecision } = difference;
  const recorded = explain(recordedDecision, scenarioId);
  const simulated = explain(simulatedDecision, scenarioId);
  const own = {
    recorded: recorded.filter((text) => !simulated.includes(text)),
    simulated: simulated.filter((text) => !recorded.includes(text)),
  };
  return own.recorded.length === 0 || own.simulated.length === 0 ? { recorded, simulated } : own;
}

function explain(decision: TurnDecision, scenarioId: string): readonly string[] {
  const { lifecycleDecisions, rejectedCandidates, transitionDecisions } = decision.explain();
  const all = [...lifecycleDecisions, ...rejectedCandidates, ...transitionDecisions];
  const about = all.filter((each) => scenarioId === '' || each.scenarioId === scenarioId);
  return [...new Set(about.map(({ reasoning }) => reasoning))].filter((text) => text !== '');
}
