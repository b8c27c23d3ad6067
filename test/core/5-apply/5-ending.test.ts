import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../../support/conversation';
import { startScenarios } from '../../support/play-turns';
import { startConversation } from '../../support/running';
import { asking, confirming, end, silent, waiting } from '../../support/sample-scenarios';

const cancel = (scenarioId: string): TurnDraft => ({ signals: [['CANCEL', scenarioId]] });
/** Looks up a status and asks for more. `persistedFields` keeps the status when the instance ends. */
const looking = (more: Partial<ScenarioDraft> = {}): ScenarioDraft => {
  const find: StepDraft = {
    stepId: 'find',
    toolBindings: [{ toolId: 'look_up', timing: 'DURING_STEP', variableNames: ['status'], dependsOn: [] }],
    to: [{ to: 'more', condition: 'has(data.status)' }],
  };
  const again = { to: 'find', condition: 'data.again == true' };
  return {
    scenarioId: 's',
    persistedFields: ['status'],
    steps: [find, { stepId: 'more', collectsProfileFields: ['again'], to: [again, 'end'] }, end],
    ...more,
  };
};
const found = (status: string | null): TurnDraft => ({
  trigger: 'TOOL_RESULTS',
  outcomes: [{ kind: 'ACTION_SUCCEEDED', toolId: 'look_up', results: { status } }],
});

describe('forgotten fields', () => {
  const names = ({ session }: Conversation): readonly string[] => [...session.variables.keys()];

  test('0.4: a CASE field is forgotten when the last instance that collects it ends', () => {
    const conversation = startConversation([asking('s', ['x', 'more']), asking('t', ['x', 'other'])]);
    conversation.turn({ variables: { x: 1 } });
    conversation.turn(cancel('s'));
    expect(names(conversation)).toEqual(['x']);
    conversation.turn(cancel('t'));
    expect(names(conversation)).toEqual([]);
  });

  test('0.4: another scenario that starts on the turn and collects the field keeps it', () => {
    const conversation = startConversation([asking('s', ['x', 'more'])]);
    conversation.store(asking('t', ['x', 'other']));
    conversation.turn({ variables: { x: 1 } });
    expect(conversation.turn({ ...cancel('s'), candidates: { t: 0.9 } }).plan).toEqual(['t ASK other']);
    expect(names(conversation)).toEqual(['x']);
  });

  const play = (variables: TurnDraft['variables'] & object): Conversation => {
    const conversation = startConversation([asking('s', ['x', 'more'])], { variables: { x: 1 } });
    conversation.turn({
      signals: [
        ['COMPLETE', 's'],
        ['START', 's'],
      ],
      variables,
    });
    return conversation;
  };

  test('0.4: an instance of the same scenario that starts on the turn does not see the old value', () => {
    const conversation = play({});
    expect(conversation.instance('s').currentStepId).toBe('ask_x');
    expect(names(conversation)).toEqual([]);
  });

  test('0.4: a value of this turn counts for the instance that starts', () => {
    const conversation = play({ x: 2 });
    expect(conversation.instance('s').currentStepId).toBe('ask_more');
    expect(conversation.session.variables.get('x')?.value).toBe(2);
  });

  test('0.4: a value of the turn that ends its last instance is forgotten', () => {
    const conversation = startConversation([asking('s', ['x'])]);
    conversation.turn({ ...cancel('s'), variables: { x: 1 } });
    expect(names(conversation)).toEqual([]);
  });

  test('0.4: a declined field is forgotten with the field, so that another run asks again', () => {
    const optional: ScenarioDraft = {
      scenarioId: 's',
      steps: [{ stepId: 'ask', collectsProfileFields: ['x'], optionalFields: ['x'], to: ['wait'] }, waiting, end],
    };
    const conversation = startConversation([optional]);
    conversation.turn({
      given: [
        { name: 'x', declined: true },
        { name: 'other', declined: true },
      ],
    });
    expect(conversation.session.declinedFields).toEqual(['other', 'x']);
    conversation.turn(cancel('s'));
    expect(conversation.session.declinedFields).toEqual(['other']);
    expect(conversation.turn({ candidates: { s: 0.9 } }).plan).toEqual(['s ASK x']);
  });

  test('0.4: a declined field of another scope stays declined', () => {
    const conversation = startConversation([asking('s', ['x', 'y'])]);
    conversation.turn({ given: [{ name: 'x', declined: true, scope: 'SESSION' }] });
    conversation.turn(cancel('s'));
    expect(conversation.session.declinedFields).toEqual(['x']);
  });

  test('0.4: a declined field stays declined until a value comes', () => {
    const conversation = startConversation([asking('s', ['y', 'z'])]);
    conversation.turn({ given: [{ name: 'x', declined: true }] });
    conversation.turn({ variables: { y: 1 } });
    expect(conversation.session.declinedFields).toEqual(['x']);
    conversation.turn({ variables: { x: 1 } });
    expect(conversation.session.declinedFields).toEqual([]);
  });
});

describe('persisted results', () => {
  const stored = { value: 'sent', scope: 'SESSION', storedAt: 120_000, isPersistedResult: true };

  test('0.4: a tool result listed in persisted_fields moves to the session when the instance ends', () => {
    const conversation = startConversation([looking()]);
    conversation.turn(found('sent'));
    expect(conversation.session.variables.has('status')).toBe(false);
    conversation.turn(cancel('s'));
    expect(conversation.session.variables.get('status')).toEqual(stored);
  });

  test('0.4: it moves before anything starts on that turn', () => {
    const conversation = startConversation([looking()]);
    conversation.store({ ...silent('t'), entryCondition: 'data.status == "sent"' });
    conversation.turn(found('sent'));
    expect(conversation.turn({ ...cancel('s'), candidates: { t: 0.9 } }).lifecycle('t').action).toBe('START');
  });

  test.each<[string, Partial<ScenarioDraft>]>([
    ['that is not listed', { persistedFields: [] }],
    ['that is a local field', { localFields: ['status'] }],
  ])('0.4: a tool result %s does not move', (_case, more) => {
    const conversation = startConversation([looking(more)]);
    conversation.turn(found('sent'));
    conversation.turn(cancel('s'));
    expect(conversation.session.variables.has('status')).toBe(false);
  });

  test('0.4: a persisted field that no tool fills does not move: the session has its latest value', () => {
    const conversation = startConversation([{ ...looking(), persistedFields: ['again'] }]);
    conversation.turn(found('sent'));
    conversation.turn({ patch: { again: false }, ...cancel('s') });
    expect(conversation.session.variables.get('again')).toEqual({
      value: false,
      scope: 'SESSION',
      storedAt: 180_000,
      isPersistedResult: false,
    });
  });

  test('0.4: a persisted result that a new visit made unknown, and that no outcome provided again, is removed', () => {
    const conversation = startConversation([looking()]);
    conversation.turn(found('sent'));
    conversation.turn(cancel('s'));
    // The visit of step find makes the status unknown to the new instance.
    expect(conversation.turn({ candidates: { s: 0.9 } }).plan).toEqual(['s ACTION_HINT look_up']);
    expect(conversation.session.variables.has('status')).toBe(true);
    conversation.turn(cancel('s'));
    expect(conversation.session.variables.has('status')).toBe(false);
  });

  test('0.4: a persisted result that an outcome provides again is kept', () => {
    const conversation = startConversation([looking()]);
    conversation.turn(found('sent'));
    conversation.turn(cancel('s'));
    conversation.turn({ candidates: { s: 0.9 } });
    conversation.turn(found('delivered'));
    conversation.turn(cancel('s'));
    expect(conversation.session.variables.get('status')?.value).toBe('delivered');
  });
});

test('0.4, 3.2: a persisted result that the last transition clears does not move', () => {
  const scenario = looking();
  const steps = scenario.steps.map((step) =>
    step.stepId === 'more' ? { ...step, to: [{ to: 'done', clears: ['status'] }] } : step,
  );
  const done: StepDraft = { stepId: 'done', isTerminal: true };
  const conversation = startConversation([{ ...scenario, steps: [...steps, done] }]);
  conversation.turn(found('sent'));
  expect(conversation.turn({ variables: { again: false } }).actions).toEqual(['s COMPLETE TERMINAL']);
  expect(conversation.session.variables.get('status')?.value ?? null).toBeNull();
});

describe('the counters of a scenario', () => {
  const failing: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'ask', collectsProfileFields: ['x'], to: [{ to: 'failed', condition: 'data.x == 0.0' }, 'end'] },
      { stepId: 'failed', isTerminal: true, ending: 'FAILED', templateIds: ['sorry'] },
      end,
    ],
  };
  const run = (conversation: Conversation, x: number): void => {
    conversation.turn({ candidates: { s: 0.9 } });
    conversation.turn({ variables: { x } });
    conversation.turn();
  };

  test('11: they keep the values of the last run that SUCCEEDED, and how the last completed run ended', () => {
    const conversation = new Conversation([failing]);
    run(conversation, 7);
    expect(conversation.session.scenarioCounters.get('s')).toEqual({
      starts: 1,
      completions: 1,
      lastEnding: 'SUCCEEDED',
      lastValues: new Map([['x', 7]]),
    });
    run(conversation, 0);
    expect(conversation.session.scenarioCounters.get('s')).toEqual({
      starts: 2,
      completions: 2,
      lastEnding: 'FAILED',
      lastValues: new Map([['x', 7]]),
    });
    expect(conversation.session.endedInstances.map(({ ending, lastStepId }) => [ending, lastStepId])).toEqual([
      ['SUCCEEDED', 'end'],
      ['FAILED', 'failed'],
    ]);
  });

  test('11: the values are those that the scenario collected or that its tools found', () => {
    const conversation = startConversation([looking({ persistedFields: [] })], { variables: { other: 1 } });
    conversation.turn(found('sent'));
    conversation.turn({ variables: { again: false } });
    conversation.turn();
    expect(conversation.session.scenarioCounters.get('s')?.lastValues).toEqual(
      new Map<string, unknown>([
        ['again', false],
        ['status', 'sent'],
      ]),
    );
  });

  test('2.3: a silent end records the step that the walk reached', () => {
    const silentEnd: ScenarioDraft = {
      scenarioId: 's',
      steps: [
        { stepId: 'ask', collectsProfileFields: ['x'], to: ['done'] },
        { stepId: 'done', isTerminal: true },
      ],
    };
    const { conversation } = startScenarios([silentEnd]);
    conversation.turn({ variables: { x: 1 } });
    expect(conversation.session.endedInstances).toMatchObject([{ lastStepId: 'done', ending: 'SUCCEEDED' }]);
    expect(conversation.session.scenarioCounters.get('s')?.lastValues).toEqual(new Map([['x', 1]]));
  });
});

describe('clears', () => {
  const clearing = (more: Partial<ScenarioDraft> = {}): ScenarioDraft => ({
    scenarioId: 's',
    steps: [
      { stepId: 'ask', collectsProfileFields: ['y'], to: [{ to: 'again', clears: ['x'] }] },
      { stepId: 'again', collectsProfileFields: ['x'], to: ['end'] },
      end,
    ],
    ...more,
  });

  test('3.2: a cleared field becomes null in the session, also for other instances', () => {
    const { conversation } = startScenarios([clearing(), asking('t', ['x', 'z'])], { variables: { x: 1 } });
    expect(conversation.turn({ variables: { y: 1 } }).contribution('s')).toMatchObject({ fieldsToAsk: ['x'] });
    expect(conversation.session.variables.get('x')).toEqual({ value: null, scope: 'CASE', isPersistedResult: false });
  });

  /** Looks up x, and then waits. Its own variables have the result. */
  const finding = (more: Partial<ScenarioDraft> = {}): ScenarioDraft => ({
    scenarioId: 't',
    whenNotAddressed: 'CONTRIBUTE',
    steps: [
      {
        stepId: 'find',
        toolBindings: [{ toolId: 'find', timing: 'DURING_STEP', variableNames: ['x'], dependsOn: [] }],
        to: [{ to: 'wait', intentLabel: 'never' }],
      },
      waiting,
      end,
    ],
    ...more,
  });
  const foundX: TurnDraft = {
    outcomes: [{ kind: 'ACTION_SUCCEEDED', instanceId: 't#1', toolId: 'find', results: { x: 7 } }],
  };

  test('3.2: a cleared field is removed from the variables of other instances, unless the turn gives it', () => {
    const { conversation } = startScenarios([clearing(), finding()], { variables: { x: 1 } });
    conversation.turn({ ...foundX, trigger: 'TOOL_RESULTS' });
    expect(conversation.instance('t').variables).toEqual(new Map([['x', 7]]));
    conversation.turn({ variables: { y: 1 } });
    expect(conversation.instance('t')).toMatchObject({ variables: new Map(), variableTimes: new Map() });

    const kept = startScenarios([clearing(), finding()], { variables: { x: 1 } }).conversation;
    kept.turn({ ...foundX, variables: { y: 1 } });
    expect(kept.instance('t')).toMatchObject({
      variables: new Map([['x', 7]]),
      variableTimes: new Map([['x', 120_000]]),
    });
  });

  test('0.4: a cleared field that is local to another instance is kept there', () => {
    const local = asking('t', ['x', 'z'], { localFields: ['x'], whenNotAddressed: 'CONTRIBUTE' });
    const { conversation } = startScenarios([clearing(), local], {
      patch: { x: 1 },
      given: [{ name: 'x', value: 5, scenarioId: 't' }],
    });
    conversation.turn({ variables: { y: 1 } });
    expect(conversation.instance('t').variables).toEqual(new Map([['x', 5]]));
  });

  test('3.2: a result of this turn that took the transition is cleared', () => {
    const scenario = looking();
    const steps = scenario.steps.map((step) =>
      step.stepId === 'find'
        ? { ...step, to: [{ to: 'more', condition: 'has(data.status)', clears: ['status'] }] }
        : step,
    );
    const conversation = startConversation([{ ...scenario, steps }]);
    expect(conversation.turn(found('sent')).transition('s')).toMatchObject({
      targetStepId: 'more',
      clearedFields: ['status'],
    });
    expect(conversation.instance('s').variables.get('status') ?? null).toBeNull();
  });

  test('3.2: a null hides the value of the profile', () => {
    const { conversation } = startScenarios([clearing()], { customer: { x: 1 } });
    expect(conversation.turn({ variables: { y: 1 }, customer: { x: 1 } }).plan).toEqual(['s ASK x']);
    expect(conversation.turn({ customer: { x: 1 } }).plan).toEqual(['s ASK x']);
  });

  test('0.4: a local field is cleared only for the instance that took the transition', () => {
    const { conversation } = startScenarios([clearing({ localFields: ['x'] })], {
      variables: { x: 1 },
      patch: { x: 9 },
      customer: { x: 5 },
    });
    expect(conversation.instance('s').variables).toEqual(new Map([['x', 1]]));
    conversation.turn({ variables: { y: 1 }, customer: { x: 5 } });
    expect(conversation.instance('s').variables).toEqual(new Map([['x', null]]));
    expect(conversation.session.variables.get('x')?.value).toBe(9);
    expect(conversation.turn({ customer: { x: 5 } }).plan).toEqual(['s ASK x']);
  });
});

test('0.6: a success that is reported for an ended instance is recorded on it', () => {
  const pay: StepDraft = {
    stepId: 'pay',
    isRequiredAction: true,
    requiresConfirmation: false,
    toolIds: ['pay'],
    description: 'paid',
    to: ['wait'],
  };
  const conversation = startConversation([{ scenarioId: 's', steps: [pay, waiting, end] }, confirming('t')]);
  conversation.turn(cancel('s'));
  conversation.turn({
    trigger: 'TOOL_RESULTS',
    outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: 's#1/pay/1', toolId: 'pay' }],
  });
  expect(conversation.session.endedInstances[0]?.irreversibleDone).toEqual([
    { stepId: 'pay', description: 'paid', visitNumber: 0, revision: 3, passed: false },
  ]);
});
