import type { ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { Conversation } from '../../support/conversation';
import { startScenarios } from '../../support/play-turns';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const ask: ScenarioDraft = {
  scenarioId: 's',
  steps: [
    { stepId: 'a', collectsProfileFields: ['a'], to: ['b'] },
    { stepId: 'b', collectsProfileFields: ['b'], to: ['end'] },
    end,
  ],
};
const minute = 60_000;

test('5: START adds an instance of the latest version in the catalogue', () => {
  const { conversation } = startScenarios([ask], { occurredAt: 7 * minute });
  expect(conversation.session.instances).toMatchObject([
    {
      instanceId: 's#1',
      scenarioId: 's',
      scenarioVersion: 1,
      status: 'ACTIVE',
      startNumber: 1,
      startedAt: 7 * minute,
      lastActiveAt: 7 * minute,
      currentStepId: 'a',
      path: [],
      visit: { number: 1, openedAt: 7 * minute },
      requests: [{ kind: 'ASK', fields: ['a'], status: 'OPEN' }],
    },
  ]);
  conversation.store({ ...ask, name: 'newer' });
  conversation.turn({ signals: ['CANCEL'] });
  conversation.turn({ candidates: { s: 1 } });
  expect(conversation.instance('s')).toMatchObject({ scenarioVersion: 2, startNumber: 2 });
});

test('5: an instance keeps the version that it started on', () => {
  const { conversation } = startScenarios([ask]);
  conversation.store({ ...ask, steps: [{ stepId: 'other', templateIds: ['x'], to: ['end'] }, end] });
  expect(conversation.turn({ variables: { a: 1 } }).plan).toEqual(['s ASK b']);
  expect(conversation.instance('s').scenarioVersion).toBe(1);
});

test('5: PAUSE sets paused_at and the pause reason, and a resume removes them', () => {
  const { conversation } = startScenarios([ask]);
  conversation.turn({ signals: ['PAUSE'], occurredAt: 9 * minute });
  expect(conversation.instance('s')).toMatchObject({
    status: 'PAUSED',
    pausedAt: 9 * minute,
    pauseReason: 'USER_REQUEST',
    pausedAtTurnCount: 2,
    resumePolicy: 'explicit',
  });
  conversation.turn({ signals: [['CONTINUE', 's']], occurredAt: 11 * minute });
  const { status, activeSince, pausedAt, pauseReason, pausedAtTurnCount, resumePolicy } = conversation.instance('s');
  expect({ status, activeSince, pausedAt, pauseReason, pausedAtTurnCount, resumePolicy }).toEqual({
    status: 'ACTIVE',
    activeSince: 11 * minute,
    pausedAt: undefined,
    pauseReason: undefined,
    pausedAtTurnCount: 0,
    resumePolicy: undefined,
  });
});

test.each<[TurnDraft['signals'] & object, string]>([
  [['COMPLETE'], 'COMPLETED'],
  [['CANCEL'], 'CANCELLED'],
])('5: %j moves the instance to the ended instances', (signals, status) => {
  const { conversation } = startScenarios([ask]);
  conversation.turn({ signals, occurredAt: 9 * minute });
  expect(conversation.session.instances).toEqual([]);
  expect(conversation.session.endedInstances).toMatchObject([
    {
      instanceId: 's#1',
      scenarioId: 's',
      scenarioVersion: 1,
      status,
      reason: 'USER_REQUEST',
      startNumber: 1,
      endedAt: 9 * minute,
      lastStepId: 'a',
    },
  ]);
});

test('5: the list of ended instances is trimmed, oldest first', () => {
  const conversation = new Conversation([ask], { settings: { endedInstances: 2 } });
  for (let run = 1; run <= 4; run += 1) {
    conversation.turn({ candidates: { s: 1 } });
    conversation.turn({ signals: ['CANCEL'] });
  }
  expect(conversation.session.endedInstances.map(({ startNumber }) => startNumber)).toEqual([3, 4]);
  expect(conversation.session.scenarioCounters.get('s')).toMatchObject({ starts: 4, completions: 0 });
});

test('5: no ended instance is kept if the limit is 0', () => {
  const conversation = new Conversation([ask], { settings: { endedInstances: 0 } });
  conversation.turn({ candidates: { s: 1 } });
  conversation.turn({ signals: ['CANCEL'] });
  expect(conversation.session.instances).toEqual([]);
  expect(conversation.session.endedInstances).toEqual([]);
});

test('5: a reduced limit of ended instances applies from the next turn', () => {
  const conversation = new Conversation([ask], { settings: { endedInstances: 1 } });
  const ended = [1, 2, 3].map((startNumber) => ({
    instanceId: `s#${startNumber}`,
    scenarioId: 's',
    scenarioVersion: 1,
    status: 'CANCELLED' as const,
    reason: 'USER_REQUEST' as const,
    startNumber,
    startedAt: 0,
    endedAt: 0,
    lastStepId: 'a',
    irreversibleDone: [],
  }));
  conversation.session = { ...conversation.session, endedInstances: ended };
  conversation.turn({});
  expect(conversation.session.endedInstances.map(({ startNumber }) => startNumber)).toEqual([3]);
});

test('5: a transition updates current step, visit, path and last_active_at', () => {
  const { conversation } = startScenarios([ask]);
  conversation.turn({ variables: { a: 1 }, occurredAt: 9 * minute });
  expect(conversation.instance('s')).toMatchObject({
    currentStepId: 'b',
    lastActiveAt: 9 * minute,
    lastVisitNumber: 2,
    lastPathSequence: 1,
    visit: { number: 2, enteredRevision: 2 },
    path: [{ sequence: 1, stepId: 'a', visitNumber: 1, transitionId: 'a/1', asked: true, leftRevision: 2 }],
  });
});

test('5: an instance that stays and is not addressed keeps its step, path and last_active_at', () => {
  const { conversation } = startScenarios([ask], { occurredAt: 1 });
  conversation.turn({ occurredAt: 9 * minute });
  expect(conversation.instance('s')).toMatchObject({
    currentStepId: 'a',
    lastActiveAt: 1,
    lastVisitNumber: 1,
    path: [],
  });
});

test('5: the path keeps the last 200 entries and their sequence numbers', () => {
  const repeating: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'x', templateIds: ['x'], to: ['y'] },
      { stepId: 'y', templateIds: ['y'], to: [{ to: 'end', intentLabel: 'stop' }, 'x'] },
      end,
    ],
  };
  const { conversation } = startScenarios([repeating]);
  for (let turn = 1; turn <= 205; turn += 1) conversation.turn();
  const { path, lastPathSequence } = conversation.instance('s');
  expect([path.length, path[0]?.sequence, path.at(-1)?.sequence, lastPathSequence]).toEqual([200, 6, 205, 205]);
});

test('5: a single walk longer than the path limit is trimmed', () => {
  const steps = Array.from({ length: 300 }, (_, index) => ({ stepId: `s${index}`, to: [`s${index + 1}`] }));
  const { conversation } = startScenarios([{ scenarioId: 's', steps: [...steps, { ...end, stepId: 's300' }] }]);
  expect(conversation.instance('s').path.map(({ sequence }) => sequence)).toEqual(
    Array.from({ length: 200 }, (_, index) => index + 101),
  );
});

test.each<[NonNullable<TurnDraft['trigger']>, number]>([
  ['MESSAGE', 2],
  ['TOOL_RESULTS', 1],
  ['TIMER', 1],
])('5: after a %s turn the revision is 2 and turn_count is %d', (trigger, turnCount) => {
  const { conversation } = startScenarios([ask]);
  const turn = conversation.turn({ trigger });
  expect(conversation.session).toMatchObject({ revision: 2, turnCount, lastTurnId: 'turn-2' });
  expect(turn.result).toMatchObject({ revision: 2, turnCount });
});

test('5: the revision grows on a turn without decisions', () => {
  const conversation = new Conversation([]);
  conversation.turn();
  conversation.turn();
  expect(conversation.session).toMatchObject({ revision: 2, turnCount: 2, instances: [] });
});

test('5: a session records when it was created and last updated', () => {
  const conversation = new Conversation([ask]);
  conversation.turn({ occurredAt: 5 });
  conversation.turn({ occurredAt: 9 });
  expect(conversation.session).toMatchObject({ createdAt: 5, updatedAt: 9 });
});

test('5: deciding a turn does not modify the given session', () => {
  const { conversation } = startScenarios([ask]);
  const before = structuredClone(conversation.session);
  conversation.decide({ variables: { a: 1 }, patch: { z: null }, outcomes: [{ kind: 'DECLINED' }] });
  expect(conversation.session).toEqual(before);
});
