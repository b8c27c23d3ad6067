import type { Played, ScenarioDraft } from '../../support/conversation';
import { asking, end } from '../../support/sample-scenarios';
import { describeOnBothStores } from './describe-on-both-stores';

/** Asks for order and reason, wants the refund confirmed, pays it, then asks where to write to. */
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
const named = { candidates: { refund: 0.9 } };
const order = { order_id: '4711' };
const all = { ...order, reason: 'broken' };
const transferred = {
  trigger: 'TOOL_RESULTS',
  outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'transfer', results: { receipt: 'r-1' } }],
} as const;

function actionKeyOf(turn: Played): string {
  const contribution = turn.contribution('refund');
  return contribution.type === 'ACTION_HINT' ? contribution.actionKey : 'none';
}

describeOnBothStores('one scenario', (begin) => {
  describe('skipping', () => {
    test.each([
      ['the profile', { customer: all }],
      ['session variables', { patch: all }],
      ['the message', { variables: all }],
      ['all of them', { customer: { reason: 'broken' }, patch: order }],
    ])('3.5: at START, with both fields known from %s', async (_from, known) => {
      const talk = await begin([refund]);
      const turn = await talk.turn({ ...named, ...known });
      expect(turn.transition('refund')).toMatchObject({
        sourceStepId: 'order',
        targetStepId: 'pay',
        wasSkipped: true,
        skippedSteps: ['order', 'reason'],
        transitionsTaken: ['order/1', 'reason/1'],
      });
      expect(turn.plan).toEqual(['refund CONFIRM order_id=4711']);
    });

    test('3.5: with a part of the data it stops at the first question that is open', async () => {
      const talk = await begin([refund]);
      const turn = await talk.turn({ ...named, customer: order });
      expect(turn.transition('refund')).toMatchObject({ targetStepId: 'reason', skippedSteps: ['order'] });
      expect(turn.plan).toEqual(['refund ASK reason']);
    });

    test('3.5: data for a later question does not skip the one before it', async () => {
      const talk = await begin([refund]);
      const turn = await talk.turn({ ...named, patch: { reason: 'broken' } });
      expect(turn.transition('refund')).toMatchObject({ targetStepId: 'order', wasSkipped: false });
    });

    test('3.5, 3.7: no data skips the checkpoint, however much is known', async () => {
      const talk = await begin([refund]);
      const turn = await talk.turn({ ...named, customer: { ...all, email: 'a@example.org', city: 'Berlin' } });
      expect(turn.transition('refund').targetStepId).toBe('pay');
      expect((await talk.turn()).transition('refund').targetStepId).toBe('pay');
    });

    test('0.4: a null hides what the profile knows, so that it is asked', async () => {
      const talk = await begin([refund]);
      const turn = await talk.turn({ ...named, customer: all, variables: { order_id: null } });
      expect(turn.plan).toEqual(['refund ASK order_id']);
    });
  });

  describe('confirming and doing', () => {
    test('3.1, 3.7, 5: the whole way, each result on the turn on which it comes', async () => {
      const talk = await begin([refund]);
      await talk.turn({ ...named, variables: all });
      const hinted = await talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
      expect(hinted.plan).toEqual(['refund ACTION_HINT transfer']);
      const { instanceId, visit } = talk.getInstance('refund');
      expect(hinted.contribution('refund')).toMatchObject({ actionKey: `${instanceId}/pay/${visit.number}` });
      const done = await talk.turn(transferred);
      expect(done.result.turnCount).toBe(2);
      expect(done.plan).toEqual(['refund ASK email']);
      expect(talk.getInstance('refund')).toMatchObject({
        variables: new Map([['receipt', 'r-1']]),
        irreversibleDone: [{ stepId: 'pay', description: 'the refund is paid' }],
        stepsBeforeCheckpoint: ['order', 'reason'],
      });
    });

    test('0.5: a result about one moves nobody else, and what the others asked stays open', async () => {
      const talk = await begin([refund, asking('status', ['postcode'])]);
      await talk.turn({ ...named, variables: all });
      await talk.turn({ candidates: { status: 0.9 }, outcomes: [{ kind: 'CONFIRMED' }] });
      const turn = await talk.turn({
        ...transferred,
        outcomes: [{ ...transferred.outcomes[0], instanceId: talk.getInstance('refund').instanceId }],
      });
      expect(turn.plan).toEqual(['refund ASK email', 'status NONE']);
      expect(talk.getInstance('status').visit).toMatchObject({
        openType: 'ASK',
        openAskFields: ['postcode'],
        attempts: 0,
      });
    });

    test('3.1: a failed action is tried again in the same visit', async () => {
      const talk = await begin([refund]);
      await talk.turn({ ...named, variables: all });
      const first = await talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
      const again = await talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] });
      expect(again.plan).toEqual(['refund ACTION_HINT transfer']);
      expect(again.contribution('refund')).toMatchObject({ isReprompt: true, actionKey: actionKeyOf(first) });
      expect(talk.getInstance('refund').loopCounts.get('pay')).toBe(2);
    });

    test('0.6: a result for a step that was left is returned', async () => {
      const talk = await begin([refund]);
      await talk.turn({ ...named, variables: all });
      const turn = await talk.turn({ outcomes: [{ kind: 'DECLINED', stepId: 'order' }] });
      expect(turn.result.ignoredOutcomes).toMatchObject([{ outcome: { kind: 'DECLINED', stepId: 'order' } }]);
      expect(turn.plan).toEqual(['refund CONFIRM order_id=4711']);
    });
  });

  describe('corrections', () => {
    test('3.9: before the checkpoint a corrected value is confirmed anew', async () => {
      const talk = await begin([refund]);
      await talk.turn({ ...named, variables: all });
      const turn = await talk.turn({ outcomes: [{ kind: 'CONFIRMED' }], variables: { order_id: '4712' } });
      expect(turn.transition('refund')).toMatchObject({ reason: 'CORRECTED', correctedFields: ['order_id'] });
      expect(turn.plan).toEqual(['refund CONFIRM order_id=4712']);
    });

    test('3.9: behind it the correction is blocked, with the checkpoint that blocks it', async () => {
      const talk = await begin([refund]);
      await talk.turn({ ...named, variables: all });
      await talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
      await talk.turn(transferred);
      const blocked = await talk.turn({ variables: { order_id: '4712' } });
      expect(blocked.transition('refund')).toMatchObject({
        reason: 'BLOCKED_BY_CHECKPOINT',
        targetStepId: 'email',
        blockedByCheckpoint: 'the refund is paid',
      });
      expect(blocked.plan).toEqual(['refund ASK email']);
    });

    test('3.9: the answer that comes with a blocked correction counts', async () => {
      const talk = await begin([refund]);
      await talk.turn({ ...named, variables: all });
      await talk.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
      await talk.turn(transferred);
      const turn = await talk.turn({ variables: { order_id: '4712', email: 'a@example.org' } });
      expect(turn.transition('refund')).toMatchObject({
        reason: 'ADVANCED',
        blockedByCheckpoint: 'the refund is paid',
      });
      expect(turn.plan).toEqual(['refund ASK city']);
    });
  });
});
