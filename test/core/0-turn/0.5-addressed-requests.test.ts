import {
  Conversation,
  type PlayedTurn,
  type ScenarioDraft,
  type StepDraft,
  type TurnDraft,
} from '../../support/conversation';
import { startConversation } from '../../support/running';
import { acting, asking, confirming, end, silent } from '../../support/sample-scenarios';

const getAddressed = ({ result }: PlayedTurn): readonly string[] => result.context.addressedInstanceIds;
/** Names a scenario that does not exist, so that a changed value alone addresses no instance. */
const named: TurnDraft = { candidates: { unknown: 0.9 } };

describe('0.5: a field of the open ASK addresses its instance', () => {
  const step = { stepId: 'a', collectsProfileFields: ['x'], optionalFields: ['y'], canSkip: false, to: ['end'] };
  const asks: ScenarioDraft = {
    scenarioId: 's',
    steps: [{ ...step, collectsProfileFields: ['x', 'y'] }, end],
  };
  const start = (): Conversation =>
    new Conversation([asks, asking('t', ['z', 'w'])], { fields: [{ name: 'x', type: 'INTEGER' }] });

  test.each<[string, TurnDraft]>([
    ['becomes known', { variables: { y: 1 } }],
    ['is given again', { variables: { x: 1 } }],
    ['changes', { variables: { x: 2 } }],
    ['is cleared', { variables: { x: null } }],
    ['is rejected', { variables: { x: 'text' } }],
    ['is declined', { given: [{ name: 'y', declined: true }] }],
    ['is null, which declines it because it is optional', { variables: { y: null } }],
  ])('0.5: when it %s', (_case, draft) => {
    const conversation = start();
    conversation.turn({ patch: { x: 1 }, candidates: { s: 0.9, t: 0.8 } });
    expect(getAddressed(conversation.turn({ ...named, ...draft }))).toEqual(['s#1']);
  });

  test('0.5: declining a field that was not asked for addresses no instance', () => {
    const conversation = start();
    conversation.turn({ patch: { x: 1 }, candidates: { s: 0.9, t: 0.8 } });
    expect(getAddressed(conversation.turn({ ...named, given: [{ name: 'hobby', declined: true }] }))).toEqual([]);
  });
});

test('0.5: a value that a step awaits from outside addresses its instance', () => {
  const parcel: ScenarioDraft = {
    scenarioId: 's',
    steps: [{ stepId: 'way', to: [{ to: 'end', condition: 'data.arrived == true' }] }, end],
  };
  const conversation = startConversation([parcel, asking('t', ['z', 'w'])]);
  const played = conversation.turn({ variables: { arrived: true, z: 1 } });
  expect([...getAddressed(played)].sort()).toEqual(['s#1', 't#1']);
  expect(played.transition('s').targetStepId).toBe('end');
});

test('0.5: a BACK addresses the instance that it reaches', () => {
  const conversation = startConversation([asking('s', ['x', 'y']), asking('t', ['z', 'w'])]);
  expect(getAddressed(conversation.turn({ signals: [['BACK', 't']] }))).toEqual(['t#1']);
});

test('0.5: an answered paused instance is addressed', () => {
  const conversation = startConversation([asking('s', ['x', 'y']), asking('t', ['z', 'w'])]);
  conversation.turn({
    signals: [
      ['PAUSE', 's'],
      ['CONTINUE', 't'],
    ],
  });
  expect(getAddressed(conversation.turn({ variables: { x: 1 } }))).toEqual(['s#1']);
});

test('0.5: an instance that waits for a call is addressed with what it called', () => {
  const caller: ScenarioDraft = {
    scenarioId: 's',
    steps: [{ stepId: 'c', calls: { scenarioId: 't', reuseCompleted: false, returns: [] }, to: ['end'] }, end],
  };
  const conversation = new Conversation([caller, asking('t', ['z', 'w']), asking('o', ['x', 'y'])]);
  conversation.turn({ candidates: { s: 0.9, o: 0.8 } });
  expect([...getAddressed(conversation.turn({ variables: { z: 1 } }))].sort()).toEqual(['s#1', 't#1']);
});

test('0.5: an instance whose step blocks a start continues as usual', () => {
  const blocking = asking('s', ['x', 'y']);
  const steps = blocking.steps.map((step) => ({ ...step, blocksStarts: step.isTerminal !== true }));
  const conversation = new Conversation([{ ...blocking, steps }, asking('t', ['z', 'w']), asking('u', ['v'])]);
  conversation.turn({ candidates: { t: 0.9 } });
  conversation.turn({ candidates: { s: 0.9 } });
  const played = conversation.turn({ candidates: { u: 0.9 }, variables: { z: 1 } });
  expect(played.rejections).toEqual(['u START_BLOCKED']);
  expect([...played.plan].sort()).toEqual(['s ASK x', 't ASK w']);
});

describe('0.5: when_not_addressed = PAUSE', () => {
  test('0.5: acts like QUIET if 2.9 does not pause, because no addressed instance is active', () => {
    const conversation = startConversation([
      confirming('s'),
      asking('t', ['z'], { whenNotAddressed: 'PAUSE' }),
      silent('u'),
    ]);
    const played = conversation.turn({ outcomes: [{ kind: 'DECLINED', instanceId: 's#1' }] });
    expect(played.actions).toContain('t CONTINUE GOES_ON');
  });

  test.each(['TOOL_RESULTS', 'TIMER'] as const)('0.5: has no effect on a %s turn', (trigger) => {
    const conversation = startConversation([acting('s'), asking('t', ['z'], { whenNotAddressed: 'PAUSE' })]);
    const played = conversation.turn({ trigger, outcomes: [{ kind: 'ACTION_FAILED', instanceId: 's#1' }] });
    expect(played.actions).toEqual(['s CONTINUE GOES_ON', 't CONTINUE QUIET']);
  });
});

describe('0.5: on a turn without a message', () => {
  test('0.5: only the instances that it concerns walk, and the others keep their requests', () => {
    const conversation = startConversation([asking('s', ['x', 'y']), asking('t', ['z', 'w'])]);
    const played = conversation.turn({ trigger: 'TOOL_RESULTS', patch: { x: 1 } });
    expect([...played.plan].sort()).toEqual(['s ASK y', 't NONE']);
    expect(played.result.plan.openRequests.map(({ instanceId }) => instanceId)).toEqual(['s#1', 't#1']);
  });

  test('0.5: rule 2.3c is not evaluated for an instance that the turn does not concern', () => {
    const conversation = startConversation([{ scenarioId: 's', steps: [end] }]);
    expect(conversation.turn({ trigger: 'TIMER' }).actions).toEqual(['s CONTINUE QUIET']);
    expect(conversation.turn().actions).toEqual(['s COMPLETE TERMINAL']);
  });
});

describe('0.5: a paused instance that the turn answers', () => {
  /** Asks for x and y, or for x that the profile knows, and is paused. Another scenario waits for its own fields. */
  const startPaused = (step: Partial<StepDraft> = {}, other: ScenarioDraft = asking('t', ['z', 'w'])): Conversation => {
    const asks: StepDraft = { stepId: 'ask', collectsProfileFields: ['x', 'y'], to: ['end'], ...step };
    const conversation = startConversation([{ scenarioId: 's', steps: [asks, end] }, other], { customer: { x: 0 } });
    conversation.turn({
      customer: { x: 0 },
      signals: [
        ['PAUSE', 's'],
        ['CONTINUE', 't'],
      ],
    });
    return conversation;
  };
  const getStatus = (conversation: Conversation): string => conversation.instance('s').status;

  test.each<[string, Partial<StepDraft>, TurnDraft, string]>([
    ['one of the fields becomes known', {}, { variables: { y: 1 } }, 'ACTIVE'],
    ['a field that the ASK does not list is given', {}, { variables: { x: 0 } }, 'PAUSED'],
    ['a field becomes known with a null for it', {}, { variables: { y: null } }, 'PAUSED'],
    ['nothing is given', {}, {}, 'PAUSED'],
    [
      'the ASK was put with known values, and the same one is given',
      { canSkip: false },
      { variables: { x: 0 } },
      'ACTIVE',
    ],
    [
      'the ASK was put with known values, and another field is given',
      { canSkip: false },
      { variables: { hobby: 1 } },
      'PAUSED',
    ],
    [
      'the ASK was put with known values, and they are withdrawn',
      { canSkip: false },
      { variables: { x: null } },
      'PAUSED',
    ],
    ['a candidate names its own scenario too', {}, { variables: { y: 1 }, candidates: { s: 0.9 } }, 'ACTIVE'],
    ['a candidate names another scenario', {}, { variables: { y: 1 }, candidates: { unknown: 0.9 } }, 'PAUSED'],
  ])('2.11: %s', (_case, step, draft, status) => {
    const conversation = startPaused(step);
    conversation.turn({ customer: { x: 0 }, signals: [['CONTINUE', 't']], ...draft });
    expect(getStatus(conversation)).toBe(status);
  });

  test.each<[string, ScenarioDraft, string]>([
    ['its open ASK lists the field', asking('t', ['y', 'w']), 'PAUSED'],
    ['it collects the field at a later step only', asking('t', ['z', 'y']), 'ACTIVE'],
    [
      'its step lacks the field before it asks for it',
      {
        scenarioId: 't',
        steps: [
          {
            stepId: 'act',
            collectsProfileFields: ['y'],
            isRequiredAction: true,
            requiresConfirmation: false,
            toolIds: ['pay'],
            to: ['end'],
          },
          end,
        ],
      },
      'PAUSED',
    ],
  ])('2.11: the answer goes to an active instance that waits for it, if %s', (_case, other, status) => {
    const conversation = startPaused({}, other);
    conversation.turn({ customer: { x: 0 }, variables: { y: 1 } });
    expect(getStatus(conversation)).toBe(status);
  });

  test('2.11: an instance without an open ASK is not answered', () => {
    const conversation = startConversation([silent('s'), asking('t', ['z', 'w'])]);
    conversation.turn({
      signals: [
        ['PAUSE', 's'],
        ['CONTINUE', 't'],
      ],
    });
    conversation.turn({ variables: { y: 1 } });
    expect(getStatus(conversation)).toBe('PAUSED');
  });
});

describe('0.5: nested calls', () => {
  const call = (scenarioId: string, calledId: string): ScenarioDraft => ({
    scenarioId,
    steps: [{ stepId: 'c', calls: { scenarioId: calledId, reuseCompleted: false, returns: [] }, to: ['end'] }, end],
  });

  test('0.5: every instance of the chain is addressed with the innermost one, and no other instance', () => {
    const conversation = new Conversation([
      call('s', 'm'),
      call('m', 't'),
      asking('t', ['z', 'w']),
      asking('o', ['x', 'y']),
    ]);
    conversation.turn({ candidates: { s: 0.9, o: 0.8 } });
    expect([...getAddressed(conversation.turn({ variables: { z: 1 } }))].sort()).toEqual(['m#1', 's#1', 't#1']);
    expect(getAddressed(conversation.turn({ variables: { x: 1 } }))).toEqual(['o#1']);
  });
});

describe('0.5: a turn without a message', () => {
  const reads: StepDraft = {
    stepId: 'ask',
    collectsProfileFields: ['x'],
    to: [{ to: 'end', trigger: 'ANYTIME', condition: 'data.mood == "bad"' }, 'end'],
  };
  const patch: TurnDraft = { trigger: 'TOOL_RESULTS', patch: { mood: 'bad', other: 1 } };

  test('0.5: addresses an instance if one of several changed values concerns it', () => {
    const played = startConversation([{ scenarioId: 's', steps: [reads, end] }]).turn(patch);
    expect(played.transition('s').targetStepId).toBe('end');
  });

  test('0.5: a paused instance does not walk', () => {
    const conversation = startConversation([{ scenarioId: 's', steps: [reads, end] }]);
    conversation.turn({ signals: ['PAUSE'] });
    expect(conversation.turn(patch).actions).toEqual(['s PAUSE STAYS_PAUSED']);
  });

  test('0.5: an instance whose step is missing is not concerned by a changed value', () => {
    const conversation = startConversation([{ scenarioId: 's', steps: [reads, end] }]);
    conversation.session = {
      ...conversation.session,
      instances: [{ ...conversation.instance('s'), currentStepId: 'gone' }],
    };
    expect(conversation.turn(patch).actions).toEqual(['s CANCEL STEP_NOT_FOUND']);
  });
});

describe('0.6: a result of a visit that was left, on a message', () => {
  const find: StepDraft = {
    stepId: 'find',
    toolBindings: [{ toolId: 'find', timing: 'DURING_STEP', variableNames: ['status'], dependsOn: [] }],
    to: ['name'],
  };
  const addressedBy = (
    scenario: Partial<ScenarioDraft>,
    to: StepDraft['to'],
    first: TurnDraft = {},
  ): readonly string[] => {
    const steps: readonly StepDraft[] = [
      find,
      { stepId: 'name', collectsProfileFields: ['name', 'city'], to: to ?? [] },
      { stepId: 'help', templateIds: ['help'], reachableFromAnywhere: true, to: ['end'] },
      end,
    ];
    const conversation = startConversation([{ scenarioId: 's', steps, ...scenario }, asking('t', ['z', 'w'])], first);
    conversation.turn({ signals: [['CONTINUE', 's']] });
    const played = conversation.turn({
      ...named,
      outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'find', results: { other: 1, status: 'lost' } }],
    });
    return getAddressed(played);
  };
  const condition = 'data.status == "lost"';

  test.each<[string, Partial<ScenarioDraft>, StepDraft['to'], TurnDraft, readonly string[]]>([
    ['a transition of its step waits for it', {}, [{ to: 'end', condition }, 'end'], {}, ['s#1']],
    ['an ANYTIME transition waits for it', {}, ['end', { to: 'end', trigger: 'ANYTIME', condition }], {}, ['s#1']],
    ['a global transition waits for it', { globals: [{ to: 'help', condition }] }, ['end'], {}, ['s#1']],
    ['no transition reads it', {}, ['end'], {}, []],
    ['the value was known before', {}, [{ to: 'end', condition }, 'end'], { patch: { status: 'found' } }, []],
  ])('0.6: is about the instance only if a transition misses it: %s', (_case, scenario, to, first, addressed) => {
    expect(addressedBy(scenario, to, first)).toEqual(addressed);
  });
});

test('0.5: a rejected value addresses the active instance that asks for it, whether the customer or the caller gave it', () => {
  const start = (): Conversation =>
    new Conversation([asking('s', ['x', 'y']), asking('t', ['z', 'w'])], { fields: [{ name: 'x', type: 'INTEGER' }] });
  const addressedBy = (draft: TurnDraft, before: TurnDraft = {}): readonly string[] => {
    const conversation = start();
    conversation.turn({ candidates: { s: 0.9, t: 0.8 } });
    conversation.turn(before);
    return getAddressed(conversation.turn({ ...named, ...draft }));
  };
  expect(addressedBy({ variables: { x: 'text' } })).toEqual(['s#1']);
  expect(addressedBy({ patch: { x: 'text' } })).toEqual(['s#1']);
  expect(addressedBy({ customer: { x: 'text' } })).toEqual([]);
  expect(addressedBy({ variables: { x: 'text' } }, { signals: [['PAUSE', 's']] })).toEqual([]);
});

describe('0.5: a value that one of several changed fields gives', () => {
  const change = (variables: Readonly<Record<string, number>>): Conversation => {
    const conversation = startConversation([asking('s', ['x', 'y']), asking('t', ['z', 'w'])]);
    conversation.turn({ requested: ['price'] });
    conversation.turn({ ...named, variables });
    return conversation;
  };

  test('3.6: resets the loop counts and attempts of the instance whose scenario collects one of them', () => {
    const conversation = startConversation([asking('s', ['x', 'y'])]);
    conversation.turn();
    expect(conversation.instance('s')).toMatchObject({ attempts: 1 });
    conversation.turn({ variables: { y: 1, hobby: 1 }, requested: ['price'] });
    expect(conversation.instance('s')).toMatchObject({ attempts: 0, loopCounts: new Map() });
  });

  test('0.5: addresses the instance that awaits it', () => {
    expect(
      getAddressed(
        startConversation([asking('s', ['x', 'y']), asking('t', ['z'])]).turn({
          ...named,
          variables: { x: 1, hobby: 1 },
        }),
      ),
    ).toEqual(['s#1']);
    expect(change({ x: 1, hobby: 1 }).instance('s').currentStepId).toBe('ask_y');
  });
});

describe('0.5: a field that a transition of the step reads', () => {
  const addressedBy = (step: Partial<StepDraft>): readonly string[] => {
    const way: StepDraft = {
      stepId: 'way',
      to: [
        { to: 'end', condition: 'data.arrived == true' },
        { to: 'end', condition: 'data.lost == true' },
      ],
      ...step,
    };
    const conversation = startConversation([{ scenarioId: 's', steps: [way, end] }, asking('t', ['z', 'w'])]);
    return getAddressed(conversation.turn({ ...named, variables: { arrived: true } }));
  };

  test('0.5: addresses the instance that awaits it from outside', () => {
    expect(addressedBy({})).toEqual(['s#1']);
  });

  test('0.5: does not address an instance that waits for an answer', () => {
    expect(addressedBy({ collectsProfileFields: ['x'] })).toEqual([]);
  });
});
