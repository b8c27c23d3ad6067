// Compares the complete session after a turn, so that no test misses a value that the turn stores.
import { Conversation, type TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, silent } from '../../support/sample-scenarios';

const minute = 60_000;
const putting = (revision: number) => ({ revision, at: revision * minute, position: 0 });
const visit = {
  number: 1,
  enteredRevision: 1,
  openedAt: minute,
  outcome: undefined,
  informedRevision: 0,
  wasAskedBefore: false,
  mustAsk: false,
  returnTo: undefined,
  supersededKeys: 0,
};
const ask = {
  kind: 'ASK',
  actionKey: '',
  stepId: 'ask_x',
  visitNumber: 1,
  fields: ['x'],
  values: new Map(),
  tools: [],
  status: 'OPEN',
  hasAnswer: false,
  outcome: undefined,
  firstPut: putting(1),
  lastPut: putting(1),
  previousPut: undefined,
  putCount: 1,
  attempts: 0,
  reminders: 0,
};
const started = {
  instanceId: 's#1',
  scenarioId: 's',
  scenarioVersion: 1,
  status: 'ACTIVE',
  startNumber: 1,
  startedAt: minute,
  lastActiveAt: minute,
  activeSince: minute,
  pausedAt: undefined,
  pauseReason: undefined,
  pausedAtTurnCount: 0,
  resumePolicy: undefined,
  isResumeOffered: false,
  displacedByInstanceIds: [],
  currentStepId: 'ask_x',
  visit,
  requests: [ask],
  route: [],
  path: [],
  irreversibleDone: [],
  stepsBeforeCheckpoint: [],
  leftSteps: [],
  loopCounts: new Map([['ask_x', 1]]),
  attempts: 0,
  attemptsTotal: 0,
  lastVisitNumber: 1,
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
  lastPlan: { revision: 1, leadInTemplateIds: [] },
  deferredBehindScenarioId: '',
  waitsFor: 'ANSWER',
};
const session = {
  tenantId: 'tenant',
  agentId: 'agent',
  sessionId: 'session',
  revision: 1,
  turnCount: 1,
  instances: [],
  endedInstances: [],
  variables: new Map(),
  declinedFields: [],
  pendingStarts: [],
  scenarioCounters: new Map(),
  choices: [],
  exchangeRevision: 1,
  lastMessageAt: minute,
  lastContributorId: '',
  nextTimerAt: undefined,
  createdAt: minute,
  updatedAt: minute,
  lastTurnId: 'turn-1',
  lastStartNumber: 0,
  importedFrom: '',
  customerId: '',
};
const counter = { starts: 0, completions: 0, lastEnding: undefined, lastValues: new Map() };

describe('the session', () => {
  test('5: a turn without decisions stores an empty session', () => {
    expect(new Conversation([]).turn().session).toEqual(session);
  });

  test('5: a start adds an instance, a counter and a request', () => {
    expect(new Conversation([asking('s', ['x'])]).turn({ candidates: { s: 0.9 } }).session).toEqual({
      ...session,
      instances: [started],
      scenarioCounters: new Map([['s', { ...counter, starts: 1 }]]),
      lastContributorId: 's#1',
      lastStartNumber: 1,
    });
  });

  test('5: a transition opens a visit and adds a request, a route entry and a path entry', () => {
    const conversation = startConversation([asking('s', ['x', 'y'])]);
    expect(conversation.turn({ variables: { x: 1 } }).session.instances).toEqual([
      {
        ...started,
        lastActiveAt: 2 * minute,
        currentStepId: 'ask_y',
        visit: { ...visit, number: 2, enteredRevision: 2, openedAt: 2 * minute },
        requests: [
          { ...ask, status: 'LEFT', hasAnswer: true },
          {
            ...ask,
            stepId: 'ask_y',
            visitNumber: 2,
            fields: ['y'],
            firstPut: putting(2),
            lastPut: putting(2),
          },
        ],
        route: [
          {
            stepId: 'ask_x',
            visitNumber: 1,
            transitionId: 'ask_x/1',
            asked: true,
            canGoBackTo: true,
            declined: false,
            readFields: [],
            confirmedFields: [],
          },
        ],
        leftSteps: ['ask_x'],
        lastPlan: { revision: 2, leadInTemplateIds: [] },
        path: [{ sequence: 1, stepId: 'ask_x', visitNumber: 1, transitionId: 'ask_x/1', asked: true, leftRevision: 2 }],
        lastVisitNumber: 2,
        lastPathSequence: 1,
        loopCounts: new Map([['ask_y', 1]]),
      },
    ]);
  });

  test('5: a skipped step is a path entry without a visit', () => {
    const conversation = startConversation([asking('s', ['x', 'y', 'z'])]);
    const { path, visit: open } = conversation.turn({ variables: { x: 1, y: 1 } }).session.instances[0] ?? {};
    expect(path).toEqual([
      { sequence: 1, stepId: 'ask_x', visitNumber: 1, transitionId: 'ask_x/1', asked: true, leftRevision: 2 },
      { sequence: 2, stepId: 'ask_y', visitNumber: 0, transitionId: 'ask_y/1', asked: false, leftRevision: 2 },
    ]);
    expect(open).toMatchObject({ number: 2, enteredRevision: 2 });
  });

  test('5: a pause keeps the visit of the instance', () => {
    const conversation = startConversation([asking('s', ['x'])]);
    expect(conversation.turn({ signals: ['PAUSE'] }).session.instances).toEqual([
      {
        ...started,
        status: 'PAUSED',
        pausedAt: 2 * minute,
        pauseReason: 'USER_REQUEST',
        pausedAtTurnCount: 2,
        resumePolicy: 'explicit',
      },
    ]);
  });

  test.each<[string, TurnDraft, object]>([
    ['COMPLETE', { signals: ['COMPLETE'] }, { status: 'COMPLETED', reason: 'USER_REQUEST', ending: 'SUCCEEDED' }],
    ['CANCEL', { signals: ['CANCEL'] }, { status: 'CANCELLED', reason: 'USER_REQUEST', ending: undefined }],
  ])('5: %s adds an ended instance', (_signal, turn, ended) => {
    const after = startConversation([asking('s', ['x'])]).turn(turn).session;
    expect(after).toMatchObject({ instances: [], lastContributorId: '', updatedAt: 2 * minute, createdAt: minute });
    expect(after.endedInstances).toEqual([
      {
        instanceId: 's#1',
        scenarioId: 's',
        scenarioVersion: 1,
        startNumber: 1,
        startedAt: minute,
        endedAt: 2 * minute,
        lastStepId: 'ask_x',
        irreversibleDone: [],
        ...ended,
      },
    ]);
  });

  test('5: the counters of each scenario count its starts and completions', () => {
    const conversation = startConversation([asking('s', ['x']), asking('t', ['y'])]);
    conversation.turn({
      signals: [
        ['COMPLETE', 's'],
        ['CANCEL', 't'],
      ],
    });
    expect(conversation.turn({ candidates: { s: 0.9 } }).session.scenarioCounters).toEqual(
      new Map([
        ['s', { ...counter, starts: 2, completions: 1, lastEnding: 'SUCCEEDED' }],
        ['t', { ...counter, starts: 1 }],
      ]),
    );
  });

  test('5: CONFIRMED closes the CONFIRM and records the passed checkpoint', () => {
    const conversation = new Conversation([confirming('s', { confirms: ['x'] })]);
    conversation.turn({ candidates: { s: 0.9 }, variables: { x: 1 } });
    const after = conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).session.instances[0];
    expect(after?.requests).toEqual([
      {
        ...ask,
        kind: 'CONFIRM',
        stepId: 'confirm',
        actionKey: 's#1/confirm/1',
        fields: [],
        values: new Map([['x', 1]]),
        status: 'ANSWERED',
        outcome: 'CONFIRMED',
      },
    ]);
    expect(after?.irreversibleDone).toEqual([
      { stepId: 'confirm', description: 's confirmed', visitNumber: 1, revision: 2, passed: true },
    ]);
  });

  test('5: a failed action is recorded, and its ACTION is open again', () => {
    const conversation = startConversation([acting('s')]);
    const after = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_FAILED', toolId: 's_tool' }],
    }).session.instances[0];
    expect(after?.visit.outcome).toBe('ACTION_FAILED');
    expect(after?.requests).toMatchObject([{ kind: 'ACTION', status: 'OPEN', outcome: undefined }]);
    expect(after?.loopCounts).toEqual(new Map([['act', 2]]));
  });

  test('2.7: last_active_at does not decrease when an addressed instance is paused', () => {
    const conversation = startConversation([asking('s', ['x', 'y'])], { occurredAt: 5 * minute });
    const paused = conversation.turn({ signals: ['PAUSE'], variables: { x: 1 }, occurredAt: 2 * minute });
    expect(paused.session.instances[0]?.lastActiveAt).toBe(5 * minute);
  });
});

describe('instances', () => {
  test('5: an INFORM is recorded on the visit of its step', () => {
    const conversation = new Conversation([{ scenarioId: 's', steps: [end] }, silent('t')]);
    conversation.turn({ candidates: { s: 0.9, t: 0.8 } });
    expect(conversation.session.instances.map(({ visit: { informedRevision } }) => informedRevision)).toEqual([1, 0]);
  });

  test('5: an idle pause stores the reason IDLE', () => {
    const conversation = startConversation([asking('s', ['x'], { idleTimeoutMs: 1_000 })]);
    conversation.turn({ trigger: 'TIMER', occurredAt: 900_000 });
    expect(conversation.instance('s')).toMatchObject({ status: 'PAUSED', pauseReason: 'IDLE' });
  });

  test('5: a resumed instance that does not walk is active and keeps its visit', () => {
    const conversation = new Conversation(
      [asking('a', ['x', 'y']), asking('b', ['z', 'more']), asking('c', ['w', 'v'])],
      {
        settings: { maxSimultaneousScenarios: 2 },
      },
    );
    conversation.turn({ candidates: { a: 0.9 } });
    conversation.turn({ candidates: { b: 0.9 } });
    expect(conversation.turn({ candidates: { c: 0.9 } }).lifecycle('a').reason).toBe('PREEMPTED');
    const before = conversation.instance('a');
    const played = conversation.turn({ signals: [['CANCEL', 'c']], variables: { z: 1 } });
    expect(played.lifecycle('a')).toMatchObject({ action: 'CONTINUE', reason: 'RESUMED', resumed: true });
    expect(played.transition('a').reason).toBe('NOT_ADDRESSED');
    expect(conversation.instance('a')).toEqual({
      ...before,
      status: 'ACTIVE',
      lastActiveAt: 240_000,
      activeSince: 240_000,
      pausedAt: undefined,
      pauseReason: undefined,
      pausedAtTurnCount: 0,
      displacedByInstanceIds: [],
    });
  });

  test('0.4: persisted_fields of a scenario that has not ended do not keep a field', () => {
    const conversation = startConversation([asking('a', ['x']), asking('b', ['y'], { persistedFields: ['x'] })], {
      variables: { x: 1 },
    });
    expect(conversation.turn({ signals: [['CANCEL', 'a']] }).session.variables.has('x')).toBe(false);
  });
});
