import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../../support/conversation';
import { changeFirstStep, startConversation } from '../../support/running';
import { acting, asking, confirming, end, type Variation } from '../../support/sample-scenarios';

const booking = asking('booking', ['date']);

describe('the loop limit', () => {
  /** Every DECLINED opens a new visit of the step. */
  const createRepeating = (variation: Variation = {}, step: Partial<StepDraft> = {}): ScenarioDraft => ({
    ...changeFirstStep(confirming('payment'), { to: [{ to: 'confirm', outcomes: ['DECLINED'] }, 'wait'], ...step }),
    ...variation,
  });

  const decline: TurnDraft = { outcomes: [{ kind: 'DECLINED', instanceId: 'payment#1' }] };

  const declineTimes = (conversation: Conversation, count: number): readonly string[] =>
    Array.from({ length: count }, () => conversation.turn(decline).lifecycle('payment').reason);

  test('2.8: a fourth visit of a step pauses the instance if there is no recovery step', () => {
    const conversation = startConversation([createRepeating()]);
    expect(declineTimes(conversation, 3)).toEqual(['GOES_ON', 'GOES_ON', 'LOOP']);
    expect(conversation.instance('payment')).toMatchObject({
      status: 'PAUSED',
      pauseReason: 'LOOP',
      currentStepId: 'confirm',
    });
    expect(conversation.instance('payment').visit.number).toBe(3);
  });

  test('2.8: the reasoning names the step whose limit would be exceeded', () => {
    const apply = asking('apply', ['income'], {
      maxLoopCount: 1,
      globals: [{ to: 'why', intentLabel: 'ask_why' }],
    });
    const why = {
      stepId: 'why',
      reachableFromAnywhere: true,
      isRecovery: false,
      templateIds: ['why'],
      to: ['ask_income'],
    };
    const conversation = startConversation([{ ...apply, steps: [...apply.steps, why] }]);
    conversation.turn({ intent: 'ask_why' });
    const { reason, reasoning } = conversation.turn({ intent: 'ok' }).lifecycle('apply');
    expect([reason, reasoning]).toEqual(['LOOP', expect.stringContaining('at step "ask_income"')]);
  });

  test.each<[string, Variation, Partial<StepDraft>, number]>([
    ['the step', { maxLoopCount: 5 }, { maxLoopCount: 1 }, 1],
    ['the scenario if the step has none', { maxLoopCount: 2 }, {}, 2],
    ['the configuration if neither has one', {}, {}, 4],
  ])('2.8: the limit comes from %s', (_whose, variation, step, limit) => {
    const conversation = startConversation([createRepeating(variation, step)], {}, { maxLoopCount: 4 });
    const reasons = declineTimes(conversation, limit);
    expect(reasons).toEqual([...Array.from({ length: limit - 1 }, () => 'GOES_ON'), 'LOOP']);
  });

  test('2.8: the instance moves to a recovery step if there is one', () => {
    const draft = createRepeating();
    const conversation = startConversation([
      {
        ...draft,
        steps: [...draft.steps, { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['end'] }],
      },
    ]);
    expect(declineTimes(conversation, 3)).toEqual(['GOES_ON', 'GOES_ON', 'RELOCALIZED']);
    expect(conversation.instance('payment')).toMatchObject({
      status: 'ACTIVE',
      currentStepId: 'help',
      relocalizationCount: 1,
    });
  });

  test('2.8: a failed action is retried up to the limit of visits and failures', () => {
    const conversation = startConversation([acting('upload')]);
    const fail = (): string =>
      conversation
        .turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'upload#1' }] })
        .lifecycle('upload').reason;
    expect([fail(), fail(), fail()]).toEqual(['GOES_ON', 'GOES_ON', 'LOOP']);
  });

  test('2.8: the rule does not apply to an instance that does not walk', () => {
    const conversation = startConversation([createRepeating({ maxLoopCount: 1 }), booking]);
    const played = conversation.turn({ signals: [['CONTINUE', 'booking']] });
    expect(played.lifecycle('payment').reason).toBe('QUIET');
  });

  test('2.8: a changed value of a collected field resets all loop counts, but a null does not', () => {
    const getLoopCount = (variables: TurnDraft['variables']): number => {
      const draft = createRepeating();
      const conversation = startConversation(
        [{ ...draft, steps: [...draft.steps, { stepId: 'later', collectsProfileFields: ['note'], to: ['end'] }] }],
        { patch: { note: 'old' } },
      );
      conversation.turn(decline);
      conversation.turn({ ...decline, ...(variables ? { variables } : {}) });
      return conversation.instance('payment').loopCounts.get('confirm') ?? 0;
    };
    expect([getLoopCount(undefined), getLoopCount({ note: 'old' })]).toEqual([3, 3]);
    expect([getLoopCount({ note: 'new' }), getLoopCount({ note: null })]).toEqual([1, 3]);
  });
});

describe('the attempt limit', () => {
  const refund = asking('refund', ['order_id', 'reason']);

  test('2.8: an ASK that is unanswered more than max_attempts times is a loop', () => {
    const conversation = startConversation([refund], {}, { maxAttempts: 2 });
    expect([conversation.turn(), conversation.turn(), conversation.turn()].map(({ actions }) => actions)).toEqual([
      ['refund CONTINUE GOES_ON'],
      ['refund CONTINUE GOES_ON'],
      ['refund PAUSE LOOP'],
    ]);
  });

  test('2.8: max_attempts is 5 by default, and 0 sets no limit', () => {
    const countTurnsUntilPause = (settings: object): number => {
      const conversation = startConversation([refund], {}, settings);
      for (let count = 1; count <= 20; count += 1)
        if (conversation.turn().lifecycle('refund').action === 'PAUSE') return count;
      return Number.POSITIVE_INFINITY;
    };
    expect([countTurnsUntilPause({}), countTurnsUntilPause({ maxAttempts: 0 })]).toEqual([6, Number.POSITIVE_INFINITY]);
  });

  test('2.8: a turn that addresses or starts another instance is not an attempt', () => {
    const conversation = new Conversation([refund, booking]);
    conversation.turn({ candidates: { refund: 0.9 } });
    conversation.turn({ candidates: { booking: 0.9 } });
    expect(conversation.instance('refund').attempts).toBe(0);
    conversation.turn({ variables: { date: 'May' } });
    expect(conversation.instance('refund').attempts).toBe(0);
  });

  test.each<[string, TurnDraft]>([
    ['names a scenario whose start is refused', { candidates: { booking: 0.9 } }],
    ['asks for something', { requested: ['hours'] }],
  ])('0.8: a turn that %s is no attempt', (_what, draft) => {
    const conversation = startConversation([refund, { ...booking, requires: { no: 'HARD' } }], {
      candidates: { refund: 0.9 },
    });
    conversation.turn(draft);
    expect(conversation.instance('refund')).toMatchObject({ attempts: 0, attemptsTotal: 0 });
  });

  test('2.8: a deferred ASK does not count as an attempt', () => {
    const conversation = new Conversation(
      [
        { ...refund, whenNotAddressed: 'CONTRIBUTE' },
        { ...booking, priority: 10 },
      ],
      { settings: { maxFieldsToAskPerTurn: 1 } },
    );
    conversation.turn({ candidates: { refund: 0.9 } });
    expect(conversation.turn({ candidates: { booking: 0.9 } }).plan).toEqual([
      'booking ASK date',
      '(deferred) refund ASK ',
    ]);
    conversation.turn();
    expect([conversation.instance('booking').attempts, conversation.instance('refund').attempts]).toEqual([1, 0]);
  });

  test('3.6: a start does not take back an attempt that was not counted', () => {
    const conversation = new Conversation([confirming('a'), asking('b', ['b_field'])]);
    conversation.turn({ candidates: { a: 0.9 } });
    conversation.turn({ candidates: { b: 0.9 } });
    expect(conversation.instance('a').attempts).toBe(0);
  });
});

describe('the loop limit of a required action', () => {
  const act: StepDraft = { stepId: 'act', isRequiredAction: true, toolIds: ['upload'], to: ['end'] };
  const failed: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] };

  test('2.8: a failure above the limit is not a loop if a transition handles it', () => {
    const step: StepDraft = { ...act, to: [{ to: 'end', outcomes: ['ACTION_FAILED'] }, 'end'] };
    const conversation = startConversation([{ scenarioId: 'upload', maxLoopCount: 1, steps: [step, end] }]);
    expect(conversation.turn(failed).plan).toEqual(['upload INFORM bye']);
  });

  test('2.8: after a pause for a loop the action is retried with reset counts', () => {
    const conversation = startConversation([{ scenarioId: 'upload', steps: [act, end] }]);
    for (let failures = 0; failures < 3; failures += 1) conversation.turn(failed);
    const resumed = conversation.turn({ signals: [['CONTINUE', 'upload']] });
    expect(resumed.plan).toEqual(['upload ACTION_HINT upload']);
    expect(resumed.contribution('upload').isReprompt).toBe(true);
    expect(conversation.instance('upload').loopCounts.get('act') ?? 0).toBe(0);
    expect(conversation.turn({ outcomes: [{ kind: 'ACTION_SUCCEEDED' }] }).plan).toEqual(['upload INFORM bye']);
  });

  test('2.8: an action that did not fail is not a loop, however often its step was entered', () => {
    const conversation = startConversation([acting('upload')], {}, { maxLoopCount: 1 });
    const instances = conversation.session.instances.map((instance) => ({
      ...instance,
      loopCounts: new Map([['act', 9]]),
    }));
    conversation.session = { ...conversation.session, instances };
    expect(conversation.turn({ signals: ['CONTINUE'] }).actions).toEqual(['upload CONTINUE GOES_ON']);
  });
});

test('2.8: a CONFIRM that is unanswered more than max_attempts times is a loop', () => {
  const conversation = startConversation([confirming('payment')], {}, { maxAttempts: 1 });
  expect(conversation.turn().plan).toEqual(['payment CONFIRM ']);
  expect(conversation.turn().actions).toEqual(['payment PAUSE LOOP']);
});

test.each<[string, Partial<StepDraft>, Variation]>([
  ['the step', { maxAttempts: 1 }, { maxAttempts: 9 }],
  ['the scenario if the step has none', {}, { maxAttempts: 1 }],
])('2.8: the limit on attempts comes from %s', (_whose, step, variation) => {
  const conversation = startConversation([changeFirstStep(asking('refund', ['order_id'], variation), step)]);
  expect(conversation.turn().actions).toEqual(['refund CONTINUE GOES_ON']);
  expect(conversation.turn().actions).toEqual(['refund PAUSE LOOP']);
});

test('2.8: a LOOP pause starts and resumes nothing on its turn', () => {
  const conversation = new Conversation([asking('a', ['a_field'], { priority: 5 }), asking('b', ['b_field'])], {
    settings: { maxSimultaneousScenarios: 1, maxAttempts: 1 },
  });
  conversation.turn({ candidates: { a: 0.9 } });
  conversation.turn({ candidates: { b: 0.8 } });
  conversation.turn();
  expect(conversation.turn().actions).toEqual(['a PAUSE LOOP']);
  expect(conversation.turn().actions).toEqual(['a PAUSE STAYS_PAUSED', 'b START PENDING']);
});
