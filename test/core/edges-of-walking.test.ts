// Cases at the very edge of a rule: what is counted and what is not, what is kept and what is not, two fields at once.
import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../support/conversation';
import { linked } from '../support/linked-scenarios';
import { running } from '../support/running';
import { acting, asking, confirming, end, silent } from '../support/sample-scenarios';

const ask = (field: string, to: StepDraft['to'] = ['end']): StepDraft => ({
  stepId: `ask_${field}`,
  collectsProfileFields: [field],
  to,
});
const help: StepDraft = { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['end'] };

describe('3.6 visits: a step that was passed over was not visited', () => {
  const back = (condition: string): ScenarioDraft => ({
    scenarioId: 's',
    steps: [
      ask('x', ['ask_y']),
      ask('y', [{ to: 'end', condition }, 'ask_z']),
      ask('z', [{ to: 'ask_y', clears: ['y'] }]),
      end,
    ],
  });

  test('3.6 not to a transition', () => {
    const talk = running([back('visits > 1')]);
    talk.turn({ variables: { x: 1, y: 1 } });
    talk.turn({ variables: { z: 1 } });
    expect(talk.instance('s').currentStepId).toBe('ask_y');
    expect(talk.turn({ variables: { y: 2 } }).transition('s').alternatives[0]).toMatchObject({ truth: 'FALSE' });
  });

  test('3.6 not to a completion_condition', () => {
    const talk = running([{ ...back('false'), completionCondition: 'visits > 1' }]);
    talk.turn({ variables: { x: 1, y: 1 } });
    talk.turn({ variables: { z: 1 } });
    expect(talk.turn().actions).toEqual(['s CONTINUE GOES_ON']);
  });
});

describe('2.8 loop', () => {
  test('3.8 a relocalization is in the path without a transition, and counted', () => {
    const talk = running([{ scenarioId: 's', steps: [ask('x'), help, end] }], {}, { maxAttempts: 1 });
    talk.turn();
    const { session } = talk.turn();
    expect(session.instances[0]).toMatchObject({
      currentStepId: 'help',
      relocalizationCount: 1,
      path: [{ sequence: 1, stepId: 'ask_x', visitNumber: 1, transitionId: '', asked: true, leftRevision: 3 }],
      visit: { number: 2, enteredRevision: 3 },
    });
  });

  test('3.8 what the walk that loops looked at is told, and nothing of it as taken', () => {
    const steps = [
      { stepId: 'check', isCheckpoint: true, to: [{ to: 'note', outcomes: ['DECLINED' as const] }, 'end'] },
      { stepId: 'note', templateIds: ['note'], to: [{ to: 'end', intentLabel: 'never', priority: 1 }, 'check'] },
      help,
      end,
    ];
    const talk = running([{ scenarioId: 's', steps, maxLoopCount: 1 }]);
    talk.turn({ outcomes: [{ kind: 'DECLINED' }] });
    const looping = talk.turn().transition('s');
    expect(looping).toMatchObject({ reason: 'RELOCALIZED', originalStepId: 'check', targetStepId: 'help' });
    expect(looping.alternatives.map(({ transitionId, truth, taken }) => [transitionId, truth, taken])).toEqual([
      ['note/1', 'FALSE', false],
      ['note/2', 'TRUE', false],
    ]);
  });

  test('3.3 a turn on which something can be asked for a transition is no stall', () => {
    const steps = [ask('x', [{ to: 'end', condition: 'data.code == "1"' }]), end];
    const talk = running([{ scenarioId: 's', steps }]);
    talk.turn({ variables: { x: 1 } });
    expect(talk.instance('s').visit.attempts).toBe(0);
  });

  test('2.8 a required action that did not fail is not retried, however often its step was entered', () => {
    const talk = running([acting('s')], {}, { maxLoopCount: 1 });
    const instances = talk.session.instances.map((each) => ({ ...each, loopCounts: new Map([['act', 9]]) }));
    talk.session = { ...talk.session, instances };
    expect(talk.turn({ signals: ['CONTINUE'] }).actions).toEqual(['s CONTINUE GOES_ON']);
  });
});

describe('3.9 correction', () => {
  const signing: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'first', collectsProfileFields: ['x', 'y'], to: ['sign'] },
      { stepId: 'sign', isCheckpoint: true, checkpointDescription: 'signed', to: ['second'] },
      { stepId: 'second', collectsProfileFields: ['y', 'z'], to: ['end'] },
      end,
    ],
  };
  /** It stands at the second step, which collects a field of the first one again. */
  const signed = (): Conversation => {
    const talk = running([signing]);
    talk.turn({ variables: { x: 1, y: 1 } });
    talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    return talk;
  };

  test('3.9 a new value of what the step itself asks for is an answer, and blocked by nothing', () => {
    const decision = signed()
      .turn({ variables: { y: 2 } })
      .transition('s');
    expect([decision.reason, decision.correctedFields]).not.toContain('BLOCKED_BY_CHECKPOINT');
  });

  test('3.9 a new value of what the instance never used corrects nothing', () => {
    const talk = running([signing], { variables: { other: 1 } });
    talk.turn({ variables: { x: 1, y: 1 } });
    talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    expect(talk.turn({ variables: { other: 2 } }).transition('s')).toMatchObject({
      reason: 'AWAITS_FIELDS',
      blockedByCheckpoint: '',
      correctedFields: [],
    });
  });

  test('3.9 it is blocked where one of two new values was used before the checkpoint', () => {
    const decision = signed()
      .turn({ variables: { x: 2, y: 2 } })
      .transition('s');
    expect(decision).toMatchObject({
      reason: 'BLOCKED_BY_CHECKPOINT',
      blockedByCheckpoint: 'signed',
      correctedFields: ['x', 'y'],
    });
  });
});

describe('3.2 clears', () => {
  const clearing: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      ...acting('s')
        .steps.slice(0, 1)
        .map((step) => ({ ...step, to: ['ask_x'] })),
      ask('x', [{ to: 'ask_y', clears: ['ref', 'free'] }]),
      ask('y'),
      end,
    ],
  };

  test('3.2 what a result gave an instance is gone from it once it is cleared, other results stay', () => {
    const talk = running([clearing], { variables: { free: 1 }, scopes: { free: 'SESSION' } });
    talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', results: { ref: 'R1', no: 7 } }] });
    expect(talk.instance('s').variables).toEqual(
      new Map<string, unknown>([
        ['ref', 'R1'],
        ['no', 7],
      ]),
    );
    const { session } = talk.turn({ variables: { x: 1 } });
    expect(session.instances[0]?.variables).toEqual(new Map([['no', 7]]));
    expect(session.variables.get('ref')).toEqual({ value: null, scope: 'CASE' });
    expect(session.variables.get('free')).toEqual({ value: null, scope: 'SESSION' });
  });

  test('3.2 the cleared fields are told by name, and conditions see them as changed', () => {
    const steps = [
      ask('x', [{ to: 'next', clears: ['b', 'a'] }]),
      { stepId: 'next', to: [{ to: 'ask_y', condition: 'changed == ["a", "b", "x"]' }] },
      ask('y'),
      end,
    ];
    const talk = running([{ scenarioId: 's', steps }], { patch: { a: 1, b: 1 } });
    const decision = talk.turn({ variables: { x: 1 } }).transition('s');
    expect([decision.clearedFields, decision.targetStepId]).toEqual([['a', 'b'], 'ask_y']);
  });
});

describe('0.3 what is open after a turn without a message', () => {
  const both = (): Conversation => running([acting('s'), asking('t', ['x'])]);
  const after = (talk: Conversation, turn: TurnDraft) =>
    talk
      .turn({ trigger: 'TOOL_RESULTS', ...turn })
      .session.openContributions.map(({ instanceId, type }) => `${instanceId} ${type}`);

  test.each<[string, TurnDraft, readonly string[]]>([
    [
      'what was contributed again stays where it was',
      { outcomes: [{ kind: 'ACTION_FAILED', instanceId: 's#1' }] },
      ['t#1 ASK', 's#1 ACTION_HINT'],
    ],
    [
      'what has nothing to say any more goes',
      { outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId: 's#1' }] },
      ['t#1 ASK'],
    ],
    ['what starts comes last', { candidates: { u: 0.9 } }, ['t#1 ASK', 's#1 ACTION_HINT', 'u#3 CONFIRM']],
  ])('0.3 %s', (_what, turn, open) => {
    const talk = both();
    talk.store(confirming('u'));
    expect(talk.session.openContributions.map(({ type }) => type)).toEqual(['ASK', 'ACTION_HINT']);
    expect(after(talk, turn)).toEqual(open);
  });

  test('0.3 a CHOICE is no contribution of anybody', () => {
    const talk = linked([['a', 'AMBIGUOUS', 'b']]);
    expect(talk.turn({ candidates: { a: 0.8, b: 0.8 } }).session.openContributions).toEqual([]);
  });
});

test('1.5 ambiguous: a turn without a message forgets no choice', () => {
  const talk = linked([['a', 'AMBIGUOUS', 'b']]);
  const candidates = { a: 0.8, b: 0.8 };
  talk.turn({ candidates });
  talk.turn({ trigger: 'TIMER' });
  expect(talk.turn({ candidates }).plan).toEqual([]);
});

describe('5 apply: instances', () => {
  test('5 what was asked is remembered in order, whatever the order of asking', () => {
    const steps = [{ stepId: 'both', collectsProfileFields: ['y', 'x'], to: ['end'] }, end];
    const talk = running([{ scenarioId: 's', steps }]);
    expect(talk.instance('s').visit).toMatchObject({ askedFields: ['x', 'y'], openAskFields: ['x', 'y'] });
  });

  test('5 an INFORM and a NONE leave nothing open', () => {
    const talk = new Conversation([{ scenarioId: 's', steps: [end] }, silent('t'), asking('u', ['x'])]);
    talk.turn({ candidates: { s: 0.9, t: 0.8 } });
    for (const id of ['s', 't']) expect(talk.instance(id).visit).toMatchObject({ openAskFields: [] });
    expect([talk.instance('s').visit.openType, talk.instance('t').visit.openType]).toEqual([undefined, undefined]);
    expect(talk.instance('t').visit.contributedTypes).toEqual([]);
  });

  test('5 an instance paused for IDLE remembers that', () => {
    const talk = running([asking('s', ['x'], { idleTimeoutMs: 1_000 })]);
    talk.turn({ trigger: 'TIMER', occurredAt: 900_000 });
    expect(talk.instance('s')).toMatchObject({ status: 'PAUSED', pauseReason: 'IDLE' });
  });

  test('5 one that wakes and waits in silence is active and no longer paused', () => {
    const talk = new Conversation([asking('a', ['x', 'y']), asking('b', ['z', 'more']), asking('c', ['w', 'v'])], {
      settings: { maxSimultaneousScenarios: 2 },
    });
    talk.turn({ candidates: { a: 0.9 } });
    talk.turn({ candidates: { b: 0.9 } });
    expect(talk.turn({ candidates: { c: 0.9 } }).lifecycle('a').reason).toBe('PREEMPTED');
    const before = talk.instance('a');
    const played = talk.turn({ signals: [['CANCEL', 'c']], variables: { z: 1 } });
    expect(played.lifecycle('a')).toMatchObject({ action: 'CONTINUE', reason: 'RESUMED', resumed: true });
    expect(played.transition('a').reason).toBe('NOT_ADDRESSED');
    expect(talk.instance('a')).toEqual({
      ...before,
      status: 'ACTIVE',
      lastActiveAt: 240_000,
      pausedAt: undefined,
      pauseReason: undefined,
      pausedAtTurnCount: 0,
      displacedByInstanceIds: [],
    });
  });

  test('0.4 a field goes with its last instance although another scenario persists it', () => {
    const talk = running([asking('a', ['x']), asking('b', ['y'], { persistedFields: ['x'] })], {
      variables: { x: 1 },
    });
    expect(talk.turn({ signals: [['CANCEL', 'a']] }).session.variables.has('x')).toBe(false);
  });
});

describe('2.3 a finished terminal step', () => {
  const done: StepDraft = { ...end, to: [{ to: 'wait', intentLabel: 'more' }] };
  const { steps } = silent('s');

  test('2.3 does not complete where one of its transitions is TRUE, wherever that leads', () => {
    const talk = running([{ scenarioId: 's', steps: [ask('x'), done, ...steps.slice(0, 1)] }]);
    talk.turn({ variables: { x: 1 } });
    const played = talk.turn({ intent: 'more' });
    expect([played.actions, talk.instance('s').currentStepId]).toEqual([['s CONTINUE GOES_ON'], 'wait']);
  });

  test('2.9 a step that is not terminal is interrupted, also where a correction would move it', () => {
    const s: ScenarioDraft = { scenarioId: 's', whenNotAddressed: 'PAUSE', steps: [ask('x', ['wait']), ...steps] };
    const talk = running([s, asking('t', ['z', 'w'])]);
    talk.turn({ variables: { x: 1 } });
    expect(talk.turn({ variables: { x: 2, z: 1 } }).actions).toEqual(['s PAUSE INTERRUPTED', 't CONTINUE GOES_ON']);
  });
});

describe('3.2 ANYTIME transitions', () => {
  const other = { stepId: 'other', templateIds: ['other'], to: ['end'] };

  test('3.2 one that misses data holds back none of those below it', () => {
    const to = [
      { to: 'end', trigger: 'ANYTIME' as const, condition: 'data.a == 1.0' },
      { to: 'other', trigger: 'ANYTIME' as const, intentLabel: 'go' },
    ];
    const talk = running([{ scenarioId: 's', steps: [ask('x', to), other, end] }]);
    expect(talk.turn({ intent: 'go' }).transition('s').transitionsTaken).toEqual(['ask_x/2']);
  });

  test('3.5 one whose target was entered this turn holds back none of those below it', () => {
    const to = [
      { to: 'ask_y', trigger: 'ANYTIME' as const, intentLabel: 'go' },
      { to: 'other', trigger: 'ANYTIME' as const, intentLabel: 'go' },
    ];
    const steps = [ask('x', ['ask_y']), ask('y', ['ask_z']), ask('z', [...to, 'end']), other, end];
    const talk = running([{ scenarioId: 's', steps }]);
    const { transitionsTaken } = talk.turn({ intent: 'go', variables: { x: 1, y: 1, z: 1 } }).transition('s');
    expect(transitionsTaken).toEqual(['ask_x/1', 'ask_y/1', 'ask_z/2']);
  });
});

test('3.2 global: a turn without a message has no intent, which is no change of it', () => {
  const menu = { stepId: 'menu', templateIds: ['menu'], reachableFromAnywhere: true, to: ['ask_x'] };
  const talk = running([
    { scenarioId: 's', steps: [ask('x'), menu, end], globals: [{ to: 'menu', intentLabel: 'menu' }] },
  ]);
  expect(talk.turn({ intent: 'menu' }).plan).toEqual(['s INFORM menu']);
  expect(talk.turn({ intent: 'menu' }).plan).toEqual(['s ASK x']);
  talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] });
  expect(talk.turn({ intent: 'menu' }).plan).toEqual(['s ASK x']);
});
