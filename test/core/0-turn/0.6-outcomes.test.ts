import type { Conversation, TurnDraft } from '../../support/conversation';
import { listIgnored, listRequests } from '../../support/requests';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, silent } from '../../support/sample-scenarios';

type Outcome = NonNullable<TurnDraft['outcomes']>[number];
const refund = asking('refund', ['order_id', 'reason']);

test('0.6: an outcome for a paused instance is recorded and applies when it resumes', () => {
  const conversation = startConversation([acting('upload')]);
  conversation.turn({ signals: ['PAUSE'] });
  const paused = conversation.turn({
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind: 'ACTION_SUCCEEDED', results: { url: 'x' } }],
  });
  expect(paused.actions).toEqual(['upload PAUSE STAYS_PAUSED']);
  expect(listIgnored(paused)).toEqual([]);
  expect(conversation.instance('upload').variables).toEqual(new Map([['url', 'x']]));
  expect(conversation.instance('upload').irreversibleDone).toMatchObject([
    { description: 'upload done', passed: true },
  ]);
  const resumed = conversation.turn({ signals: [['CONTINUE', 'upload']] });
  expect(resumed.actions).toEqual(['upload CONTINUE RESUMED']);
  expect(resumed.transition('upload').targetStepId).toBe('wait');
});

test('0.6: an outcome for a quiet instance is recorded', () => {
  const conversation = startConversation([acting('upload'), refund]);
  const played = conversation.turn({
    outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId: 'upload#1' }],
    variables: { order_id: '1' },
  });
  expect(played.transition('upload').targetStepId).toBe('wait');
});

test.each<[Outcome['kind'], string]>([
  ['CONFIRMED', 'ANSWERED'],
  ['ACTION_FAILED', 'OPEN'],
])('0.6: after %s, the CONFIRM of a paused instance is %s', (kind, status) => {
  const conversation = startConversation([confirming('s'), silent('t')]);
  conversation.turn({ signals: [['PAUSE', 's']] });
  conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind, instanceId: 's#1' }] });
  expect(listRequests(conversation.instance('s'))).toEqual([`CONFIRM s#1/confirm/1 ${status}`]);
});

describe('0.6: a success for an ended instance', () => {
  const startWithEndedInstance = (): Conversation => {
    const conversation = startConversation([acting('s'), acting('t')]);
    conversation.turn({ signals: [['CANCEL', 's']] });
    return conversation;
  };

  test('0.6: is recorded for its instance as done but not as passed', () => {
    const { session } = startWithEndedInstance().turn({
      outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: 's#1/act/1' }],
    });
    expect(session.endedInstances[0]?.irreversibleDone).toEqual([
      { stepId: 'act', description: 's done', visitNumber: 0, revision: 3, passed: false },
    ]);
    expect(session.instances[0]?.irreversibleDone).toEqual([]);
  });

  test('0.6: is recorded once, however often it is reported', () => {
    const conversation = startWithEndedInstance();
    const report: TurnDraft = { outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: 's#1/act/1' }] };
    conversation.turn(report);
    expect(conversation.turn(report).session.endedInstances[0]?.irreversibleDone).toHaveLength(1);
  });

  test('0.6: is described by its step id if the scenario does not exist, and by the step of its tool if only the step does not', () => {
    const late = (stepId: string): Outcome => ({
      kind: 'ACTION_SUCCEEDED',
      instanceId: 's#1',
      stepId,
      toolId: 's_tool',
    });
    const removed = startWithEndedInstance();
    removed.remove('s');
    expect(removed.turn({ outcomes: [late('act')] }).session.endedInstances[0]?.irreversibleDone).toMatchObject([
      { description: 'act' },
    ]);
    const { session } = startWithEndedInstance().turn({ outcomes: [late('gone')] });
    expect(session.endedInstances[0]?.irreversibleDone).toMatchObject([{ stepId: 'act', description: 's done' }]);
  });
});
