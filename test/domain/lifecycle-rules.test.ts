import {
  aRelationship,
  Conversation,
  type ScenarioDraft,
  type StepDraft,
  type TurnDraft,
} from '../support/conversation';
import { acting, asking, confirming, end, silent, type Variation, waiting } from '../support/sample-scenarios';

const refund = asking('refund', ['order_id', 'reason']);
const booking = asking('booking', ['date']);

/** A conversation in which the scenarios have started, in this order. */
function running(scenarios: readonly ScenarioDraft[], first: TurnDraft = {}, settings = {}): Conversation {
  const talk = new Conversation(scenarios, { settings });
  talk.turn({
    candidates: scenarios.map(({ scenarioId }, index) => [scenarioId, 0.9 - index / 100] as const),
    ...first,
  });
  return talk;
}

/** The first step of a scenario in other words. */
function withFirst(scenario: ScenarioDraft, change: Partial<StepDraft>): ScenarioDraft {
  return { ...scenario, steps: scenario.steps.map((step, index) => (index === 0 ? { ...step, ...change } : step)) };
}

/** Moves the instance to a step that its scenario does not have. */
function lose(talk: Conversation, scenarioId: string): void {
  const instances = talk.session.instances.map((each) =>
    each.scenarioId === scenarioId ? { ...each, currentStepId: 'gone' } : each,
  );
  talk.session = { ...talk.session, instances };
}

describe('2 lifecycle decisions', () => {
  test('2 exactly one for every instance in the order in which they started, then one START each in start order', () => {
    const talk = running([refund, booking, asking('a', ['x']), asking('b', ['y'])], {
      candidates: { booking: 0.9, refund: 0.6 },
    });
    const played = talk.turn({
      signals: [
        ['CANCEL', 'booking'],
        ['PAUSE', 'refund'],
      ],
      candidates: { a: 0.7, b: 0.8 },
    });
    expect(played.actions).toEqual([
      'booking CANCEL USER_REQUEST',
      'refund PAUSE USER_REQUEST',
      'b START CANDIDATE',
      'a START CANDIDATE',
    ]);
  });

  test('2 a START carries its score as confidence and its entry step', () => {
    const talk = new Conversation([refund]);
    expect(talk.turn({ candidates: { refund: 0.7 } }).lifecycle('refund')).toMatchObject({
      action: 'START',
      scenarioId: 'refund',
      instanceId: 'refund#1',
      confidence: 0.7,
      entryStepId: 'ask_order_id',
      sourceStepId: '',
      resumed: false,
    });
  });

  test.each(['PAUSE', 'COMPLETE', 'CANCEL'] as const)(
    '2 a %s carries the step where the instance stood, and a reasoning',
    (signal) => {
      const decision = running([refund])
        .turn({ signals: [signal] })
        .lifecycle('refund');
      expect(decision).toMatchObject({ action: signal, sourceStepId: 'ask_order_id', entryStepId: '' });
      expect(decision.reasoning).not.toBe('');
    },
  );

  test.each([
    ['COMPLETE', ['payment confirmed']],
    ['CANCEL', ['payment confirmed']],
    ['PAUSE', []],
  ] as const)('2 a %s lists as irreversibly done: %j', (signal, done) => {
    const talk = running([confirming('payment')]);
    talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    expect(talk.turn({ signals: [signal] }).lifecycle('payment').irreversibleDone).toEqual(done);
  });

  test('2 irreversibly done are checkpoints passed and required actions that succeeded, this turn included', () => {
    const steps = [
      { stepId: 'sign', isCheckpoint: true, checkpointDescription: 'signed', to: ['act'] },
      ...acting('pay').steps,
    ];
    const talk = running([{ scenarioId: 'pay', steps }]);
    talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    const played = talk.turn({ signals: ['CANCEL'], outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
    expect(played.lifecycle('pay').irreversibleDone).toEqual(['signed', 'pay done']);
  });

  test('2 confidence lies between 0 and 1', () => {
    const played = running([refund, booking]).turn({ signals: [['CANCEL', 'refund']] });
    for (const { confidence } of played.result.lifecycleDecisions) {
      expect(confidence).toBeGreaterThanOrEqual(0);
      expect(confidence).toBeLessThanOrEqual(1);
    }
  });
});

describe('2.1 scenario gone', () => {
  test.each<[string, TurnDraft]>([
    ['a message', {}],
    ['COMPLETE', { signals: ['COMPLETE'] }],
    ['PAUSE', { signals: ['PAUSE'] }],
  ])('2.1 a scenario that is gone from the catalogue cancels its instance, whatever else: %s', (_why, draft) => {
    const talk = running([refund]);
    talk.remove('refund');
    expect(talk.turn(draft).actions).toEqual(['refund CANCEL SCENARIO_NOT_FOUND']);
    expect(talk.session.endedInstances[0]).toMatchObject({ status: 'CANCELLED', reason: 'SCENARIO_NOT_FOUND' });
  });

  test('2.1 disabling a scenario stops new starts only', () => {
    const talk = running([refund]);
    talk.store({ ...refund, enabled: false });
    expect(talk.turn().actions).toEqual(['refund CONTINUE GOES_ON']);
    talk.turn({ signals: ['CANCEL'] });
    expect(talk.turn({ candidates: { refund: 0.9 } }).rejections).toEqual(['refund DISABLED']);
  });
});

describe('2.2 step gone', () => {
  const help: StepDraft = {
    stepId: 'help',
    reachableFromAnywhere: true,
    collectsProfileFields: ['topic'],
    to: ['end'],
  };
  const recoverable = { ...refund, steps: [...refund.steps, help] };

  test('2.2 a step that is not in the version cancels where there is no recovery step', () => {
    const talk = running([refund]);
    lose(talk, 'refund');
    expect(talk.turn().actions).toEqual(['refund CANCEL STEP_NOT_FOUND']);
  });

  test('2.2 it goes on with relocalization where there is a recovery step', () => {
    const talk = running([recoverable]);
    lose(talk, 'refund');
    const played = talk.turn();
    expect(played.actions).toEqual(['refund CONTINUE RELOCALIZED']);
    expect(played.transition('refund')).toMatchObject({
      wasRelocalized: true,
      originalStepId: 'gone',
      targetStepId: 'help',
    });
    expect(played.plan).toEqual(['refund ASK topic']);
  });

  test('2.2 comes before COMPLETE, CANCEL and PAUSE', () => {
    const talk = running([recoverable]);
    lose(talk, 'refund');
    expect(talk.turn({ signals: ['CANCEL', 'PAUSE', 'COMPLETE'] }).actions).toEqual(['refund CONTINUE RELOCALIZED']);
  });

  test('2.2 decides also on a turn that addresses another instance', () => {
    const talk = running([recoverable, booking]);
    lose(talk, 'refund');
    expect(talk.turn({ variables: { date: 'May' } }).actions).toEqual([
      'refund CONTINUE RELOCALIZED',
      'booking CONTINUE GOES_ON',
    ]);
  });
});

describe('2.3 complete', () => {
  const atEnd = (scenario: ScenarioDraft = refund): Conversation => {
    const talk = running([scenario]);
    talk.turn({ variables: { order_id: '1', reason: 'broken' } });
    expect(talk.instance(scenario.scenarioId).currentStepId).toBe('end');
    return talk;
  };

  test('2.3 a terminal step whose stages are finished completes on the next message', () => {
    const talk = atEnd();
    expect(talk.turn().actions).toEqual(['refund COMPLETE TERMINAL']);
    expect(talk.session.endedInstances[0]).toMatchObject({ status: 'COMPLETED', lastStepId: 'end' });
  });

  test('2.3 a terminal step with an unfinished stage does not complete', () => {
    const talk = running([
      { scenarioId: 'contract', steps: [{ stepId: 'sign', isTerminal: true, requiresConfirmation: true }] },
    ]);
    expect(talk.turn().actions).toEqual(['contract CONTINUE GOES_ON']);
    expect(talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] }).actions).toEqual(['contract COMPLETE TERMINAL']);
  });

  test('2.3 a terminal step that a TRUE transition leaves does not complete', () => {
    const talk = atEnd({
      ...refund,
      steps: [
        ...refund.steps.slice(0, -1),
        { ...end, to: [{ to: 'ask_reason', intentLabel: 'again', clears: ['reason'] }] },
      ],
    });
    const played = talk.turn({ intent: 'again' });
    expect(played.actions).toEqual(['refund CONTINUE GOES_ON']);
    expect(played.plan).toEqual(['refund ASK reason']);
  });

  test('2.3 a terminal step with an UNKNOWN transition completes', () => {
    const talk = atEnd({
      ...refund,
      steps: [...refund.steps.slice(0, -1), { ...end, to: [{ to: 'ask_reason', conditionFields: ['voucher'] }] }],
    });
    expect(talk.turn().actions).toEqual(['refund COMPLETE TERMINAL']);
  });

  test('2.3 a correction that moves the instance keeps it from completing', () => {
    const played = atEnd().turn({ variables: { order_id: '2' } });
    expect(played.actions).toEqual(['refund CONTINUE GOES_ON']);
    expect(played.transition('refund').reason).toBe('CORRECTED');
    expect(played.plan).toEqual(['refund INFORM bye']);
  });

  test('2.3 a turn that addresses another instance completes it all the same', () => {
    const talk = atEnd();
    talk.store(booking);
    const played = talk.turn({ candidates: { booking: 0.9 } });
    expect(played.actions).toEqual(['refund COMPLETE TERMINAL', 'booking START CANDIDATE']);
  });

  test.each(['TIMER', 'TOOL_RESULTS'] as const)(
    '2.3 a %s turn without an outcome about it does not complete a terminal step',
    (trigger) => {
      expect(atEnd().turn({ trigger }).actions).toEqual(['refund CONTINUE QUIET']);
    },
  );

  test('2.3 a TOOL_RESULTS turn with an outcome about it does', () => {
    const last = {
      stepId: 'send',
      description: 'sent',
      isTerminal: true,
      isRequiredAction: true,
      performsAction: true,
      requiresConfirmation: false,
      toolIds: ['send'],
    };
    const talk = running([{ scenarioId: 'transfer', steps: [last] }]);
    const played = talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
    expect(played.actions).toEqual(['transfer COMPLETE TERMINAL']);
    expect(played.lifecycle('transfer').irreversibleDone).toEqual(['sent']);
  });

  test('2.3 its completion_condition completes it wherever it stands, on data of this turn', () => {
    const talk = running([{ ...refund, completionCondition: 'data.order_id == "42"' }]);
    expect(talk.turn({ variables: { order_id: '42' } }).actions).toEqual(['refund COMPLETE CONDITION']);
  });

  test('2.3 a completion_condition that misses data does not complete', () => {
    expect(running([{ ...refund, completionCondition: 'data.order_id == "42"' }]).turn().actions).toEqual([
      'refund CONTINUE GOES_ON',
    ]);
  });

  test('2.3 COMPLETE completes it, and comes before CANCEL', () => {
    expect(running([refund]).turn({ signals: ['CANCEL', 'COMPLETE'] }).actions).toEqual([
      'refund COMPLETE USER_REQUEST',
    ]);
  });

  test('2.3 a terminal step with nothing left to do completes also where the answer was a no', () => {
    expect(atEnd().turn({ outcomes: [{ kind: 'DECLINED' }] }).actions).toEqual(['refund COMPLETE TERMINAL']);
  });
});

test('2.4 cancel: CANCEL that reaches it cancels, before DECLINED and PAUSE are looked at', () => {
  const played = running([confirming('payment')]).turn({
    signals: ['PAUSE', 'CANCEL'],
    outcomes: [{ kind: 'DECLINED' }],
  });
  expect(played.actions).toEqual(['payment CANCEL USER_REQUEST']);
});

describe('2.5 declined', () => {
  const payment = confirming('payment');
  const other = { stepId: 'other', collectsProfileFields: ['other_reason'], to: ['end'] };
  const declining = (to: NonNullable<StepDraft['to']>): Conversation =>
    running([withFirst({ ...payment, steps: [...payment.steps, other] }, { to })]);
  const decline: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };

  test('2.5 a declined step that nothing takes up cancels, the default edge notwithstanding', () => {
    const talk = declining(['wait', 'other']);
    expect(talk.turn(decline).actions).toEqual(['payment CANCEL DECLINED']);
  });

  test.each<[string, NonNullable<StepDraft['to']>[number]]>([
    ['that states the outcome', { to: 'other', outcomes: ['DECLINED'] }],
    ['whose condition reads the outcome', { to: 'other', condition: 'outcome == "declined"' }],
    ['that may be taken at any time', { to: 'other', trigger: 'ANYTIME', condition: 'outcome == "declined"' }],
  ])('2.5 a TRUE transition %s takes it up', (_which, transition) => {
    const played = declining([transition, 'wait', { to: 'other', intentLabel: 'x' }]).turn(decline);
    expect(played.actions).toEqual(['payment CONTINUE GOES_ON']);
    expect(played.transition('payment').targetStepId).toBe('other');
  });

  test('2.5 an UNKNOWN transition that states outcomes holds it, and asks for what it misses', () => {
    const played = declining([{ to: 'other', outcomes: ['DECLINED'], conditionFields: ['voucher'] }, 'wait']).turn(
      decline,
    );
    expect(played.actions).toEqual(['payment CONTINUE GOES_ON']);
    expect(played.plan).toEqual(['payment ASK voucher']);
  });

  test('2.5 an UNKNOWN transition that only reads the outcome in its condition does not hold it', () => {
    const talk = declining([{ to: 'other', condition: 'outcome == "declined" && data.voucher == 1' }, 'wait']);
    expect(talk.turn(decline).actions).toEqual(['payment CANCEL DECLINED']);
  });

  test('2.5 a no with a correction is no end: the step is confirmed anew with the new value', () => {
    const steps = [{ stepId: 'ask_amount', collectsProfileFields: ['amount'], to: ['confirm'] }, ...payment.steps];
    const talk = running([{ scenarioId: 'payment', steps }], { variables: { amount: 10 } });
    const played = talk.turn({ ...decline, variables: { amount: 20 } });
    expect(played.actions).toEqual(['payment CONTINUE GOES_ON']);
    expect(played.plan).toEqual(['payment CONFIRM amount=20']);
  });
});

describe('2.6 pause', () => {
  test('2.6 PAUSE that reaches it pauses, also one that is idle or just answered', () => {
    const talk = running([{ ...refund, idleTimeoutMs: 1_000, idleAction: 'CANCEL' }]);
    expect(talk.turn({ signals: ['PAUSE'], occurredAt: 9_999_999 }).actions).toEqual(['refund PAUSE USER_REQUEST']);
    expect(talk.instance('refund')).toMatchObject({
      status: 'PAUSED',
      pauseReason: 'USER_REQUEST',
      pausedAt: 9_999_999,
    });
  });

  test('2.6 the answer that comes with a PAUSE is kept', () => {
    const talk = running([refund]);
    expect(talk.turn({ signals: ['PAUSE'], variables: { order_id: '1' } }).plan).toEqual([]);
    expect(talk.turn().plan).toEqual(['refund ASK reason']);
  });
});

describe('2.7 idle', () => {
  const idle: Variation = { idleTimeoutMs: 60_000 };
  const at = (talk: Conversation, occurredAt: number, draft: TurnDraft = {}): readonly string[] =>
    talk.turn({ trigger: 'TIMER', occurredAt, ...draft }).actions;
  const since0 = (variation: Variation = idle): Conversation =>
    running([{ ...refund, ...variation }], { occurredAt: 0 });

  test.each([
    [59_999, 'refund CONTINUE QUIET'],
    [60_000, 'refund CONTINUE QUIET'],
    [60_001, 'refund PAUSE IDLE'],
  ])('2.7 an instance with a limit of 60 s, %i ms after its last activity: %s', (occurredAt, action) => {
    expect(at(since0(), occurredAt)).toEqual([action]);
  });

  test('2.7 a scenario without a limit is never idle', () => {
    expect(at(since0({}), Number.MAX_SAFE_INTEGER)).toEqual(['refund CONTINUE QUIET']);
  });

  test('2.7 idle_action CANCEL cancels', () => {
    expect(at(since0({ ...idle, idleAction: 'CANCEL' }), 60_001)).toEqual(['refund CANCEL IDLE']);
  });

  test('2.7 a message is looked at like a TIMER turn: not addressed it is idle, addressed it is not', () => {
    expect(since0().turn({ occurredAt: 60_001 }).actions).toEqual(['refund PAUSE IDLE']);
    expect(since0().turn({ occurredAt: 60_001, variables: { order_id: '1' } }).actions).toEqual([
      'refund CONTINUE GOES_ON',
    ]);
  });

  test.each<[string, TurnDraft]>([
    ['a step change', { variables: { order_id: '1' } }],
    ['being addressed', { signals: [['CONTINUE', 'refund']] }],
  ])('2.7 last_active_at moves on %s', (_what, draft) => {
    const talk = since0();
    talk.turn({ occurredAt: 50_000, ...draft });
    expect(talk.instance('refund').lastActiveAt).toBe(50_000);
  });

  test('2.7 last_active_at moves on a step change although nobody was addressed', () => {
    const talk = running([{ scenarioId: 'news', steps: [{ stepId: 'tell', templateIds: ['t'], to: ['end'] }, end] }], {
      occurredAt: 0,
    });
    talk.turn({ occurredAt: 50_000 });
    expect(talk.instance('news')).toMatchObject({ currentStepId: 'end', lastActiveAt: 50_000 });
  });

  test('2.7 last_active_at moves on a resume', () => {
    const talk = since0();
    talk.turn({ signals: ['PAUSE'], occurredAt: 10 });
    expect(talk.instance('refund').lastActiveAt).toBe(0);
    talk.turn({ occurredAt: 50_000 });
    expect(talk.instance('refund').lastActiveAt).toBe(50_000);
  });

  test('2.7 last_active_at stays on a turn that does nothing with it', () => {
    const talk = since0();
    talk.turn({ occurredAt: 50_000 });
    expect(talk.instance('refund').lastActiveAt).toBe(0);
    expect(at(talk, 60_001)).toEqual(['refund PAUSE IDLE']);
  });

  test('2.7 a clock that goes backwards makes nobody idle', () => {
    const talk = running([{ ...refund, ...idle }], { occurredAt: 1_000_000 });
    expect(at(talk, 0)).toEqual(['refund CONTINUE QUIET']);
    expect(talk.turn({ occurredAt: 0 }).actions).toEqual(['refund CONTINUE GOES_ON']);
  });

  test('2.7 a paused instance is not idle', () => {
    const talk = since0({ ...idle, idleAction: 'CANCEL' });
    talk.turn({ signals: ['PAUSE'], occurredAt: 1 });
    expect(at(talk, 99_999_999)).toEqual(['refund PAUSE STAYS_PAUSED']);
  });
});

describe('2.8 loop', () => {
  /** Every no opens a new visit of the step. */
  const again = (variation: Variation = {}, step: Partial<StepDraft> = {}): ScenarioDraft => ({
    ...withFirst(confirming('payment'), { to: [{ to: 'confirm', outcomes: ['DECLINED'] }, 'wait'], ...step }),
    ...variation,
  });
  const no: TurnDraft = { outcomes: [{ kind: 'DECLINED', instanceId: 'payment#1' }] };
  const afterNos = (talk: Conversation, count: number): readonly string[] =>
    Array.from({ length: count }, () => talk.turn(no).lifecycle('payment').reason);

  test('2.8 loop: a fourth visit of a step pauses the instance where there is no recovery step', () => {
    const talk = running([again()]);
    expect(afterNos(talk, 3)).toEqual(['GOES_ON', 'GOES_ON', 'LOOP']);
    expect(talk.instance('payment')).toMatchObject({ status: 'PAUSED', pauseReason: 'LOOP', currentStepId: 'confirm' });
    expect(talk.instance('payment').visit.number).toBe(3);
  });

  test.each<[string, Variation, Partial<StepDraft>, number]>([
    ['the step', { maxLoopCount: 5 }, { maxLoopCount: 1 }, 1],
    ['else the scenario', { maxLoopCount: 2 }, {}, 2],
    ['else the configuration', {}, {}, 4],
  ])('2.8 the limit is that of %s', (_whose, variation, step, limit) => {
    const talk = running([again(variation, step)], {}, { maxLoopCount: 4 });
    const reasons = afterNos(talk, limit);
    expect(reasons).toEqual([...Array.from({ length: limit - 1 }, () => 'GOES_ON'), 'LOOP']);
  });

  test('2.8 it is relocalized where there is a recovery step', () => {
    const draft = again();
    const talk = running([
      {
        ...draft,
        steps: [...draft.steps, { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['end'] }],
      },
    ]);
    expect(afterNos(talk, 3)).toEqual(['GOES_ON', 'GOES_ON', 'RELOCALIZED']);
    expect(talk.instance('payment')).toMatchObject({ status: 'ACTIVE', currentStepId: 'help', relocalizationCount: 1 });
  });

  test('2.8 a failed action is tried again until the count of visits and failures is above the limit', () => {
    const talk = running([acting('upload')]);
    const failing = (): string =>
      talk
        .turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'upload#1' }] })
        .lifecycle('upload').reason;
    expect([failing(), failing(), failing()]).toEqual(['GOES_ON', 'GOES_ON', 'LOOP']);
  });

  test('2.8 a question that stays unanswered more than max_attempts times is a loop', () => {
    const talk = running([refund], {}, { maxAttempts: 2 });
    expect([talk.turn(), talk.turn(), talk.turn()].map(({ actions }) => actions)).toEqual([
      ['refund CONTINUE GOES_ON'],
      ['refund CONTINUE GOES_ON'],
      ['refund PAUSE LOOP'],
    ]);
  });

  test('2.8 max_attempts is 5 by default, and 0 is no limit', () => {
    const pausedAfter = (settings: object): number => {
      const talk = running([refund], {}, settings);
      for (let count = 1; count <= 20; count += 1) if (talk.turn().lifecycle('refund').action === 'PAUSE') return count;
      return Number.POSITIVE_INFINITY;
    };
    expect([pausedAfter({}), pausedAfter({ maxAttempts: 0 })]).toEqual([6, Number.POSITIVE_INFINITY]);
  });

  test('2.8 a turn that addresses another instance is no attempt, nor is one that starts another', () => {
    const talk = new Conversation([refund, booking]);
    talk.turn({ candidates: { refund: 0.9 } });
    talk.turn({ candidates: { booking: 0.9 } });
    expect(talk.instance('refund').visit.attempts).toBe(0);
    talk.turn({ variables: { date: 'May' } });
    expect(talk.instance('refund').visit.attempts).toBe(0);
  });

  test('2.8 a question that was deferred on the last turn was not made, so no attempt is counted for it', () => {
    const talk = new Conversation(
      [
        { ...refund, whenNotAddressed: 'CONTRIBUTE' },
        { ...booking, priority: 10 },
      ],
      { settings: { maxFieldsToAskPerTurn: 1 } },
    );
    talk.turn({ candidates: { refund: 0.9 } });
    expect(talk.turn({ candidates: { booking: 0.9 } }).plan).toEqual(['booking ASK date', '(deferred) refund ASK ']);
    talk.turn();
    expect([talk.instance('booking').visit.attempts, talk.instance('refund').visit.attempts]).toEqual([1, 0]);
  });

  test('2.8 is not looked at for an instance that does not move', () => {
    const talk = running([again({ maxLoopCount: 1 }), booking]);
    const played = talk.turn({ signals: [['CONTINUE', 'booking']] });
    expect(played.lifecycle('payment').reason).toBe('QUIET');
  });

  test('2.8 a value that the scenario collects and that becomes known or changes sets all counts back to 0, a null does not', () => {
    const counts = (variables: TurnDraft['variables']): number => {
      const draft = again();
      const talk = running(
        [{ ...draft, steps: [...draft.steps, { stepId: 'later', collectsProfileFields: ['note'], to: ['end'] }] }],
        { patch: { note: 'old' } },
      );
      talk.turn(no);
      talk.turn({ ...no, ...(variables ? { variables } : {}) });
      return talk.instance('payment').loopCounts.get('confirm') ?? 0;
    };
    expect([counts(undefined), counts({ note: 'new' }), counts({ note: 'old' }), counts({ note: null })]).toEqual([
      3, 1, 3, 3,
    ]);
  });
});

describe('2.9 displaced or interrupted', () => {
  test('2.9 one that a start excludes is paused as PREEMPTED', () => {
    const talk = new Conversation([refund, { ...booking, priority: 1 }], {
      relationships: [aRelationship('refund', 'EXCLUDES', 'booking')],
    });
    talk.turn({ candidates: { refund: 0.9 } });
    const played = talk.turn({ candidates: { booking: 0.9 } });
    expect(played.actions).toEqual(['refund PAUSE PREEMPTED', 'booking START CANDIDATE']);
    expect(played.lifecycle('refund').displacedByInstanceIds).toEqual(['booking#2']);
    expect(played.plan).toEqual(['booking ASK date']);
  });

  test('2.9 one that makes room is paused as PREEMPTED', () => {
    const talk = new Conversation([refund, booking], { settings: { maxSimultaneousScenarios: 1 } });
    talk.turn({ candidates: { refund: 0.9 } });
    expect(talk.turn({ candidates: { booking: 0.9 } }).actions).toEqual([
      'refund PAUSE PREEMPTED',
      'booking START CANDIDATE',
    ]);
  });

  test('2.9 one that is both displaced and interrupted is PREEMPTED', () => {
    const talk = new Conversation([{ ...refund, whenNotAddressed: 'PAUSE' }, booking], {
      settings: { maxSimultaneousScenarios: 1 },
    });
    talk.turn({ candidates: { refund: 0.9 } });
    expect(talk.turn({ candidates: { booking: 0.9 } }).actions).toEqual([
      'refund PAUSE PREEMPTED',
      'booking START CANDIDATE',
    ]);
  });

  test('2.9 one that the turn does not address is paused as INTERRUPTED where its scenario says so', () => {
    const played = running([{ ...refund, whenNotAddressed: 'PAUSE' }, booking]).turn({ variables: { date: 'May' } });
    expect(played.actions).toEqual(['refund PAUSE INTERRUPTED', 'booking CONTINUE GOES_ON']);
  });
});

test('2.10 continue: otherwise it goes on', () => {
  expect(running([refund, silent('chat')]).turn().actions).toEqual([
    'refund CONTINUE GOES_ON',
    'chat CONTINUE GOES_ON',
  ]);
});

test('2.10 continue: a step without a way on stays where it is', () => {
  expect(
    running([{ scenarioId: 'chat', steps: [waiting, end] }])
      .turn()
      .transition('chat'),
  ).toMatchObject({ targetStepId: 'wait', reason: 'NO_TRANSITION' });
});
