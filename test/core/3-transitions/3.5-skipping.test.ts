import type { ScenarioDraft, StepDraft, TransitionDraft } from '../../support/conversation';
import { listContributions, playTurns, startScenarios } from '../../support/play-turns';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const refund: ScenarioDraft = {
  scenarioId: 'refund',
  steps: [
    { stepId: 'collect_order_id', collectsProfileFields: ['order_id'], to: ['collect_reason'] },
    { stepId: 'collect_reason', collectsProfileFields: ['reason'], to: ['confirm_refund'] },
    { stepId: 'confirm_refund', isCheckpoint: true, to: ['end'] },
    end,
  ],
};
const variables = { order_id: '123', reason: 'damaged' };
/** Step a asks for a and leads to the step under test, which leads to the end. */
const createScenario = (step: Omit<StepDraft, 'stepId'>, to: readonly TransitionDraft[] = ['end']): ScenarioDraft => ({
  scenarioId: 's',
  steps: [{ stepId: 'a', collectsProfileFields: ['a'], to: ['middle'] }, { stepId: 'middle', to, ...step }, end],
});

test('3.5: a START with all fields known moves directly to the confirmation', () => {
  const [first] = playTurns(refund, [{ variables }]);
  expect(first?.lifecycle('refund').entryStepId).toBe('collect_order_id');
  expect(first?.transition('refund')).toMatchObject({
    sourceStepId: 'collect_order_id',
    targetStepId: 'confirm_refund',
    wasSkipped: true,
    skippedSteps: ['collect_order_id', 'collect_reason'],
    transitionsTaken: ['collect_order_id/1', 'collect_reason/1'],
  });
  expect(first?.plan).toEqual(['refund CONFIRM order_id=123,reason=damaged']);
});

test('3.5: a START stays at an entry step with a missing field and skips nothing', () => {
  const [first] = playTurns(refund, [{ variables: { reason: 'damaged' } }]);
  expect(first?.transition('refund')).toMatchObject({
    targetStepId: 'collect_order_id',
    wasSkipped: false,
    skippedSteps: [],
    reason: 'ENTERED',
  });
});

test('3.5: a step that asked on an earlier turn does not count as skipped, but the next step does', () => {
  const [, turn] = playTurns(refund, [{}, { variables }]);
  expect(turn?.transition('refund')).toMatchObject({
    targetStepId: 'confirm_refund',
    skippedSteps: ['collect_reason'],
  });
});

test('3.5: a step whose ASK was deferred counts as skipped', () => {
  const deferred: ScenarioDraft = {
    ...refund,
    whenNotAddressed: 'CONTRIBUTE',
  };
  const preferred: ScenarioDraft = {
    scenarioId: 'preferred',
    priority: 50,
    steps: [{ stepId: 'l', collectsProfileFields: ['l'], to: ['end'] }, end],
  };
  // One field per turn, so that the ASK of refund is deferred.
  const { conversation, first } = startScenarios([preferred, deferred], {}, { settings: { maxFieldsToAskPerTurn: 1 } });
  expect(first.plan).toEqual(['preferred ASK l', '(deferred) refund ASK ']);
  expect(conversation.turn({ variables: { order_id: '123' } }).transition('refund').skippedSteps).toEqual([
    'collect_order_id',
  ]);
});

test.each<[string, Omit<StepDraft, 'stepId'>]>([
  ['a step without stages', {}],
  ['a step without stages and with can_skip = false', { canSkip: false }],
  ['a step whose fields are known', { collectsProfileFields: ['b'] }],
  [
    'a step whose fields are known, with templates and optional tools',
    { collectsProfileFields: ['b'], templateIds: ['text'], toolIds: ['t'] },
  ],
])('3.5: the walk continues past %s', (_step, step) => {
  expect(
    listContributions(createScenario(step), [{ customer: { b: 1 } }, { customer: { b: 1 }, variables: { a: 1 } }]),
  ).toEqual(['ASK a', 'INFORM bye']);
});

test.each<[string, Omit<StepDraft, 'stepId'>, string]>([
  ['a step with a missing field', { collectsProfileFields: ['b', 'c'] }, 'ASK c'],
  ['a step with can_skip = false', { collectsProfileFields: ['b'], canSkip: false }, 'ASK b'],
  ['a step that only informs', { templateIds: ['text'], canSkip: true }, 'INFORM text'],
  ['a step that only acts', { toolIds: ['t'], canSkip: true }, 'ACTION_HINT t'],
  [
    'a step with a confirm stage',
    { collectsProfileFields: ['b'], requiresConfirmation: true, canSkip: true },
    'CONFIRM a=1,b=1',
  ],
  ['a checkpoint', { collectsProfileFields: ['b'], isCheckpoint: true, canSkip: true }, 'CONFIRM a=1,b=1'],
  [
    'a checkpoint without a confirm stage',
    { collectsProfileFields: ['b'], isCheckpoint: true, requiresConfirmation: false, canSkip: true },
    'NONE',
  ],
  ['a checkpoint without stages', { isCheckpoint: true, requiresConfirmation: false }, 'NONE'],
  [
    'a required action',
    {
      collectsProfileFields: ['b'],
      isRequiredAction: true,
      toolIds: ['t'],
      requiresConfirmation: false,
      canSkip: true,
    },
    'ACTION_HINT t',
  ],
  [
    'a terminal step',
    { collectsProfileFields: ['b'], isTerminal: true, canSkip: true, templateIds: ['text'] },
    'INFORM text',
  ],
  ['a terminal step without stages', { isTerminal: true }, 'NONE'],
])('3.5: the walk stops at %s, even if all its fields are known', (_step, step, line) => {
  const known = { customer: { b: 1 } };
  const turns = playTurns(createScenario(step), [known, { ...known, variables: { a: 1 } }]);
  expect(turns[1]?.transition('s').targetStepId).toBe('middle');
  expect(turns[1]?.plan).toEqual([`s ${line}`]);
});

test('3.5: if enable_step_skipping is false, only done steps are left on the turn that enters them', () => {
  const settings = { enableStepSkipping: false };
  const known = { customer: { b: 1 } };
  const turn = (step: Omit<StepDraft, 'stepId'>) =>
    listContributions(createScenario(step), [known, { ...known, variables: { a: 1 } }], { settings }).at(-1);
  expect(turn({ collectsProfileFields: ['b'] })).toBe('ASK b');
  expect(turn({})).toBe('INFORM bye');
});

test('3.5: a skippable step is left only if a transition is TRUE', () => {
  const turns = playTurns(createScenario({ collectsProfileFields: ['b'] }, [{ to: 'end', condition: 'data.b == 2' }]), [
    { customer: { b: 1 } },
    { customer: { b: 1 }, variables: { a: 1 } },
  ]);
  expect(turns[1]?.transition('s')).toMatchObject({ targetStepId: 'middle', skippedSteps: [] });
});

test('3.5: a skippable step runs its remaining stages if the walk ends there', () => {
  const scenario = createScenario({ collectsProfileFields: ['b'], templateIds: ['text'] }, [
    { to: 'end', intentLabel: 'on' },
  ]);
  const known = { customer: { b: 1 } };
  const turns = listContributions(scenario, [known, { ...known, variables: { a: 1 } }, { ...known, intent: 'on' }]);
  // No transition is TRUE, so that the step sends its template first.
  expect(turns).toEqual(['ASK a', 'INFORM text', 'INFORM bye']);
});

test('3.5: ANYTIME transitions of a skippable step are evaluated', () => {
  const scenario = createScenario({ collectsProfileFields: ['b'] }, [
    'end',
    { to: 'side', trigger: 'ANYTIME', condition: 'data.b == 1.0' },
  ]);
  const steps = [...scenario.steps, { stepId: 'side', templateIds: ['side'], to: ['end'] }];
  const known = { customer: { b: 1 } };
  expect(listContributions({ ...scenario, steps }, [known, { ...known, variables: { a: 1 } }]).at(-1)).toBe(
    'INFORM side',
  );
});

describe('loops within a turn', () => {
  const ring: ScenarioDraft = {
    scenarioId: 's',
    completionCondition: 'false',
    steps: [
      { stepId: 'a', to: ['b'] },
      { stepId: 'b', to: ['c'] },
      { stepId: 'c', to: ['a'] },
    ],
  };

  test('3.5: a walk enters each step at most once', () => {
    const [first, second] = playTurns(ring, [{}, {}]);
    // The start entered step a.
    expect(first?.transition('s')).toMatchObject({ targetStepId: 'c', transitionsTaken: ['a/1', 'b/1'] });
    // The current step was entered on an earlier turn, so that the walk can return to it once.
    expect(second?.transition('s')).toMatchObject({ targetStepId: 'c', transitionsTaken: ['c/1', 'a/1', 'b/1'] });
  });

  test('3.5: a TRUE transition to a step that was already entered blocks the transitions below it', () => {
    const scenario: ScenarioDraft = {
      scenarioId: 's',
      steps: [
        { stepId: 'item', collectsProfileFields: ['item'], to: ['check'] },
        { stepId: 'check', to: [{ to: 'item', condition: 'data.item == "none"' }, 'order'] },
        { stepId: 'order', templateIds: ['ordered'], to: ['end'] },
        end,
      ],
    };
    const [first] = playTurns(scenario, [{ variables: { item: 'none' } }]);
    expect(first?.transition('s')).toMatchObject({ targetStepId: 'check', transitionsTaken: ['item/1'] });
    expect(listContributions(scenario, [{ variables: { item: 'shoes' } }])).toEqual(['INFORM ordered']);
  });

  test('3.5: an ANYTIME transition to a step that was already entered does not block the transitions below it', () => {
    const ask = (field: string, ...to: readonly TransitionDraft[]): StepDraft => ({
      stepId: field,
      collectsProfileFields: [field],
      to,
    });
    const anytime = (to: string): TransitionDraft => ({ to, trigger: 'ANYTIME', intentLabel: 'go' });
    const other: StepDraft = { stepId: 'other', templateIds: ['other'], to: ['end'] };
    const steps = [ask('x', 'y'), ask('y', 'z'), ask('z', anytime('y'), anytime('other'), 'end'), other, end];
    const { conversation } = startScenarios([{ scenarioId: 's', steps }]);
    const { transitionsTaken } = conversation.turn({ intent: 'go', variables: { x: 1, y: 1, z: 1 } }).transition('s');
    expect(transitionsTaken).toEqual(['x/1', 'y/1', 'z/2']);
  });

  test('3.5: the number of transitions per turn is limited', () => {
    const [first] = playTurns(ring, [{}], { settings: { maxHopsPerTurn: 1 } });
    expect(first?.transition('s')).toMatchObject({ targetStepId: 'b', transitionsTaken: ['a/1'] });
  });

  test('3.5: a walk can pass 900 steps without stages', () => {
    const steps = Array.from({ length: 900 }, (_, index) => ({ stepId: `s${index}`, to: [`s${index + 1}`] }));
    const [first] = playTurns({ scenarioId: 's', steps: [...steps, { ...end, stepId: 's900' }] }, [{}]);
    expect(first?.transition('s').targetStepId).toBe('s900');
  });
});

test('3.5: skipped_steps does not list steps that collect no fields', () => {
  const [, turn] = playTurns(createScenario({}), [{}, { variables: { a: 1 } }]);
  expect(turn?.transition('s')).toMatchObject({ targetStepId: 'end', wasSkipped: false, skippedSteps: [] });
});

test('3.5: after a correction, skipped_steps lists a step that has never asked, but not one that has', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'a', collectsProfileFields: ['a'], to: ['b'] },
      { stepId: 'b', collectsProfileFields: ['b'], to: ['c'] },
      { stepId: 'c', collectsProfileFields: ['c'], to: ['end'] },
      end,
    ],
  };
  // Only step a asks. The answer also provides b.
  const turns = playTurns(scenario, [{}, { variables: { a: 1, b: 1 } }, { variables: { a: 2 } }]);
  expect(turns[2]?.transition('s')).toMatchObject({ targetStepId: 'c', reason: 'CORRECTED', skippedSteps: ['b'] });
});

test('3.5: skipped_steps does not list a step that asked and is left by an ANYTIME transition', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      {
        stepId: 'a',
        collectsProfileFields: ['a'],
        to: ['end', { to: 'end', trigger: 'ANYTIME', intentLabel: 'stop' }],
      },
      end,
    ],
  };
  expect(playTurns(scenario, [{}, { intent: 'stop' }])[1]?.transition('s').skippedSteps).toEqual([]);
});
