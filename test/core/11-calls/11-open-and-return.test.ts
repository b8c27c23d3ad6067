import { aRelationship, Conversation, type StepDraft } from '../../support/conversation';
import { asking } from '../../support/sample-scenarios';
import {
  address,
  callStep,
  end,
  givesStreet,
  other,
  register,
  silentEnd,
  startCall,
  startRegister,
} from './calling-scenarios';

describe('opening a call', () => {
  test('11: a walk that ends at a call stage starts the called scenario in the same turn', () => {
    const conversation = new Conversation([register(), address()]);
    const played = conversation.turn(startRegister);
    expect(played.actions).toEqual(['register START CANDIDATE', 'address START CALLED']);
    expect(played.plan).toEqual(['address ASK street', 'register NONE']);
    expect(played.contribution('register')).toMatchObject({ waitsFor: 'CALL' });
    expect(conversation.instance('register').call).toEqual({
      scenarioId: 'address',
      instanceId: conversation.instance('address').instanceId,
      hasStarted: true,
      pendingTurnsLeft: 0,
    });
  });

  test('11: an active instance of the called scenario is joined', () => {
    const conversation = new Conversation([register(), address()]);
    conversation.turn({ candidates: { address: 0.9 } });
    const played = conversation.turn(startRegister);
    expect(played.actions).toEqual(['address CONTINUE GOES_ON', 'register START CANDIDATE']);
    expect(conversation.instance('register').call).toMatchObject({ instanceId: 'address#1', hasStarted: false });
    expect(conversation.turn(givesStreet).plan).toEqual(['register CONFIRM name=Ada,street=Main 1']);
  });

  test('11: a paused instance of the called scenario is joined and resumes', () => {
    const conversation = new Conversation([register(), address()]);
    conversation.turn({ candidates: { address: 0.9 } });
    conversation.turn({ signals: ['PAUSE'] });
    expect(conversation.turn(startRegister).actions).toEqual(['address CONTINUE RESUMED', 'register START CANDIDATE']);
  });

  test('11: the call ignores threshold, consent, blocked starts and exclusion by its callers', () => {
    const blocking = { ...other, steps: other.steps.map((step) => ({ ...step, blocksStarts: true })) };
    const conversation = new Conversation([register(), address({ askBeforeStart: true }), blocking], {
      relationships: [aRelationship('register', 'EXCLUDES', 'address')],
      settings: { startThreshold: 1 },
    });
    conversation.turn({ signals: [['START', 'register']] });
    conversation.turn({ signals: [['START', 'other']] });
    const played = conversation.turn({ variables: { name: 'Ada' } });
    expect(played.actions).toContain('address START CALLED');
  });

  test('2.16: with scenario_filtering off, calls still start scenarios, because they belong to an instance', () => {
    const conversation = new Conversation([register(), address()]);
    conversation.turn({ candidates: { register: 0.9 } });
    const filteringOff = new Conversation([register(), address()], { settings: { filteringEnabled: false } });
    filteringOff.session = conversation.session;
    expect(filteringOff.turn({ variables: { name: 'Ada' } }).actions).toContain('address START CALLED');
  });

  test('11: scenarios that the called scenario implies start with it', () => {
    const conversation = new Conversation([register(), address(), other], {
      relationships: [aRelationship('address', 'IMPLIES', 'other')],
    });
    expect(conversation.turn(startRegister).actions).toEqual([
      'register START CANDIDATE',
      'address START CALLED',
      'other START IMPLIED',
    ]);
  });
});

describe('waiting for a call', () => {
  test('11: the caller waits without an attempt, and contributes NONE', () => {
    const conversation = startCall();
    const played = conversation.turn();
    expect(played.actions).toEqual(['register CONTINUE WAITS_FOR_CALL', 'address CONTINUE GOES_ON']);
    expect(played.plan).toEqual(['address ASK street', 'register NONE']);
    expect(played.transition('register').reason).toBe('AWAITS_CALL');
    expect([conversation.instance('register').attempts, conversation.instance('address').attempts]).toEqual([0, 1]);
  });

  test('0.5: the instance that an addressed caller waits for is addressed too', () => {
    const conversation = startCall();
    conversation.turn({ candidates: { other: 0.9 } });
    expect(conversation.turn({ candidates: { register: 0.9 } }).plan).toEqual([
      'address ASK street',
      'register NONE',
      'other NONE',
    ]);
  });

  test('2.15: a caller that waits does not count as active', () => {
    const conversation = startCall([register(), address(), other], { settings: { maxSimultaneousScenarios: 2 } });
    expect(conversation.turn({ candidates: { other: 0.9 } }).actions).toEqual([
      'register CONTINUE WAITS_FOR_CALL',
      'address CONTINUE QUIET',
      'other START CANDIDATE',
    ]);
  });

  test('2.16: with enable_multi_scenario off, a caller and what it called count as one', () => {
    const conversation = startCall([register(), address(), other], { settings: { enableMultiScenario: false } });
    expect(conversation.instance('address').status).toBe('ACTIVE');
    expect(conversation.turn({ candidates: { other: 0.9 } }).rejections).toEqual(['other MULTI_SCENARIO_DISABLED']);
    expect(conversation.turn(givesStreet).plan).toEqual(['register CONFIRM name=Ada,street=Main 1']);
  });
});

describe('the return of a call', () => {
  test('11: when the called scenario succeeds, the caller continues on the same turn with the returned values', () => {
    const conversation = startCall();
    const played = conversation.turn(givesStreet);
    expect(played.actions).toEqual(['register CONTINUE GOES_ON', 'address COMPLETE RETURNED']);
    expect(played.lifecycle('address').ending).toBe('SUCCEEDED');
    expect(played.plan).toEqual(['register CONFIRM name=Ada,street=Main 1']);
    expect(conversation.instance('register').variables.get('street')).toBe('Main 1');
    expect(conversation.instance('register').call).toBeUndefined();
  });

  test('11: results of tools are returned as well, also on a turn without a message', () => {
    const find: StepDraft = {
      stepId: 'ask',
      toolBindings: [
        { toolId: 'find', timing: 'DURING_STEP', variableNames: ['street'], dependsOn: [], effect: 'READ' },
      ],
      to: [{ to: 'end', condition: 'has(data.street)' }],
    };
    const conversation = startCall([register(), { ...address(), steps: [find, silentEnd] }]);
    const played = conversation.turn({
      trigger: 'TOOL_RESULTS',
      outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'find', results: { street: 'Main 1' } }],
    });
    expect(played.plan).toEqual(['register CONFIRM name=Ada,street=Main 1']);
  });

  test('11: only the values listed in returns become known to the caller', () => {
    const caller = register();
    const steps = caller.steps.map((step) => (step.stepId === 'call' ? callStep({ scenarioId: 'address' }) : step));
    const conversation = startCall([{ ...caller, steps }, address({ localFields: ['street'] })]);
    conversation.turn(givesStreet);
    expect(conversation.instance('register').variables.size).toBe(0);
  });

  test('11: a local field of the called scenario is returned', () => {
    const conversation = startCall([register(), address({ localFields: ['street'] })]);
    expect(conversation.turn(givesStreet).plan).toEqual(['register CONFIRM name=Ada,street=Main 1']);
  });

  test('11: a called scenario that completes without contributing returns on the turn of the call', () => {
    const conversation = new Conversation([register(), address()]);
    const played = conversation.turn({ ...startRegister, variables: { name: 'Ada', street: 'Main 1' } });
    expect(played.actions).toEqual(['register START CANDIDATE', 'address START CALLED', 'address COMPLETE RETURNED']);
    expect(played.plan).toEqual(['register CONFIRM name=Ada,street=Main 1']);
  });

  test('11: a called scenario with only an INFORM left completes immediately, and the caller contributes it', () => {
    const conversation = startCall([register(), address({ last: end })]);
    const played = conversation.turn(givesStreet);
    expect(played.actions).toContain('address COMPLETE RETURNED');
    expect(played.plan).toEqual(['register CONFIRM name=Ada,street=Main 1']);
    expect(played.contribution('register').leadInTemplateIds).toEqual(['bye']);
  });

  test('11: lead-ins of the caller wait for the return and come first', () => {
    const caller = register();
    const steps: readonly StepDraft[] = caller.steps.map((step) =>
      step.stepId === 'call' ? { ...step, templateIds: ['address_first'], speak: 'WITH_NEXT' } : step,
    );
    const conversation = new Conversation([{ ...caller, steps }, address({ last: end })]);
    expect(conversation.turn(startRegister).plan).toEqual(['address ASK street', 'register NONE']);
    expect(conversation.turn(givesStreet).contribution('register').leadInTemplateIds).toEqual(['address_first', 'bye']);
  });

  test('11: a quiet caller continues when its call returns', () => {
    const conversation = startCall();
    conversation.turn({ candidates: { other: 0.9 } });
    const played = conversation.turn({ ...givesStreet, candidates: { other: 0.9 } });
    expect(played.plan).toContain('register CONFIRM name=Ada,street=Main 1');
  });

  test('11: a return adds nothing to a loop count', () => {
    const conversation = startCall();
    const before = conversation.instance('register').loopCounts.get('call') ?? 0;
    conversation.turn(givesStreet);
    expect(conversation.instance('register').loopCounts.get('call') ?? 0).toBe(before);
  });

  test('11: calls of calls return one after the other', () => {
    const city = asking('city', ['town']);
    const outer = { ...address(), steps: [callStep({ scenarioId: 'city', returns: ['town'] }, ['end']), silentEnd] };
    const conversation = startCall([register(), outer, { ...city, steps: [...city.steps.slice(0, -1), silentEnd] }]);
    expect(conversation.session.instances.map(({ scenarioId }) => scenarioId)).toEqual(['register', 'address', 'city']);
    expect(conversation.turn({ variables: { town: 'Rome', street: 'Via 1' } }).actions).toEqual([
      'register CONTINUE GOES_ON',
      'address COMPLETE RETURNED',
      'city COMPLETE RETURNED',
    ]);
  });

  test('11: two callers of one instance both continue', () => {
    const second = {
      ...register(),
      scenarioId: 'second',
      steps: [callStep({ scenarioId: 'address', returns: ['street'] }, ['end']), end],
    };
    const conversation = new Conversation([register(), second, address()]);
    conversation.turn({ candidates: { register: 0.9, second: 0.8 }, variables: { name: 'Ada' } });
    expect(conversation.turn(givesStreet).plan).toEqual([
      'register CONFIRM name=Ada,street=Main 1',
      'second INFORM bye',
    ]);
  });
});
