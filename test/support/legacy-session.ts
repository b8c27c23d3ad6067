import type { LegacySession } from '../../src/core/model/legacy-session';

/** A record of the older format that tells nothing but what the test cares about. */
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
