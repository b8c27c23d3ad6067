import { decodeSession } from '../../../../src/server/codec/stored/stored-values';
import { aRelationship, Conversation, type ScenarioDraft } from '../../../support/conversation';
import { conversationBytes } from '../../stores/recorded/conversation-bytes';

// Conversations that began under a release up to 0.2 and continue under version 2.

const refund: ScenarioDraft = {
  scenarioId: 'refund',
  steps: [
    { stepId: 'order', collectsProfileFields: ['order_id'], to: ['reason'] },
    { stepId: 'reason', collectsProfileFields: ['reason'], to: ['pay'] },
    {
      stepId: 'pay',
      isCheckpoint: true,
      checkpointDescription: 'Refund paid',
      performsAction: true,
      isRequiredAction: true,
      toolIds: ['pay'],
      to: ['done'],
    },
    { stepId: 'done', isTerminal: true, templateIds: ['bye'] },
  ],
};
const address: ScenarioDraft = {
  scenarioId: 'address',
  steps: [
    { stepId: 'street', collectsProfileFields: ['street'], to: ['changed'] },
    { stepId: 'changed', isTerminal: true, templateIds: ['changed'] },
  ],
};
const toys: ScenarioDraft = {
  scenarioId: 'toys',
  steps: [
    { stepId: 'age', collectsProfileFields: ['age'], to: ['end'] },
    { stepId: 'end', isTerminal: true, templateIds: ['x'] },
  ],
};

/** Continues the recorded conversation after the turn with that name. */
function resume(name: keyof typeof conversationBytes): Conversation {
  const conversation = new Conversation([refund, address, toys, { ...toys, scenarioId: 'care' }], {
    relationships: [aRelationship('toys', 'AMBIGUOUS', 'care')],
  });
  conversation.session = decodeSession(Buffer.from(conversationBytes[name], 'base64'));
  return conversation;
}

const later = 3_600_000;
const key = 'refund#1/pay/2';

describe('a session of a release up to 0.2', () => {
  test('0.8: continues when its question is answered, and its other question stays open', () => {
    const turn = resume('twoQuestions').turn({ variables: { reason: 'broken' }, occurredAt: later });
    expect(turn.plan).toEqual(['refund CONFIRM order_id=7,reason=broken', 'address NONE']);
    expect(turn.result.plan.openRequests.map(({ scenarioId, request }) => `${scenarioId} ${request.kind}`)).toEqual([
      'refund CONFIRM',
      'address ASK',
    ]);
  });

  test('0.6: applies a bare yes to the confirmation that was put last', () => {
    const turn = resume('oneConfirmation').turn({ outcomes: [{ kind: 'CONFIRMED' }], occurredAt: later });
    expect(turn.plan).toEqual(['refund ACTION_HINT pay', 'address NONE']);
    expect(turn.contribution('refund')).toMatchObject({ actionKey: key, isReprompt: false });
  });

  test.each([
    ['with its key', { actionKey: key }],
    ['with its tool', { toolId: 'pay' }],
    ['alone', {}],
  ])('0.6: applies the success of an action that is under way, reported %s', (_, reported) => {
    const turn = resume('actionUnderWay').turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', ...reported }],
      occurredAt: later,
    });
    expect(turn.result.ignoredOutcomes).toEqual([]);
    expect(turn.transition('refund').targetStepId).toBe('done');
    expect(turn.plan).toContain('refund INFORM bye');
  });

  test('3.1: hints again at an action that fails, with its key and without a new confirmation', () => {
    const turn = resume('actionUnderWay').turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_FAILED', actionKey: key }],
      occurredAt: later,
    });
    expect(turn.contribution('refund')).toMatchObject({
      type: 'ACTION_HINT',
      tools: [{ toolId: 'pay', effect: 'WRITE' }],
      actionKey: key,
      isReprompt: true,
    });
  });

  test('3.9: remembers a correction while its action is under way', () => {
    const turn = resume('actionUnderWay').turn({ variables: { reason: 'late' }, occurredAt: later });
    expect(turn.transition('refund')).toMatchObject({ reason: 'AWAITS_ACTION', correctedFields: ['reason'] });
  });

  test('1.5: starts what the customer chooses', () => {
    const turn = resume('choice').turn({ candidates: { toys: 0.9 }, occurredAt: later });
    expect(turn.lifecycle('toys').action).toBe('START');
    expect(turn.session.choices).toEqual([]);
  });

  test('2.11: resumes after a pause that the customer asked for, with the next message', () => {
    const turn = resume('pausedByCustomer').turn({ occurredAt: later });
    expect(turn.lifecycle('address')).toMatchObject({ action: 'CONTINUE', reason: 'RESUMED' });
    expect(turn.contribution('address')).toMatchObject({ type: 'ASK', isReprompt: true });
  });

  test('2.3c: completes with the next message after its INFORM', () => {
    const turn = resume('informed').turn({ occurredAt: later });
    expect(turn.lifecycle('refund')).toMatchObject({ action: 'COMPLETE', reason: 'TERMINAL', ending: 'SUCCEEDED' });
  });
});
