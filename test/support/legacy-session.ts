import type { LegacySession } from '../../src/core/model/legacy-session';

/** A legacy record in which only the given parts are set. */
export function buildLegacySession(parts: Partial<LegacySession> = {}): LegacySession {
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
