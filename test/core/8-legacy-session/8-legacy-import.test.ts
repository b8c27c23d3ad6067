import { importLegacySession } from '../../../src/core/apply/import-legacy-session';
import type { LegacySession, ScenarioAction } from '../../../src/core/model/legacy-session';
import type { ScenarioInstance, Session } from '../../../src/core/model/session';
import { Conversation, compileDraft, ids, type ScenarioDraft } from '../../support/conversation';
import { buildLegacySession } from '../../support/legacy-session';
import { acting, asking, confirming, end, waiting } from '../../support/sample-scenarios';

const now = 1_700_000_000_000;
const lastActiveAt = now - 3_600_000;

/** A scenario that collects, confirms, and collects again. */
const refund: ScenarioDraft = {
  scenarioId: 'refund',
  steps: [
    { stepId: 'order', collectsProfileFields: ['order_id'], to: ['reason'] },
    { stepId: 'reason', collectsProfileFields: ['reason'], to: ['confirm'] },
    { stepId: 'confirm', isCheckpoint: true, checkpointDescription: 'refund agreed', to: ['delivery'] },
    { stepId: 'delivery', collectsProfileFields: ['address'], to: ['survey'] },
    { stepId: 'survey', collectsProfileFields: ['rating'], to: ['end'] },
    end,
  ],
};

function importRecord(
  record: Partial<LegacySession>,
  draft: ScenarioDraft | null = refund,
  pathEntries = 200,
): Session {
  return importLegacySession(buildLegacySession({ activeScenarioId: draft?.scenarioId ?? '', ...record }), {
    owner: ids,
    scenario: draft === null ? undefined : compileDraft(draft),
    instanceId: 'instance',
    now,
    fingerprint: 'hash',
    pathEntries,
  });
}

/** Creates a conversation that continues an imported session. */
function continueImported(record: Partial<LegacySession>, draft = refund, options = {}): Conversation {
  const conversation = new Conversation([draft], options);
  conversation.session = importRecord(record, draft);
  return conversation;
}

function getInstance({ instances: [instance, ...others] }: Session): ScenarioInstance {
  if (!instance || others.length > 0) throw new Error(`expected one instance, found ${others.length + 1}`);
  return instance;
}

const toVisitedSteps = (...steps: string[]) => new Map(steps.map((stepId) => [stepId, 7]));
const toValues = (fields: Readonly<Record<string, string | null>>) => new Map(Object.entries(fields));

describe('8: an imported session', () => {
  test('8: has one active instance at the step of the record, at revision 0', () => {
    const session = importRecord({ currentStepId: 'reason', activeScenarioVersion: 4, turnCount: 9, lastActiveAt });
    expect(session).toMatchObject({ ...ids, revision: 0, turnCount: 9, updatedAt: lastActiveAt, importedFrom: 'hash' });
    expect(session.lastStartNumber).toBe(1);
    expect(getInstance(session)).toMatchObject({
      instanceId: 'instance',
      scenarioId: 'refund',
      scenarioVersion: 4,
      status: 'ACTIVE',
      startNumber: 1,
      startedAt: lastActiveAt,
      lastActiveAt,
      currentStepId: 'reason',
      pausedAtTurnCount: 0,
    });
  });

  test('8: uses the latest version, the entry step and the current time if the record does not contain them', () => {
    const instance = getInstance(importRecord({}));
    expect(instance).toMatchObject({ scenarioVersion: 1, currentStepId: 'order', lastActiveAt: now });
  });

  test('8: has its variables and no instance if the record names no scenario', () => {
    const session = importRecord({ variables: toValues({ name: 'Ada' }), currentStepId: 'order' }, null);
    expect(session.instances).toEqual([]);
    expect(session.scenarioCounters).toEqual(new Map());
    expect(session.variables).toEqual(
      new Map([['name', { value: 'Ada', scope: 'SESSION', isPersistedResult: false }]]),
    );
  });

  test.each<[ScenarioAction | undefined, string]>([
    [undefined, 'ACTIVE'],
    ['NONE', 'ACTIVE'],
    ['START', 'ACTIVE'],
    ['CONTINUE', 'ACTIVE'],
    ['RELOCALIZE', 'ACTIVE'],
    ['PAUSE', 'PAUSED'],
    ['COMPLETE', 'none'],
    ['CANCEL', 'none'],
  ])('8: after the last action %s the status of its instance is %s', (lastAction, status) => {
    expect(importRecord({ lastAction }).instances[0]?.status ?? 'none').toBe(status);
  });

  test('8: is paused with USER_REQUEST after a PAUSE', () => {
    const instance = getInstance(importRecord({ lastAction: 'PAUSE', turnCount: 5, lastActiveAt }));
    expect(instance).toMatchObject({ pauseReason: 'USER_REQUEST', pausedAt: lastActiveAt, pausedAtTurnCount: 5 });
  });

  test('8: has the left steps as its path, in the order of the scenario', () => {
    const { path, route, leftSteps, visit, lastVisitNumber } = getInstance(
      importRecord({ currentStepId: 'delivery', visitedSteps: toVisitedSteps('delivery', 'reason', 'gone', 'order') }),
    );
    expect(path.map(({ sequence, stepId, visitNumber, asked }) => [sequence, stepId, visitNumber, asked])).toEqual([
      [1, 'order', 1, true],
      [2, 'reason', 2, true],
    ]);
    expect(
      route.map(({ stepId, visitNumber, asked, canGoBackTo }) => [stepId, visitNumber, asked, canGoBackTo]),
    ).toEqual([
      ['order', 1, true, true],
      ['reason', 2, true, true],
    ]);
    expect(leftSteps).toEqual(['order', 'reason']);
    expect([visit.number, lastVisitNumber]).toEqual([3, 3]);
  });

  test('8: has what each left step did as its path and route', () => {
    const looking: ScenarioDraft = {
      scenarioId: 's',
      steps: [
        { stepId: 'start', to: ['ask'] },
        { stepId: 'ask', collectsProfileFields: ['z', 'a', 'gone', 'later'], to: ['look_up'] },
        { stepId: 'look_up', toolIds: ['find'], to: ['pay'] },
        { stepId: 'pay', isCheckpoint: true, checkpointDescription: 'paid', to: ['now'] },
        { stepId: 'now', templateIds: ['now'], to: ['end'] },
        end,
      ],
    };
    const { path, route, irreversibleDone } = getInstance(
      importRecord(
        {
          currentStepId: 'now',
          visitedSteps: toVisitedSteps('pay', 'look_up', 'ask', 'start'),
          variables: toValues({ z: '1', a: '2', gone: null, other: '3' }),
        },
        looking,
      ),
    );
    expect(path).toEqual(
      ['start', 'ask', 'look_up', 'pay'].map((stepId, index) => ({
        sequence: index + 1,
        stepId,
        visitNumber: index + 1,
        transitionId: '',
        asked: stepId === 'ask',
        leftRevision: 0,
      })),
    );
    const routed = { transitionId: '', asked: false, canGoBackTo: false, declined: false, readFields: [] };
    expect(route).toEqual(
      [
        { ...routed, stepId: 'start' },
        { ...routed, stepId: 'ask', asked: true, canGoBackTo: true },
        { ...routed, stepId: 'look_up', readFields: ['a', 'z'] },
        { ...routed, stepId: 'pay', canGoBackTo: true },
      ].map((entry, index) => ({ ...entry, visitNumber: index + 1, confirmedFields: [] })),
    );
    expect(irreversibleDone).toEqual([
      { stepId: 'pay', description: 'paid', visitNumber: 4, revision: 0, passed: true },
    ]);
  });

  test('8: has a path within the limit of path entries', () => {
    const record = { currentStepId: 'survey', visitedSteps: toVisitedSteps('order', 'reason', 'confirm', 'delivery') };
    const { path, lastPathSequence } = getInstance(importRecord(record, refund, 2));
    expect(path.map(({ stepId }) => stepId)).toEqual(['confirm', 'delivery']);
    expect(lastPathSequence).toBe(4);
  });

  test('8: leaves out steps with a visit count of 0', () => {
    const visitedSteps = new Map([
      ['order', 0],
      ['reason', 1],
    ]);
    const { path } = getInstance(importRecord({ currentStepId: 'delivery', visitedSteps }));
    expect(path.map(({ stepId }) => stepId)).toEqual(['reason']);
  });
});

describe('8: the variables of an imported session', () => {
  const variables = toValues({ order_id: 'A-7', reason: null, name: 'Ada' });

  test('8: have scope CASE if the scenario collects them, else SESSION; nulls are dropped', () => {
    expect(importRecord({ variables }).variables).toEqual(
      new Map([
        ['order_id', { value: 'A-7', scope: 'CASE', isPersistedResult: false }],
        ['name', { value: 'Ada', scope: 'SESSION', isPersistedResult: false }],
      ]),
    );
  });

  test('8: are dropped after the scenario ended if it collects and does not persist them', () => {
    const names = (draft: ScenarioDraft) => [
      ...importRecord({ variables, lastAction: 'COMPLETE' }, draft).variables.keys(),
    ];
    expect(names(refund)).toEqual(['name']);
    expect(names({ ...refund, persistedFields: ['order_id'] })).toEqual(['order_id', 'name']);
  });
});

describe('8: a turn on an imported session', () => {
  test('8: accepts the answer to a question of the legacy service', () => {
    const conversation = continueImported(
      {
        currentStepId: 'ask_b',
        visitedSteps: toVisitedSteps('ask_a', 'ask_b'),
        variables: toValues({ a: '1' }),
        turnCount: 2,
      },
      asking('s', ['a', 'b', 'c']),
    );
    const first = conversation.turn({ variables: { b: '2' } });
    expect([first.session.revision, first.session.turnCount]).toEqual([1, 3]);
    expect(first.plan).toEqual(['s ASK c']);
    expect(conversation.turn({ variables: { c: '3' } }).plan).toEqual(['s INFORM bye']);
    expect(conversation.turn().actions).toEqual(['s COMPLETE TERMINAL']);
    expect(conversation.session.importedFrom).toBe('hash');
  });

  test('8: repeats the question of the current step', () => {
    const conversation = continueImported({ currentStepId: 'reason', visitedSteps: toVisitedSteps('order', 'reason') });
    expect(conversation.instance('refund')).toMatchObject({
      waitsFor: 'ANSWER',
      requests: [{ kind: 'ASK', stepId: 'reason', visitNumber: 2, fields: ['reason'], status: 'OPEN', putCount: 1 }],
    });
    const asked = conversation.turn({ message: 'hello again' }).contribution('refund');
    expect([asked.type, asked.stepId, asked.isReprompt]).toEqual(['ASK', 'reason', true]);
  });

  const putting = { revision: 0, at: now, position: 0 };
  const request = {
    visitNumber: 1,
    actionKey: '',
    fields: [],
    values: new Map(),
    tools: [],
    status: 'OPEN',
    hasAnswer: false,
    outcome: undefined,
    firstPut: putting,
    lastPut: putting,
    previousPut: undefined,
    putCount: 1,
    attempts: 0,
    reminders: 0,
  };
  const form: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'ask', collectsProfileFields: ['x'], to: ['act'] },
      { stepId: 'act', toolIds: ['t'], to: ['pay'] },
      { stepId: 'pay', isCheckpoint: true, isRequiredAction: true, toolIds: ['pay'], to: ['agree'] },
      { stepId: 'agree', isCheckpoint: true, to: ['wait'] },
      waiting,
      end,
    ],
  };

  test.each<[string, string, readonly unknown[]]>([
    ['ask', 'ANSWER', [{ ...request, kind: 'ASK', stepId: 'ask', fields: ['x'] }]],
    [
      'act',
      'ACTION',
      [{ ...request, kind: 'ACTION', stepId: 'act', actionKey: 'instance/act/1', tools: [{ toolId: 't' }] }],
    ],
    ['pay', 'NOTHING', []],
    ['agree', 'NOTHING', []],
    ['wait', 'NOTHING', []],
    ['removed', 'NOTHING', []],
  ])('8: at step %s its instance waits for %s', (currentStepId, waitsFor, requests) => {
    const instance = getInstance(importRecord({ currentStepId }, form));
    expect([instance.waitsFor, instance.requests]).toEqual([waitsFor, requests]);
  });

  test('8: ignores a CONFIRMED before its first CONFIRM', () => {
    const conversation = continueImported(
      { currentStepId: 'confirm', visitedSteps: toVisitedSteps('confirm') },
      confirming('s'),
    );
    const early = conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    expect(early.result.ignoredOutcomes).toHaveLength(1);
    expect(early.plan).toEqual(['s CONFIRM ']);
    const late = conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    expect(late.result.ignoredOutcomes).toEqual([]);
    expect(conversation.instance('s').irreversibleDone.map(({ description }) => description)).toEqual(['s confirmed']);
  });

  test('8: accepts the result of an action that was under way', () => {
    const conversation = continueImported({ currentStepId: 'act', visitedSteps: toVisitedSteps('act') }, acting('s'));
    expect(conversation.instance('s')).toMatchObject({
      waitsFor: 'ACTION',
      requests: [{ kind: 'ACTION', actionKey: 'instance/act/1', tools: [{ toolId: 's_tool' }], status: 'OPEN' }],
    });
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
    expect(conversation.instance('s').currentStepId).toBe('wait');
    expect(conversation.instance('s').irreversibleDone.map(({ description }) => description)).toEqual(['s done']);
  });

  test('8: waits for the missing fields of its step before the result of its action', () => {
    const draft: ScenarioDraft = {
      scenarioId: 's',
      steps: [{ stepId: 'act', collectsProfileFields: ['x', 'z', 'y'], toolIds: ['t'], to: ['end'] }, end],
    };
    const listRequests = (values: Readonly<Record<string, string | null>>) =>
      getInstance(importRecord({ currentStepId: 'act', variables: toValues(values) }, draft)).requests;
    expect(listRequests({ x: '1', y: null })).toMatchObject([{ kind: 'ASK', actionKey: '', fields: ['y', 'z'] }]);
    expect(listRequests({ x: '1', y: '2', z: '3' })).toMatchObject([{ kind: 'ACTION', fields: [] }]);
  });

  test('8: resumes a paused instance that it addresses', () => {
    const conversation = continueImported({ currentStepId: 'order', lastAction: 'PAUSE', lastActiveAt }, refund, {
      settings: { resumePolicy: 'explicit' },
    });
    expect(conversation.turn({ message: 'hm' }).actions).toEqual(['refund PAUSE STAYS_PAUSED']);
    const resumed = conversation.turn({ variables: { order_id: 'A-7' } });
    expect(resumed.actions).toEqual(['refund CONTINUE RESUMED']);
    expect(resumed.plan).toEqual(['refund ASK reason']);
  });

  test('8: applies an unaimed signal to the instance, which is the focus', () => {
    const conversation = continueImported({ currentStepId: 'wait' }, { scenarioId: 's', steps: [waiting, end] });
    expect(conversation.turn({ signals: ['CANCEL'] }).actions).toEqual(['s CANCEL USER_REQUEST']);
  });

  test('8: does not count visits of the legacy service as a loop', () => {
    const anytime = { priority: 1, trigger: 'ANYTIME' } as const;
    const looping: ScenarioDraft = {
      scenarioId: 's',
      maxLoopCount: 2,
      steps: [
        { stepId: 'a', collectsProfileFields: ['x'], to: [{ ...anytime, to: 'b', intentLabel: 'b' }, 'end'] },
        { stepId: 'b', collectsProfileFields: ['y'], to: [{ ...anytime, to: 'a', intentLabel: 'a' }, 'end'] },
        end,
      ],
    };
    const conversation = continueImported({ currentStepId: 'a', visitedSteps: toVisitedSteps('a', 'b') }, looping);
    const actions = ['b', 'a', 'b', 'a'].map((intent) => conversation.turn({ intent }).actions);
    // The imported visit counts as the first one.
    expect(actions.flat()).toEqual([...Array(3).fill('s CONTINUE GOES_ON'), 's PAUSE LOOP']);
  });

  test('8: corrects a value from the legacy service without asking again', () => {
    const conversation = continueImported({
      currentStepId: 'confirm',
      visitedSteps: toVisitedSteps('order', 'reason', 'confirm'),
      variables: toValues({ order_id: 'A-7', reason: 'damaged' }),
    });
    const corrected = conversation.turn({ variables: { order_id: 'B-8' } });
    expect(corrected.transition('refund').reason).toBe('CORRECTED');
    expect(corrected.plan).toEqual(['refund CONFIRM order_id=B-8,reason=damaged']);
  });

  test('8: does not return before a checkpoint that the legacy service passed', () => {
    const conversation = continueImported({
      currentStepId: 'delivery',
      visitedSteps: toVisitedSteps('order', 'reason', 'confirm', 'delivery'),
      variables: toValues({ order_id: 'A-7', reason: 'damaged' }),
    });
    expect(conversation.instance('refund').stepsBeforeCheckpoint).toEqual(['confirm', 'order', 'reason']);
    const blocked = conversation.turn({ variables: { order_id: 'B-8' } }).transition('refund');
    expect([blocked.targetStepId, blocked.blockedByCheckpoint]).toEqual(['delivery', 'refund agreed']);
    const canceled = conversation.turn({ signals: ['CANCEL'] }).lifecycle('refund');
    expect(canceled.irreversibleDone).toEqual(['refund agreed']);
  });

  test('8: corrects a value that was collected after that checkpoint', () => {
    const conversation = continueImported({
      currentStepId: 'survey',
      visitedSteps: toVisitedSteps('order', 'reason', 'confirm', 'delivery', 'survey'),
      variables: toValues({ order_id: 'A-7', reason: 'damaged', address: 'here' }),
    });
    const corrected = conversation.turn({ variables: { address: 'there' } });
    expect(corrected.transition('refund').reason).toBe('CORRECTED');
    expect(corrected.plan).toEqual(['refund ASK rating']);
  });

  test('2.1: an imported instance whose version does not exist is canceled', () => {
    const conversation = continueImported({ activeScenarioVersion: 9 });
    expect(conversation.turn().actions).toEqual(['refund CANCEL SCENARIO_NOT_FOUND']);
  });

  test('2.2: an imported instance whose step does not exist is relocalized or canceled', () => {
    expect(continueImported({ currentStepId: 'gone' }).turn().actions).toEqual(['refund CANCEL STEP_NOT_FOUND']);
    const [first, ...others] = refund.steps;
    const steps = first ? [{ ...first, reachableFromAnywhere: true }, ...others] : [];
    const conversation = continueImported({ currentStepId: 'gone' }, { ...refund, steps });
    expect(conversation.turn().actions).toEqual(['refund CONTINUE RELOCALIZED']);
    expect(conversation.instance('refund').currentStepId).toBe('order');
  });

  test('2.7: an imported instance is idle since its last activity in the legacy service', () => {
    const conversation = continueImported({ lastActiveAt }, { ...refund, idleTimeoutMs: 60_000 });
    expect(conversation.turn({ trigger: 'TIMER', occurredAt: now }).actions).toEqual(['refund PAUSE IDLE']);
  });

  test('1.1: starts and completions of the legacy service are counted', () => {
    const once = continueImported({ lastAction: 'COMPLETE' }, { ...refund, maxStartsPerSession: 1 });
    expect(once.session.scenarioCounters).toEqual(
      new Map([['refund', { starts: 1, completions: 1, lastEnding: 'SUCCEEDED', lastValues: new Map() }]]),
    );
    expect(once.turn({ candidates: { refund: 1 } }).rejections).toEqual(['refund START_LIMIT']);
    expect(importRecord({ lastAction: 'CANCEL' }).scenarioCounters).toEqual(
      new Map([['refund', { starts: 1, completions: 0, lastEnding: undefined, lastValues: new Map() }]]),
    );
  });
});
