import type { Conversation, ScenarioDraft, StepDraft, TransitionDraft, TurnDraft } from '../../support/conversation';
import { getActionKey, getRequest, listRequests } from '../../support/requests';
import { startConversation } from '../../support/running';
import { end, waiting } from '../../support/sample-scenarios';

const send: StepDraft = {
  stepId: 'send',
  isCheckpoint: true,
  checkpointDescription: 'money sent',
  performsAction: true,
  isRequiredAction: true,
  toolIds: ['pay'],
  to: ['note', { to: 'edit', trigger: 'ANYTIME', intentLabel: 'edit' }],
};
const ask = (field: string, ...to: readonly TransitionDraft[]): StepDraft => ({
  stepId: field,
  collectsProfileFields: [field],
  to,
});
/** Asks for name and amount, sends the amount, and asks for a note. */
const transfer = (step: Partial<StepDraft> = {}, variation: Partial<ScenarioDraft> = {}): ScenarioDraft => ({
  scenarioId: 's',
  requires: { memo: 'SOFT' },
  steps: [
    ask('name', 'amount'),
    ask('amount', 'send'),
    { ...send, ...step },
    ask('note', 'end'),
    { stepId: 'edit', templateIds: ['edit'], to: ['send'] },
    waiting,
    end,
  ],
  ...variation,
});
const yes: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const succeeded: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] };
const failed: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] };
const startUnderWay = (scenario = transfer(), known: Readonly<Record<string, string | number>> = {}): Conversation => {
  const conversation = startConversation([scenario], { variables: { name: 'Ada', amount: 50, ...known } });
  if (conversation.instance('s').requests.some(({ kind }) => kind === 'CONFIRM')) conversation.turn(yes);
  expect(getRequest(conversation.instance('s'), 'ACTION').status).toBe('OPEN');
  return conversation;
};

describe('3.9: while a WRITE action is under way', () => {
  test.each<[string, TurnDraft, readonly string[]]>([
    ['a correction', { variables: { amount: 60 } }, ['amount']],
    ['a correction to null', { variables: { amount: null } }, ['amount']],
    ['a correction in the patch', { patch: { amount: 60 } }, ['amount']],
    ['two corrections', { variables: { amount: 60, name: 'Eve' } }, ['amount', 'name']],
  ])('3.9: %s neither moves the instance nor voids the confirmation', (_case, draft, fields) => {
    const conversation = startUnderWay();
    const played = conversation.turn(draft);
    expect(played.transition('s')).toMatchObject({
      reason: 'AWAITS_ACTION',
      targetStepId: 'send',
      correctedFields: fields,
    });
    expect(played.plan).toEqual(['s ACTION_HINT pay']);
    expect(getActionKey(played, 's')).toBe('s#1/send/1');
    expect(getRequest(conversation.instance('s'), 'CONFIRM').status).toBe('ANSWERED');
  });

  test('3.9: BACK does not move the instance', () => {
    const played = startUnderWay().turn({ signals: ['BACK'] });
    expect(played.transition('s')).toMatchObject({ reason: 'AWAITS_ACTION', targetStepId: 'send' });
  });

  test('3.9: a change of a value that was known when the action was first hinted is held, although it was not confirmed', () => {
    const scenario = transfer({ confirmsFields: ['amount'] });
    const conversation = startUnderWay(scenario, { memo: 'rent' });
    conversation.turn({ variables: { memo: 'gift' } });
    expect(conversation.instance('s').heldValues).toEqual(new Map([['memo', 'rent']]));
  });

  test('3.9: a field that was not known then can become known', () => {
    const conversation = startUnderWay();
    conversation.turn({ variables: { note: 'n' } });
    expect(conversation.instance('s').heldValues).toEqual(new Map());
    expect(conversation.turn(succeeded).plan).toEqual(['s INFORM bye']);
  });

  test('3.9: the instance still sees the old value', () => {
    const to: StepDraft['to'] = [{ to: 'wait', trigger: 'ANYTIME', condition: 'data.amount == 60' }, 'note'];
    const conversation = startUnderWay(transfer({ to }));
    expect(conversation.turn({ variables: { amount: 60 } }).transition('s').targetStepId).toBe('send');
  });

  test('3.9: a correction and its opposite leave nothing to hold', () => {
    const conversation = startUnderWay();
    conversation.turn({ variables: { amount: 60 } });
    conversation.turn({ variables: { amount: 50 } });
    expect(conversation.instance('s').heldValues.size).toBe(0);
    const done = conversation.turn(succeeded);
    expect(done.transition('s').blockedByCheckpoint).toBe('');
  });

  test('3.9: a held value that is given again is no change for the instance', () => {
    const to: StepDraft['to'] = [{ to: 'wait', trigger: 'ANYTIME', condition: '"amount" in changed' }, 'note'];
    const conversation = startUnderWay(transfer({ to }));
    for (const amount of [60, 60, 70]) {
      expect(conversation.turn({ variables: { amount } }).transition('s').targetStepId).toBe('send');
    }
    expect(conversation.instance('s').heldValues).toEqual(new Map([['amount', 50]]));
  });

  test('3.9: a READ action does not hold back a correction', () => {
    const look = transfer({
      isCheckpoint: false,
      toolBindings: [{ toolId: 'look', timing: 'DURING_STEP', variableNames: [], dependsOn: [], effect: 'READ' }],
      toolIds: [],
    });
    const played = startUnderWay(look).turn({ variables: { amount: 60 } });
    expect(played.transition('s').reason).toBe('CORRECTED');
    expect(getActionKey(played, 's')).toBe('s#1/send/2');
  });
});

describe('3.9: ACTION_SUCCEEDED after a change', () => {
  const change: TurnDraft = { variables: { amount: 60 } };

  test('3.9: finishes the step with the old values, which the instance keeps', () => {
    const conversation = startUnderWay();
    conversation.turn(change);
    const done = conversation.turn(succeeded);
    expect(done.transition('s')).toMatchObject({ targetStepId: 'note', blockedByCheckpoint: 'money sent' });
    expect(conversation.instance('s').variables).toEqual(new Map([['amount', 50]]));
    expect(conversation.session.variables.get('amount')?.value).toBe(60);
  });

  test('3.9: drops the remembered change', () => {
    const conversation = startUnderWay();
    conversation.turn(change);
    conversation.turn(succeeded);
    const later = conversation.turn();
    expect(later.transition('s')).toMatchObject({ targetStepId: 'note', correctedFields: [], blockedByCheckpoint: '' });
    expect(conversation.instance('s').pendingCorrections.size).toBe(0);
  });

  test('3.9: keeps no old value that its results replace', () => {
    const conversation = startUnderWay();
    conversation.turn(change);
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', results: { amount: 49 } }] });
    expect(conversation.instance('s').variables.get('amount')).toBe(49);
  });

  test('3.9: also applies to a change on the turn of the success', () => {
    const conversation = startUnderWay();
    const done = conversation.turn({ ...change, outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'pay' }] });
    expect(done.transition('s')).toMatchObject({ targetStepId: 'note', blockedByCheckpoint: 'money sent' });
    expect(conversation.instance('s').variables.get('amount')).toBe(50);
  });

  test('3.9: also applies to several values, which are listed by name', () => {
    const conversation = startUnderWay();
    conversation.turn({ variables: { name: 'Eve' } });
    conversation.turn({ variables: { amount: 60 } });
    const done = conversation.turn(succeeded);
    expect(done.transition('s')).toMatchObject({ correctedFields: ['amount', 'name'] });
    expect(done.transition('s').reasoning).toContain('The change of amount, name came too late');
  });

  test('3.9: lets the rest of the walk see the old values', () => {
    const check: StepDraft = {
      stepId: 'check',
      to: [
        { to: 'note', condition: 'data.amount == 50' },
        { to: 'end', condition: 'data.amount == 60' },
      ],
    };
    const scenario = transfer({ to: ['check'] });
    const conversation = startUnderWay({ ...scenario, steps: [...scenario.steps, check] });
    conversation.turn(change);
    expect(conversation.turn(succeeded).transition('s').targetStepId).toBe('note');
  });

  test('3.9: has nothing to keep if the change is taken back on the turn of the success', () => {
    const conversation = startUnderWay();
    conversation.turn(change);
    const done = conversation.turn({
      variables: { amount: 50 },
      outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'pay' }],
    });
    expect(done.transition('s')).toMatchObject({ targetStepId: 'note', blockedByCheckpoint: '', correctedFields: [] });
    expect(conversation.instance('s').variables.size).toBe(0);
  });

  test('3.9: the new value can be used by another instance', () => {
    const conversation = startUnderWay();
    conversation.turn(change);
    expect(conversation.session.variables.get('amount')?.value).toBe(60);
  });
});

describe('3.9: ACTION_FAILED after a change', () => {
  test('3.9: lets the correction move the instance on that turn', () => {
    const conversation = startUnderWay();
    conversation.turn({ variables: { amount: null } });
    const played = conversation.turn(failed);
    expect(played.transition('s')).toMatchObject({
      reason: 'CORRECTED',
      targetStepId: 'amount',
      correctedFields: ['amount'],
    });
    expect(played.plan).toEqual(['s ASK amount']);
  });

  test('3.9: voids the CONFIRM if the changed value was used by no step, and puts it again with a new key', () => {
    const scenario = transfer({ confirmsFields: ['memo'] });
    const conversation = startUnderWay(scenario, { memo: 'rent' });
    conversation.turn({ variables: { memo: 'gift' } });
    const played = conversation.turn(failed);
    expect(played.plan).toEqual(['s CONFIRM memo=gift']);
    expect(played.contribution('s')).toMatchObject({ actionKey: 's#1/send/1/2', isReprompt: false });
  });

  test('3.9: on the turn of the change lets the change take effect immediately', () => {
    const played = startUnderWay().turn({
      variables: { amount: 60 },
      outcomes: [{ kind: 'ACTION_FAILED', toolId: 'pay' }],
    });
    expect(played.plan).toEqual(['s CONFIRM amount=60,name=Ada']);
  });

  test('3.9: reports no checkpoint that blocks the correction', () => {
    const conversation = startUnderWay();
    conversation.turn({ variables: { amount: 60 } });
    expect(conversation.turn(failed).transition('s')).toMatchObject({ reason: 'CORRECTED', blockedByCheckpoint: '' });
  });

  test('3.9: without a change causes the action to be hinted again', () => {
    expect(startUnderWay().turn(failed).plan).toEqual(['s ACTION_HINT pay']);
  });
});

describe('3.9: a step that is entered again while its WRITE action is under way', () => {
  const enterAgain = (): Conversation => {
    const conversation = startUnderWay();
    expect(conversation.turn({ intent: 'edit' }).plan).toEqual(['s INFORM edit']);
    return conversation;
  };

  test('3.9: puts that action again, with its old key, before any other stage', () => {
    const conversation = enterAgain();
    const again = conversation.turn();
    expect(again.transition('s')).toMatchObject({ targetStepId: 'send', visitNumber: 3 });
    expect(again.plan).toEqual(['s ACTION_HINT pay']);
    expect(getActionKey(again, 's')).toBe('s#1/send/1');
  });

  test('3.9: applies the success to the new visit', () => {
    const conversation = enterAgain();
    conversation.turn();
    const done = conversation.turn(succeeded);
    expect(done.transition('s').targetStepId).toBe('note');
    expect(conversation.instance('s').irreversibleDone).toMatchObject([{ stepId: 'send', passed: true }]);
  });

  test('3.9: asks for a new confirmation after a failure', () => {
    const conversation = enterAgain();
    conversation.turn();
    const played = conversation.turn(failed);
    expect(played.plan).toEqual(['s CONFIRM amount=50,name=Ada']);
    expect(getActionKey(played, 's')).toBe('s#1/send/3');
  });

  test('3.9: a success before it is entered again belongs to the old visit and is recorded as done', () => {
    const conversation = enterAgain();
    conversation.turn(succeeded);
    expect(conversation.instance('s').irreversibleDone).toMatchObject([{ stepId: 'send', passed: false }]);
    expect(listRequests(conversation.instance('s')).at(-1)).toBe('ACTION s#1/send/1 ANSWERED');
  });
});

test('3.9: a step that a correction passes through does not lend its action to the next one', () => {
  const reserve: StepDraft = {
    stepId: 'reserve',
    toolBindings: ['reserve', 'log'].map((toolId) => ({
      toolId,
      timing: 'DURING_STEP',
      variableNames: [],
      dependsOn: [],
      effect: 'WRITE',
    })),
    to: ['send', { to: 'note', trigger: 'ANYTIME', outcomes: ['ACTION_FAILED'] }],
  };
  const conversation = startConversation(
    [transfer({}, { steps: [ask('name', 'reserve'), reserve, { ...send, to: ['note'] }, ask('note', 'end'), end] })],
    {
      variables: { name: 'Ada' },
    },
  );
  conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'reserve' }] });
  expect(conversation.instance('s').currentStepId).toBe('send');
  const corrected = conversation.turn({ variables: { name: 'Eve' } });
  expect(corrected.transition('s')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'reserve' });
  expect(getActionKey(corrected, 's')).toBe('s#1/reserve/3');
  const confirmed = conversation.turn({
    outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: 's#1/reserve/3' }],
  });
  expect(confirmed.plan).toEqual(['s CONFIRM name=Eve']);
});

test('3.9: the decision of a later turn does not list the change that is held', () => {
  const conversation = startUnderWay();
  conversation.turn({ variables: { amount: 60 } });
  expect(conversation.turn().transition('s')).toMatchObject({ reason: 'AWAITS_ACTION', correctedFields: [] });
});

test('3.9: held changes are listed by name, whether they were confirmed or only known when the action was hinted', () => {
  const conversation = startUnderWay(transfer({ confirmsFields: ['name'] }));
  const played = conversation.turn({ variables: { name: 'Eve', amount: 60 } });
  expect(played.transition('s').correctedFields).toEqual(['amount', 'name']);
});

describe('3.9: a WRITE action that is not required', () => {
  const reserve = (...toolIds: readonly string[]): Partial<StepDraft> => ({
    collectsProfileFields: ['seat'],
    isCheckpoint: false,
    performsAction: false,
    isRequiredAction: false,
    requiresConfirmation: false,
    toolIds: [],
    toolBindings: toolIds.map((toolId) => ({
      toolId,
      timing: 'DURING_STEP',
      variableNames: [],
      dependsOn: [],
      effect: 'WRITE',
    })),
  });
  const awaited: StepDraft['to'] = [
    { to: 'note', outcomes: ['ACTION_SUCCEEDED'] },
    { to: 'edit', trigger: 'ANYTIME', intentLabel: 'edit' },
  ];
  /** The action is hinted after the customer has chosen a seat. */
  const startReserving = (step: Partial<StepDraft>): Conversation => {
    const conversation = startConversation([transfer(step)], { variables: { name: 'Ada', amount: 50 } });
    expect(conversation.turn({ variables: { seat: 1 } }).plan[0]).toMatch(/^s ACTION_HINT/);
    return conversation;
  };

  test('3.9: keeps its key when the step is entered again, and is not passed over, if a transition waits for its result', () => {
    const conversation = startReserving({ ...reserve('reserve'), to: awaited });
    conversation.turn({ intent: 'edit' });
    const again = conversation.turn();
    expect(again.transition('s')).toMatchObject({ targetStepId: 'send', visitNumber: 3 });
    expect(getActionKey(again, 's')).toBe('s#1/send/1');
  });

  test('3.9: stays with its visit, so that the step is passed over, if no transition waits for its result', () => {
    const conversation = startReserving({
      ...reserve('reserve'),
      to: ['note', { to: 'edit', trigger: 'ANYTIME', intentLabel: 'edit' }],
    });
    conversation.turn({ intent: 'edit' });
    expect(conversation.turn().plan).toEqual(['s ASK note']);
    expect(listRequests(conversation.instance('s'))).toContain('ACTION s#1/send/1 OPEN');
  });

  test('3.9: drops a change when it succeeds, although no checkpoint was passed', () => {
    const conversation = startReserving({ ...reserve('reserve'), to: awaited });
    conversation.turn({ variables: { amount: 60 } });
    const done = conversation.turn(succeeded);
    expect(done.transition('s')).toMatchObject({ targetStepId: 'note', blockedByCheckpoint: '' });
    expect(conversation.instance('s').variables.get('amount')).toBe(50);
  });
});

test('3.9: a required action that was done runs again, with a new key, if its step is entered again', () => {
  const conversation = startUnderWay(
    transfer({ to: [{ to: 'edit', condition: 'turn < 9' }, 'note'], requiresConfirmation: false }),
  );
  expect(conversation.turn(succeeded).plan).toEqual(['s INFORM edit']);
  const again = conversation.turn();
  expect(again.plan).toEqual(['s ACTION_HINT pay']);
  expect(getActionKey(again, 's')).toBe('s#1/send/3');
  expect(listRequests(conversation.instance('s'))).toEqual(['ACTION s#1/send/1 ANSWERED', 'ACTION s#1/send/3 OPEN']);
});

describe('3.9: the retry of a failed action with two tools', () => {
  const twoTools = transfer({ toolIds: ['pay', 'log'] });
  const oneFailed: TurnDraft = {
    trigger: 'TOOL_RESULTS',
    outcomes: [
      { kind: 'ACTION_SUCCEEDED', toolId: 'log' },
      { kind: 'ACTION_FAILED', toolId: 'pay' },
    ],
  };

  test('0.6: lists the tool that failed, with the key of the agreement', () => {
    const retry = startUnderWay(twoTools).turn(oneFailed);
    expect(retry.plan).toEqual(['s ACTION_HINT pay']);
    expect(retry.contribution('s')).toMatchObject({ actionKey: 's#1/send/1', isReprompt: true });
  });

  test('0.8: lists all tools, with a new key, after a new agreement', () => {
    const conversation = startUnderWay(
      {
        ...twoTools,
        steps: twoTools.steps.map((step) => (step.stepId === 'send' ? { ...step, confirmsFields: ['memo'] } : step)),
      },
      { memo: 'rent' },
    );
    conversation.turn({ variables: { memo: 'gift' } });
    expect(conversation.turn(oneFailed).plan).toEqual(['s CONFIRM memo=gift']);
    const retry = conversation.turn(yes);
    expect(retry.plan).toEqual(['s ACTION_HINT pay,log']);
    expect(retry.contribution('s')).toMatchObject({ actionKey: 's#1/send/1/2', isReprompt: false });
  });
});

describe('3.9: held values', () => {
  test('3.9: not a profile field that a later turn does not send', () => {
    const conversation = startConversation([transfer({ confirmsFields: ['memo'] })], {
      variables: { name: 'Ada', amount: 50 },
      customer: { memo: 'rent' },
    });
    conversation.turn({ ...yes, customer: { memo: 'rent' } });
    conversation.turn();
    expect(conversation.instance('s').heldValues.size).toBe(0);
    conversation.turn({ customer: { memo: 'gift' } });
    expect([...conversation.instance('s').heldValues]).toEqual([['memo', 'rent']]);
    conversation.turn();
    expect([...conversation.instance('s').heldValues]).toEqual([['memo', 'rent']]);
  });

  test('3.9: a held change takes effect when the instance leaves the step by an ANYTIME transition', () => {
    const conversation = startUnderWay();
    conversation.turn({ variables: { amount: 60 } });
    conversation.turn({ intent: 'edit' });
    const next = conversation.turn({ requested: ['price'] });
    expect(next.transition('s').correctedFields).toEqual(['amount']);
    expect(conversation.instance('s').heldValues.size).toBe(0);
  });

  test('3.9: the values that are kept after a success are listed by name', () => {
    const conversation = startUnderWay(transfer({ confirmsFields: ['name'] }));
    conversation.turn({ variables: { name: 'Eve', amount: 60 } });
    expect(conversation.turn(succeeded).transition('s').correctedFields).toEqual(['amount', 'name']);
    expect(Object.fromEntries(conversation.instance('s').variables)).toEqual({ name: 'Ada', amount: 50 });
  });
});
