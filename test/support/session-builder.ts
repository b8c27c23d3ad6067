import { createEmptySession, createVisit, type ScenarioInstance, type Session } from '../../src/core/model/session';

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
  return {
    instanceId: uuid(10),
    scenarioId: uuid(11),
    scenarioVersion: 1,
    status: 'ACTIVE',
    startNumber: 1,
    startedAt: 1_700_000_000_000,
    lastActiveAt: 1_700_000_000_000,
    pausedAt: undefined,
    pauseReason: undefined,
    pausedAtTurnCount: 0,
    displacedByInstanceIds: [],
    currentStepId: 'first',
    visit: createVisit(1, 1),
    path: [],
    irreversibleDone: [],
    stepsBeforeCheckpoint: [],
    stepsTrimmedFromPath: [],
    loopCounts: new Map(),
    lastVisitNumber: 1,
    lastPathSequence: 0,
    variables: new Map(),
    variableTimes: new Map(),
    relocalizationCount: 0,
    globalTransitionGuards: new Map(),
    ...parts,
  };
}
