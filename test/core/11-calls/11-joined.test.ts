import { aRelationship, Conversation, type ScenarioDraft } from '../../support/conversation';
import { address, callStep, end, other, register, silentEnd, startRegister } from './calling-scenarios';

type Options = ConstructorParameters<typeof Conversation>[1];

/** Address runs and is paused, then the other scenario starts, then Register calls Address. */
function callPaused(scenarios: readonly ScenarioDraft[], options: Options = {}): Conversation {
  const conversation = new Conversation(scenarios, options);
  conversation.turn({ candidates: { address: 0.9 } });
  conversation.turn({ signals: [['PAUSE', 'address']] });
  conversation.turn({ candidates: { other: 0.9 } });
  conversation.turn(startRegister);
  return conversation;
}

describe('a call of a paused instance', () => {
  test('11: resumes it although a step blocks starts', () => {
    // Other blocks the start of Register, not the resume by the call of an instance that runs already.
    const blocking: ScenarioDraft = { ...other, steps: other.steps.map((step) => ({ ...step, blocksStarts: true })) };
    const conversation = new Conversation([register(), address(), blocking]);
    conversation.turn({ candidates: { address: 0.9 } });
    conversation.turn({ signals: [['PAUSE', 'address']] });
    conversation.turn({ candidates: { register: 0.9 } });
    conversation.turn({ candidates: { other: 0.9 } });
    const played = conversation.turn({ variables: { name: 'Ada' } });
    expect(played.actions).toContain('address CONTINUE RESUMED');
  });

  test('2.11: displaces no instance, because the turn neither names nor addresses it: the call stays pending', () => {
    const conversation = callPaused([register(), address({ priority: 5 }), other], {
      relationships: [aRelationship('address', 'EXCLUDES', 'other')],
    });
    expect(conversation.session.instances.map(({ scenarioId, status }) => `${scenarioId} ${status}`)).toEqual([
      'address PAUSED',
      'other ACTIVE',
      'register ACTIVE',
    ]);
    expect(conversation.instance('register').call).toMatchObject({ instanceId: '', pendingTurnsLeft: 3 });
  });

  test('11: resumes it although it excludes its caller', () => {
    const conversation = callPaused([register(), address(), other], {
      relationships: [aRelationship('address', 'EXCLUDES', 'register')],
    });
    expect(conversation.instance('address').status).toBe('ACTIVE');
    expect(conversation.instance('register').call).toMatchObject({ instanceId: 'address#1' });
  });
});

describe('a pending call', () => {
  test('2.14: uses no turn while the scenario that its scenario depends on is pending', () => {
    const conversation = new Conversation([register(), address(), { ...other, requires: { no: 'HARD' } }], {
      relationships: [aRelationship('address', 'DEPENDS_ON', 'other')],
      settings: { pendingStartTurns: 3 },
    });
    conversation.turn({ candidates: { other: 0.9 } });
    expect(conversation.session.pendingStarts).toMatchObject([{ scenarioId: 'other' }]);
    conversation.turn(startRegister);
    const played = conversation.turn();
    expect(played.result.rejectedCandidates).toContainEqual(
      expect.objectContaining({ scenarioId: 'address', reason: 'DEPENDENCY', pendingTurnsLeft: 3 }),
    );
  });

  test('2.14: uses a turn while its caller is quiet', () => {
    const form: ScenarioDraft = {
      ...other,
      steps: [{ stepId: 'ask', collectsProfileFields: ['y', 'z'], to: ['end'] }, end],
    };
    const conversation = new Conversation([register(), address({ requires: { no: 'HARD' } }), form]);
    conversation.turn({ ...startRegister, candidates: { register: 0.9, other: 0.8 } });
    conversation.turn({ variables: { y: 1 } });
    expect(conversation.instance('register')).toMatchObject({ lastActiveAt: 60_000, call: { pendingTurnsLeft: 2 } });
  });

  test('2.14: uses one turn for a message that is tried twice, because an instance ends on it', () => {
    const quick: ScenarioDraft = { ...other, steps: [...other.steps.slice(0, 1), silentEnd] };
    const conversation = new Conversation([register(), address({ requires: { no: 'HARD' } }), quick]);
    conversation.turn({ ...startRegister, candidates: { register: 0.9, other: 0.8 } });
    const played = conversation.turn({ variables: { other_field: 1 } });
    expect(played.actions).toContain('other COMPLETE TERMINAL');
    expect(conversation.instance('register').call?.pendingTurnsLeft).toBe(2);
  });
});

describe('11, 3.9: the values of a call that a correction makes run again', () => {
  /** Finds a zone for a street and asks for the floor. */
  const find: ScenarioDraft = {
    scenarioId: 'address',
    steps: [
      {
        stepId: 'ask',
        collectsProfileFields: ['street', 'floor'],
        to: [{ to: 'end', condition: 'has(data.zone)' }, 'find'],
      },
      {
        stepId: 'find',
        toolBindings: [
          { toolId: 'find', timing: 'DURING_STEP', variableNames: ['zone'], dependsOn: [], effect: 'READ' },
        ],
        to: [{ to: 'end', condition: 'has(data.zone)' }],
      },
      silentEnd,
    ],
  };
  const order: ScenarioDraft = {
    scenarioId: 'order',
    steps: [
      callStep({ scenarioId: 'address', returns: ['street', 'floor', 'zone'] }),
      { stepId: 'agree', isCheckpoint: true, confirmsFields: ['street', 'floor', 'zone'], to: ['end'] },
      { stepId: 'end', isTerminal: true, templateIds: ['bye'] },
    ],
  };
  const found = (zone: string) =>
    ({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'find', results: { zone } }],
    }) as const;

  const startOrder = (): Conversation => {
    const conversation = new Conversation([order, find]);
    conversation.turn({ candidates: { order: 0.9 }, variables: { street: 'Main 1', floor: 1 } });
    expect(conversation.turn(found('Z1')).plan).toEqual(['order CONFIRM street=Main 1,floor=1,zone=Z1']);
    return conversation;
  };

  test('11: the tool of the called scenario runs again', () => {
    const conversation = startOrder();
    expect(conversation.turn({ variables: { street: 'Main 2' } }).plan).toEqual([
      'address ACTION_HINT find',
      'order NONE',
    ]);
    expect(conversation.instance('address').variables).toEqual(new Map([['floor', 1]]));
    expect(conversation.turn(found('Z2')).plan).toEqual(['order CONFIRM street=Main 2,floor=1,zone=Z2']);
  });

  test('0.4: a value of the profile does not replace a returned one, which is newer', () => {
    const customer = { street: 'Old 5', floor: 9 };
    const conversation = new Conversation([order, find]);
    conversation.turn({ candidates: { order: 0.9 }, variables: { street: 'Main 1', floor: 1 }, customer });
    expect(conversation.turn({ ...found('Z1'), customer }).plan).toEqual([
      'order CONFIRM street=Main 1,floor=1,zone=Z1',
    ]);
    conversation.turn({ variables: { street: 'Main 2' }, customer });
    expect(conversation.turn({ ...found('Z2'), customer }).plan).toEqual([
      'order CONFIRM street=Main 2,floor=1,zone=Z2',
    ]);
  });

  test('11: a value of this turn counts instead of the returned one', () => {
    const conversation = startOrder();
    conversation.turn({ variables: { street: 'Main 2', floor: 7 } });
    expect(conversation.turn(found('Z2')).plan).toEqual(['order CONFIRM street=Main 2,floor=7,zone=Z2']);
  });
});
