// Compares the complete session after a turn, so that no test misses a value that the turn stores.
import { Conversation, type TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, silent } from '../../support/sample-scenarios';

const minute = 60_000;
const visit = {
  number: 1,
  enteredRevision: 1,
  contributedTypes: ['ASK'],
  askedFields: ['x'],
  openType: 'ASK',
  openAskFields: ['x'],
  shownValues: new Map(),
  confirmed: false,
  acted: false,
  attempts: 0,
};
const started = {
  instanceId: 's#1',
  scenarioId: 's',
  scenarioVersion: 1,
  status: 'ACTIVE',
  startNumber: 1,
  startedAt: minute,
  lastActiveAt: minute,
  pausedAt: undefined,
  pauseReason: undefined,
  pausedAtTurnCount: 0,
  displacedByInstanceIds: [],
  currentStepId: 'ask_x',
  visit,
  path: [],
  irreversibleDone: [],
  stepsBeforeCheckpoint: [],
  stepsTrimmedFromPath: [],
  loopCounts: new Map([['ask_x', 1]]),
  lastVisitNumber: 1,
  lastPathSequence: 0,
  variables: new Map(),
  variableTimes: new Map(),
  relocalizationCount: 0,
  globalTransitionGuards: new Map(),
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
  pendingStarts: [],
  scenarioCounters: new Map(),
  openContributions: [],
  offeredChoiceScenarioIds: [],
  createdAt: minute,
  updatedAt: minute,
  lastTurnId: 'turn-1',
  lastStartNumber: 0,
  importedFrom: '',
};

describe('the session', () => {
  test('5: a turn without decisions stores an empty session', () => {
    expect(new Conversation([]).turn().session).toEqual(session);
  });

  test('5: a start adds an instance, a counter and an open contribution', () => {
    expect(new Conversation([asking('s', ['x'])]).turn({ candidates: { s: 0.9 } }).session).toEqual({
      ...session,
      instances: [started],
      scenarioCounters: new Map([['s', { starts: 1, completions: 0 }]]),
      openContributions: [{ instanceId: 's#1', type: 'ASK' }],
      lastStartNumber: 1,
    });
  });

  test('5: a transition opens a visit and adds a path entry', () => {
    const conversation = startConversation([asking('s', ['x', 'y'])]);
    expect(conversation.turn({ variables: { x: 1 } }).session.instances).toEqual([
      {
        ...started,
        lastActiveAt: 2 * minute,
        currentStepId: 'ask_y',
        visit: { ...visit, number: 2, enteredRevision: 2, askedFields: ['y'], openAskFields: ['y'] },
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
        visit: { ...visit, attempts: 1 },
        status: 'PAUSED',
        pausedAt: 2 * minute,
        pauseReason: 'USER_REQUEST',
        pausedAtTurnCount: 2,
      },
    ]);
  });

  test.each<[string, TurnDraft, object]>([
    ['COMPLETE', { signals: ['COMPLETE'] }, { status: 'COMPLETED', reason: 'USER_REQUEST' }],
    ['CANCEL', { signals: ['CANCEL'] }, { status: 'CANCELLED', reason: 'USER_REQUEST' }],
  ])('5: %s adds an ended instance', (_signal, turn, ended) => {
    const after = startConversation([asking('s', ['x'])]).turn(turn).session;
    expect(after).toMatchObject({ instances: [], openContributions: [], updatedAt: 2 * minute, createdAt: minute });
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
        ['s', { starts: 2, completions: 1 }],
        ['t', { starts: 1, completions: 0 }],
      ]),
    );
  });

  test('5: a CONFIRM records the shown values, and CONFIRMED records the passed checkpoint', () => {
    const conversation = new Conversation([confirming('s', { confirms: ['x'] })]);
    const shown = conversation.turn({ candidates: { s: 0.9 }, variables: { x: 1 } }).session.instances[0]?.visit;
    expect(shown).toEqual({
      ...visit,
      contributedTypes: ['CONFIRM'],
      askedFields: [],
      openType: 'CONFIRM',
      openAskFields: [],
      shownValues: new Map([['x', 1]]),
    });
    const after = conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).session.instances[0];
    expect(after?.irreversibleDone).toEqual([
      { stepId: 'confirm', description: 's confirmed', visitNumber: 1, revision: 2, pathSequence: 0, passed: true },
    ]);
  });

  test('5: a failed action is recorded, and its ACTION_HINT is open again', () => {
    const conversation = startConversation([acting('s')]);
    const after = conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] }).session
      .instances[0];
    expect(after?.visit).toMatchObject({ openType: 'ACTION_HINT', acted: true, outcome: 'ACTION_FAILED' });
    expect(after?.loopCounts).toEqual(new Map([['act', 2]]));
  });

  test('2.7: last_active_at does not decrease when an addressed instance is paused', () => {
    const conversation = startConversation([asking('s', ['x', 'y'])], { occurredAt: 5 * minute });
    const paused = conversation.turn({ signals: ['PAUSE'], variables: { x: 1 }, occurredAt: 2 * minute });
    expect(paused.session.instances[0]?.lastActiveAt).toBe(5 * minute);
  });
});

describe('instances', () => {
  test('5: asked fields are stored sorted', () => {
    const steps = [{ stepId: 'both', collectsProfileFields: ['y', 'x'], to: ['end'] }, end];
    const conversation = startConversation([{ scenarioId: 's', steps }]);
    expect(conversation.instance('s').visit).toMatchObject({ askedFields: ['x', 'y'], openAskFields: ['x', 'y'] });
  });

  test('5: INFORM and NONE leave nothing open', () => {
    const conversation = new Conversation([{ scenarioId: 's', steps: [end] }, silent('t'), asking('u', ['x'])]);
    conversation.turn({ candidates: { s: 0.9, t: 0.8 } });
    for (const id of ['s', 't']) expect(conversation.instance(id).visit).toMatchObject({ openAskFields: [] });
    expect([conversation.instance('s').visit.openType, conversation.instance('t').visit.openType]).toEqual([
      undefined,
      undefined,
    ]);
    expect(conversation.instance('t').visit.contributedTypes).toEqual([]);
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
