import {
  aRelationship,
  Conversation,
  type ScenarioDraft,
  type StepDraft,
  type TurnDraft,
} from '../support/conversation';
import { getActionKey, getRequest, listIgnored, listOpenRequests } from '../support/requests';

/** The worked examples of the semantics, in their order. */

const said = (stepId: string): StepDraft => ({ stepId, isTerminal: true, templateIds: [stepId] });
const yes: TurnDraft = { message: 'Yes', outcomes: [{ kind: 'CONFIRMED' }] };
const results = (...outcomes: NonNullable<TurnDraft['outcomes']>): TurnDraft => ({ trigger: 'TOOL_RESULTS', outcomes });
const sorted = (lines: readonly string[]): readonly string[] => [...lines].sort();

const refund: ScenarioDraft = {
  scenarioId: 'refund',
  steps: [
    { stepId: 'collect_order_id', collectsProfileFields: ['order_id'], to: ['collect_reason'] },
    { stepId: 'collect_reason', collectsProfileFields: ['reason'], to: ['confirm_refund'] },
    {
      stepId: 'confirm_refund',
      isCheckpoint: true,
      performsAction: true,
      isRequiredAction: true,
      toolIds: ['refund'],
      to: ['done'],
    },
    said('done'),
  ],
};
const address: ScenarioDraft = {
  scenarioId: 'address',
  steps: [{ stepId: 'collect', collectsProfileFields: ['street'], to: ['changed'] }, said('changed')],
};
const invoice: ScenarioDraft = {
  scenarioId: 'invoice',
  steps: [
    {
      stepId: 'find',
      toolBindings: [{ toolId: 'find_invoice', timing: 'DURING_STEP', variableNames: ['invoice'], dependsOn: [] }],
      to: ['offer'],
    },
    { stepId: 'offer', requiresConfirmation: true, description: 'Send it by mail?', to: ['sent'] },
    said('sent'),
  ],
};
const transfer: ScenarioDraft = {
  scenarioId: 'transfer',
  steps: [
    { stepId: 'collect', collectsProfileFields: ['recipient', 'amount'], to: ['send'] },
    {
      stepId: 'send',
      isCheckpoint: true,
      checkpointDescription: 'money sent',
      performsAction: true,
      isRequiredAction: true,
      toolIds: ['pay'],
      to: ['sent'],
    },
    said('sent'),
  ],
};

test('3.5, example 1: a START passes over the steps whose fields are known', () => {
  const conversation = new Conversation([refund]);
  const first = conversation.turn({ variables: { order_id: 7, reason: 'broken' }, candidates: { refund: 0.9 } });
  expect(first.transition('refund')).toMatchObject({
    targetStepId: 'confirm_refund',
    skippedSteps: ['collect_order_id', 'collect_reason'],
  });
  expect(first.plan).toEqual(['refund CONFIRM order_id=7,reason=broken']);
  const hint = conversation.turn(yes);
  expect(hint.plan).toEqual(['refund ACTION_HINT refund']);
  expect(getActionKey(hint, 'refund')).toBe('refund#1/confirm_refund/1');
  const done = conversation.turn(results({ kind: 'ACTION_SUCCEEDED', toolId: 'refund' }));
  expect(done.transition('refund').targetStepId).toBe('done');
  expect(done.plan).toEqual(['refund INFORM done']);
  expect(conversation.turn({ message: 'Thanks' }).lifecycle('refund')).toMatchObject({
    action: 'COMPLETE',
    reason: 'TERMINAL',
    ending: 'SUCCEEDED',
  });
});

test('0.5, example 2: two wishes in one message take turns', () => {
  const conversation = new Conversation([refund, address]);
  const first = conversation.turn({ variables: { order_id: 7 }, candidates: { refund: 0.9, address: 0.8 } });
  expect(first.actions).toEqual(['refund START CANDIDATE', 'address START CANDIDATE']);
  expect(sorted(first.plan)).toEqual(['address ASK street', 'refund ASK reason']);
  const second = conversation.turn({ variables: { reason: 'broken' } });
  expect(second.actions).toEqual(['refund CONTINUE GOES_ON', 'address CONTINUE QUIET']);
  expect(second.plan).toEqual(['refund CONFIRM order_id=7,reason=broken', 'address NONE']);
  expect(listOpenRequests(second.session)).toContain('address#1 ASK street');
  const third = conversation.turn({ variables: { street: 'Main 1' } });
  expect(third.plan).toEqual(['address INFORM changed', 'refund NONE']);
  expect(listOpenRequests(third.session)).toEqual(['refund#1 CONFIRM refund#1/confirm_refund/2']);
  const fourth = conversation.turn({ candidates: { refund: 0.9 } });
  expect(fourth.actions).toEqual(['refund CONTINUE GOES_ON', 'address COMPLETE TERMINAL']);
  expect(fourth.plan).toEqual(['refund CONFIRM order_id=7,reason=broken']);
  expect(fourth.contribution('refund')).toMatchObject({
    isReprompt: true,
    actionKey: getActionKey(second, 'refund'),
  });
});

test('0.3, 0.6, example 3: a bare yes answers the confirmation that was put last in the exchange', () => {
  const close: ScenarioDraft = {
    scenarioId: 'close',
    steps: [
      { stepId: 'ask', isCheckpoint: true, checkpointDescription: 'Close the account', to: ['closed'] },
      said('closed'),
    ],
  };
  const conversation = new Conversation([invoice, close]);
  const first = conversation.turn({ candidates: { invoice: 0.9, close: 0.9 } });
  expect(first.plan).toEqual(['close CONFIRM ', 'invoice ACTION_HINT find_invoice']);
  const found = conversation.turn(
    results({ kind: 'ACTION_SUCCEEDED', toolId: 'find_invoice', results: { invoice: 'I7' } }),
  );
  expect(sorted(found.plan)).toEqual(['close NONE', 'invoice CONFIRM ']);
  expect(listOpenRequests(found.session)).toContain('close#1 CONFIRM close#1/ask/1');
  const second = conversation.turn(yes);
  expect(second.plan).toEqual(['invoice INFORM sent', 'close NONE']);
  const third = conversation.turn(yes);
  expect(listIgnored(third)).toEqual([expect.stringContaining('NO_OPEN_REQUEST')]);
  expect(sorted(third.actions)).toEqual(['close CONTINUE GOES_ON', 'invoice COMPLETE TERMINAL']);
  expect(third.plan).toEqual(['close CONFIRM ']);
  expect(conversation.turn(yes).plan).toEqual(['close INFORM closed']);
});

describe('3.9, example 4: a correction while an action is under way', () => {
  const startUnderWay = (): Conversation => {
    const conversation = new Conversation([transfer]);
    const first = conversation.turn({ variables: { recipient: 'Ada', amount: 50 }, candidates: { transfer: 0.9 } });
    expect(first.plan).toEqual(['transfer CONFIRM amount=50,recipient=Ada']);
    expect(getActionKey(first, 'transfer')).toBe('transfer#1/send/1');
    expect(getActionKey(conversation.turn(yes), 'transfer')).toBe('transfer#1/send/1');
    const corrected = conversation.turn({ variables: { amount: 60 } });
    expect(corrected.transition('transfer')).toMatchObject({ reason: 'AWAITS_ACTION', correctedFields: ['amount'] });
    expect(corrected.plan).toEqual(['transfer ACTION_HINT pay']);
    expect(getActionKey(corrected, 'transfer')).toBe('transfer#1/send/1');
    return conversation;
  };

  test('3.9: after a success the confirmed value stays', () => {
    const conversation = startUnderWay();
    const played = conversation.turn(results({ kind: 'ACTION_SUCCEEDED', toolId: 'pay' }));
    expect(played.transition('transfer')).toMatchObject({ targetStepId: 'sent', blockedByCheckpoint: 'money sent' });
    expect(played.plan).toEqual(['transfer INFORM sent']);
    expect(conversation.instance('transfer').variables.get('amount')).toBe(50);
  });

  test('3.9: after a failure the new value is confirmed', () => {
    const played = startUnderWay().turn(results({ kind: 'ACTION_FAILED', toolId: 'pay' }));
    expect(played.transition('transfer')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'send', visitNumber: 2 });
    expect(played.plan).toEqual(['transfer CONFIRM amount=60,recipient=Ada']);
    expect(getActionKey(played, 'transfer')).toBe('transfer#1/send/2');
  });
});

test('0.4, 0.6, example 5: the result of a look-up that was corrected is not used', () => {
  const status: ScenarioDraft = {
    scenarioId: 'status',
    steps: [
      { stepId: 'collect', collectsProfileFields: ['order'], to: ['look_up'] },
      {
        stepId: 'look_up',
        toolBindings: [{ toolId: 'look_up', timing: 'DURING_STEP', variableNames: ['status'], dependsOn: [] }],
        to: [{ to: 'report', condition: 'has(data.status)' }],
      },
      said('report'),
    ],
  };
  const conversation = new Conversation([status]);
  const first = conversation.turn({ variables: { order: 4711 }, candidates: { status: 0.9 } });
  expect(first.plan).toEqual(['status ACTION_HINT look_up']);
  const corrected = conversation.turn({ variables: { order: 4712 } });
  expect(corrected.transition('status').reason).toBe('CORRECTED');
  expect(getActionKey(corrected, 'status')).toBe('status#1/look_up/2');
  const late = conversation.turn(
    results({ kind: 'ACTION_SUCCEEDED', actionKey: getActionKey(first, 'status'), results: { status: 'lost' } }),
  );
  expect(listIgnored(late)).toEqual(['status#1 ACTION_SUCCEEDED VOID']);
  expect(late.plan).toEqual(['status NONE']);
  expect(conversation.instance('status').variables.size).toBe(0);
  const found = conversation.turn(
    results({
      kind: 'ACTION_SUCCEEDED',
      actionKey: getActionKey(corrected, 'status'),
      results: { status: 'delivered' },
    }),
  );
  expect(found.plan).toEqual(['status INFORM report']);
  expect(conversation.instance('status').variables.get('status')).toBe('delivered');
});

describe('3.1, example 6: an optional field', () => {
  const order: ScenarioDraft = {
    scenarioId: 'order',
    steps: [
      {
        stepId: 'ask',
        collectsProfileFields: ['voucher'],
        optionalFields: ['voucher'],
        to: [{ to: 'discount', condition: 'data.voucher != ""' }, 'ship'],
      },
      { stepId: 'discount', templateIds: ['discount'], to: ['ship'] },
      { stepId: 'ship', collectsProfileFields: ['address'], to: ['end'] },
      said('end'),
    ],
  };
  test.each<[string, TurnDraft]>([
    ['is declined', { message: 'No', outcomes: [{ kind: 'DECLINED' }] }],
    ['is left out', { message: 'Hm?' }],
  ])('3.1: a voucher that %s is settled, and a voucher that comes later is a correction', (_how, draft) => {
    const conversation = new Conversation([order]);
    expect(conversation.turn({ candidates: { order: 0.9 } }).plan).toEqual(['order ASK voucher']);
    const settled = conversation.turn(draft);
    expect(settled.transition('order').alternatives[0]).toMatchObject({ transitionId: 'ask/1', truth: 'FALSE' });
    expect(settled.plan).toEqual(['order ASK address']);
    const corrected = conversation.turn({ variables: { voucher: 'X7' } });
    expect(corrected.transition('order')).toMatchObject({
      reason: 'CORRECTED',
      targetStepId: 'discount',
      transitionsTaken: ['ask/1'],
    });
  });
});

test('11, example 7: a called scenario ends and its caller goes on in the same turn', () => {
  const register: ScenarioDraft = {
    scenarioId: 'register',
    steps: [
      { stepId: 'name', collectsProfileFields: ['name'], to: ['where'] },
      { stepId: 'where', calls: { scenarioId: 'address2', reuseCompleted: false, returns: ['street'] }, to: ['agree'] },
      { stepId: 'agree', isCheckpoint: true, confirmsFields: ['name', 'street'], to: ['end'] },
      said('end'),
    ],
  };
  const address2: ScenarioDraft = {
    scenarioId: 'address2',
    steps: [
      { stepId: 'ask', collectsProfileFields: ['street'], to: ['found'] },
      { stepId: 'found', isTerminal: true },
    ],
  };
  const conversation = new Conversation([register, address2]);
  const first = conversation.turn({ variables: { name: 'Ada' }, candidates: { register: 0.9 } });
  expect(first.actions).toEqual(['register START CANDIDATE', 'address2 START CALLED']);
  expect(first.transition('register')).toMatchObject({ targetStepId: 'where' });
  expect(first.plan).toEqual(['address2 ASK street', 'register NONE']);
  const question = conversation.turn({ requested: ['parking'] });
  expect(question.contribution('address2')).toMatchObject({ type: 'ASK', isReprompt: true });
  expect(getRequest(conversation.instance('address2'), 'ASK').attempts).toBe(0);
  const last = conversation.turn({ variables: { street: 'Main 1' } });
  expect(last.actions).toEqual(['register CONTINUE GOES_ON', 'address2 COMPLETE RETURNED']);
  expect(last.plan).toEqual(['register CONFIRM name=Ada,street=Main 1']);
});

test('2.14, example 8: a wish stays pending behind an exclusive scenario', () => {
  const tax: ScenarioDraft = {
    scenarioId: 'tax',
    exclusive: true,
    steps: [{ stepId: 'collect', collectsProfileFields: ['year'], to: ['filed'] }, said('filed')],
  };
  const conversation = new Conversation([tax, invoice]);
  const first = conversation.turn({ candidates: { tax: 0.9, invoice: 0.8 } });
  expect(first.plan).toEqual(['tax ASK year']);
  expect(first.result.rejectedCandidates).toMatchObject([
    { scenarioId: 'invoice', reason: 'EXCLUDED', pendingTurnsLeft: 3 },
  ]);
  const second = conversation.turn({ variables: { year: 2025 } });
  expect(second.plan).toEqual(['tax INFORM filed']);
  expect(second.result.rejectedCandidates).toMatchObject([{ scenarioId: 'invoice', pendingTurnsLeft: 3 }]);
  const third = conversation.turn({ message: 'Good' });
  expect(third.actions).toEqual(['tax COMPLETE TERMINAL', 'invoice START PENDING']);
  expect(third.plan).toEqual(['invoice ACTION_HINT find_invoice']);
});

test('2.3c, 2.12, example 9: a finished scenario restarts when it is named again', () => {
  const hours: ScenarioDraft = { scenarioId: 'hours', steps: [said('hours')] };
  const conversation = new Conversation([hours, invoice]);
  expect(conversation.turn({ candidates: { hours: 0.9 } }).plan).toEqual(['hours INFORM hours']);
  const again = conversation.turn({ candidates: { hours: 0.9 } });
  expect(again.actions).toEqual(['hours COMPLETE TERMINAL', 'hours START CANDIDATE']);
  expect(again.plan).toEqual(['hours INFORM hours']);
  const other = conversation.turn({ candidates: { invoice: 0.9, hours: 0.82 } });
  expect([other.actions, other.rejections]).toEqual([
    ['hours COMPLETE TERMINAL', 'invoice START CANDIDATE'],
    ['hours JUST_ENDED'],
  ]);
  expect(conversation.turn({ candidates: { hours: 0.9 } }).actions).toContain('hours START CANDIDATE');
});

test('3.2, example 10: an instance returns from a global step to the open question', () => {
  const apply: ScenarioDraft = {
    scenarioId: 'apply',
    steps: [
      { stepId: 'who', collectsProfileFields: ['name'], to: ['agree'] },
      { stepId: 'agree', isCheckpoint: true, to: ['money'] },
      { stepId: 'money', collectsProfileFields: ['income'], to: ['done'] },
      { stepId: 'why', templateIds: ['why'], reachableFromAnywhere: true, to: [{ returns: true }] },
      said('done'),
    ],
    globals: [{ to: 'why', intentLabel: 'ask_why' }],
  };
  const conversation = new Conversation([apply]);
  expect(conversation.turn({ variables: { name: 'Ada' }, candidates: { apply: 0.9 } }).plan).toEqual([
    'apply CONFIRM name=Ada',
  ]);
  const money = conversation.turn(yes);
  expect(money.plan).toEqual(['apply ASK income']);
  const why = conversation.turn({ intent: 'ask_why' });
  expect(why.transition('apply').targetStepId).toBe('why');
  expect(why.plan).toEqual(['apply INFORM why']);
  expect(listOpenRequests(why.session)).toEqual(['apply#1 ASK income']);
  const back = conversation.turn({ intent: 'ok' });
  expect(back.transition('apply')).toMatchObject({
    reason: 'RETURNED',
    targetStepId: 'money',
    visitNumber: money.transition('apply').visitNumber,
  });
  expect(back.plan).toEqual(['apply ASK income']);
  expect(back.contribution('apply').isReprompt).toBe(true);
});

describe('1.5, example 11: a CHOICE between ambiguous scenarios', () => {
  const ask = (scenarioId: string): ScenarioDraft => ({
    scenarioId,
    steps: [{ stepId: 'ask', collectsProfileFields: [`${scenarioId}_size`], to: ['end'] }, said('end')],
  });
  const startChoice = (): Conversation => {
    const conversation = new Conversation([ask('toys'), ask('care')], {
      relationships: [aRelationship('toys', 'AMBIGUOUS', 'care')],
    });
    const first = conversation.turn({ candidates: { toys: 0.8, care: 0.75 } });
    expect(first.plan).toEqual(['CHOICE toys,care']);
    expect(sorted(first.rejections)).toEqual(['care AMBIGUOUS', 'toys AMBIGUOUS']);
    const again = conversation.turn({ candidates: { toys: 0.8, care: 0.76 } });
    expect(again.plan).toEqual(['CHOICE toys,care']);
    expect(again.result.plan.contributions[0]?.isReprompt).toBe(true);
    expect(conversation.session.choices).toMatchObject([{ status: 'OPEN', attempts: 1 }]);
    return conversation;
  };

  test('1.5: a START for both starts both and closes it', () => {
    const conversation = startChoice();
    const both = conversation.turn({ signals: [['START', 'toys', 'care']] });
    expect(sorted(both.actions)).toEqual(['care START AIMED', 'toys START AIMED']);
    expect(conversation.session.choices.filter(({ status }) => status === 'OPEN')).toEqual([]);
  });

  test('1.5: a candidate for one of them starts it', () => {
    expect(startChoice().turn({ candidates: { care: 0.9 } }).actions).toEqual(['care START CANDIDATE']);
  });
});
