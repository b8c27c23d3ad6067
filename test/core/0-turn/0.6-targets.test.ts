import {
  Conversation,
  type PlayedTurn,
  type ScenarioDraft,
  type StepDraft,
  type TurnDraft,
} from '../../support/conversation';
import { listContributions } from '../../support/play-turns';
import { getActionKey, getRequest, listIgnored } from '../../support/requests';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, silent, waiting } from '../../support/sample-scenarios';

const yes: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const no: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };
const succeeded = (outcome: Partial<NonNullable<TurnDraft['outcomes']>[number]> = {}): TurnDraft => ({
  trigger: 'TOOL_RESULTS',
  outcomes: [{ kind: 'ACTION_SUCCEEDED', ...outcome }],
});
const getStep = (played: PlayedTurn, scenarioId: string): string => played.transition(scenarioId).targetStepId;

describe('0.6: an outcome with an action_key', () => {
  test('0.6: answers the CONFIRM with that key regardless of the focus', () => {
    const conversation = new Conversation([confirming('payment'), confirming('contract')]);
    const first = conversation.turn({ candidates: { payment: 0.9 } });
    conversation.turn({ candidates: { contract: 0.9 } });
    const played = conversation.turn({ outcomes: [{ kind: 'CONFIRMED', actionKey: getActionKey(first, 'payment') }] });
    expect(getStep(played, 'payment')).toBe('wait');
    expect(conversation.instance('contract').currentStepId).toBe('confirm');
  });

  test('0.6: answers the ACTION with that key, although another one lists the same tool', () => {
    const [one, two] = ['one', 'two'].map(
      (id): ScenarioDraft => ({
        ...acting(id),
        steps: [{ ...acting(id).steps[0], stepId: 'act', toolIds: ['t'] }, waiting, end],
      }),
    );
    if (!one || !two) throw new Error('no scenario');
    const conversation = startConversation([one, two]);
    const played = conversation.turn(succeeded({ actionKey: 'two#1/act/1', toolId: 't' }));
    expect([getStep(played, 'two'), conversation.instance('one').currentStepId]).toEqual(['wait', 'act']);
  });

  test('0.6: matches its instance even if another instance id is a prefix', () => {
    const conversation = startConversation([acting('s'), acting('s#1')]);
    const { context } = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_FAILED', actionKey: 's#1#1/act/1' }],
    }).result;
    expect(context.addressedInstanceIds).toEqual(['s#1#1']);
  });
});

describe('0.6: ACTION_SUCCEEDED with the key of an open CONFIRM', () => {
  const pay = (toolIds: readonly string[]): ScenarioDraft => ({
    scenarioId: 's',
    steps: [
      { stepId: 'pay', isCheckpoint: true, isRequiredAction: toolIds.length > 0, toolIds, to: ['wait'] },
      waiting,
      end,
    ],
  });

  test.each([
    ['of a step without tools', []],
    ['of a step with tools', ['a', 'b']],
  ])('0.6: confirms the step and completes its action: %s', (_case, toolIds) => {
    const conversation = startConversation([pay(toolIds)]);
    const played = conversation.turn(succeeded({ actionKey: 's#1/pay/1' }));
    expect([listIgnored(played), getStep(played, 's')]).toEqual([[], 'wait']);
    expect(conversation.instance('s').irreversibleDone).toMatchObject([{ stepId: 'pay', passed: true }]);
  });

  test('0.6: confirms if it is for one of two tools, and the other tool is hinted', () => {
    const played = startConversation([pay(['a', 'b'])]).turn(succeeded({ actionKey: 's#1/pay/1', toolId: 'a' }));
    expect(played.plan).toEqual(['s ACTION_HINT b']);
    expect(getActionKey(played, 's')).toBe('s#1/pay/1');
  });

  test('0.6: ACTION_FAILED with that key does not confirm', () => {
    const played = startConversation([pay(['a'])]).turn({
      outcomes: [{ kind: 'ACTION_FAILED', actionKey: 's#1/pay/1' }],
    });
    expect(listIgnored(played)).toEqual(['s#1 ACTION_FAILED NO_OPEN_REQUEST']);
  });
});

describe('0.6: ACTION_SUCCEEDED without a key', () => {
  test('0.6: answers the open ACTION that lists the tool', () => {
    const conversation = startConversation([acting('a'), acting('b')]);
    const played = conversation.turn(succeeded({ toolId: 'b_tool' }));
    expect([getStep(played, 'b'), conversation.instance('a').currentStepId]).toEqual(['wait', 'act']);
  });

  test('0.6: without a tool id answers the only open ACTION', () => {
    expect(getStep(startConversation([acting('a'), silent('b')]).turn(succeeded()), 'a')).toBe('wait');
    expect(listIgnored(startConversation([acting('a'), acting('b')]).turn(succeeded()))).toEqual([
      'ACTION_SUCCEEDED AMBIGUOUS',
    ]);
  });

  test('0.6: with a step id answers an ACTION of that step only', () => {
    const conversation = startConversation([acting('a')]);
    expect(listIgnored(conversation.turn(succeeded({ stepId: 'wait' })))).toEqual(['ACTION_SUCCEEDED NO_OPEN_REQUEST']);
    expect(listIgnored(conversation.turn(succeeded({ stepId: 'act' })))).toEqual([]);
  });
});

describe('0.6: an external event', () => {
  const parcel = (scenarioId: string, step: Partial<StepDraft> = {}): ScenarioDraft => ({
    scenarioId,
    steps: [
      { stepId: 'way', to: [{ to: 'here', outcomes: ['ACTION_SUCCEEDED'] }], ...step },
      { stepId: 'here', templateIds: ['here'], to: ['end'] },
      end,
    ],
  });

  test('0.6: is the outcome of a step that has neither a confirm nor an act stage', () => {
    const played = startConversation([parcel('p')]).turn(succeeded());
    expect([listIgnored(played), played.plan]).toEqual([[], ['p INFORM here']]);
  });

  test('0.6: answers the named instance, or the only matching instance', () => {
    const conversation = startConversation([parcel('p'), parcel('q')]);
    expect(listIgnored(conversation.turn(succeeded()))).toEqual(['ACTION_SUCCEEDED NO_OPEN_REQUEST']);
    expect(getStep(conversation.turn(succeeded({ instanceId: 'q#1' })), 'q')).toBe('here');
    expect(conversation.instance('p').currentStepId).toBe('way');
  });

  test('0.6: is an outcome without a tool id', () => {
    const played = startConversation([parcel('p')]).turn(succeeded({ toolId: 't' }));
    expect(listIgnored(played)).toEqual(['ACTION_SUCCEEDED NO_OPEN_REQUEST']);
  });

  test('0.6: does not reach a step that asks for a confirmation', () => {
    const played = startConversation([parcel('p', { isCheckpoint: true })]).turn(succeeded());
    expect(listIgnored(played)).toEqual(['ACTION_SUCCEEDED NO_OPEN_REQUEST']);
  });
});

describe('0.6: an answer without a key', () => {
  test('0.6: answers the CONFIRM of the named instance, even one of an earlier exchange', () => {
    const conversation = startConversation([confirming('payment'), asking('t', ['x', 'y'])]);
    conversation.turn({ variables: { x: 1 } });
    const played = conversation.turn({ outcomes: [{ kind: 'CONFIRMED', instanceId: 'payment#1' }] });
    expect(getStep(played, 'payment')).toBe('wait');
  });

  test('0.6: answers no CONFIRM of an earlier exchange if it names no instance', () => {
    const conversation = startConversation([confirming('payment'), asking('t', ['x', 'y'])]);
    conversation.turn({ variables: { x: 1 } });
    expect(listIgnored(conversation.turn(yes))).toEqual(['CONFIRMED NO_OPEN_REQUEST']);
  });

  test('0.6: answers a CONFIRM rather than an ASK that was put later', () => {
    const known = { stepId: 'name', collectsProfileFields: ['name'], canSkip: false, to: ['wait'] };
    const conversation = startConversation(
      [{ scenarioId: 't', priority: 99, steps: [known, waiting, end] }, confirming('payment')],
      { customer: { name: 'Ada' } },
    );
    const played = conversation.turn({ ...yes, customer: { name: 'Ada' } });
    expect(getStep(played, 'payment')).toBe('wait');
    expect(conversation.instance('t').currentStepId).toBe('name');
  });

  test('0.6: a deferred CONFIRM was not put, so no outcome answers it', () => {
    const conversation = startConversation([confirming('payment'), { ...confirming('booking'), priority: -1 }]);
    const played = conversation.turn({ outcomes: [{ kind: 'CONFIRMED', instanceId: 'booking#1' }] });
    expect(listIgnored(played)).toEqual(['booking#1 CONFIRMED NO_OPEN_REQUEST']);
  });
});

test('0.6, 0.7: a DECLINED is recorded although the same turn changes a value that the CONFIRM binds', () => {
  const steps: readonly StepDraft[] = [
    { stepId: 'pay', isCheckpoint: true, confirmsFields: ['x'], to: [{ to: 'wait', outcomes: ['DECLINED'] }, 'end'] },
    waiting,
    end,
  ];
  const played = startConversation([{ scenarioId: 's', steps }], { variables: { x: 1 } }).turn({
    ...no,
    variables: { x: 2 },
  });
  expect([listIgnored(played), getStep(played, 's')]).toEqual([[], 'wait']);
});

describe('0.6: an answer to an ASK', () => {
  const shop = (step: Partial<StepDraft>): ScenarioDraft => ({
    scenarioId: 's',
    steps: [
      { stepId: 'ask', collectsProfileFields: ['name', 'code'], to: ['thanks'], ...step },
      { stepId: 'thanks', templateIds: ['thanks'], to: ['end'] },
      { stepId: 'no', templateIds: ['no'], to: ['end'] },
      end,
    ],
  });
  const customer = { name: 'Ada', code: '7' };

  test('0.6: CONFIRMED answers an ASK that was put with known values', () => {
    const turns = listContributions(shop({ canSkip: false }), [{ customer }, { ...yes, customer }]);
    expect(turns).toEqual(['ASK name,code', 'INFORM thanks']);
  });

  test('0.6: CONFIRMED answers the ASK with known values, although another one was put later', () => {
    const conversation = startConversation([shop({ canSkip: false }), asking('t', ['z'], { priority: 9 })], {
      customer,
    });
    const played = conversation.turn({ ...yes, customer });
    expect([listIgnored(played), getStep(played, 's')]).toEqual([[], 'thanks']);
  });

  test('0.6: CONFIRMED does not answer an ASK without known values', () => {
    const played = startConversation([shop({})]).turn(yes);
    expect(listIgnored(played)).toEqual(['CONFIRMED NO_OPEN_REQUEST']);
    expect(played.plan).toEqual(['s ASK name,code']);
  });

  test('0.6: DECLINED declines the missing fields if all of them are optional', () => {
    const conversation = startConversation([shop({ optionalFields: ['name', 'code'] })]);
    const played = conversation.turn(no);
    expect(played.plan).toEqual(['s INFORM thanks']);
    expect(played.actions).toEqual(['s CONTINUE GOES_ON']);
    expect(conversation.instance('s').settledFields).toEqual(
      new Map([
        ['name', 'DECLINED'],
        ['code', 'DECLINED'],
      ]),
    );
  });

  test('0.6: a DECLINED that declines fields is no outcome of the step', () => {
    const to = ['thanks', { to: 'no', outcomes: ['DECLINED' as const], priority: 1 }];
    expect(listContributions(shop({ optionalFields: ['name', 'code'], to }), [{}, no])).toEqual([
      'ASK name,code',
      'INFORM thanks',
    ]);
  });

  test('0.6: DECLINED declines the missing fields even if known fields of the ASK are required', () => {
    const step = { canSkip: false, optionalFields: ['code'] };
    const known = { customer: { name: 'Ada' } };
    const conversation = startConversation([shop(step)], known);
    const played = conversation.turn({ ...known, ...no });
    expect([listIgnored(played), played.plan]).toEqual([[], ['s INFORM thanks']]);
    expect([...conversation.instance('s').settledFields]).toEqual([['code', 'DECLINED']]);
  });

  test('0.6: DECLINED with a missing field that is required declines nothing', () => {
    const conversation = startConversation([shop({ optionalFields: ['code'] })]);
    expect(listIgnored(conversation.turn(no))).toEqual(['DECLINED NO_OPEN_REQUEST']);
    expect(conversation.instance('s').settledFields.get('code')).not.toBe('DECLINED');
  });
});

describe('0.6: an answer to a step', () => {
  const tell = (to: StepDraft['to'], step: Partial<StepDraft> = {}): ScenarioDraft => ({
    scenarioId: 's',
    steps: [
      { stepId: 'tell', templateIds: ['offer'], to: to ?? [], ...step },
      { stepId: 'sold', templateIds: ['sold'], to: ['end'] },
      end,
    ],
  });

  test.each<[string, NonNullable<StepDraft['to']>]>([
    ['states it', [{ to: 'sold', outcomes: ['CONFIRMED'] }]],
    ['reads the outcome', [{ to: 'sold', condition: 'outcome == "confirmed"' }]],
    ['states it and is ANYTIME', [{ to: 'sold', outcomes: ['CONFIRMED'], trigger: 'ANYTIME' }]],
  ])('0.6: is its outcome if a transition of it %s', (_case, to) => {
    const played = startConversation([tell(to)]).turn(yes);
    expect([listIgnored(played), played.plan]).toEqual([[], ['s INFORM sold']]);
  });

  test('0.6: is not applied if no transition of the step waits for it', () => {
    const played = startConversation([tell([{ to: 'sold', outcomes: ['DECLINED'] }, 'end'])]).turn(yes);
    expect(listIgnored(played)).toEqual(['CONFIRMED NO_OPEN_REQUEST']);
  });

  test('0.6: DECLINED without a question does not cancel', () => {
    const played = startConversation([tell([{ to: 'sold', intentLabel: 'never' }])]).turn(no);
    expect(played.actions).toEqual(['s CONTINUE GOES_ON']);
  });
});

describe('0.6: an ACTION of several tools', () => {
  const act = (step: Partial<StepDraft> = {}): ScenarioDraft => ({
    scenarioId: 's',
    steps: [
      {
        stepId: 'act',
        isRequiredAction: true,
        requiresConfirmation: false,
        toolIds: ['a', 'b'],
        to: [{ to: 'bad', outcomes: ['ACTION_FAILED'] }, 'good'],
        ...step,
      },
      { stepId: 'good', templateIds: ['good'], to: ['end'] },
      { stepId: 'bad', templateIds: ['bad'], to: ['end'] },
      end,
    ],
  });
  const failed = (toolId: string): TurnDraft => ({
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind: 'ACTION_FAILED', toolId }],
  });

  test('0.6: succeeds when all tools have succeeded, and stores the results of each', () => {
    const conversation = startConversation([act()]);
    const first = conversation.turn(succeeded({ toolId: 'a', results: { x: 1 } }));
    expect([first.transition('s').targetStepId, first.transition('s').alternatives[0]?.truth]).not.toContain('good');
    expect(conversation.instance('s').variables).toEqual(new Map([['x', 1]]));
    expect(getRequest(conversation.instance('s'), 'ACTION').status).toBe('OPEN');
    expect(conversation.turn(succeeded({ toolId: 'b' })).plan).toEqual(['s INFORM good']);
  });

  test('0.6: fails when one tool has failed and every tool has an outcome', () => {
    const conversation = startConversation([act()]);
    conversation.turn(failed('a'));
    expect(conversation.instance('s').currentStepId).toBe('act');
    expect(conversation.turn(succeeded({ toolId: 'b' })).plan).toEqual(['s INFORM bad']);
  });

  test('0.6: is retried with its key and with the tools that have not succeeded', () => {
    const conversation = startConversation([act({ to: ['good'] })]);
    conversation.turn(succeeded({ toolId: 'a' }));
    const retry = conversation.turn(failed('b'));
    expect(retry.plan).toEqual(['s ACTION_HINT b']);
    expect(getActionKey(retry, 's')).toBe('s#1/act/1');
    expect(conversation.turn(succeeded({ toolId: 'b' })).plan).toEqual(['s INFORM good']);
  });

  test('0.6: while it is open, only a success of a tool is final', () => {
    const conversation = startConversation([act()]);
    const first = conversation.turn(failed('a'));
    expect(first.plan).toEqual(['s ACTION_HINT a,b']);
    const second = conversation.turn(succeeded({ toolId: 'a' }));
    expect([listIgnored(second), second.plan]).toEqual([[], ['s ACTION_HINT b']]);
    const third = conversation.turn(failed('a'));
    expect(listIgnored(third)).toEqual(['s#1 ACTION_FAILED ALREADY_ANSWERED']);
    expect(conversation.turn(succeeded({ toolId: 'b' })).plan).toEqual(['s INFORM good']);
  });

  test('0.6: a tool can fail and succeed on one turn while another has no outcome', () => {
    const conversation = startConversation([act()]);
    const both = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [
        { kind: 'ACTION_FAILED', toolId: 'a' },
        { kind: 'ACTION_SUCCEEDED', toolId: 'a' },
        { kind: 'ACTION_SUCCEEDED', toolId: 'b' },
        { kind: 'ACTION_FAILED', toolId: 'b' },
      ],
    });
    expect(listIgnored(both)).toEqual(['s#1 ACTION_FAILED ALREADY_ANSWERED']);
    expect(both.plan).toEqual(['s INFORM good']);
  });

  test('0.6: an outcome without a tool id answers for all tools that have no outcome', () => {
    const conversation = startConversation([act({ to: ['good'] })]);
    const turn = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'a' }, { kind: 'ACTION_FAILED' }],
    });
    expect(turn.plan).toEqual(['s ACTION_HINT b']);
  });

  test('0.6: leaves a transition that reads its outcome UNKNOWN until each tool has an outcome', () => {
    const step = { isRequiredAction: false, to: [{ to: 'bad', outcomes: ['ACTION_FAILED'] as const }, 'good'] };
    const conversation = startConversation([act(step)]);
    const first = conversation.turn(succeeded({ toolId: 'a' }));
    expect(first.transition('s')).toMatchObject({ targetStepId: 'act', alternatives: [{ truth: 'UNKNOWN' }, {}] });
    expect(conversation.turn(succeeded({ toolId: 'b' })).plan).toEqual(['s INFORM good']);
  });

  test('0.6: is answered by one outcome without a tool id', () => {
    expect(startConversation([act()]).turn(succeeded()).plan).toEqual(['s INFORM good']);
  });
});

describe('0.6: the outcome of a visit that was left', () => {
  const find: StepDraft = {
    stepId: 'find',
    toolBindings: [{ toolId: 'find', timing: 'DURING_STEP', variableNames: ['status'], dependsOn: [] }],
    to: ['name'],
  };
  const scenario = (to: StepDraft['to']): ScenarioDraft => ({
    scenarioId: 's',
    steps: [find, { stepId: 'name', collectsProfileFields: ['name'], to: to ?? ['end'] }, end],
  });
  const late = (conversation: Conversation): PlayedTurn => {
    conversation.turn();
    return conversation.turn(succeeded({ results: { status: 'lost' } }));
  };

  test('0.6: stores its results without concerning the instance', () => {
    const conversation = startConversation([scenario(['end'])]);
    const played = late(conversation);
    expect([listIgnored(played), played.plan]).toEqual([[], ['s NONE']]);
    expect(played.result.context.addressedInstanceIds).toEqual([]);
    expect(conversation.instance('s').variables.get('status')).toBe('lost');
    expect(getRequest(conversation.instance('s'), 'ACTION').status).toBe('ANSWERED');
  });

  test('0.6: concerns the instance if a transition of its step is UNKNOWN because a result is missing', () => {
    const conversation = startConversation([scenario([{ to: 'end', condition: 'data.status == "lost"' }])]);
    conversation.turn({ variables: { name: 'Ada' } });
    expect(conversation.instance('s').currentStepId).toBe('name');
    const played = conversation.turn(succeeded({ results: { status: 'lost' } }));
    expect(played.plan).toEqual(['s INFORM bye']);
  });
});
