import type { PlayedTurn, ScenarioDraft } from '../../support/conversation';
import { asking, end } from '../../support/sample-scenarios';
import { describeOnBothStores } from './describe-on-both-stores';

/** Collects the order and the reason, confirms and pays the refund, and then collects contact data. */
const refund: ScenarioDraft = {
  scenarioId: 'refund',
  steps: [
    { stepId: 'order', collectsProfileFields: ['order_id'], to: ['reason'] },
    { stepId: 'reason', collectsProfileFields: ['reason'], to: ['pay'] },
    {
      stepId: 'pay',
      isCheckpoint: true,
      checkpointDescription: 'the refund is paid',
      isRequiredAction: true,
      toolBindings: [{ toolId: 'transfer', timing: 'DURING_STEP', variableNames: ['receipt'], dependsOn: [] }],
      confirmsFields: ['order_id'],
      to: ['email'],
    },
    { stepId: 'email', collectsProfileFields: ['email'], to: ['city'] },
    { stepId: 'city', collectsProfileFields: ['city'], to: ['end'] },
    end,
  ],
};
const startRefund = { candidates: { refund: 0.9 } };
const order = { order_id: '4711' };
const allFields = { ...order, reason: 'broken' };
const transferSucceeded = {
  trigger: 'TOOL_RESULTS',
  outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'transfer', results: { receipt: 'r-1' } }],
} as const;

function getActionKey(turn: Pick<PlayedTurn, 'contribution'>): string {
  const contribution = turn.contribution('refund');
  return contribution.type === 'ACTION_HINT' ? contribution.actionKey : 'none';
}

describeOnBothStores('one scenario', (start) => {
  describe('skipping steps', () => {
    test.each([
      ['the profile', { customer: allFields }],
      ['session variables', { patch: allFields }],
      ['the message', { variables: allFields }],
      ['all of them', { customer: { reason: 'broken' }, patch: order }],
    ])('3.5: START skips steps whose fields are known from %s', async (_from, known) => {
      const conversation = await start([refund]);
      const turn = await conversation.turn({ ...startRefund, ...known });
      expect(turn.transition('refund')).toMatchObject({
        sourceStepId: 'order',
        targetStepId: 'pay',
        wasSkipped: true,
        skippedSteps: ['order', 'reason'],
        transitionsTaken: ['order/1', 'reason/1'],
      });
      expect(turn.plan).toEqual(['refund CONFIRM order_id=4711']);
    });

    test('3.5: START skips to the first step with a missing field', async () => {
      const conversation = await start([refund]);
      const turn = await conversation.turn({ ...startRefund, customer: order });
      expect(turn.transition('refund')).toMatchObject({ targetStepId: 'reason', skippedSteps: ['order'] });
      expect(turn.plan).toEqual(['refund ASK reason']);
    });

    test('3.5: data for a later step does not skip an earlier step', async () => {
      const conversation = await start([refund]);
      const turn = await conversation.turn({ ...startRefund, patch: { reason: 'broken' } });
      expect(turn.transition('refund')).toMatchObject({ targetStepId: 'order', wasSkipped: false });
    });

    test('3.5, 3.7: a checkpoint is never skipped, also if all data is known', async () => {
      const conversation = await start([refund]);
      const turn = await conversation.turn({
        ...startRefund,
        customer: { ...allFields, email: 'a@example.org', city: 'Berlin' },
      });
      expect(turn.transition('refund').targetStepId).toBe('pay');
      expect((await conversation.turn()).transition('refund').targetStepId).toBe('pay');
    });

    test('0.4: null hides a value of the profile, so that the field is asked', async () => {
      const conversation = await start([refund]);
      const turn = await conversation.turn({ ...startRefund, customer: allFields, variables: { order_id: null } });
      expect(turn.plan).toEqual(['refund ASK order_id']);
    });
  });

  describe('confirmations and actions', () => {
    test('3.1, 3.7, 5: each outcome advances the scenario in the turn in which it arrives', async () => {
      const conversation = await start([refund]);
      await conversation.turn({ ...startRefund, variables: allFields });
      const confirmed = await conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
      expect(confirmed.plan).toEqual(['refund ACTION_HINT transfer']);
      const { instanceId, visit } = conversation.getInstance('refund');
      expect(confirmed.contribution('refund')).toMatchObject({ actionKey: `${instanceId}/pay/${visit.number}` });
      const done = await conversation.turn(transferSucceeded);
      expect(done.result.turnCount).toBe(2);
      expect(done.plan).toEqual(['refund ASK email']);
      expect(conversation.getInstance('refund')).toMatchObject({
        variables: new Map([['receipt', 'r-1']]),
        irreversibleDone: [{ stepId: 'pay', description: 'the refund is paid' }],
        stepsBeforeCheckpoint: ['order', 'pay', 'reason'],
      });
    });

    test('0.5: an outcome for one instance does not affect others, whose questions stay open', async () => {
      const conversation = await start([refund, asking('status', ['postcode'])]);
      await conversation.turn({ ...startRefund, variables: allFields });
      await conversation.turn({ candidates: { status: 0.9 }, outcomes: [{ kind: 'CONFIRMED' }] });
      const turn = await conversation.turn({
        ...transferSucceeded,
        outcomes: [{ ...transferSucceeded.outcomes[0], instanceId: conversation.getInstance('refund').instanceId }],
      });
      expect(turn.plan).toEqual(['refund ASK email', 'status NONE']);
      expect(conversation.getInstance('status').requests).toMatchObject([
        { kind: 'ASK', status: 'OPEN', fields: ['postcode'], attempts: 0 },
      ]);
    });

    test('3.1: a failed action is retried in the same visit', async () => {
      const conversation = await start([refund]);
      await conversation.turn({ ...startRefund, variables: allFields });
      const first = await conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
      const again = await conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] });
      expect(again.plan).toEqual(['refund ACTION_HINT transfer']);
      expect(again.contribution('refund')).toMatchObject({ isReprompt: true, actionKey: getActionKey(first) });
      expect(conversation.getInstance('refund').loopCounts.get('pay')).toBe(2);
    });

    test('0.6: an outcome for a previous step is returned as ignored', async () => {
      const conversation = await start([refund]);
      await conversation.turn({ ...startRefund, variables: allFields });
      const turn = await conversation.turn({ outcomes: [{ kind: 'DECLINED', stepId: 'order' }] });
      expect(turn.result.ignoredOutcomes).toMatchObject([{ outcome: { kind: 'DECLINED', stepId: 'order' } }]);
      expect(turn.plan).toEqual(['refund CONFIRM order_id=4711']);
    });
  });

  describe('corrections', () => {
    test('3.9: before the checkpoint, a corrected value is confirmed again', async () => {
      const conversation = await start([refund]);
      await conversation.turn({ ...startRefund, variables: allFields });
      const turn = await conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }], variables: { order_id: '4712' } });
      expect(turn.transition('refund')).toMatchObject({ reason: 'CORRECTED', correctedFields: ['order_id'] });
      expect(turn.plan).toEqual(['refund CONFIRM order_id=4712']);
    });

    test('3.9: after the checkpoint, a correction is blocked, with the description of the checkpoint', async () => {
      const conversation = await start([refund]);
      await conversation.turn({ ...startRefund, variables: allFields });
      await conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
      await conversation.turn(transferSucceeded);
      const blocked = await conversation.turn({ variables: { order_id: '4712' } });
      expect(blocked.transition('refund')).toMatchObject({
        reason: 'BLOCKED_BY_CHECKPOINT',
        targetStepId: 'email',
        blockedByCheckpoint: 'the refund is paid',
      });
      expect(blocked.plan).toEqual(['refund ASK email']);
    });

    test('3.9: other values in the turn of a blocked correction are applied', async () => {
      const conversation = await start([refund]);
      await conversation.turn({ ...startRefund, variables: allFields });
      await conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
      await conversation.turn(transferSucceeded);
      const turn = await conversation.turn({ variables: { order_id: '4712', email: 'a@example.org' } });
      expect(turn.transition('refund')).toMatchObject({
        reason: 'ADVANCED',
        blockedByCheckpoint: 'the refund is paid',
      });
      expect(turn.plan).toEqual(['refund ASK city']);
    });
  });
});
