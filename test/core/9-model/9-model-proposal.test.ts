import {
  createFailedProposal,
  type ModelFailureReason,
  type ProposedAction,
} from '../../../src/core/model/model-proposal';
import { aRelationship, Conversation, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { aProposal } from '../../support/proposals';
import { changeFirstStep, startConversation } from '../../support/running';
import { acting, asking, confirming, end, silent } from '../../support/sample-scenarios';

const refund = asking('refund', ['order_id']);
const booking = asking('booking', ['date']);

/** Plays a turn on which the model proposes an action for the first scenario, and returns the decision about it. */
function decideWithProposal(
  action: ProposedAction,
  scenarios: readonly ScenarioDraft[],
  draft: TurnDraft = {},
  settings = {},
) {
  const conversation = startConversation(scenarios, {}, settings);
  const [scenarioId = ''] = scenarios.map((scenario) => scenario.scenarioId);
  const proposal = aProposal({ actions: { [conversation.instance(scenarioId).instanceId]: action } });
  return conversation.turn({ ...draft, proposal }).lifecycle(scenarioId);
}

describe('a proposed action', () => {
  test.each<ProposedAction>(['PAUSE', 'COMPLETE', 'CANCEL'])(
    '9: the model can choose %s if the rules decide CONTINUE',
    (action) => {
      expect(decideWithProposal(action, [refund])).toMatchObject({
        action,
        reason: 'MODEL',
        proposed: action,
        overruledBy: '',
      });
    },
  );

  test('9: a proposed CONTINUE keeps the reason of the rules', () => {
    const decision = { action: 'CONTINUE', reason: 'GOES_ON', proposed: 'CONTINUE', overruledBy: '' };
    expect(decideWithProposal('CONTINUE', [refund])).toMatchObject(decision);
  });

  test('9: the model can choose an action for an instance that is not addressed', () => {
    const conversation = startConversation([refund, booking]);
    const proposal = aProposal({ actions: { [conversation.instance('booking').instanceId]: 'CANCEL' } });
    expect(conversation.turn({ variables: { order_id: 1 }, proposal }).actions).toEqual([
      'refund CONTINUE GOES_ON',
      'booking CANCEL MODEL',
    ]);
  });

  test('9: an instance that the model ends or pauses neither moves nor contributes', () => {
    const conversation = startConversation([refund]);
    const proposal = aProposal({ actions: { [conversation.instance('refund').instanceId]: 'PAUSE' } });
    const turn = conversation.turn({ variables: { order_id: 1 }, proposal });
    expect(turn.result.transitionDecisions).toEqual([]);
    expect(turn.plan).toEqual([]);
    expect(conversation.instance('refund')).toMatchObject({
      currentStepId: 'ask_order_id',
      pauseReason: 'USER_REQUEST',
    });
  });

  test.each<[ProposedAction, readonly unknown[]]>([
    ['COMPLETE', [{ status: 'COMPLETED', lastStepId: 'ask_order_id' }]],
    ['CANCEL', [{ status: 'CANCELLED', lastStepId: 'ask_order_id' }]],
  ])('9: an instance for which the model chooses %s ends at the step where it was', (action, ended) => {
    const conversation = startConversation([asking('refund', ['order_id', 'reason'])]);
    const proposal = aProposal({ actions: { 'refund#1': action } });
    const turn = conversation.turn({ variables: { order_id: 1 }, proposal });
    expect([turn.result.transitionDecisions, turn.plan]).toEqual([[], []]);
    expect(turn.lifecycle('refund').sourceStepId).toBe('ask_order_id');
    expect(conversation.session.endedInstances).toMatchObject(ended);
  });

  test('9: a proposal for an instance that starts on the turn has no effect', () => {
    const conversation = new Conversation([refund]);
    const proposal = aProposal({ actions: { 'refund#1': 'PAUSE' } });
    expect(conversation.turn({ candidates: { refund: 0.9 }, proposal }).plan).toEqual(['refund ASK order_id']);
    expect(conversation.instance('refund').status).toBe('ACTIVE');
  });

  test('9: the quiet instances contribute if the model pauses the only other one', () => {
    const conversation = startConversation([refund, booking]);
    const proposal = aProposal({ actions: { [conversation.instance('refund').instanceId]: 'PAUSE' } });
    expect(conversation.turn({ signals: [['CONTINUE', 'refund']], proposal }).plan).toEqual(['booking ASK date']);
  });

  test('9: the rules decide about instances that the proposal does not mention', () => {
    const conversation = startConversation([refund]);
    const turn = conversation.turn({ proposal: aProposal({ actions: { 'unknown#9': 'CANCEL' } }) });
    expect(turn.lifecycle('refund')).toMatchObject({ reason: 'GOES_ON', proposed: undefined, overruledBy: '' });
  });
});

describe('an overruled action', () => {
  const overruled = { proposed: 'CONTINUE', overruledBy: 'RULES' };
  const needsMore = { condition: 'data.more == 1' };
  const toMore = changeFirstStep(confirming('refund'), { to: ['more'] });
  const more = { stepId: 'more', collectsProfileFields: ['more'], to: [{ to: 'wait', ...needsMore }, 'confirm'] };

  test.each<[string, readonly ScenarioDraft[], TurnDraft, object, object]>([
    ['a signal completes the instance (2.3)', [refund], { signals: ['COMPLETE'] }, {}, { action: 'COMPLETE' }],
    ['a signal cancels the instance (2.4)', [refund], { signals: ['CANCEL'] }, {}, { action: 'CANCEL' }],
    ['a signal pauses the instance (2.6)', [refund], { signals: ['PAUSE'] }, {}, { action: 'PAUSE' }],
    [
      'its completion_condition is TRUE (2.3)',
      [silent('s', { completionCondition: 'true' })],
      {},
      {},
      { reason: 'CONDITION' },
    ],
    ['the instance is idle (2.7)', [{ ...refund, idleTimeoutMs: 1, idleAction: 'CANCEL' }], {}, {}, { reason: 'IDLE' }],
    ['a start displaces the instance (2.9)', [refund], { signals: [['START', 'x']] }, {}, { reason: 'PREEMPTED' }],
    [
      'the instance is interrupted (2.9)',
      [{ ...refund, whenNotAddressed: 'PAUSE' }, booking],
      { signals: [['CONTINUE', 'booking']] },
      {},
      { reason: 'INTERRUPTED' },
    ],
  ])('9: a proposed CONTINUE is overruled if %s', (_what, scenarios, draft, settings, expected) => {
    const exclusive = { ...asking('x', ['x']), exclusive: true, priority: 9 };
    const conversation = new Conversation([...scenarios, exclusive], { settings });
    conversation.turn({ candidates: scenarios.map(({ scenarioId }) => [scenarioId, 0.9] as const) });
    const first = scenarios[0]?.scenarioId ?? '';
    const proposal = aProposal({ actions: { [conversation.instance(first).instanceId]: 'CONTINUE' } });
    const decision = conversation.turn({ ...draft, proposal }).lifecycle(first);
    expect(decision).toMatchObject({ ...expected, ...overruled });
  });

  test('9: a loop pauses the instance despite the proposal (2.8)', () => {
    const conversation = startConversation([refund], {}, { maxAttempts: 1 });
    conversation.turn();
    const proposal = aProposal({ actions: { [conversation.instance('refund').instanceId]: 'COMPLETE' } });
    expect(conversation.turn({ proposal }).lifecycle('refund')).toMatchObject({
      action: 'PAUSE',
      reason: 'LOOP',
      proposed: 'COMPLETE',
      overruledBy: 'RULES',
    });
  });

  test('9: the model cannot resume a paused instance', () => {
    const conversation = startConversation([refund], {}, { resumePolicy: 'explicit' });
    conversation.turn({ signals: ['PAUSE'] });
    const proposal = aProposal({ actions: { [conversation.instance('refund').instanceId]: 'CONTINUE' } });
    expect(conversation.turn({ proposal }).lifecycle('refund')).toMatchObject({ reason: 'STAYS_PAUSED', ...overruled });
  });

  test.each<[string, ScenarioDraft]>([
    ['at the current step', confirming('refund')],
    [
      'at a later step',
      {
        ...confirming('refund'),
        steps: [{ stepId: 'ask', collectsProfileFields: ['id'], to: ['confirm'] }, ...confirming('refund').steps],
      },
    ],
    [
      'that is a required action with a confirmation',
      changeFirstStep(acting('refund'), { requiresConfirmation: true }),
    ],
  ])('9: COMPLETE is overruled ahead of a checkpoint %s', (_where, scenario) => {
    expect(decideWithProposal('COMPLETE', [scenario])).toMatchObject({
      action: 'CONTINUE',
      reason: 'GOES_ON',
      proposed: 'COMPLETE',
      overruledBy: 'CHECKPOINT_AHEAD',
    });
  });

  test('9: COMPLETE is applied after the checkpoint is passed', () => {
    const conversation = startConversation([confirming('refund')]);
    conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    const proposal = aProposal({ actions: { [conversation.instance('refund').instanceId]: 'COMPLETE' } });
    expect(conversation.turn({ proposal }).lifecycle('refund')).toMatchObject({ action: 'COMPLETE', reason: 'MODEL' });
  });

  test.each<[string, string, ScenarioDraft]>([
    [
      'at the current step, and the transition needs data',
      'confirm',
      changeFirstStep(confirming('refund'), { to: [{ to: 'wait', ...needsMore }] }),
    ],
    ['and can be reached again', 'more', { ...toMore, steps: [...toMore.steps, more] }],
  ])('9: COMPLETE is applied after the checkpoint is passed %s', (_where, stepId, scenario) => {
    const conversation = startConversation([scenario]);
    conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    const { currentStepId, instanceId, irreversibleDone } = conversation.instance('refund');
    expect([currentStepId, irreversibleDone.map((done) => done.stepId)]).toEqual([stepId, ['confirm']]);
    const proposal = aProposal({ actions: { [instanceId]: 'COMPLETE' } });
    expect(conversation.turn({ proposal }).lifecycle('refund')).toMatchObject({ action: 'COMPLETE', reason: 'MODEL' });
  });

  test('9: COMPLETE is overruled on a second visit of a checkpoint', () => {
    const [confirm = { stepId: '' }, ...rest] = confirming('refund').steps;
    const repeat = { stepId: 'repeat', collectsProfileFields: ['more'], to: ['confirm'] };
    const unknown = { to: 'repeat', condition: '!has(data.more)' };
    const conversation = startConversation([
      { scenarioId: 'refund', steps: [{ ...confirm, to: [unknown, 'wait'] }, repeat, ...rest] },
    ]);
    conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    conversation.turn({ variables: { more: 1 } });
    const { currentStepId, instanceId, irreversibleDone } = conversation.instance('refund');
    expect([currentStepId, irreversibleDone.map(({ stepId }) => stepId)]).toEqual(['confirm', ['confirm']]);
    const proposal = aProposal({ actions: { [instanceId]: 'COMPLETE' } });
    expect(conversation.turn({ proposal }).lifecycle('refund')).toMatchObject({
      action: 'CONTINUE',
      overruledBy: 'CHECKPOINT_AHEAD',
    });
  });

  test('9: COMPLETE is overruled after a late success (0.6)', () => {
    const [act = { stepId: '' }, ...rest] = acting('refund').steps;
    const back = { stepId: 'back', collectsProfileFields: ['more'], to: ['act'] };
    const leftStep = { ...act, to: [{ to: 'back', outcomes: ['DECLINED'] }, 'wait'] } as const;
    const conversation = startConversation([{ scenarioId: 'refund', steps: [leftStep, back, ...rest] }]);
    const { instanceId } = conversation.instance('refund');
    conversation.turn({ outcomes: [{ kind: 'DECLINED' }] });
    conversation.turn({ outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId, stepId: 'act' }] });
    expect(conversation.instance('refund')).toMatchObject({
      currentStepId: 'back',
      irreversibleDone: [{ stepId: 'act', passed: false }],
    });
    const proposal = aProposal({ actions: { [instanceId]: 'COMPLETE' } });
    expect(conversation.turn({ proposal }).lifecycle('refund')).toMatchObject({
      action: 'CONTINUE',
      overruledBy: 'CHECKPOINT_AHEAD',
    });
  });

  test.each<ProposedAction>(['CANCEL', 'COMPLETE'])(
    '9: %s is overruled while the result of a required action is awaited',
    (proposed) => {
      const overruledBy = 'AWAITS_RESULT';
      expect(decideWithProposal(proposed, [acting('refund')])).toMatchObject({
        action: 'CONTINUE',
        proposed,
        overruledBy,
      });
    },
  );

  test('9: a CANCEL signal is applied while a result is awaited', () => {
    const conversation = startConversation([acting('refund')]);
    expect(conversation.turn({ signals: ['CANCEL'] }).lifecycle('refund')).toMatchObject({ reason: 'USER_REQUEST' });
  });

  test('9: an instance that the model completes satisfies a dependency on the same turn (1.1)', () => {
    const conversation = new Conversation([refund, booking], {
      relationships: [aRelationship('booking', 'DEPENDS_ON', 'refund')],
    });
    conversation.turn({ candidates: { refund: 0.9 } });
    const proposal = aProposal({ actions: { [conversation.instance('refund').instanceId]: 'COMPLETE' } });
    const turn = conversation.turn({ candidates: { booking: 0.9 }, proposal });
    expect(turn.actions).toEqual(['refund COMPLETE MODEL', 'booking START CANDIDATE']);
    expect(turn.rejections).toEqual([]);
  });
});

describe('the score test', () => {
  const belowThreshold: TurnDraft = { candidates: { refund: 0.1 } };
  const aboveThreshold: TurnDraft = { candidates: { refund: 0.9 } };
  const fits = aProposal({ fits: { refund: true } });
  const doesNotFit = aProposal({ fits: { refund: false } });

  test('9: a candidate below the threshold starts if the model finds that it fits', () => {
    expect(new Conversation([refund]).turn({ ...belowThreshold, proposal: fits }).lifecycle('refund')).toMatchObject({
      action: 'START',
      reason: 'CANDIDATE',
      confidence: 0.1,
      reasoning: 'The model finds that the message is about "refund", and no rule rejects it.',
      proposed: 'START',
      overruledBy: '',
    });
  });

  test('9: a candidate above the threshold is rejected if the model finds that it does not fit', () => {
    expect(new Conversation([refund]).turn({ ...aboveThreshold, proposal: doesNotFit }).rejections).toEqual([
      'refund MODEL',
    ]);
  });

  test('9: a candidate that the proposal does not mention is tested by its score', () => {
    const proposal = aProposal({ fits: { other: false } });
    expect(new Conversation([refund]).turn({ ...aboveThreshold, proposal }).actions).toEqual([
      'refund START CANDIDATE',
    ]);
    expect(new Conversation([refund]).turn({ ...belowThreshold, proposal }).rejections).toEqual([
      'refund BELOW_THRESHOLD',
    ]);
  });

  test('9: a START that is aimed at a scenario does not need the model', () => {
    const turn = new Conversation([refund]).turn({
      ...aboveThreshold,
      signals: [['START', 'refund']],
      proposal: doesNotFit,
    });
    expect(turn.lifecycle('refund')).toMatchObject({ reason: 'AIMED', proposed: undefined, overruledBy: 'RULES' });
  });

  test('9: a candidate that fits and is rejected becomes pending (2.14)', () => {
    const conversation = new Conversation([asking('refund', ['order_id'], { requires: { vip: 'HARD' } })]);
    expect(conversation.turn({ ...belowThreshold, proposal: fits }).rejections).toEqual(['refund MISSING_HARD_FIELDS']);
    expect(conversation.turn({ variables: { vip: true } }).actions).toEqual(['refund START PENDING']);
  });

  test('9: a named paused scenario resumes only if the model finds that it fits (2.11)', () => {
    const startPaused = () => {
      const conversation = startConversation([refund], {}, { resumePolicy: 'explicit' });
      conversation.turn({ signals: ['PAUSE'] });
      return conversation;
    };
    expect(startPaused().turn({ ...belowThreshold, proposal: fits }).actions).toEqual(['refund CONTINUE RESUMED']);
    expect(startPaused().turn({ ...aboveThreshold, proposal: doesNotFit }).actions).toEqual([
      'refund PAUSE STAYS_PAUSED',
    ]);
  });

  test.each<[string, ScenarioDraft, TurnDraft, object]>([
    ['DISABLED', asking('refund', ['order_id'], { enabled: false }), {}, {}],
    ['ENTRY_CONDITION', asking('refund', ['order_id'], { entryCondition: 'data.vip == true' }), {}, {}],
    ['MISSING_HARD_FIELDS', asking('refund', ['order_id'], { requires: { vip: 'HARD' } }), {}, {}],
    ['FILTERING_DISABLED', refund, {}, { filteringEnabled: false }],
    ['EXCLUDED', asking('refund', ['order_id'], { exclusive: true }), {}, {}],
    ['MULTI_SCENARIO_DISABLED', refund, {}, { enableMultiScenario: false }],
    ['CAPACITY', refund, { signals: [['CONTINUE', 'booking']] }, { maxSimultaneousScenarios: 1 }],
  ])('9: %s rejects a candidate that fits', (reason, scenario, draft, settings) => {
    const conversation = new Conversation([booking, scenario], { settings: { ...settings, filteringEnabled: true } });
    conversation.turn({ candidates: { booking: 0.9 } });
    const restricted = new Conversation([booking, scenario], { settings });
    restricted.session = conversation.session;
    const { result } = restricted.turn({ ...aboveThreshold, ...draft, proposal: fits });
    expect(result.rejectedCandidates).toMatchObject([{ reason, proposed: 'START', overruledBy: 'RULES' }]);
  });
});

describe('a failed request to the model', () => {
  const reasons: readonly ModelFailureReason[] = ['TIMEOUT', 'OFF_SCHEMA', 'CIRCUIT_OPEN'];

  test.each(reasons)('9: after %s the turn is decided without the model, and the decisions report it', (reason) => {
    const draft: TurnDraft = { candidates: { booking: 0.9, other: 0.1 } };
    const conversation = startConversation([refund, confirming('done')]);
    conversation.store(booking);
    conversation.store(asking('other', ['x']));
    const withoutModel = conversation.decide({ ...draft, occurredAt: 9 }).result;
    const { modelProposal, lifecycleDecisions, rejectedCandidates, ...rest } = conversation.decide({
      ...draft,
      occurredAt: 9,
      proposal: createFailedProposal(reason),
    }).result;
    expect(modelProposal?.outcome).toBe(reason);
    expect(lifecycleDecisions.map(({ overruledBy }) => overruledBy)).toEqual([reason, reason, reason]);
    expect(rejectedCandidates.map(({ overruledBy }) => overruledBy)).toEqual([reason]);
    const withoutFailure = <T extends object>(decision: T) => ({ ...decision, overruledBy: '' });
    const decided = {
      ...rest,
      lifecycleDecisions: lifecycleDecisions.map(withoutFailure),
      rejectedCandidates: rejectedCandidates.map(withoutFailure),
    };
    expect(decided).toEqual({ ...withoutModel, modelProposal: undefined });
  });

  test('9: a failure is not reported for a start or rejection that does not depend on the model', () => {
    const implied = asking('implied', ['x'], { enabled: false });
    const conversation = new Conversation([refund, implied], {
      relationships: [aRelationship('refund', 'IMPLIES', 'implied')],
    });
    const { result } = conversation.turn({
      signals: [['START', 'refund']],
      proposal: createFailedProposal('TIMEOUT'),
    });
    const decisions = [...result.lifecycleDecisions, ...result.rejectedCandidates];
    expect(decisions.map(({ scenarioId, overruledBy }) => [scenarioId, overruledBy])).toEqual([
      ['refund', ''],
      ['implied', ''],
    ]);
  });

  test('9: a failure is not reported if the rules leave no choice', () => {
    const conversation = startConversation([refund]);
    expect(
      conversation.turn({ signals: ['CANCEL'], proposal: createFailedProposal('TIMEOUT') }).lifecycle('refund')
        .overruledBy,
    ).toBe('');
  });
});

test('9: the proposal is recorded with the result', () => {
  const proposal = aProposal({ fits: { refund: true } });
  expect(new Conversation([refund]).turn({ proposal }).result.modelProposal).toBe(proposal);
});

test('9: the model does not resolve a CHOICE (1.5)', () => {
  const conversation = new Conversation([refund, booking], {
    relationships: [aRelationship('refund', 'AMBIGUOUS', 'booking')],
  });
  const proposal = aProposal({ fits: { refund: true, booking: true } });
  const turn = conversation.turn({ candidates: { refund: 0.3, booking: 0.29 }, proposal });
  expect(turn.plan).toEqual(['CHOICE refund,booking']);
});

test('9: the model can complete a scenario without a checkpoint', () => {
  expect(
    decideWithProposal('COMPLETE', [
      { scenarioId: 's', steps: [{ stepId: 'ask', collectsProfileFields: ['x'], to: ['end'] }, end] },
    ]),
  ).toMatchObject({ action: 'COMPLETE', reason: 'MODEL' });
});
