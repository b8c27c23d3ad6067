import { importLegacySession } from '../../src/core/apply/import-legacy-session';
import type { LegacySession, ScenarioAction } from '../../src/core/model/legacy-session';
import type { ScenarioInstance, Session } from '../../src/core/model/session';
import { Conversation, compiled, ids, type ScenarioDraft } from '../support/conversation';
import { aLegacySession } from '../support/legacy-session';
import { acting, asking, confirming, end, waiting } from '../support/sample-scenarios';

const now = 1_700_000_000_000;
const lastActiveAt = now - 3_600_000;

/** Collects, confirms, acts, tells. */
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

function imported(record: Partial<LegacySession>, draft: ScenarioDraft | null = refund, pathEntries = 200): Session {
  return importLegacySession(aLegacySession({ activeScenarioId: draft?.scenarioId ?? '', ...record }), {
    owner: ids,
    scenario: draft === null ? undefined : compiled(draft),
    instanceId: 'instance',
    now,
    fingerprint: 'hash',
    pathEntries,
  });
}

/** A conversation that goes on where the older service was. */
function goingOn(record: Partial<LegacySession>, draft = refund, options = {}): Conversation {
  const talk = new Conversation([draft], options);
  talk.session = imported(record, draft);
  return talk;
}

function instanceOf({ instances: [instance, ...others] }: Session): ScenarioInstance {
  if (!instance || others.length > 0) throw new Error(`one instance is expected, not ${others.length + 1}`);
  return instance;
}

const visited = (...steps: string[]) => new Map(steps.map((stepId) => [stepId, 7]));
const values = (fields: Readonly<Record<string, string | null>>) => new Map(Object.entries(fields));

describe('8 older sessions: a session of the older format', () => {
  it('becomes one active instance at its step, before the first turn here', () => {
    const session = imported({ currentStepId: 'reason', activeScenarioVersion: 4, turnCount: 9, lastActiveAt });
    expect(session).toMatchObject({ ...ids, revision: 0, turnCount: 9, updatedAt: lastActiveAt, importedFrom: 'hash' });
    expect(session.lastStartNumber).toBe(1);
    expect(instanceOf(session)).toMatchObject({
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

  it('that tells little runs on the newest version, at the entry step, active now', () => {
    const instance = instanceOf(imported({}));
    expect(instance).toMatchObject({ scenarioVersion: 1, currentStepId: 'order', lastActiveAt: now });
  });

  it('without a scenario has its variables and no instance', () => {
    const session = imported({ variables: values({ name: 'Ada' }), currentStepId: 'order' }, null);
    expect(session.instances).toEqual([]);
    expect(session.scenarioCounters).toEqual(new Map());
    expect(session.variables).toEqual(new Map([['name', { value: 'Ada', scope: 'SESSION' }]]));
  });

  it.each<[ScenarioAction | undefined, string]>([
    [undefined, 'ACTIVE'],
    ['NONE', 'ACTIVE'],
    ['START', 'ACTIVE'],
    ['CONTINUE', 'ACTIVE'],
    ['RELOCALIZE', 'ACTIVE'],
    ['PAUSE', 'PAUSED'],
    ['COMPLETE', 'none'],
    ['CANCEL', 'none'],
  ])('whose last action was %s has an instance that is %s', (lastAction, status) => {
    expect(imported({ lastAction }).instances[0]?.status ?? 'none').toBe(status);
  });

  it('that was paused is paused at the request of the customer', () => {
    const instance = instanceOf(imported({ lastAction: 'PAUSE', turnCount: 5, lastActiveAt }));
    expect(instance).toMatchObject({ pauseReason: 'USER_REQUEST', pausedAt: lastActiveAt, pausedAtTurnCount: 5 });
  });

  it('has the steps that it left as its path, in the order of the scenario', () => {
    const { path, visit, lastVisitNumber } = instanceOf(
      imported({ currentStepId: 'delivery', visitedSteps: visited('delivery', 'reason', 'gone', 'order') }),
    );
    expect(path.map(({ sequence, stepId, visitNumber, asked }) => [sequence, stepId, visitNumber, asked])).toEqual([
      [1, 'order', 1, true],
      [2, 'reason', 2, true],
    ]);
    expect([visit.number, lastVisitNumber]).toEqual([3, 3]);
  });

  it('has a path that is no longer than others', () => {
    const record = { currentStepId: 'survey', visitedSteps: visited('order', 'reason', 'confirm', 'delivery') };
    const { path, lastPathSequence } = instanceOf(imported(record, refund, 2));
    expect(path.map(({ stepId }) => stepId)).toEqual(['confirm', 'delivery']);
    expect(lastPathSequence).toBe(4);
  });

  it('has a step counted as visited only where it was', () => {
    const visitedSteps = new Map([
      ['order', 0],
      ['reason', 1],
    ]);
    const { path } = instanceOf(imported({ currentStepId: 'delivery', visitedSteps }));
    expect(path.map(({ stepId }) => stepId)).toEqual(['reason']);
  });
});

describe('8 older sessions: the variables of a session of the older format', () => {
  const variables = values({ order_id: 'A-7', reason: null, name: 'Ada' });

  it('belong to the case where the scenario collects them, else to the session; a null is none', () => {
    expect(imported({ variables }).variables).toEqual(
      new Map([
        ['order_id', { value: 'A-7', scope: 'CASE' }],
        ['name', { value: 'Ada', scope: 'SESSION' }],
      ]),
    );
  });

  it('have gone with the scenario where it had ended, but for those that it persists', () => {
    const names = (draft: ScenarioDraft) => [
      ...imported({ variables, lastAction: 'COMPLETE' }, draft).variables.keys(),
    ];
    expect(names(refund)).toEqual(['name']);
    expect(names({ ...refund, persistedFields: ['order_id'] })).toEqual(['order_id', 'name']);
  });
});

describe('8 older sessions: turns on an imported session', () => {
  it('at a step that collects go on with the answer, and complete', () => {
    const talk = goingOn(
      {
        currentStepId: 'ask_b',
        visitedSteps: visited('ask_a', 'ask_b'),
        variables: values({ a: '1' }),
        turnCount: 2,
      },
      asking('s', ['a', 'b', 'c']),
    );
    const first = talk.turn({ variables: { b: '2' } });
    expect([first.session.revision, first.session.turnCount]).toEqual([1, 3]);
    expect(first.plan).toEqual(['s ASK c']);
    expect(talk.turn({ variables: { c: '3' } }).plan).toEqual(['s INFORM bye']);
    expect(talk.turn().actions).toEqual(['s COMPLETE TERMINAL']);
    expect(talk.session.importedFrom).toBe('hash');
  });

  it('put the question of the step where it has no answer yet, as if for the first time', () => {
    const talk = goingOn({ currentStepId: 'reason', visitedSteps: visited('order', 'reason') });
    const asked = talk.turn({ message: 'hello again' }).contribution('refund');
    expect([asked.type, asked.stepId, asked.isReprompt]).toEqual(['ASK', 'reason', false]);
  });

  it('at a checkpoint take no CONFIRMED before a CONFIRM was made here', () => {
    const talk = goingOn({ currentStepId: 'confirm', visitedSteps: visited('confirm') }, confirming('s'));
    const early = talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    expect(early.result.ignoredOutcomes).toHaveLength(1);
    expect(early.plan).toEqual(['s CONFIRM ']);
    const late = talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    expect(late.result.ignoredOutcomes).toEqual([]);
    expect(talk.instance('s').irreversibleDone.map(({ description }) => description)).toEqual(['s confirmed']);
  });

  it('take the result of an action that was under way', () => {
    const talk = goingOn({ currentStepId: 'act', visitedSteps: visited('act') }, acting('s'));
    talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
    expect(talk.instance('s').currentStepId).toBe('wait');
    expect(talk.instance('s').irreversibleDone.map(({ description }) => description)).toEqual(['s done']);
  });

  it('resume what was paused once they address it', () => {
    const talk = goingOn({ currentStepId: 'order', lastAction: 'PAUSE', lastActiveAt }, refund, {
      settings: { resumePolicy: 'explicit' },
    });
    expect(talk.turn({ message: 'hm' }).actions).toEqual(['refund PAUSE STAYS_PAUSED']);
    const resumed = talk.turn({ variables: { order_id: 'A-7' } });
    expect(resumed.actions).toEqual(['refund CONTINUE RESUMED']);
    expect(resumed.plan).toEqual(['refund ASK reason']);
  });

  it('give an unaddressed answer to the instance, as it is the focus', () => {
    const talk = goingOn({ currentStepId: 'wait' }, { scenarioId: 's', steps: [waiting, end] });
    expect(talk.turn({ signals: ['CANCEL'] }).actions).toEqual(['s CANCEL USER_REQUEST']);
  });

  it('see no loop in the visits of the older service', () => {
    const there = { priority: 1, trigger: 'ANYTIME' } as const;
    const looping: ScenarioDraft = {
      scenarioId: 's',
      maxLoopCount: 2,
      steps: [
        { stepId: 'a', collectsProfileFields: ['x'], to: [{ ...there, to: 'b', intentLabel: 'b' }, 'end'] },
        { stepId: 'b', collectsProfileFields: ['y'], to: [{ ...there, to: 'a', intentLabel: 'a' }, 'end'] },
        end,
      ],
    };
    const talk = goingOn({ currentStepId: 'a', visitedSteps: visited('a', 'b') }, looping);
    const went = ['b', 'a', 'b', 'a'].map((intent) => talk.turn({ intent }).actions);
    // The visit that was under way is the first of two.
    expect(went.flat()).toEqual([...Array(3).fill('s CONTINUE GOES_ON'), 's PAUSE LOOP']);
  });

  it('correct what was said to the older service, and ask nobody twice', () => {
    const talk = goingOn({
      currentStepId: 'confirm',
      visitedSteps: visited('order', 'reason', 'confirm'),
      variables: values({ order_id: 'A-7', reason: 'damaged' }),
    });
    const corrected = talk.turn({ variables: { order_id: 'B-8' } });
    expect(corrected.transition('refund').reason).toBe('CORRECTED');
    expect(corrected.plan).toEqual(['refund CONFIRM order_id=B-8,reason=damaged']);
  });

  it('do not go back before a checkpoint that the older service had left behind', () => {
    const talk = goingOn({
      currentStepId: 'delivery',
      visitedSteps: visited('order', 'reason', 'confirm', 'delivery'),
      variables: values({ order_id: 'A-7', reason: 'damaged' }),
    });
    expect(talk.instance('refund').stepsBeforeCheckpoint).toEqual(['order', 'reason']);
    const blocked = talk.turn({ variables: { order_id: 'B-8' } }).transition('refund');
    expect([blocked.targetStepId, blocked.blockedByCheckpoint]).toEqual(['delivery', 'refund agreed']);
    const cancelled = talk.turn({ signals: ['CANCEL'] }).lifecycle('refund');
    expect(cancelled.irreversibleDone).toEqual(['refund agreed']);
  });

  it('correct what was said after that checkpoint', () => {
    const talk = goingOn({
      currentStepId: 'survey',
      visitedSteps: visited('order', 'reason', 'confirm', 'delivery', 'survey'),
      variables: values({ order_id: 'A-7', reason: 'damaged', address: 'here' }),
    });
    const corrected = talk.turn({ variables: { address: 'there' } });
    expect(corrected.transition('refund').reason).toBe('CORRECTED');
    expect(corrected.plan).toEqual(['refund ASK rating']);
  });

  it('2.1: cancel an instance whose version is gone', () => {
    const talk = goingOn({ activeScenarioVersion: 9 });
    expect(talk.turn().actions).toEqual(['refund CANCEL SCENARIO_NOT_FOUND']);
  });

  it('2.2: relocalize an instance whose step is gone, else cancel it', () => {
    expect(goingOn({ currentStepId: 'gone' }).turn().actions).toEqual(['refund CANCEL STEP_NOT_FOUND']);
    const [first, ...others] = refund.steps;
    const steps = first ? [{ ...first, reachableFromAnywhere: true }, ...others] : [];
    const talk = goingOn({ currentStepId: 'gone' }, { ...refund, steps });
    expect(talk.turn().actions).toEqual(['refund CONTINUE RELOCALIZED']);
    expect(talk.instance('refund').currentStepId).toBe('order');
  });

  it('2.7: find it idle since it was last active in the older service', () => {
    const talk = goingOn({ lastActiveAt }, { ...refund, idleTimeoutMs: 60_000 });
    expect(talk.turn({ trigger: 'TIMER', occurredAt: now }).actions).toEqual(['refund PAUSE IDLE']);
  });

  it('1.1, 2.12: count what the older service started and completed', () => {
    const once = goingOn({ lastAction: 'COMPLETE' }, { ...refund, maxStartsPerSession: 1 });
    expect(once.session.scenarioCounters).toEqual(new Map([['refund', { starts: 1, completions: 1 }]]));
    expect(once.turn({ candidates: { refund: 1 } }).rejections).toEqual(['refund START_LIMIT']);
    expect(imported({ lastAction: 'CANCEL' }).scenarioCounters).toEqual(
      new Map([['refund', { starts: 1, completions: 0 }]]),
    );
  });
});
