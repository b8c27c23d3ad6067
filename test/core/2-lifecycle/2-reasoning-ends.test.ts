import { Conversation, type PlayedTurn, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { aProposal } from '../../support/proposals';
import { acting, asking, confirming, end, type Variation } from '../../support/sample-scenarios';

const minute = 60_000;
const refund = (variation: Variation = {}): ScenarioDraft =>
  asking('refund', ['order'], { name: 'Refund', ...variation });
const booking = (variation: Variation = {}): ScenarioDraft =>
  asking('booking', ['date'], { name: 'Booking', ...variation });
const startRefund: TurnDraft = { candidates: { refund: 0.9 } };
const propose = (action: 'COMPLETE' | 'CANCEL'): TurnDraft => ({
  proposal: aProposal({ actions: { 'refund#1': action } }),
});

function playAll(conversation: Conversation, ...drafts: readonly [TurnDraft, ...TurnDraft[]]): PlayedTurn {
  const [first, ...rest] = drafts;
  return rest.reduce((_before, draft) => conversation.turn(draft), conversation.turn(first));
}

test.each<[string, () => PlayedTurn, string]>([
  [
    'CONDITION',
    () => playAll(new Conversation([refund({ cancelCondition: 'turn == 2' })]), startRefund, {}),
    'The cancel_condition of "Refund" is TRUE.',
  ],
  [
    'PREEMPTED',
    () =>
      playAll(
        new Conversation([refund({ whenDisplaced: 'CANCEL' }), booking()], {
          settings: { maxSimultaneousScenarios: 1 },
        }),
        startRefund,
        { candidates: { booking: 0.9 } },
      ),
    '"Refund" is displaced by "Booking", and its when_displaced is CANCEL.',
  ],
  [
    'IDLE',
    () =>
      playAll(
        new Conversation([refund({ idleTimeoutMs: 2 * minute, idleAction: 'CANCEL' })]),
        { ...startRefund, occurredAt: 10 * minute },
        { trigger: 'TIMER', occurredAt: 13 * minute },
      ),
    '"Refund" was idle for 180 s, longer than its idle_timeout of 120 s.',
  ],
  [
    'MODEL',
    () => playAll(new Conversation([refund()]), startRefund, propose('CANCEL')),
    'The model chose CANCEL for "Refund".',
  ],
  [
    'MODEL',
    () => playAll(new Conversation([refund()]), startRefund, propose('COMPLETE')),
    'The model chose COMPLETE for "Refund".',
  ],
  [
    'USER_REQUEST',
    () => playAll(new Conversation([confirming('refund', { name: 'Refund' })]), startRefund, { signals: ['COMPLETE'] }),
    '"Refund" received a COMPLETE signal. It ends as FAILED.',
  ],
  [
    'TERMINAL',
    () => playAll(new Conversation([{ ...refund(), steps: [{ ...end, ending: 'FAILED' }] }]), startRefund, {}),
    'The terminal step "end" of "Refund" is finished. It ends as FAILED.',
  ],
])('2: the reasoning of an end with %s states the cause', (reason, play, sentence) => {
  expect(play().lifecycle('refund')).toMatchObject({ reason, reasoning: sentence });
});

test('2.7: the idle time counts from the resume of an instance, if that is later than the last message', () => {
  const conversation = new Conversation([refund({ idleTimeoutMs: 2 * minute })]);
  conversation.turn({ ...startRefund, occurredAt: 10 * minute });
  conversation.turn({ signals: ['PAUSE'], occurredAt: 11 * minute });
  conversation.turn({ trigger: 'TIMER', signals: [['CONTINUE', 'refund']], occurredAt: 20 * minute });
  const played = conversation.turn({ trigger: 'TIMER', occurredAt: 23 * minute });
  expect(played.lifecycle('refund').reasoning).toBe(
    '"Refund" was idle for 180 s, longer than its idle_timeout of 120 s.',
  );
});

test('2.11: the reasoning of a resume names the reason of its own pause', () => {
  const conversation = new Conversation([booking(), refund({ idleTimeoutMs: minute })]);
  conversation.turn({ candidates: { booking: 0.9, refund: 0.8 }, occurredAt: 10 * minute });
  conversation.turn({ signals: [['PAUSE', 'booking']], occurredAt: 11 * minute });
  conversation.turn({ trigger: 'TIMER', occurredAt: 13 * minute });
  const played = conversation.turn({ signals: [['CONTINUE', 'refund']], occurredAt: 14 * minute });
  expect(played.lifecycle('refund').reasoning).toBe('The pause of "Refund" (IDLE) has ended.');
});

describe('11: the reasoning about a call', () => {
  const calling: ScenarioDraft = {
    scenarioId: 'refund',
    name: 'Refund',
    steps: [
      { stepId: 'ask', collectsProfileFields: ['order'], to: ['call'] },
      { stepId: 'call', calls: { scenarioId: 'booking', reuseCompleted: false, returns: [] }, to: ['end'] },
      end,
    ],
  };
  const order: TurnDraft = { variables: { order: 1 } };

  test('11: states that a refused call waits', () => {
    const conversation = new Conversation([calling, booking({ requires: { no: 'HARD' } })]);
    expect(playAll(conversation, startRefund, order, {}).lifecycle('refund')).toMatchObject({
      reason: 'WAITS_FOR_CALL',
      reasoning: '"Refund" waits until its call of "Booking" can start.',
    });
  });

  test('11: names the step that the turn has reached, if the call fails at once', () => {
    const conversation = new Conversation([calling, booking({ enabled: false })]);
    expect(playAll(conversation, startRefund, order).lifecycle('refund')).toMatchObject({
      sourceStepId: 'call',
      reasoning: 'The call of step "call" of "Refund" failed, and no transition handles this outcome.',
    });
  });

  test('11: reports the turns that the refused call of its own caller has left', () => {
    const conversation = new Conversation([asking('first', ['x']), calling, booking({ requires: { no: 'HARD' } })]);
    conversation.turn({ candidates: { first: 0.9 } });
    const played = playAll(conversation, startRefund, order);
    expect(played.result.rejectedCandidates).toMatchObject([{ scenarioId: 'booking', pendingTurnsLeft: 3 }]);
  });
});

test('0.8: an end lists an action of a READ and a WRITE tool as under way', () => {
  const pay = acting('refund');
  const steps = pay.steps.map((step) =>
    step.stepId === 'act'
      ? {
          ...step,
          toolIds: [],
          toolBindings: (['READ', 'WRITE'] as const).map((effect) => ({
            toolId: effect,
            timing: 'DURING_STEP' as const,
            variableNames: [],
            dependsOn: [],
            effect,
          })),
        }
      : step,
  );
  const played = playAll(new Conversation([{ ...pay, steps }]), startRefund, { signals: ['CANCEL'] });
  expect(played.lifecycle('refund').actionsUnderWay).toEqual(['refund#1/act/1']);
});

test('1.1: the start of a scenario is counted once, for this scenario only', () => {
  const conversation = new Conversation([refund(), booking()]);
  conversation.turn(startRefund);
  conversation.turn({ candidates: { booking: 0.9 } });
  conversation.turn({ signals: [['COMPLETE', 'refund']] });
  const counters = [...conversation.session.scenarioCounters].map(([id, { starts, completions }]) => [
    id,
    starts,
    completions,
  ]);
  expect(counters).toEqual([
    ['refund', 1, 1],
    ['booking', 1, 0],
  ]);
});
