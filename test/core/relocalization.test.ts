import type { ScenarioDraft, StepDraft, TurnDraft } from '../support/conversation';
import { type Conversation, compiled } from '../support/conversation';
import { started } from '../support/started';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const declined: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };
const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const recovery = (stepId: string, step: Partial<StepDraft> = {}): StepDraft => ({
  templateIds: [stepId],
  reachableFromAnywhere: true,
  to: ['end'],
  ...step,
  stepId,
});
/** Loops on the second visit of `check`. */
const looping = (...more: readonly StepDraft[]): ScenarioDraft => ({
  scenarioId: 's',
  maxLoopCount: 1,
  steps: [
    { stepId: 'check', isCheckpoint: true, to: [{ to: 'note', outcomes: ['DECLINED'] }, 'end'] },
    { stepId: 'note', templateIds: ['note'], to: ['check'] },
    ...more,
    end,
  ],
});
/** The turn on which it would visit `check` again. */
function looped(scenario: ScenarioDraft) {
  const { talk } = started([scenario]);
  talk.turn(declined);
  const turn = talk.turn();
  return { talk, turn };
}

test('3.8 relocalization: a loop ends at the recovery step, and the decision says where it would have been', () => {
  const { talk, turn } = looped(looping(recovery('agent')));
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
  expect(talk.instance('s')).toMatchObject({ currentStepId: 'agent', relocalizationCount: 1 });
});

test.each<[string, readonly StepDraft[], string]>([
  ['high step priority first', [recovery('a'), recovery('b', { priority: 2 }), recovery('c', { priority: 1 })], 'b'],
  ['then as written', [recovery('b'), recovery('a')], 'b'],
  [
    'not one that is not reachable from anywhere',
    [recovery('a', { reachableFromAnywhere: false, priority: 9 }), recovery('b')],
    'b',
  ],
])('3.8 relocalization: %s', (_rule, steps, target) => {
  expect(looped(looping(...steps)).turn.transition('s').targetStepId).toBe(target);
});

test('3.8 relocalization: without a recovery step a loop is a pause', () => {
  expect(looped(looping()).turn.actions).toEqual(['s PAUSE LOOP']);
});

test('3.8 relocalization: not to a step that is at its own limit', () => {
  const asks = recovery('asks', {
    collectsProfileFields: ['x'],
    templateIds: [],
    canSkip: false,
    to: ['tell'],
    priority: 5,
  });
  const tell: StepDraft = { stepId: 'tell', templateIds: ['tell'], to: ['check'] };
  const { talk, turn } = looped(looping(asks, tell, recovery('agent')));
  expect(turn.transition('s').targetStepId).toBe('asks');
  // customer_data answers it and returns no loop count to 0: check and asks are both at their limits now.
  expect(talk.turn({ customer: { x: 1 } }).plan).toEqual(['s INFORM tell']);
  expect(talk.turn().transition('s')).toMatchObject({ targetStepId: 'agent', originalStepId: 'check' });
  expect(talk.instance('s').relocalizationCount).toBe(2);
});

test('3.8 relocalization: not to the step that loops', () => {
  const { turn } = looped({
    ...looping(),
    steps: looping().steps.map((step) => (step.stepId === 'check' ? { ...step, reachableFromAnywhere: true } : step)),
  });
  expect(turn.actions).toEqual(['s PAUSE LOOP']);
});

test('3.8 relocalization: never before a passed checkpoint', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    maxLoopCount: 1,
    steps: [
      recovery('menu', { priority: 9, to: ['pay'] }),
      { stepId: 'pay', isCheckpoint: true, checkpointDescription: 'paid', to: ['check'] },
      { stepId: 'check', requiresConfirmation: true, to: [{ to: 'note', outcomes: ['DECLINED'] }, 'end'] },
      { stepId: 'note', templateIds: ['note'], to: ['check'] },
      recovery('agent'),
      end,
    ],
  };
  const { talk } = started([scenario]);
  expect(talk.turn().plan).toEqual(['s CONFIRM ']);
  talk.turn(confirmed);
  talk.turn(declined);
  expect(talk.turn().transition('s')).toMatchObject({ targetStepId: 'agent', wasRelocalized: true });
});

test('3.8 relocalization: attempts above the limit lead there as well, and so do failures', () => {
  const ask: ScenarioDraft = {
    scenarioId: 's',
    steps: [{ stepId: 'a', collectsProfileFields: ['a'], to: ['end'] }, recovery('agent'), end],
  };
  const { talk } = started([ask], {}, { settings: { maxAttempts: 1 } });
  talk.turn();
  expect(talk.turn().transition('s')).toMatchObject({ targetStepId: 'agent', originalStepId: 'a' });

  const act: ScenarioDraft = {
    scenarioId: 's',
    maxLoopCount: 1,
    steps: [{ stepId: 'act', isRequiredAction: true, toolIds: ['t'], to: ['end'] }, recovery('agent'), end],
  };
  const acting = started([act]).talk;
  const turn = acting.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] });
  expect(turn.transition('s')).toMatchObject({ targetStepId: 'agent', originalStepId: 'act' });
});

describe('3.8 relocalization: a step that is gone from the version', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    steps: [{ stepId: 'a', collectsProfileFields: ['a'], to: ['end'] }, recovery('agent'), end],
  };
  const lost = (draft: ScenarioDraft): Conversation => {
    const { talk } = started([draft]);
    talk.session = {
      ...talk.session,
      instances: talk.session.instances.map((instance) => ({ ...instance, currentStepId: 'gone' })),
    };
    return talk;
  };

  test('3.8 gone: it moves to the recovery step, and goes on from there', () => {
    const talk = lost(scenario);
    const turn = talk.turn();
    expect(turn.actions).toEqual(['s CONTINUE RELOCALIZED']);
    expect(turn.transition('s')).toMatchObject({
      sourceStepId: 'gone',
      originalStepId: 'gone',
      targetStepId: 'agent',
      wasRelocalized: true,
    });
    expect(talk.turn().plan).toEqual(['s INFORM bye']);
    expect(talk.instance('s').relocalizationCount).toBe(1);
  });

  test('3.8 gone: without a recovery step it is cancelled, and nothing is contributed', () => {
    const turn = lost({ ...scenario, steps: scenario.steps.filter(({ stepId }) => stepId !== 'agent') }).turn();
    expect(turn.actions).toEqual(['s CANCEL STEP_NOT_FOUND']);
    expect(turn.plan).toEqual([]);
  });
});

test('3.8 relocalization: recovery steps are known in their order once a scenario is stored', () => {
  const steps = compiled(looping(recovery('a'), recovery('b', { priority: 2 }))).recoverySteps;
  expect(steps.map(({ stepId }) => stepId)).toEqual(['b', 'a']);
});
