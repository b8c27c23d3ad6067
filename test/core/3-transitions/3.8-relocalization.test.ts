import type { ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { type Conversation, compileDraft } from '../../support/conversation';
import { startScenarios } from '../../support/play-turns';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const declined: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };
const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const createRecoveryStep = (stepId: string, step: Partial<StepDraft> = {}): StepDraft => ({
  templateIds: [stepId],
  reachableFromAnywhere: true,
  to: ['end'],
  ...step,
  stepId,
});
/** The second visit of "check" is a loop. */
const createLooping = (...more: readonly StepDraft[]): ScenarioDraft => ({
  scenarioId: 's',
  maxLoopCount: 1,
  steps: [
    { stepId: 'check', isCheckpoint: true, to: [{ to: 'note', outcomes: ['DECLINED'] }, 'end'] },
    { stepId: 'note', templateIds: ['note'], to: ['check'] },
    ...more,
    end,
  ],
});
/** Plays the turn that would open the second visit of "check". */
function playUntilLoop(scenario: ScenarioDraft) {
  const { conversation } = startScenarios([scenario]);
  conversation.turn(declined);
  const turn = conversation.turn();
  return { conversation, turn };
}

test('3.8: a looping instance moves to the recovery step, and the decision names the original step', () => {
  const { conversation, turn } = playUntilLoop(createLooping(createRecoveryStep('agent')));
  expect(turn.actions).toEqual(['s CONTINUE RELOCALIZED']);
  expect(turn.transition('s')).toMatchObject({
    sourceStepId: 'note',
    targetStepId: 'agent',
    wasRelocalized: true,
    originalStepId: 'check',
    reason: 'RELOCALIZED',
    transitionsTaken: [],
    visitNumber: 3,
  });
  expect(turn.plan).toEqual(['s INFORM agent']);
  expect(conversation.instance('s')).toMatchObject({ currentStepId: 'agent', relocalizationCount: 1 });
});

test.each<[string, readonly StepDraft[], string]>([
  [
    'the highest step priority comes first',
    [createRecoveryStep('a'), createRecoveryStep('b', { priority: 2 }), createRecoveryStep('c', { priority: 1 })],
    'b',
  ],
  ['equal priorities keep their order', [createRecoveryStep('b'), createRecoveryStep('a')], 'b'],
  [
    'a step must be reachable from anywhere',
    [createRecoveryStep('a', { reachableFromAnywhere: false, priority: 9 }), createRecoveryStep('b')],
    'b',
  ],
])('3.8: selecting a recovery step: %s', (_rule, steps, target) => {
  expect(playUntilLoop(createLooping(...steps)).turn.transition('s').targetStepId).toBe(target);
});

test('3.8: a looping instance is paused if there is no recovery step', () => {
  expect(playUntilLoop(createLooping()).turn.actions).toEqual(['s PAUSE LOOP']);
});

test('3.8: a step at its own loop limit is not a recovery step', () => {
  const asks = createRecoveryStep('asks', {
    collectsProfileFields: ['x'],
    templateIds: [],
    canSkip: false,
    to: ['tell'],
    priority: 5,
  });
  const tell: StepDraft = { stepId: 'tell', templateIds: ['tell'], to: ['check'] };
  const { conversation, turn } = playUntilLoop(createLooping(asks, tell, createRecoveryStep('agent')));
  expect(turn.transition('s').targetStepId).toBe('asks');
  // customer_data does not reset loop counts, so "check" and "asks" are both at their limits.
  const customer = { x: 1 };
  expect(conversation.turn({ customer }).plan).toEqual(['s ASK x']);
  expect(conversation.turn({ customer, ...confirmed }).plan).toEqual(['s INFORM tell']);
  expect(conversation.turn().transition('s')).toMatchObject({ targetStepId: 'agent', originalStepId: 'check' });
  expect(conversation.instance('s').relocalizationCount).toBe(2);
});

test('3.8: the looping step is not a recovery step', () => {
  const { turn } = playUntilLoop({
    ...createLooping(),
    steps: createLooping().steps.map((step) =>
      step.stepId === 'check' ? { ...step, reachableFromAnywhere: true } : step,
    ),
  });
  expect(turn.actions).toEqual(['s PAUSE LOOP']);
});

test('3.8: a step before a passed checkpoint is not a recovery step', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    maxLoopCount: 1,
    steps: [
      createRecoveryStep('menu', { priority: 9, to: ['pay'] }),
      { stepId: 'pay', isCheckpoint: true, checkpointDescription: 'paid', to: ['check'] },
      { stepId: 'check', requiresConfirmation: true, to: [{ to: 'note', outcomes: ['DECLINED'] }, 'end'] },
      { stepId: 'note', templateIds: ['note'], to: ['check'] },
      createRecoveryStep('agent'),
      end,
    ],
  };
  const { conversation } = startScenarios([scenario]);
  expect(conversation.turn().plan).toEqual(['s CONFIRM ']);
  conversation.turn(confirmed);
  conversation.turn(declined);
  expect(conversation.turn().transition('s')).toMatchObject({ targetStepId: 'agent', wasRelocalized: true });
});

test('3.8: attempts and failures above their limits lead to the recovery step', () => {
  const ask: ScenarioDraft = {
    scenarioId: 's',
    steps: [{ stepId: 'a', collectsProfileFields: ['a'], to: ['end'] }, createRecoveryStep('agent'), end],
  };
  const { conversation } = startScenarios([ask], {}, { settings: { maxAttempts: 1 } });
  conversation.turn();
  expect(conversation.turn().transition('s')).toMatchObject({ targetStepId: 'agent', originalStepId: 'a' });

  const act: ScenarioDraft = {
    scenarioId: 's',
    maxLoopCount: 1,
    steps: [{ stepId: 'act', isRequiredAction: true, toolIds: ['t'], to: ['end'] }, createRecoveryStep('agent'), end],
  };
  const acting = startScenarios([act]).conversation;
  const turn = acting.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] });
  expect(turn.transition('s')).toMatchObject({ targetStepId: 'agent', originalStepId: 'act' });
});

describe('a missing step', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    steps: [{ stepId: 'a', collectsProfileFields: ['a'], to: ['end'] }, createRecoveryStep('agent'), end],
  };
  const startAtMissingStep = (draft: ScenarioDraft): Conversation => {
    const { conversation } = startScenarios([draft]);
    conversation.session = {
      ...conversation.session,
      instances: conversation.session.instances.map((instance) => ({ ...instance, currentStepId: 'removed' })),
    };
    return conversation;
  };

  test('3.8: an instance at a missing step moves to the recovery step and continues there', () => {
    const conversation = startAtMissingStep(scenario);
    const turn = conversation.turn();
    expect(turn.actions).toEqual(['s CONTINUE RELOCALIZED']);
    expect(turn.transition('s')).toMatchObject({
      sourceStepId: 'removed',
      originalStepId: 'removed',
      targetStepId: 'agent',
      wasRelocalized: true,
    });
    expect(conversation.turn().plan).toEqual(['s INFORM bye']);
    expect(conversation.instance('s').relocalizationCount).toBe(1);
  });

  test('3.8: an instance at a missing step is canceled if there is no recovery step', () => {
    const turn = startAtMissingStep({
      ...scenario,
      steps: scenario.steps.filter(({ stepId }) => stepId !== 'agent'),
    }).turn();
    expect(turn.actions).toEqual(['s CANCEL STEP_NOT_FOUND']);
    expect(turn.plan).toEqual([]);
  });
});

test('3.8: a compiled scenario lists its recovery steps by priority', () => {
  const steps = compileDraft(
    createLooping(createRecoveryStep('a'), createRecoveryStep('b', { priority: 2 })),
  ).recoverySteps;
  expect(steps.map(({ stepId }) => stepId)).toEqual(['b', 'a']);
});

test('3.8: a relocalization is a path entry without a transition', () => {
  const ask: StepDraft = { stepId: 'a', collectsProfileFields: ['a'], to: ['end'] };
  const { conversation } = startScenarios(
    [{ scenarioId: 's', steps: [ask, createRecoveryStep('help'), end] }],
    {},
    { settings: { maxAttempts: 1 } },
  );
  conversation.turn();
  const { session } = conversation.turn();
  expect(session.instances[0]).toMatchObject({
    currentStepId: 'help',
    relocalizationCount: 1,
    path: [{ sequence: 1, stepId: 'a', visitNumber: 1, transitionId: '', asked: true, leftRevision: 3 }],
    visit: { number: 2, enteredRevision: 3 },
  });
});

test('3.8: the decision lists the alternatives of the looping walk and marks none of them as taken', () => {
  const note: StepDraft = {
    stepId: 'note',
    templateIds: ['note'],
    to: [{ to: 'end', intentLabel: 'never', priority: 1 }, 'check'],
  };
  const scenario = createLooping(createRecoveryStep('help'));
  const steps = scenario.steps.map((step) => (step.stepId === 'note' ? note : step));
  const decision = playUntilLoop({ ...scenario, steps }).turn.transition('s');
  expect(decision).toMatchObject({ reason: 'RELOCALIZED', originalStepId: 'check', targetStepId: 'help' });
  expect(decision.alternatives.map(({ transitionId, truth, taken }) => [transitionId, truth, taken])).toEqual([
    ['note/1', 'FALSE', false],
    ['note/2', 'TRUE', false],
  ]);
});

describe('a missing step after a passed checkpoint', () => {
  const help = createRecoveryStep('help', { to: ['pay'] });
  const pay: StepDraft = { stepId: 'pay', isCheckpoint: true, checkpointDescription: 'paid', to: ['phone'] };
  const phone: StepDraft = { stepId: 'phone', collectsProfileFields: ['phone'], to: ['end'] };
  /** Passes the checkpoint, moves the instance to a step that does not exist, and plays a turn. */
  const playWithMissingStep = (...steps: readonly StepDraft[]) => {
    const { conversation } = startScenarios([{ scenarioId: 's', steps: [...steps, end] }]);
    conversation.turn();
    conversation.turn(confirmed);
    conversation.session = {
      ...conversation.session,
      instances: [{ ...conversation.instance('s'), currentStepId: 'removed' }],
    };
    return conversation.turn();
  };

  test('3.8: a step before the checkpoint is not a recovery step, and the decision lists the checkpoint', () => {
    const turn = playWithMissingStep(help, pay, phone);
    expect(turn.lifecycle('s')).toMatchObject({
      action: 'CANCEL',
      reason: 'STEP_NOT_FOUND',
      irreversibleDone: ['paid'],
    });
  });

  test('3.8: the passed checkpoint is not a recovery step even if it is reachable from anywhere', () => {
    const turn = playWithMissingStep({ ...pay, reachableFromAnywhere: true, templateIds: ['receipt'] }, phone);
    expect(turn.lifecycle('s').reason).toBe('STEP_NOT_FOUND');
  });

  test('3.8: a step that was never entered is selected if a step of higher priority is before the checkpoint', () => {
    const agent = createRecoveryStep('agent');
    const turn = playWithMissingStep({ ...help, priority: 9 }, pay, phone, agent);
    expect(turn.transition('s')).toMatchObject({
      reason: 'RELOCALIZED',
      originalStepId: 'removed',
      targetStepId: 'agent',
    });
  });
});

test('3.8: a recovery step where the instance has too many attempts is not the recovery step', () => {
  const help = createRecoveryStep('help', { collectsProfileFields: ['x'] });
  const { conversation } = startScenarios(
    [{ scenarioId: 's', steps: [help, end] }],
    {},
    { settings: { maxAttempts: 1 } },
  );
  conversation.turn();
  expect(conversation.turn().actions).toEqual(['s PAUSE LOOP']);
});

test('3.8: the decision lists the condition errors of the looping walk', () => {
  const note: StepDraft = {
    stepId: 'note',
    templateIds: ['note'],
    to: [{ to: 'end', condition: '1 / int(size(message)) > 0' }, 'check'],
  };
  const scenario = createLooping(createRecoveryStep('help'));
  const steps = scenario.steps.map((step) => (step.stepId === 'note' ? note : step));
  const decision = playUntilLoop({ ...scenario, steps }).turn.transition('s');
  expect(decision.reason).toBe('RELOCALIZED');
  expect(decision.conditionErrors).toHaveLength(1);
});

test('3.8: the decision about an instance at a missing step lists no alternatives and no condition errors', () => {
  const ask: StepDraft = { stepId: 'a', collectsProfileFields: ['a'], to: ['end'] };
  const { conversation } = startScenarios([
    { scenarioId: 's', steps: [ask, createRecoveryStep('agent', { to: [{ to: 'end', intentLabel: 'never' }] }), end] },
  ]);
  conversation.session = {
    ...conversation.session,
    instances: [{ ...conversation.instance('s'), currentStepId: 'removed' }],
  };
  expect(conversation.turn().transition('s')).toMatchObject({
    reason: 'RELOCALIZED',
    alternatives: [],
    conditionErrors: [],
  });
});
