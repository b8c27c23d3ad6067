import type { Conversation, StepDraft, TurnDraft } from '../../support/conversation';
import { listIgnored, listRequests } from '../../support/requests';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, silent, waiting } from '../../support/sample-scenarios';

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

  test('0.6: is not recorded again if it is the one that the visit ended with', () => {
    const conversation = startConversation([acting('s'), acting('t')]);
    const success: TurnDraft = { outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: 's#1/act/1' }] };
    conversation.turn(success);
    conversation.turn({ signals: [['CANCEL', 's']] });
    expect(conversation.turn(success).session.endedInstances[0]?.irreversibleDone).toMatchObject([
      { stepId: 'act', visitNumber: 1 },
    ]);
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

describe('0.6: a button that confirms and acts', () => {
  const key = 's#1/pay/1';
  const start = (): Conversation =>
    startConversation([
      {
        scenarioId: 's',
        steps: [
          { stepId: 'pay', isCheckpoint: true, isRequiredAction: true, toolIds: ['pay', 'log'], to: ['wait'] },
          waiting,
          end,
        ],
      },
    ]);
  const success = (toolId: string): Outcome => ({ kind: 'ACTION_SUCCEEDED', actionKey: key, toolId });
  const yes: Outcome = { kind: 'CONFIRMED', actionKey: key };

  test.each<[string, readonly Outcome[]]>([
    ['both on one turn', [yes, success('')]],
    ['the success of each tool on one turn', [success('pay'), success('log')]],
    ['the answer and the success of each tool on one turn', [yes, success('pay'), success('log')]],
  ])('0.6: may report %s', (_case, outcomes) => {
    const conversation = start();
    const played = conversation.turn({ outcomes });
    expect(listIgnored(played)).toEqual([]);
    expect(played.transition('s').targetStepId).toBe('wait');
    expect(conversation.instance('s').irreversibleDone).toMatchObject([{ stepId: 'pay', passed: true }]);
    expect(listRequests(conversation.instance('s'))).toEqual([`CONFIRM ${key} ANSWERED`, `ACTION ${key} ANSWERED`]);
  });

  test('0.6: does not have a tool run again that has succeeded with the answer', () => {
    const played = start().turn({ outcomes: [yes, success('pay')] });
    expect(played.plan).toEqual(['s ACTION_HINT log']);
  });

  test('0.6: answers each tool once', () => {
    const played = start().turn({ outcomes: [success('pay'), success('pay')] });
    expect(listIgnored(played)).toEqual(['s#1 ACTION_SUCCEEDED ALREADY_ANSWERED']);
    expect(played.plan).toEqual(['s ACTION_HINT log']);
  });

  test('0.6: is not one of a tool that the step does not have', () => {
    const played = start().turn({ outcomes: [success('other')] });
    expect(listIgnored(played)).toEqual(['s#1 ACTION_SUCCEEDED NO_OPEN_REQUEST']);
    expect(played.plan).toEqual(['s CONFIRM ']);
  });

  test('0.6: may be pressed while a global transition suspends its step', () => {
    const why: StepDraft = {
      stepId: 'why',
      reachableFromAnywhere: true,
      templateIds: ['why'],
      to: [{ returns: true, intentLabel: 'ok' }],
    };
    const conversation = startConversation([
      {
        scenarioId: 's',
        globals: [{ to: 'why', intentLabel: 'why' }],
        steps: [
          { stepId: 'pay', isCheckpoint: true, isRequiredAction: true, toolIds: ['pay', 'log'], to: ['wait'] },
          why,
          waiting,
          end,
        ],
      },
    ]);
    conversation.turn({ intent: 'why' });
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [success('pay')] });
    expect(conversation.instance('s').irreversibleDone).toEqual([]);
    expect(conversation.turn({ intent: 'ok' }).plan).toEqual(['s ACTION_HINT log']);
  });

  test('0.6: does nothing after DECLINED on the same turn, but is done', () => {
    const conversation = start();
    const played = conversation.turn({ outcomes: [{ kind: 'DECLINED', actionKey: key }, success('pay')] });
    expect(listIgnored(played)).toEqual(['s#1 ACTION_SUCCEEDED ALREADY_ANSWERED']);
  });
});

test('0.6: a success with an unknown key of an instance is recorded for it as done, however often it is reported', () => {
  const conversation = startConversation([acting('s')]);
  const late: TurnDraft = {
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: 's#1/act/7', toolId: 's_tool' }],
  };
  for (const _turn of [1, 2, 3]) {
    expect(listIgnored(conversation.turn(late))).toEqual(['s#1 ACTION_SUCCEEDED NO_OPEN_REQUEST']);
  }
  expect(conversation.instance('s').irreversibleDone).toMatchObject([{ stepId: 'act', passed: false }]);
});
