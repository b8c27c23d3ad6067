import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../../support/conversation';
import { getRequest, listIgnored } from '../../support/requests';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, waiting } from '../../support/sample-scenarios';

type Outcome = NonNullable<TurnDraft['outcomes']>[number];
/** Confirms an amount, then pays. "stop" leaves the step at any time. */
const payStep: StepDraft = {
  stepId: 'pay',
  performsAction: true,
  isRequiredAction: true,
  confirmsFields: ['amount'],
  description: 'money sent',
  toolIds: ['pay', 'post'],
  to: ['wait', { to: 'wait', trigger: 'ANYTIME', intentLabel: 'stop' }],
};
const pay: ScenarioDraft = { scenarioId: 's', steps: [payStep, waiting, end] };
const key = 's#1/pay/1';
const yes: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const paid = (toolId: string): TurnDraft => ({
  trigger: 'TOOL_RESULTS',
  outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId }],
});
const listDone = (conversation: Conversation): readonly string[] =>
  [...conversation.session.instances, ...conversation.session.endedInstances].flatMap(({ irreversibleDone }) =>
    irreversibleDone.map(({ description }) => description),
  );

/** Starts the payment of 5 and plays turns. */
function play(...drafts: readonly TurnDraft[]): Conversation {
  const conversation = startConversation([pay], { variables: { amount: 5 } });
  for (const draft of drafts) conversation.turn(draft);
  return conversation;
}

describe('0.6: an outcome that is not applied is returned with its reason', () => {
  test.each<[string, readonly TurnDraft[], Outcome, string]>([
    ['the instance has ended', [{ signals: ['CANCEL'] }], { kind: 'CONFIRMED', actionKey: key }, 's#1 CONFIRMED ENDED'],
    [
      'the instance that it names has ended',
      [{ signals: ['CANCEL'] }],
      { kind: 'ACTION_FAILED', instanceId: 's#1', toolId: 'pay' },
      's#1 ACTION_FAILED ENDED',
    ],
    [
      'the instance has ended, although the request was answered before',
      [yes, { signals: ['CANCEL'] }],
      { kind: 'CONFIRMED', actionKey: key },
      's#1 CONFIRMED ENDED',
    ],
    ['the request was answered', [yes], { kind: 'CONFIRMED', actionKey: key }, 's#1 CONFIRMED ALREADY_ANSWERED'],
    [
      'the part of the request for this tool was answered',
      [yes, paid('pay')],
      { kind: 'ACTION_SUCCEEDED', actionKey: key, toolId: 'pay' },
      's#1 ACTION_SUCCEEDED ALREADY_ANSWERED',
    ],
    [
      'the part for this tool was answered, without a key',
      [yes, paid('pay')],
      { kind: 'ACTION_FAILED', toolId: 'pay' },
      's#1 ACTION_FAILED ALREADY_ANSWERED',
    ],
    [
      'the request was closed because a value changed',
      [{ patch: { amount: 6 } }],
      { kind: 'CONFIRMED', actionKey: key },
      's#1 CONFIRMED VOID',
    ],
    [
      'the request was closed because its step was left',
      [{ intent: 'stop' }],
      { kind: 'CONFIRMED', actionKey: key },
      's#1 CONFIRMED OTHER_VISIT',
    ],
    ['no request has this key', [], { kind: 'CONFIRMED', actionKey: 's#1/pay/7' }, 'CONFIRMED NO_OPEN_REQUEST'],
    [
      'no request of the key is of its kind',
      [],
      { kind: 'ACTION_FAILED', actionKey: key },
      's#1 ACTION_FAILED NO_OPEN_REQUEST',
    ],
    [
      'no ACTION lists the tool',
      [yes],
      { kind: 'ACTION_SUCCEEDED', toolId: 'other' },
      'ACTION_SUCCEEDED NO_OPEN_REQUEST',
    ],
    [
      'the session has no such instance',
      [],
      { kind: 'CONFIRMED', instanceId: 'other' },
      'other CONFIRMED NO_OPEN_REQUEST',
    ],
  ])('0.6: %s', (_case, drafts, outcome, ignored) => {
    const conversation = play(...drafts);
    const played = conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ ...outcome, results: { found: 1 } }] });
    expect(listIgnored(played)).toEqual([ignored]);
    for (const { variables } of conversation.session.instances) expect(variables.has('found')).toBe(false);
  });

  test('0.6: NOT_DELIVERED, if the request did not reach the customer', () => {
    const played = play().turn({ ...yes, deliveries: [{ actionKey: key, status: 'NOT_SAID' }] });
    expect(listIgnored(played)).toEqual(['s#1 CONFIRMED NOT_DELIVERED']);
    expect(played.plan).toEqual(['s CONFIRM amount=5']);
  });

  test('0.6: AMBIGUOUS, if more than one open ACTION lists the tool', () => {
    const conversation = startConversation(
      [acting('a'), acting('b')].map((each) => ({
        ...each,
        steps: each.steps.map((step) => (step.stepId === 'act' ? { ...step, toolIds: ['tool'] } : step)),
      })),
    );
    const played = conversation.turn({ outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'tool' }] });
    expect(listIgnored(played)).toEqual(['ACTION_SUCCEEDED AMBIGUOUS']);
    const named = conversation.turn({ outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'tool', instanceId: 'a#1' }] });
    expect([listIgnored(named), named.transition('a').targetStepId]).toEqual([[], 'wait']);
  });

  test('0.6: a second answer of the same turn finds no open request', () => {
    const played = play().turn({ outcomes: [{ kind: 'CONFIRMED' }, { kind: 'DECLINED' }] });
    expect(listIgnored(played)).toEqual(['s#1 DECLINED ALREADY_ANSWERED']);
    expect(played.plan).toEqual(['s ACTION_HINT pay,post']);
  });

  test('0.6: ignored outcomes are returned in request order, each with an explanation', () => {
    const played = play(yes).turn({
      outcomes: [
        { kind: 'CONFIRMED', actionKey: key },
        { kind: 'ACTION_SUCCEEDED', toolId: 'pay' },
        { kind: 'DECLINED', instanceId: 'other' },
      ],
    });
    expect(played.result.ignoredOutcomes.map(({ reasoning }) => reasoning)).toEqual([
      'The request already has an outcome.',
      'No open request matches. Send the action_key of the request that the outcome answers.',
    ]);
  });
});

test('0.6: an ignored outcome concerns no instance', () => {
  const played = play({ intent: 'stop' }).turn({ outcomes: [{ kind: 'CONFIRMED', actionKey: key }] });
  expect(played.result.context.addressedInstanceIds).toEqual([]);
});

test.each(['CONFIRMED', 'DECLINED'] as const)('0.6: an ignored %s leaves the open request unanswered', (kind) => {
  const conversation = play();
  conversation.turn({ outcomes: [{ kind, actionKey: 's#1/pay/7' }] });
  expect(getRequest(conversation.instance('s'), 'CONFIRM')).toMatchObject({ status: 'OPEN', attempts: 1 });
});

test('0.6: a CONFIRMED for a CONFIRM whose value changes on this turn is ignored', () => {
  const played = play().turn({ ...yes, variables: { amount: 6 } });
  expect(listIgnored(played)).toEqual(['s#1 CONFIRMED VOID']);
  expect(played.plan).toEqual(['s CONFIRM amount=6']);
});

describe('0.6: an ACTION_SUCCEEDED of a WRITE tool that is not applied', () => {
  const success: Outcome = { kind: 'ACTION_SUCCEEDED', actionKey: key, toolId: 'pay' };
  test.each<[string, readonly TurnDraft[]]>([
    ['ENDED', [yes, { signals: ['CANCEL'] }]],
    ['VOID', [{ patch: { amount: 6 } }]],
    ['OTHER_VISIT', [{ intent: 'stop' }]],
  ])('0.6: enters irreversible_done if it is %s', (reason, drafts) => {
    const conversation = play(...drafts);
    const played = conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [success] });
    expect(listIgnored(played)).toEqual([`s#1 ACTION_SUCCEEDED ${reason}`]);
    expect(listDone(conversation)).toEqual(['money sent']);
  });

  test('0.6: enters irreversible_done if no request matches, without passing the step', () => {
    const conversation = play();
    conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ ...success, actionKey: '', instanceId: 's#1', stepId: 'pay' }],
    });
    expect(conversation.instance('s').irreversibleDone).toMatchObject([{ stepId: 'pay', passed: false }]);
    expect(conversation.instance('s').currentStepId).toBe('pay');
  });

  test('0.6: is described by the step of its tool if it names no step', () => {
    const conversation = play();
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ ...success, actionKey: '', instanceId: 's#1' }] });
    expect(conversation.instance('s').irreversibleDone).toMatchObject([{ stepId: 'pay', description: 'money sent' }]);
  });

  test('0.6: enters irreversible_done once if it is reported twice', () => {
    const conversation = play(yes, paid('pay'), paid('pay'), paid('post'));
    expect(listDone(conversation)).toEqual(['money sent']);
  });

  test('0.6: is reported in the decision that ends its instance on the same turn', () => {
    const played = play({ intent: 'stop' }).turn({ signals: ['CANCEL'], outcomes: [success] });
    expect(played.lifecycle('s')).toMatchObject({ action: 'CANCEL', irreversibleDone: ['money sent'] });
  });

  test('0.6: does not enter irreversible_done if the tool only looks something up', () => {
    const reading: ScenarioDraft = {
      scenarioId: 's',
      steps: [{ ...payStep, isRequiredAction: false, requiresConfirmation: true }, waiting, end],
    };
    const conversation = startConversation([reading], { variables: { amount: 5 } });
    conversation.turn({ intent: 'stop' });
    expect(listIgnored(conversation.turn({ outcomes: [success] }))).toEqual(['s#1 ACTION_SUCCEEDED OTHER_VISIT']);
    expect(listDone(conversation)).toEqual([]);
  });
});

test('0.6: an outcome for an ended instance does not go to a new one of the same scenario', () => {
  const conversation = new Conversation([confirming('s'), asking('t', ['x'])]);
  conversation.turn({ candidates: { s: 0.9 } });
  conversation.turn({ signals: ['CANCEL'] });
  conversation.turn({ candidates: { s: 0.9 } });
  const played = conversation.turn({ outcomes: [{ kind: 'CONFIRMED', instanceId: 's#1' }] });
  expect(listIgnored(played)).toEqual(['s#1 CONFIRMED ENDED']);
  expect(conversation.instance('s').irreversibleDone).toEqual([]);
});

describe('0.6: entries of irreversible_done from outcomes that are not applied', () => {
  const success: Outcome = { kind: 'ACTION_SUCCEEDED', actionKey: key, toolId: 'pay' };
  const report = (conversation: Conversation, outcome: Outcome, draft: TurnDraft = {}): readonly string[] => {
    const played = conversation.turn({ trigger: 'TOOL_RESULTS', ...draft, outcomes: [outcome] });
    return [...listIgnored(played), ...listDone(conversation)];
  };

  test('0.6: the success of a button that did not reach the customer', () => {
    const deliveries = [{ actionKey: key, status: 'NOT_SAID' as const }];
    expect(report(play(), success, { deliveries })).toEqual(['s#1 ACTION_SUCCEEDED NOT_DELIVERED', 'money sent']);
  });

  test('0.6: a success that is AMBIGUOUS within its instance', () => {
    const again: StepDraft = {
      ...payStep,
      stepId: 'again',
      description: 'again',
      requiresConfirmation: false,
      to: ['wait'],
    };
    const first: StepDraft = {
      ...payStep,
      requiresConfirmation: false,
      to: ['wait', { to: 'again', trigger: 'ANYTIME', intentLabel: 'on' }],
    };
    const conversation = startConversation([{ scenarioId: 's', steps: [first, again, waiting, end] }]);
    conversation.turn({ intent: 'on' });
    expect(report(conversation, { kind: 'ACTION_SUCCEEDED', instanceId: 's#1', toolId: 'pay' })).toEqual([
      's#1 ACTION_SUCCEEDED AMBIGUOUS',
      'money sent',
    ]);
  });

  test.each<[string, Outcome]>([
    ['a failure', { kind: 'ACTION_FAILED', actionKey: key, toolId: 'pay' }],
    ['an answer', { kind: 'CONFIRMED', actionKey: key }],
  ])('0.6: not %s', (_what, outcome) => {
    const conversation = play(yes, { signals: ['CANCEL'] });
    expect(report(conversation, outcome)).toEqual([`s#1 ${outcome.kind} ENDED`]);
  });

  test('0.6: a success without a tool id, if the step that its key names has a WRITE tool', () => {
    const stopped = (): Conversation => play({ intent: 'stop' });
    expect(report(stopped(), { kind: 'ACTION_SUCCEEDED', actionKey: key })).toContain('money sent');
    expect(report(stopped(), { kind: 'ACTION_SUCCEEDED', actionKey: 's#1/wait/1' })).not.toContain('money sent');
    expect(report(stopped(), { kind: 'ACTION_SUCCEEDED', actionKey: 's#1/gone/1' })).toEqual([
      's#1 ACTION_SUCCEEDED OTHER_VISIT',
    ]);
  });

  test('0.6: a success of another scenario with the same tool only there', () => {
    const conversation = startConversation(
      [pay, { ...pay, scenarioId: 't' }],
      { variables: { amount: 5 } },
      { maxConfirmsPerTurn: 2 },
    );
    conversation.turn({ intent: 'stop' });
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ ...success, actionKey: 't#1/pay/1' }] });
    expect(conversation.instance('s').irreversibleDone).toEqual([]);
    expect(conversation.instance('t').irreversibleDone).toMatchObject([{ stepId: 'pay' }]);
  });

  test.each(['s#1/pay/12', 's#1/pay/1/12'])('0.6: with the step that the key %s names', (actionKey) => {
    const conversation = startConversation([
      { ...pay, steps: [{ stepId: 'first', collectsProfileFields: ['x'], to: ['pay'] }, ...pay.steps] },
    ]);
    report(conversation, { ...success, actionKey, toolId: '' });
    expect(conversation.instance('s').irreversibleDone).toMatchObject([{ stepId: 'pay', description: 'money sent' }]);
  });

  test('0.6: with the first step that has the tool, if neither the key nor the outcome names a step', () => {
    const conversation = startConversation([
      { ...pay, steps: [{ stepId: 'first', collectsProfileFields: ['x'], to: ['pay'] }, ...pay.steps] },
    ]);
    report(conversation, { kind: 'ACTION_SUCCEEDED', instanceId: 's#1', toolId: 'post' });
    expect(conversation.instance('s').irreversibleDone).toMatchObject([{ stepId: 'pay' }]);
  });

  test('0.6: each step once, beside the visits that were passed', () => {
    const more: StepDraft = { ...payStep, stepId: 'more', description: 'more sent', toolIds: ['more'] };
    const steps: readonly StepDraft[] = [
      { ...payStep, to: ['pay_again'] },
      { stepId: 'pay_again', templateIds: ['t'], to: ['pay'] },
      more,
      waiting,
      end,
    ];
    const loop = steps.map((step) =>
      step.stepId === 'pay_again' ? { ...step, to: [{ to: 'more', intentLabel: 'more' }, 'pay'] } : step,
    );
    const conversation = startConversation([{ scenarioId: 's', steps: loop }], { variables: { amount: 5 } });
    conversation.turn(yes);
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
    conversation.turn();
    conversation.turn(yes);
    expect(conversation.instance('s')).toMatchObject({ currentStepId: 'pay', visit: { number: 3 } });
    conversation.turn({ signals: ['CANCEL'] });
    for (const actionKey of ['s#1/pay/3', 's#1/more/4', 's#1/pay/3', key]) {
      conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey }] });
    }
    const [ended] = conversation.session.endedInstances;
    expect(ended?.irreversibleDone.map(({ stepId, visitNumber }) => [stepId, visitNumber])).toEqual([
      ['pay', 1],
      ['pay', 0],
      ['more', 0],
    ]);
  });

  test('0.6: not the success of a later agreement that the visit was passed with', () => {
    const conversation = play(yes, { patch: { amount: 6 } });
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] });
    conversation.turn(yes);
    const again: Outcome = { kind: 'ACTION_SUCCEEDED', actionKey: 's#1/pay/1/2' };
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [again] });
    expect(listDone(conversation)).toEqual(['money sent']);
    conversation.turn({ signals: ['CANCEL'] });
    expect(report(conversation, again)).toEqual(['s#1 ACTION_SUCCEEDED ENDED', 'money sent']);
  });
});
