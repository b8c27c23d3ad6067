import type { LegacySession } from '../../src/core/model/legacy-session';

/** Creates a legacy session with the given fields; all others are empty. */
export function aLegacySession(parts: Partial<LegacySession> = {}): LegacySession {
  return {
    agentId: '',
    activeScenarioId: '',
    activeScenarioVersion: 0,
    currentStepId: '',
    visitedSteps: new Map(),
    variables: new Map(),
    turnCount: 0,
    ...parts,
  };
}
