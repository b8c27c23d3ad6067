import { createEmptySession, createInstance, type ScenarioInstance, type Session } from '../../src/core/model/session';
import { createVisit } from '../../src/core/model/visit';

/** Returns a UUID that contains the number, for example 00000000-0000-4000-8000-000000000007. */
export function uuid(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}

/** Creates a session before its first turn, of tenant 1 and agent 2, with overrides. */
export function aSession(parts: Partial<Session> = {}): Session {
  return { ...createEmptySession({ tenantId: uuid(1), agentId: uuid(2), sessionId: uuid(3) }), ...parts };
}

/** Creates an active instance at its first step, with overrides. */
export function anInstance(parts: Partial<ScenarioInstance> = {}): ScenarioInstance {
  const identity = {
    instanceId: uuid(10),
    scenarioId: uuid(11),
    scenarioVersion: 1,
    startNumber: 1,
    currentStepId: 'first',
  };
  const startedAt = 1_700_000_000_000;
  return {
    ...createInstance(identity, 1, startedAt),
    visit: createVisit(1, 1, startedAt),
    lastVisitNumber: 1,
    ...parts,
  };
}
