import type { OlderSession } from '../../src/domain/older-session';

/** A record of the older format that tells nothing but what the test cares about. */
export function anOlderSession(parts: Partial<OlderSession> = {}): OlderSession {
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
