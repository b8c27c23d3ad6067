import { Conversation, type PlayedTurn, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, silent } from '../../support/sample-scenarios';

type Outcome = NonNullable<TurnDraft['outcomes']>[number];

const refund = asking('refund', ['order_id', 'reason']);
/** A scenario that acts and then asks. At the step `details`, the visit of the action has ended. */
const transfer = {
  scenarioId: 'transfer',
  steps: [
    {
      stepId: 'send',
      description: 'money sent',
      isRequiredAction: true,
      performsAction: true,
      requiresConfirmation: false,
      toolIds: ['send'],
      to: [{ to: 'details', outcomes: ['ACTION_FAILED' as const] }, 'details'],
    },
    { stepId: 'details', collectsProfileFields: ['iban'], to: ['end'] },
    end,
  ],
};
const listIgnored = (played: PlayedTurn): readonly string[] =>
  played.result.ignoredOutcomes.map(({ outcome, instanceId }) => `${instanceId} ${outcome.kind}`);

test('0.6: an outcome for a paused instance is recorded and applies when it resumes', () => {
  const conversation = new Conversation([acting('upload')]);
  conversation.turn({ candidates: { upload: 0.9 } });
  conversation.turn({ signals: ['PAUSE'] });
  const paused = conversation.turn({
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind: 'ACTION_SUCCEEDED', results: { url: 'x' } }],
  });
  expect(paused.actions).toEqual(['upload PAUSE STAYS_PAUSED']);
  expect(listIgnored(paused)).toEqual([]);
  expect(conversation.instance('upload').variables).toEqual(new Map([['url', 'x']]));
  expect(conversation.instance('upload').irreversibleDone.map(({ description }) => description)).toEqual([
    'upload done',
  ]);
  const resumed = conversation.turn();
  expect(resumed.actions).toEqual(['upload CONTINUE RESUMED']);
  expect(resumed.transition('upload').targetStepId).toBe('wait');
});

test('0.6: an outcome for a quiet instance is recorded', () => {
  const conversation = new Conversation([acting('upload'), refund]);
  conversation.turn({ candidates: { upload: 0.9, refund: 0.8 } });
  const played = conversation.turn({ outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId: 'upload#1' }] });
  expect(played.transition('upload').targetStepId).toBe('wait');
});

describe('0.6: late outcomes', () => {
  const startAtDetails = (): Conversation => {
    const conversation = new Conversation([transfer]);
    conversation.turn({ candidates: { transfer: 0.9 } });
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] });
    return conversation;
  };
  const listDone = (conversation: Conversation): readonly string[] =>
    conversation.instance('transfer').irreversibleDone.map(({ description }) => description);

  test('0.6: a success for a step that the instance has left is returned and still recorded as done', () => {
    const conversation = startAtDetails();
    const played = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', stepId: 'send' }],
    });
    expect(listIgnored(played)).toEqual(['transfer#1 ACTION_SUCCEEDED']);
    expect(listDone(conversation)).toEqual(['money sent']);
    expect(conversation.instance('transfer').currentStepId).toBe('details');
  });

  test.each(['ACTION_FAILED', 'CONFIRMED', 'DECLINED'] as const)(
    '0.6: the outcome %s for a step that the instance has left is returned and has no effect',
    (kind) => {
      const conversation = startAtDetails();
      const before = conversation.instance('transfer');
      expect(listIgnored(conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind, stepId: 'send' }] }))).toEqual(
        [`transfer#1 ${kind}`],
      );
      expect(conversation.instance('transfer')).toEqual(before);
    },
  );

  test('0.6: the action_key identifies an older visit of the same step', () => {
    const repeatedUpload = {
      ...acting('upload'),
      steps: [
        {
          stepId: 'act',
          description: 'upload done',
          isRequiredAction: true,
          performsAction: true,
          requiresConfirmation: false,
          toolIds: ['t'],
          to: [{ to: 'act', outcomes: ['ACTION_FAILED' as const] }, 'end'],
        },
        end,
      ],
    };
    const conversation = new Conversation([repeatedUpload]);
    const first = conversation.turn({ candidates: { upload: 0.9 } }).contribution('upload');
    if (first.type !== 'ACTION_HINT') throw new Error('no hint');
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', actionKey: first.actionKey }] });
    expect(conversation.instance('upload').visit.number).toBe(2);
    const late = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: first.actionKey, stepId: 'act' }],
    });
    expect(listIgnored(late)).toEqual(['upload#1 ACTION_SUCCEEDED']);
    expect(late.actions).toEqual(['upload CONTINUE QUIET']);
    expect(conversation.instance('upload').irreversibleDone.map(({ description }) => description)).toEqual([
      'upload done',
    ]);
  });

  test('0.6: results of a late outcome are not stored', () => {
    const conversation = startAtDetails();
    conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', stepId: 'send', results: { receipt: '7' } }],
    });
    expect(conversation.instance('transfer').variables.size).toBe(0);
  });

  test('0.6: an action_key alone identifies the step', () => {
    const conversation = startAtDetails();
    conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: 'transfer#1/send/1' }],
    });
    expect(listDone(conversation)).toEqual(['money sent']);
  });

  test('0.6: a success for an ended instance is returned and enters its irreversible_done', () => {
    const conversation = startAtDetails();
    conversation.turn({ signals: ['CANCEL'] });
    const played = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId: 'transfer#1', stepId: 'send' }],
    });
    expect(listIgnored(played)).toEqual(['transfer#1 ACTION_SUCCEEDED']);
    expect(
      conversation.session.endedInstances.map(({ irreversibleDone }) =>
        irreversibleDone.map(({ description }) => description),
      ),
    ).toEqual([['money sent']]);
  });

  test('0.6: a late success is reported in the decision that ends its instance on the same turn', () => {
    const conversation = startAtDetails();
    const played = conversation.turn({ signals: ['CANCEL'], outcomes: [{ kind: 'ACTION_SUCCEEDED', stepId: 'send' }] });
    expect(played.lifecycle('transfer')).toMatchObject({ action: 'CANCEL', irreversibleDone: ['money sent'] });
    expect(conversation.session.endedInstances[0]?.irreversibleDone.map(({ description }) => description)).toEqual([
      'money sent',
    ]);
  });

  test('0.6: an outcome for an unknown instance is returned', () => {
    expect(listIgnored(startAtDetails().turn({ outcomes: [{ kind: 'CONFIRMED', instanceId: 'unknown' }] }))).toEqual([
      'unknown CONFIRMED',
    ]);
  });

  test('0.6: ignored outcomes are returned in request order', () => {
    const outcomes = [
      { kind: 'CONFIRMED' as const, instanceId: 'transfer#1', stepId: 'send' },
      { kind: 'DECLINED' as const, instanceId: 'unknown' },
      { kind: 'ACTION_FAILED' as const, instanceId: 'transfer#1', stepId: 'send' },
    ];
    expect(listIgnored(startAtDetails().turn({ outcomes }))).toEqual([
      'transfer#1 CONFIRMED',
      'unknown DECLINED',
      'transfer#1 ACTION_FAILED',
    ]);
  });
});

test('0.6: an action_key takes precedence over the focus', () => {
  const conversation = new Conversation([acting('upload'), confirming('payment')]);
  const first = conversation.turn({ candidates: { upload: 0.9, payment: 0.8 } });
  expect(conversation.turn({ trigger: 'TIMER' }).result.context.focusInstanceId).toBe('payment#1');
  const hint = first.contribution('upload');
  if (hint.type !== 'ACTION_HINT') throw new Error('no hint');
  const played = conversation.turn({
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: hint.actionKey }],
  });
  expect(listIgnored(played)).toEqual([]);
  expect(played.transition('upload').targetStepId).toBe('wait');
  expect(conversation.instance('payment').irreversibleDone).toEqual([]);
});

test('0.6: a CONFIRMED without a CONFIRM is returned and confirms nothing', () => {
  const conversation = new Conversation([confirming('payment'), { ...confirming('booking'), priority: -1 }]);
  expect(conversation.turn({ candidates: { payment: 0.9, booking: 0.8 } }).plan.at(-1)).toContain(
    '(deferred) booking CONFIRM',
  );
  const played = conversation.turn({
    outcomes: [{ kind: 'CONFIRMED', instanceId: conversation.instance('booking').instanceId }],
  });
  expect(listIgnored(played)).toEqual([`${conversation.instance('booking').instanceId} CONFIRMED`]);
});

test('0.6: a CONFIRMED at a step without a confirm stage is the outcome of the step', () => {
  const conversation = new Conversation([
    {
      scenarioId: 'offer',
      steps: [
        {
          stepId: 'tell',
          templateIds: ['offer'],
          to: [{ to: 'accepted', trigger: 'ANYTIME', outcomes: ['CONFIRMED'] }],
        },
        { stepId: 'accepted', isTerminal: true },
      ],
    },
  ]);
  conversation.turn({ candidates: { offer: 0.9 } });
  const played = conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
  expect(played.transition('offer').targetStepId).toBe('accepted');
  expect(listIgnored(played)).toEqual([]);
});

describe('0.6: ignored and late outcomes', () => {
  const startWithEndedInstance = (): Conversation => {
    const conversation = startConversation([acting('s'), acting('t')]);
    conversation.turn({ signals: [['CANCEL', 's']] });
    return conversation;
  };
  const explainIgnored = (conversation: Conversation, outcomes: readonly Outcome[]) =>
    conversation
      .turn({ outcomes })
      .result.ignoredOutcomes.map(({ instanceId, reasoning }) => `${instanceId}: ${reasoning}`);

  test('0.6: ignored and late outcomes are reported together in request order', () => {
    const reasons = explainIgnored(startWithEndedInstance(), [
      { kind: 'ACTION_SUCCEEDED', instanceId: 't#1' },
      { kind: 'ACTION_FAILED', instanceId: 't#1' },
      { kind: 'ACTION_FAILED', instanceId: 'x#1' },
      { kind: 'ACTION_FAILED', instanceId: 's#1' },
      { kind: 'DECLINED', instanceId: 't#1' },
    ]);
    expect(reasons).toEqual([
      't#1: The action of this visit has already succeeded.',
      'x#1: The session has no such instance.',
      's#1: The instance has ended.',
      't#1: The action of this visit has already succeeded.',
    ]);
  });

  test('0.6: an action_key matches its instance even if another instance id is a prefix', () => {
    const conversation = startConversation([acting('s'), acting('s#1')]);
    expect(conversation.session.instances.map(({ instanceId }) => instanceId)).toEqual(['s#1', 's#1#1']);
    const { context } = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_FAILED', actionKey: 's#1#1/act/1' }],
    }).result;
    expect(context.addressedInstanceIds).toEqual(['s#1#1']);
  });

  test('0.6: an action_key of an unknown instance is ignored for the focus', () => {
    expect(
      explainIgnored(startConversation([acting('s')]), [{ kind: 'ACTION_FAILED', actionKey: 'other/act/1' }]),
    ).toEqual(['s#1: The action_key belongs to another visit of the step.']);
  });

  test('0.6: an outcome can name the current step', () => {
    expect(explainIgnored(startConversation([acting('s')]), [{ kind: 'ACTION_FAILED', stepId: 'act' }])).toEqual([]);
  });

  test('0.6: a late success is recorded for its own instance as done but not as passed', () => {
    const conversation = startWithEndedInstance();
    const { session } = conversation.turn({ outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: 's#1/act/1' }] });
    expect(session.endedInstances[0]?.irreversibleDone).toEqual([
      { stepId: 'act', description: 's done', visitNumber: 0, revision: 3, pathSequence: 0, passed: false },
    ]);
    expect(session.instances[0]?.irreversibleDone).toEqual([]);
  });

  test('0.6: the description of a late success is the step id if the step or scenario does not exist', () => {
    const conversation = startWithEndedInstance();
    conversation.remove('s');
    const late = (stepId: string): Outcome => ({ kind: 'ACTION_SUCCEEDED', instanceId: 's#1', stepId });
    const { session } = conversation.turn({ outcomes: [late('act')] });
    expect(session.endedInstances[0]?.irreversibleDone).toMatchObject([{ description: 'act' }]);
    const other = startWithEndedInstance();
    expect(other.turn({ outcomes: [late('gone')] }).session.endedInstances[0]?.irreversibleDone).toMatchObject([
      { stepId: 'gone', description: 'gone' },
    ]);
  });

  test.each<[Outcome['kind'], string | undefined]>([
    ['CONFIRMED', undefined],
    ['DECLINED', undefined],
    ['ACTION_FAILED', 'CONFIRM'],
  ])('0.6: after %s, a paused instance that waits for a confirmation has the open type %s', (kind, open) => {
    const conversation = startConversation([confirming('s'), silent('t')]);
    conversation.turn({ signals: [['PAUSE', 's']] });
    const turn = { trigger: 'TOOL_RESULTS', outcomes: [{ kind, instanceId: 's#1' }] } as const;
    const { visit } = conversation.turn(turn).session.instances[0] ?? {};
    expect([visit?.openType, visit?.openAskFields]).toEqual([open, []]);
  });

  test.each<[Outcome['kind'], string | undefined]>([
    ['ACTION_SUCCEEDED', undefined],
    ['CONFIRMED', 'ACTION_HINT'],
  ])('0.6: after %s, a paused instance that waits for a result has the open type %s', (kind, open) => {
    const conversation = startConversation([acting('s'), silent('t')]);
    conversation.turn({ signals: [['PAUSE', 's']] });
    const turn = { trigger: 'TOOL_RESULTS', outcomes: [{ kind, instanceId: 's#1' }] } as const;
    expect(conversation.turn(turn).session.instances[0]?.visit.openType).toBe(open);
  });
});

describe('3.1: a confirmation is void when a confirmed value changes', () => {
  const pay: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      {
        stepId: 'pay',
        performsAction: true,
        isRequiredAction: true,
        requiresConfirmation: true,
        confirmsFields: ['x'],
        toolIds: ['pay'],
        to: ['wait'],
      },
      ...silent('s').steps,
    ],
  };
  const startConfirmed = (): Conversation => {
    const conversation = new Conversation([pay]);
    conversation.turn({ candidates: { s: 0.9 }, variables: { x: 1 } });
    conversation.turn({ outcomes: [{ kind: 'CONFIRMED' }] });
    return conversation;
  };

  test('3.1: the outcome CONFIRMED is removed too', () => {
    const { session, plan } = startConfirmed().turn({ variables: { x: 2 } });
    expect(session.instances[0]?.visit).toMatchObject({ confirmed: false, outcome: undefined });
    expect(plan).toEqual(['s CONFIRM x=2']);
  });

  test('3.1: a later failure is kept', () => {
    const conversation = startConfirmed();
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] });
    const { session } = conversation.turn({ variables: { x: 2 } });
    expect(session.instances[0]?.visit).toMatchObject({ confirmed: false, outcome: 'ACTION_FAILED' });
  });
});
