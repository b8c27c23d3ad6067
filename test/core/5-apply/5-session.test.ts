// The session after a turn as a whole: what a turn stores, and that it stores nothing else.
import { Conversation, type TurnDraft } from '../../support/conversation';
import { running } from '../../support/running';
import { acting, asking, confirming } from '../../support/sample-scenarios';

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

describe('5 apply: the session', () => {
  test('5 after a turn on which nothing happened', () => {
    expect(new Conversation([]).turn().session).toEqual(session);
  });

  test('5 after a start', () => {
    expect(new Conversation([asking('s', ['x'])]).turn({ candidates: { s: 0.9 } }).session).toEqual({
      ...session,
      instances: [started],
      scenarioCounters: new Map([['s', { starts: 1, completions: 0 }]]),
      openContributions: [{ instanceId: 's#1', type: 'ASK' }],
      lastStartNumber: 1,
    });
  });

  test('5 after a step', () => {
    const talk = running([asking('s', ['x', 'y'])]);
    expect(talk.turn({ variables: { x: 1 } }).session.instances).toEqual([
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

  test('5 after a step that was passed over, which is in the path without a visit', () => {
    const talk = running([asking('s', ['x', 'y', 'z'])]);
    const { path, visit: open } = talk.turn({ variables: { x: 1, y: 1 } }).session.instances[0] ?? {};
    expect(path).toEqual([
      { sequence: 1, stepId: 'ask_x', visitNumber: 1, transitionId: 'ask_x/1', asked: true, leftRevision: 2 },
      { sequence: 2, stepId: 'ask_y', visitNumber: 0, transitionId: 'ask_y/1', asked: false, leftRevision: 2 },
    ]);
    expect(open).toMatchObject({ number: 2, enteredRevision: 2 });
  });

  test('5 after a pause', () => {
    const talk = running([asking('s', ['x'])]);
    expect(talk.turn({ signals: ['PAUSE'] }).session.instances).toEqual([
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
  ])('5 after %s', (_signal, turn, ended) => {
    const after = running([asking('s', ['x'])]).turn(turn).session;
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

  test('5 counters count what started and what completed, each scenario for itself', () => {
    const talk = running([asking('s', ['x']), asking('t', ['y'])]);
    talk.turn({
      signals: [
        ['COMPLETE', 's'],
        ['CANCEL', 't'],
      ],
    });
    expect(talk.turn({ candidates: { s: 0.9 } }).session.scenarioCounters).toEqual(
      new Map([
        ['s', { starts: 2, completions: 1 }],
        ['t', { starts: 1, completions: 0 }],
      ]),
    );
  });

  test('5 what was shown to be confirmed is remembered, and what a confirmation makes certain', () => {
    const talk = new Conversation([confirming('s', { confirms: ['x'] })]);
    const shown = talk.turn({ candidates: { s: 0.9 }, variables: { x: 1 } }).session.instances[0]?.visit;
    expect(shown).toEqual({
      ...visit,
      contributedTypes: ['CONFIRM'],
      askedFields: [],
      openType: 'CONFIRM',
      openAskFields: [],
      shownValues: new Map([['x', 1]]),
    });
    const after = talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).session.instances[0];
    expect(after?.irreversibleDone).toEqual([
      { stepId: 'confirm', description: 's confirmed', visitNumber: 1, revision: 2, pathSequence: 0, passed: true },
    ]);
  });

  test('5 after a failed action the hint is open anew, and the failure is remembered', () => {
    const talk = running([acting('s')]);
    const after = talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] }).session.instances[0];
    expect(after?.visit).toMatchObject({ openType: 'ACTION_HINT', acted: true, outcome: 'ACTION_FAILED' });
    expect(after?.loopCounts).toEqual(new Map([['act', 2]]));
  });

  test('2.7 last_active_at never goes back, not even where an addressed instance is paused', () => {
    const talk = running([asking('s', ['x', 'y'])], { occurredAt: 5 * minute });
    const paused = talk.turn({ signals: ['PAUSE'], variables: { x: 1 }, occurredAt: 2 * minute });
    expect(paused.session.instances[0]?.lastActiveAt).toBe(5 * minute);
  });
});

describe('1 context summary', () => {
  test('1 it tells what was joined, and nothing of what is gone', () => {
    const talk = running([asking('s', ['x'], { name: 'Sample' }), asking('t', ['y'], { name: 'Other' })]);
    const { context } = talk.turn({
      candidates: { t: 0.8, gone: 0.7 },
      intent: 'buy',
      variables: { x: 1 },
      situation: { canonicalIntentScore: 0.6 },
    }).result;
    expect(context).toEqual({
      intent: 'buy',
      intentScore: 0.6,
      focusInstanceId: 's#1',
      addressedInstanceIds: ['s#1', 't#1'],
      candidates: [{ scenarioId: 't', scenarioName: 'Other', scenarioVersion: 1, score: 0.8 }],
      instances: [
        {
          instanceId: 's#1',
          scenarioId: 's',
          scenarioName: 'Sample',
          scenarioVersion: 1,
          stepId: 'ask_x',
          paused: false,
        },
        {
          instanceId: 't#1',
          scenarioId: 't',
          scenarioName: 'Other',
          scenarioVersion: 1,
          stepId: 'ask_y',
          paused: false,
        },
      ],
      relationships: [],
      changedFields: ['x'],
    });
  });

  test('1 an instance whose scenario is gone has no name, and a paused one is told as paused', () => {
    const talk = running([asking('s', ['x'], { name: 'Sample' })]);
    talk.turn({ signals: ['PAUSE'] });
    talk.remove('s');
    expect(talk.turn().result.context.instances).toMatchObject([{ scenarioName: '', paused: true }]);
  });
});

describe('0.6 an outcome that changes nothing is told with why', () => {
  const pay = acting('s');
  type Outcome = NonNullable<TurnDraft['outcomes']>[number];
  const told = (talk: Conversation, outcome: Outcome) => talk.turn({ outcomes: [outcome] }).result.ignoredOutcomes;

  test.each<[string, () => Conversation, Outcome, string]>([
    [
      'It names no instance, and there is none that it could be about.',
      () => new Conversation([]),
      { kind: 'CONFIRMED' },
      '',
    ],
    ['The session has no such instance.', () => running([pay]), { kind: 'CONFIRMED', instanceId: 'x#1' }, 'x#1'],
    [
      'The instance stands at step "act", not at "wait".',
      () => running([pay]),
      { kind: 'ACTION_SUCCEEDED', stepId: 'wait' },
      's#1',
    ],
    [
      'Its action_key belongs to another visit of the step.',
      () => running([pay]),
      { kind: 'ACTION_SUCCEEDED', actionKey: 's#1/act/7' },
      's#1',
    ],
  ])('0.6 %s', (reasoning, talk, outcome, instanceId) => {
    expect(told(talk(), outcome)).toEqual([
      {
        outcome: { instanceId: '', stepId: '', actionKey: '', toolId: '', results: new Map(), ...outcome },
        instanceId,
        reasoning,
      },
    ]);
  });

  test('0.6 The instance has ended.', () => {
    const talk = running([pay]);
    talk.turn({ signals: ['CANCEL'] });
    expect(told(talk, { kind: 'ACTION_SUCCEEDED', actionKey: 's#1/act/1' })).toMatchObject([
      { instanceId: 's#1', reasoning: 'The instance has ended.' },
    ]);
  });

  test('0.6 No CONFIRM was made in this visit, so there is nothing to confirm.', () => {
    const steps = [
      { stepId: 'pay', collectsProfileFields: ['x'], isCheckpoint: true, to: ['end'] },
      { stepId: 'end', isTerminal: true, templateIds: ['bye'] },
    ];
    const talk = running([{ scenarioId: 's', steps }]);
    expect(told(talk, { kind: 'CONFIRMED' })).toMatchObject([
      { instanceId: 's#1', reasoning: 'No CONFIRM was made in this visit, so there is nothing to confirm.' },
    ]);
  });

  test('0.6 The values to confirm have changed since they were shown', () => {
    const talk = new Conversation([confirming('s', { confirms: ['x', 'y'] })]);
    talk.turn({ candidates: { s: 0.9 }, variables: { x: 1, y: 1 } });
    const { ignoredOutcomes } = talk.turn({ variables: { x: 2, y: 2 }, outcomes: [{ kind: 'CONFIRMED' }] }).result;
    expect(ignoredOutcomes).toMatchObject([
      { reasoning: 'The values to confirm have changed since they were shown: x, y.' },
    ]);
  });

  test('0.6 The action of this visit has succeeded already.', () => {
    const steps = [
      {
        stepId: 'act',
        performsAction: true,
        isRequiredAction: true,
        requiresConfirmation: false,
        toolIds: ['t'],
        templateIds: ['done'],
        to: ['act2'],
      },
      { stepId: 'act2', templateIds: ['x'] },
    ];
    const talk = running([{ scenarioId: 's', steps, completionCondition: 'false' }]);
    const { ignoredOutcomes } = talk.turn({
      outcomes: [{ kind: 'ACTION_SUCCEEDED' }, { kind: 'ACTION_FAILED' }],
    }).result;
    expect(ignoredOutcomes).toMatchObject([{ reasoning: 'The action of this visit has succeeded already.' }]);
  });
});
