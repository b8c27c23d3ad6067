import {
  aRelationship,
  Conversation,
  type PlayedTurn,
  type ScenarioDraft,
  type StepDraft,
  type TurnDraft,
} from '../../support/conversation';
import { listIgnored, listRequests } from '../../support/requests';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, waiting } from '../../support/sample-scenarios';

type Outcome = NonNullable<TurnDraft['outcomes']>[number];
const yes: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const no: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };
const listSteps = ({ session }: PlayedTurn): readonly string[] =>
  session.instances.map(({ scenarioId, currentStepId }) => `${scenarioId} ${currentStepId}`);

describe('0.6: a yes or no to several open questions', () => {
  test('0.6: answers the CONFIRM that was put last, although its instance started first', () => {
    const conversation = startConversation([confirming('a'), confirming('b')], {}, { maxConfirmsPerTurn: 2 });
    conversation.turn({ trigger: 'TIMER', signals: [['CONTINUE', 'b']] });
    const played = conversation.turn({ trigger: 'TOOL_RESULTS', patch: {}, outcomes: [{ kind: 'CONFIRMED' }] });
    expect(listSteps(played)).toEqual(['a wait', 'b confirm']);
  });

  test.each<[string, Partial<Outcome>, readonly string[]]>([
    ['its step is named', { stepId: 'confirm' }, []],
    ['another step is named', { stepId: 'wait' }, ['CONFIRMED NO_OPEN_REQUEST']],
  ])('0.6: answers the CONFIRM only if no other step is named: %s', (_case, outcome, ignored) => {
    const played = startConversation([confirming('a')]).turn({ outcomes: [{ kind: 'CONFIRMED', ...outcome }] });
    expect(listIgnored(played)).toEqual(ignored);
  });

  test('0.6: DECLINED that names a step declines the fields of an ASK of this step only', () => {
    const scenario: ScenarioDraft = {
      scenarioId: 's',
      steps: [{ stepId: 'ask', collectsProfileFields: ['x'], optionalFields: ['x'], to: ['wait'] }, waiting, end],
    };
    const decline = (stepId: string): readonly string[] =>
      listIgnored(startConversation([scenario]).turn({ outcomes: [{ kind: 'DECLINED', stepId }] }));
    expect([decline('ask'), decline('wait')]).toEqual([[], ['DECLINED NO_OPEN_REQUEST']]);
  });

  test('0.6: DECLINED declines no fields of an ASK of an earlier exchange if it names no instance', () => {
    const optional: ScenarioDraft = {
      scenarioId: 's',
      steps: [{ stepId: 'ask', collectsProfileFields: ['x'], optionalFields: ['x'], to: ['end'] }, end],
    };
    const conversation = startConversation([optional, asking('t', ['y', 'z'])]);
    conversation.turn({ variables: { y: 1 } });
    const played = conversation.turn(no);
    expect(listIgnored(played)).toEqual(['DECLINED NO_OPEN_REQUEST']);
    expect(conversation.instance('s').settledFields.size).toBe(0);
  });

  test('0.6: a second CONFIRMED of the turn does not answer an ASK again', () => {
    const asks: ScenarioDraft = {
      scenarioId: 's',
      steps: [{ stepId: 'ask', collectsProfileFields: ['x'], canSkip: false, to: ['end'] }, end],
    };
    const customer = { x: 1 };
    const conversation = startConversation([asks], { customer });
    const played = conversation.turn({ customer, outcomes: [{ kind: 'CONFIRMED' }, { kind: 'CONFIRMED' }] });
    expect(listIgnored(played)).toEqual(['CONFIRMED NO_OPEN_REQUEST']);
    expect(played.result.context.addressedInstanceIds).toEqual(['s#1']);
  });

  test('0.6: CONFIRMED settles no field that the ASK has not shown', () => {
    const asks: ScenarioDraft = {
      scenarioId: 's',
      steps: [
        { stepId: 'ask', collectsProfileFields: ['x', 'y'], optionalFields: ['y'], canSkip: false, to: ['end'] },
        end,
      ],
    };
    const conversation = startConversation([asks], { customer: { x: 1 } });
    conversation.turn({ ...yes, trigger: 'TOOL_RESULTS', customer: { x: 1 } });
    expect(conversation.instance('s').settledFields.size).toBe(0);
  });

  test('0.6: CONFIRMED while a step still collects is not the outcome of the step, although a transition states it', () => {
    const step: StepDraft = {
      stepId: 'pay',
      collectsProfileFields: ['x'],
      isCheckpoint: true,
      to: [{ to: 'wait', trigger: 'ANYTIME', outcomes: ['CONFIRMED'] }, 'end'],
    };
    const played = startConversation([{ scenarioId: 's', steps: [step, waiting, end] }]).turn(yes);
    expect(listIgnored(played)).toEqual(['CONFIRMED NO_OPEN_REQUEST']);
    expect(listSteps(played)).toEqual(['s pay']);
  });

  test('0.6: CONFIRMED does not answer the action that is under way', () => {
    const pay: StepDraft = {
      stepId: 'pay',
      isCheckpoint: true,
      performsAction: true,
      isRequiredAction: true,
      confirmsFields: ['amount'],
      toolIds: ['transfer'],
      to: ['wait'],
    };
    const ask: StepDraft = { stepId: 'ask', collectsProfileFields: ['amount'], to: ['pay'] };
    const conversation = startConversation([{ scenarioId: 's', steps: [ask, pay, waiting, end] }], {
      variables: { amount: 5 },
    });
    conversation.turn(yes);
    const played = conversation.turn(yes);
    expect(listIgnored(played)).toEqual(['CONFIRMED NO_OPEN_REQUEST']);
    expect(played.result.context.addressedInstanceIds).toEqual([]);
    expect(played.plan).toEqual(['s ACTION_HINT transfer']);
  });

  test('0.6: CONFIRMED that names another step is not the outcome of the current step', () => {
    const tell: StepDraft = { stepId: 'tell', templateIds: ['t'], to: [{ to: 'end', outcomes: ['CONFIRMED'] }] };
    const answer = (stepId: string): readonly string[] =>
      listIgnored(
        startConversation([{ scenarioId: 's', steps: [tell, end] }]).turn({
          outcomes: [{ kind: 'CONFIRMED', stepId }],
        }),
      );
    expect([answer('tell'), answer('end')]).toEqual([[], ['CONFIRMED NO_OPEN_REQUEST']]);
  });

  test('0.6: is not the outcome of a step of an instance that is not the focus', () => {
    const tell: StepDraft = { stepId: 'tell', templateIds: ['t'], to: [{ to: 'end', outcomes: ['CONFIRMED'] }] };
    const conversation = startConversation([{ scenarioId: 's', steps: [tell, end] }, asking('t', ['x'])]);
    expect(listSteps(conversation.turn(yes))).toEqual(['s tell', 't ask_x']);
  });
});

describe('0.6: a yes or no while a CHOICE is open', () => {
  const both = { a: 0.8, b: 0.8 };
  /** A CHOICE and the CONFIRM of s, put by one plan. */
  const startWithChoice = (scenarioIds: readonly string[]): Conversation => {
    const conversation = new Conversation(
      [confirming('s'), asking('a', ['x'], { askBeforeStart: scenarioIds.length === 1 }), asking('b', ['y'])],
      { settings: { maxConfirmsPerTurn: 2 }, relationships: [aRelationship('a', 'AMBIGUOUS', 'b')] },
    );
    conversation.turn({
      candidates: { s: 0.9, ...Object.fromEntries(scenarioIds.map((scenarioId) => [scenarioId, 0.8])) },
    });
    expect(conversation.session.choices).toMatchObject([{ scenarioIds, status: 'OPEN' }]);
    expect(listRequests(conversation.instance('s'))).toEqual(['CONFIRM s#1/confirm/1 OPEN']);
    return conversation;
  };

  test('0.6: CONFIRMED answers a CHOICE with one option, which precedes the CONFIRM of its plan', () => {
    const played = startWithChoice(['a']).turn(yes);
    expect(played.actions).toContain('a START CONSENTED');
    expect(played.session.instances[0]?.currentStepId).toBe('confirm');
  });

  test('0.6: DECLINED answers the CONFIRM of a plan that has a CHOICE with two options too', () => {
    expect(startWithChoice(['a', 'b']).turn(no).actions).toEqual(['s CANCEL DECLINED']);
  });

  test('0.6: answers the CONFIRM that was put after the CHOICE', () => {
    const conversation = startWithChoice(['a']);
    conversation.turn({
      trigger: 'TIMER',
      signals: [['CONTINUE', 's']],
      outcomes: [{ kind: 'DECLINED', instanceId: 'x' }],
    });
    conversation.session = {
      ...conversation.session,
      instances: conversation.session.instances.map((instance) => ({
        ...instance,
        requests: instance.requests.map((request) => ({ ...request, lastPut: { ...request.lastPut, revision: 2 } })),
      })),
    };
    expect(listSteps(conversation.turn(yes))).toEqual(['s wait']);
  });

  test.each<[string, Partial<Outcome>]>([
    ['an instance', { instanceId: 's#1' }],
    ['a step', { stepId: 'confirm' }],
  ])('0.6: answers the CONFIRM, and not the CHOICE, if it names %s', (_what, outcome) => {
    const played = startWithChoice(['a']).turn({ outcomes: [{ kind: 'CONFIRMED', ...outcome }] });
    expect(listSteps(played)).toEqual(['s wait']);
  });

  test('0.6: the second CONFIRMED of a turn answers the CONFIRM', () => {
    const played = startWithChoice(['a']).turn({ outcomes: [{ kind: 'CONFIRMED' }, { kind: 'CONFIRMED' }] });
    expect(listIgnored(played)).toEqual([]);
    expect(listSteps(played)).toEqual(['s wait', 'a ask_x']);
  });

  test('0.6: DECLINED answers a CHOICE with two options alone', () => {
    const conversation = new Conversation([asking('a', ['x']), asking('b', ['y'])], {
      relationships: [aRelationship('a', 'AMBIGUOUS', 'b')],
    });
    conversation.turn({ candidates: both });
    expect(listIgnored(conversation.turn(no))).toEqual([]);
    expect(conversation.session.choices.every(({ status }) => status !== 'OPEN')).toBe(true);
  });
});

describe('0.6: the outcomes of the tools of one action on one turn', () => {
  const act: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'act', isRequiredAction: true, requiresConfirmation: false, toolIds: ['a', 'b'], to: ['wait'] },
      waiting,
      end,
    ],
  };
  const play = (...outcomes: readonly Outcome[]): PlayedTurn =>
    startConversation([act]).turn({ trigger: 'TOOL_RESULTS', outcomes });
  const succeeded = (toolId: string, actionKey = ''): Outcome => ({ kind: 'ACTION_SUCCEEDED', toolId, actionKey });
  const failed = (toolId: string, actionKey = ''): Outcome => ({ kind: 'ACTION_FAILED', toolId, actionKey });

  test.each(['', 's#1/act/1'])('0.6: a tool that succeeded does not fail afterwards: key "%s"', (key) => {
    const played = play(succeeded('a', key), failed('a', key));
    expect(listIgnored(played)).toEqual(['s#1 ACTION_FAILED ALREADY_ANSWERED']);
    expect(played.plan).toEqual(['s ACTION_HINT b']);
  });

  test('0.6: no tool has another outcome after each of them has one', () => {
    const played = play(failed('a'), failed('b'), succeeded('b'));
    expect(listIgnored(played)).toEqual(['s#1 ACTION_SUCCEEDED ALREADY_ANSWERED']);
    expect(played.plan).toEqual(['s ACTION_HINT a,b']);
  });

  test('0.6: an outcome with the key for a tool that the action does not list matches no request', () => {
    expect(listIgnored(play(failed('other', 's#1/act/1')))).toEqual(['s#1 ACTION_FAILED NO_OPEN_REQUEST']);
  });
});

describe('0.6: an action_key that no request of the session has', () => {
  /** The instance is in its 12th visit. */
  const ignoredWith = (outcome: Partial<Outcome>): readonly string[] => {
    const conversation = startConversation([acting('s'), confirming('t')]);
    conversation.session = {
      ...conversation.session,
      instances: conversation.session.instances.map((instance) => ({
        ...instance,
        visit: { ...instance.visit, number: 12 },
        lastVisitNumber: 12,
      })),
    };
    return listIgnored(conversation.turn({ trigger: 'TIMER', outcomes: [{ kind: 'ACTION_FAILED', ...outcome }] }));
  };

  test.each<[string, string, string]>([
    ['an earlier visit', 's#1/gone/3', 's#1 ACTION_FAILED OTHER_VISIT'],
    ['an earlier visit with two digits', 's#1/gone/11', 's#1 ACTION_FAILED OTHER_VISIT'],
    ['a later agreement of an earlier visit', 's#1/gone/11/2', 's#1 ACTION_FAILED OTHER_VISIT'],
    ['a late agreement of an earlier visit', 's#1/gone/11/13', 's#1 ACTION_FAILED OTHER_VISIT'],
    ['a step whose id ends with a number', 's#1/gone/3/x', 's#1 ACTION_FAILED NO_OPEN_REQUEST'],
    ['the current visit', 's#1/gone/12', 's#1 ACTION_FAILED NO_OPEN_REQUEST'],
    ['a later agreement of the current visit', 's#1/gone/12/2', 's#1 ACTION_FAILED NO_OPEN_REQUEST'],
    ['a visit with more digits', 's#1/gone/123', 's#1 ACTION_FAILED NO_OPEN_REQUEST'],
    ['no visit', 's#1/gone', 's#1 ACTION_FAILED NO_OPEN_REQUEST'],
    ['no instance of the session', 'x#1/gone/3', 'ACTION_FAILED NO_OPEN_REQUEST'],
  ])('0.6: is explained by the visit that it names: %s', (_visit, actionKey, ignored) => {
    expect(ignoredWith({ actionKey })).toEqual([ignored]);
  });

  test.each<[string, string, string]>([
    ['the named instance', 't#1', 't#1 ACTION_FAILED OTHER_VISIT'],
    ['no instance of the session', 'x#1', 'x#1 ACTION_FAILED NO_OPEN_REQUEST'],
  ])('0.6: is explained for the instance that the outcome names: %s', (_instance, instanceId, ignored) => {
    expect(ignoredWith({ instanceId, actionKey: `${instanceId}/gone/3` })).toEqual([ignored]);
  });
});

test('0.6: an event can name the step where the instance is', () => {
  const parcel: ScenarioDraft = {
    scenarioId: 's',
    steps: [{ stepId: 'way', to: [{ to: 'wait', outcomes: ['ACTION_SUCCEEDED'] }] }, waiting, end],
  };
  const report = (stepId: string): readonly string[] =>
    listSteps(startConversation([parcel]).turn({ outcomes: [{ kind: 'ACTION_SUCCEEDED', stepId }] }));
  expect([report('way'), report('wait')]).toEqual([['s wait'], ['s way']]);
});

test('0.6: ignored outcomes are returned in request order, whatever the reason and the instance', () => {
  const conversation = startConversation([confirming('s', { confirms: ['x'] }), acting('t')], { variables: { x: 1 } });
  const played = conversation.turn({
    variables: { x: 2 },
    outcomes: [
      { kind: 'DECLINED', instanceId: 'gone' },
      { kind: 'CONFIRMED', actionKey: 's#1/confirm/1' },
      { kind: 'ACTION_FAILED', toolId: 'other' },
    ],
  });
  expect(listIgnored(played)).toEqual([
    'gone DECLINED NO_OPEN_REQUEST',
    's#1 CONFIRMED VOID',
    'ACTION_FAILED NO_OPEN_REQUEST',
  ]);
  expect(played.result.ignoredOutcomes[1]?.reasoning).toBe(
    'A value of the CONFIRM changed, so it must be confirmed again.',
  );
});

describe('0.6: a CONFIRMED whose value changes later', () => {
  const sign: StepDraft = {
    stepId: 'sign',
    requiresConfirmation: true,
    confirmsFields: ['x'],
    templateIds: ['thanks'],
    to: [{ to: 'wait', trigger: 'ANYTIME', outcomes: ['CONFIRMED'], intentLabel: 'go' }, 'end'],
  };
  const startSigned = (): Conversation => {
    const conversation = startConversation([{ scenarioId: 's', steps: [sign, waiting, end] }], {
      patch: { x: 1, y: 1 },
    });
    expect(conversation.turn(yes).plan).toEqual(['s INFORM thanks']);
    return conversation;
  };

  test.each<[string, TurnDraft, string]>([
    ['is no outcome of the step any more', { patch: { x: 2 } }, 's sign'],
    ['remains the outcome if another value changes', { patch: { y: 2 } }, 's wait'],
  ])('0.6: %s', (_rule, draft, step) => {
    expect(listSteps(startSigned().turn({ ...draft, intent: 'go' }))).toEqual([step]);
  });

  test('0.8: the agreement is void and a new one is put', () => {
    const conversation = startSigned();
    expect(conversation.turn({ patch: { x: 2 } }).plan).toEqual(['s CONFIRM x=2']);
    expect(listRequests(conversation.instance('s'))).toEqual(['CONFIRM s#1/sign/1 VOID', 'CONFIRM s#1/sign/1/2 OPEN']);
  });
});

test('0.8: an agreement whose WRITE action has succeeded stays answered if its value changes later', () => {
  const pay: StepDraft = {
    stepId: 'pay',
    isRequiredAction: true,
    performsAction: true,
    toolIds: ['pay'],
    confirmsFields: ['x'],
    templateIds: ['receipt'],
    to: [{ to: 'end', intentLabel: 'never' }],
  };
  const conversation = startConversation([{ scenarioId: 's', steps: [pay, end] }], { patch: { x: 1 } });
  conversation.turn(yes);
  conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] });
  conversation.turn({ patch: { x: 2 } });
  expect(listRequests(conversation.instance('s'))).toEqual(['CONFIRM s#1/pay/1 ANSWERED', 'ACTION s#1/pay/1 ANSWERED']);
});

describe('3.6: a failure of a required action', () => {
  test('3.6: of a visit that was left is not counted at the step where the instance is', () => {
    const act = (stepId: string, to: StepDraft['to']): StepDraft => ({
      stepId,
      isRequiredAction: true,
      requiresConfirmation: false,
      toolIds: [stepId],
      to: to ?? [],
    });
    const steps = [
      act('first', ['end', { to: 'second', trigger: 'ANYTIME', intentLabel: 'on' }]),
      act('second', ['end']),
      end,
    ];
    const conversation = startConversation([{ scenarioId: 's', steps }]);
    conversation.turn({ intent: 'on' });
    const counts = [...conversation.instance('s').loopCounts];
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', toolId: 'first' }] });
    expect([...conversation.instance('s').loopCounts]).toEqual(counts);
  });
});

test('0.6: a button of a new agreement starts a new action beside the one that failed', () => {
  const pay: StepDraft = {
    stepId: 'pay',
    isRequiredAction: true,
    performsAction: true,
    toolIds: ['pay'],
    confirmsFields: ['x'],
    to: ['wait'],
  };
  const conversation = startConversation([{ scenarioId: 's', steps: [pay, waiting, end] }], { patch: { x: 1 } });
  conversation.turn(yes);
  conversation.turn({ patch: { x: 2 } });
  conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] });
  expect(listRequests(conversation.instance('s')).at(-1)).toBe('CONFIRM s#1/pay/1/2 OPEN');
  conversation.turn({ outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: 's#1/pay/1/2' }] });
  expect(listRequests(conversation.instance('s'))).toEqual([
    'CONFIRM s#1/pay/1 VOID',
    'ACTION s#1/pay/1 ANSWERED',
    'CONFIRM s#1/pay/1/2 ANSWERED',
    'ACTION s#1/pay/1/2 ANSWERED',
  ]);
});
