import { createEmptySession, createInstance, getImportId } from '../../../src/core/model/session';
import { createVisit } from '../../../src/core/model/visit';
import { ids } from '../../support/conversation';

test('5: a session before its first turn is empty', () => {
  expect(createEmptySession(ids)).toEqual({
    ...ids,
    customerId: '',
    importedFrom: '',
    revision: 0,
    turnCount: 0,
    instances: [],
    endedInstances: [],
    variables: new Map(),
    declinedFields: [],
    pendingStarts: [],
    scenarioCounters: new Map(),
    choices: [],
    exchangeRevision: 0,
    lastMessageAt: 0,
    lastContributorId: '',
    createdAt: 0,
    updatedAt: 0,
    lastTurnId: '',
    lastStartNumber: 0,
  });
});

test('5: an instance before its first walk is active at its step, and has done nothing', () => {
  const key = { instanceId: 'i', scenarioId: 's', scenarioVersion: 2, startNumber: 3, currentStepId: 'first' };
  expect(createInstance(key, 4, 1_000)).toEqual({
    ...key,
    status: 'ACTIVE',
    startedAt: 1_000,
    lastActiveAt: 1_000,
    activeSince: 1_000,
    pausedAt: undefined,
    pauseReason: undefined,
    pausedAtTurnCount: 0,
    resumePolicy: undefined,
    isResumeOffered: false,
    displacedByInstanceIds: [],
    visit: createVisit(0, 4, 1_000),
    requests: [],
    route: [],
    path: [],
    irreversibleDone: [],
    stepsBeforeCheckpoint: [],
    leftSteps: [],
    loopCounts: new Map(),
    attempts: 0,
    attemptsTotal: 0,
    lastVisitNumber: 0,
    lastPathSequence: 0,
    variables: new Map(),
    variableTimes: new Map(),
    settledFields: new Map(),
    heldValues: new Map(),
    pendingCorrections: new Map(),
    relocalizationCount: 0,
    globalTransitionGuards: new Map(),
    call: undefined,
    leadInTemplateIds: [],
    lastPlan: undefined,
    deferredBehindScenarioId: '',
    waitsFor: 'NOTHING',
  });
});

test('8: the id of an import names the agent, its record and the instances that it started', () => {
  const key = { scenarioId: 's', startNumber: 1, currentStepId: 'first' };
  const instances = [
    createInstance({ ...key, instanceId: 'i', scenarioVersion: 2 }, 1, 0),
    createInstance({ ...key, instanceId: 'j', scenarioVersion: 3 }, 1, 0),
  ];
  expect(getImportId({ ...createEmptySession(ids), importedFrom: 'record', instances })).toBe('agent/record/i:2/j:3');
});
