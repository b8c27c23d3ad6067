import type { ScenarioDraft, StepDraft, TransitionDraft } from '../support/conversation';
import { played, said, started } from '../support/started';

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
/** `a` asks for a, then leads to the step under test, then to the end. */
const over = (step: Omit<StepDraft, 'stepId'>, to: readonly TransitionDraft[] = ['end']): ScenarioDraft => ({
  scenarioId: 's',
  steps: [{ stepId: 'a', collectsProfileFields: ['a'], to: ['middle'] }, { stepId: 'middle', to, ...step }, end],
});

test('3.5 skipping: a START with both fields known jumps ahead to the confirmation', () => {
  const [first] = played(refund, [{ variables }]);
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

test('3.5 skipping: a START whose entry step misses a field stays there and skips nothing', () => {
  const [first] = played(refund, [{ variables: { reason: 'damaged' } }]);
  expect(first?.transition('refund')).toMatchObject({
    targetStepId: 'collect_order_id',
    wasSkipped: false,
    skippedSteps: [],
    reason: 'ENTERED',
  });
});

test('3.5 skipping: a step that asked on an earlier turn is not skipped, the one behind it is', () => {
  const [, turn] = played(refund, [{}, { variables }]);
  expect(turn?.transition('refund')).toMatchObject({
    targetStepId: 'confirm_refund',
    skippedSteps: ['collect_reason'],
  });
});

test('3.5 skipping: a source that had not contributed yet is skipped, too', () => {
  const silent: ScenarioDraft = {
    ...refund,
    whenNotAddressed: 'CONTRIBUTE',
  };
  const loud: ScenarioDraft = {
    scenarioId: 'loud',
    priority: 50,
    steps: [{ stepId: 'l', collectsProfileFields: ['l'], to: ['end'] }, end],
  };
  // Only one field may be asked a turn, so refund's ASK was deferred: it was not made.
  const { talk, first } = started([loud, silent], {}, { settings: { maxFieldsToAskPerTurn: 1 } });
  expect(first.plan).toEqual(['loud ASK l', '(deferred) refund ASK ']);
  expect(talk.turn({ variables: { order_id: '123' } }).transition('refund').skippedSteps).toEqual(['collect_order_id']);
});

test.each<[string, Omit<StepDraft, 'stepId'>]>([
  ['a step without stages', {}],
  ['a step without stages, also where can_skip is false', { canSkip: false }],
  ['a step whose fields are known', { collectsProfileFields: ['b'] }],
  [
    'a step whose fields are known, with templates and tools that are not required',
    { collectsProfileFields: ['b'], templateIds: ['text'], toolIds: ['t'] },
  ],
])('3.5 skipping: the walk goes on over %s', (_what, step) => {
  expect(said(over(step), [{ customer: { b: 1 } }, { customer: { b: 1 }, variables: { a: 1 } }])).toEqual([
    'ASK a',
    'INFORM bye',
  ]);
});

test.each<[string, Omit<StepDraft, 'stepId'>, string]>([
  ['a step of which a field is missing', { collectsProfileFields: ['b', 'c'] }, 'ASK c'],
  ['a step that may not be skipped', { collectsProfileFields: ['b'], canSkip: false }, 'ASK b'],
  [
    'a step that collects nothing and informs, whatever can_skip says',
    { templateIds: ['text'], canSkip: true },
    'INFORM text',
  ],
  ['a step that collects nothing and acts', { toolIds: ['t'], canSkip: true }, 'ACTION_HINT t'],
  ['a confirm stage', { collectsProfileFields: ['b'], requiresConfirmation: true, canSkip: true }, 'CONFIRM a=1,b=1'],
  ['a checkpoint', { collectsProfileFields: ['b'], isCheckpoint: true, canSkip: true }, 'CONFIRM a=1,b=1'],
  [
    'a checkpoint without a confirm stage',
    { collectsProfileFields: ['b'], isCheckpoint: true, requiresConfirmation: false, canSkip: true },
    'NONE',
  ],
  ['a checkpoint without any stage', { isCheckpoint: true, requiresConfirmation: false }, 'NONE'],
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
])('3.5 skipping: nothing passes over %s, whatever is known', (_what, step, line) => {
  const known = { customer: { b: 1 } };
  const turns = played(over(step), [known, { ...known, variables: { a: 1 } }]);
  expect(turns[1]?.transition('s').targetStepId).toBe('middle');
  expect(turns[1]?.plan).toEqual([`s ${line}`]);
});

test('3.5 skipping: with enable_step_skipping off no step is passed over, but done ones are walked through', () => {
  const settings = { enableStepSkipping: false };
  const known = { customer: { b: 1 } };
  const turn = (step: Omit<StepDraft, 'stepId'>) =>
    said(over(step), [known, { ...known, variables: { a: 1 } }], { settings }).at(-1);
  expect(turn({ collectsProfileFields: ['b'] })).toBe('ASK b');
  expect(turn({})).toBe('INFORM bye');
});

test('3.5 skipping: only TRUE transitions are followed', () => {
  const turns = played(over({ collectsProfileFields: ['b'] }, [{ to: 'end', condition: 'data.b == 2' }]), [
    { customer: { b: 1 } },
    { customer: { b: 1 }, variables: { a: 1 } },
  ]);
  expect(turns[1]?.transition('s')).toMatchObject({ targetStepId: 'middle', skippedSteps: [] });
});

test('3.5 skipping: a step passed over counts as done, and where the walk ends on it the next turn goes on from there', () => {
  const scenario = over({ collectsProfileFields: ['b'], templateIds: ['text'] }, [{ to: 'end', intentLabel: 'on' }]);
  const known = { customer: { b: 1 } };
  const turns = said(scenario, [known, { ...known, variables: { a: 1 } }, { ...known, intent: 'on' }]);
  // It is not left, so it is a step like any other and tells its text first.
  expect(turns).toEqual(['ASK a', 'INFORM text', 'INFORM bye']);
});

test('3.5 skipping: an ANYTIME transition of a step that is passed over is looked at as well', () => {
  const scenario = over({ collectsProfileFields: ['b'] }, [
    'end',
    { to: 'side', trigger: 'ANYTIME', condition: 'data.b == 1.0' },
  ]);
  const steps = [...scenario.steps, { stepId: 'side', templateIds: ['side'], to: ['end'] }];
  const known = { customer: { b: 1 } };
  expect(said({ ...scenario, steps }, [known, { ...known, variables: { a: 1 } }]).at(-1)).toBe('INFORM side');
});

describe('3.5 loops within a turn', () => {
  const ring: ScenarioDraft = {
    scenarioId: 's',
    completionCondition: 'false',
    steps: [
      { stepId: 'a', to: ['b'] },
      { stepId: 'b', to: ['c'] },
      { stepId: 'c', to: ['a'] },
    ],
  };

  test('3.5 loops: no step is walked onto twice in one turn', () => {
    const [first, second] = played(ring, [{}, {}]);
    // a was entered by the start, so c cannot lead to it again.
    expect(first?.transition('s')).toMatchObject({ targetStepId: 'c', transitionsTaken: ['a/1', 'b/1'] });
    // The step where the turn finds the instance was not entered this turn: the walk may come back to it once.
    expect(second?.transition('s')).toMatchObject({ targetStepId: 'c', transitionsTaken: ['c/1', 'a/1', 'b/1'] });
  });

  test('3.5 loops: the first TRUE transition decides, also where its target was entered before: no other is taken in its place', () => {
    const scenario: ScenarioDraft = {
      scenarioId: 's',
      steps: [
        { stepId: 'item', collectsProfileFields: ['item'], to: ['check'] },
        { stepId: 'check', to: [{ to: 'item', condition: 'data.item == "none"' }, 'order'] },
        { stepId: 'order', templateIds: ['ordered'], to: ['end'] },
        end,
      ],
    };
    const [first] = played(scenario, [{ variables: { item: 'none' } }]);
    expect(first?.transition('s')).toMatchObject({ targetStepId: 'check', transitionsTaken: ['item/1'] });
    expect(said(scenario, [{ variables: { item: 'shoes' } }])).toEqual(['INFORM ordered']);
  });

  test('3.5 loops: the number of hops is bounded', () => {
    const [first] = played(ring, [{}], { settings: { maxHopsPerTurn: 1 } });
    expect(first?.transition('s')).toMatchObject({ targetStepId: 'b', transitionsTaken: ['a/1'] });
  });

  test('3.5 loops: a chain of a thousand empty steps is walked in one turn', () => {
    const steps = Array.from({ length: 900 }, (_, index) => ({ stepId: `s${index}`, to: [`s${index + 1}`] }));
    const [first] = played({ scenarioId: 's', steps: [...steps, { ...end, stepId: 's900' }] }, [{}]);
    expect(first?.transition('s').targetStepId).toBe('s900');
  });
});

test('3.5 skipped_steps: steps that collect nothing are not among them', () => {
  const [, turn] = played(over({}), [{}, { variables: { a: 1 } }]);
  expect(turn?.transition('s')).toMatchObject({ targetStepId: 'end', wasSkipped: false, skippedSteps: [] });
});

test('3.5 skipped_steps: on a correction a step that was asked before is not among them, one that never was is', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'a', collectsProfileFields: ['a'], to: ['b'] },
      { stepId: 'b', collectsProfileFields: ['b'], to: ['c'] },
      { stepId: 'c', collectsProfileFields: ['c'], to: ['end'] },
      end,
    ],
  };
  // a is asked, b comes along with its answer and is never asked.
  const turns = played(scenario, [{}, { variables: { a: 1, b: 1 } }, { variables: { a: 2 } }]);
  expect(turns[2]?.transition('s')).toMatchObject({ targetStepId: 'c', reason: 'CORRECTED', skippedSteps: ['b'] });
});

test('3.5 skipped_steps: a source that is left by ANYTIME without having asked is among them only where it had not contributed', () => {
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
  expect(played(scenario, [{}, { intent: 'stop' }])[1]?.transition('s').skippedSteps).toEqual([]);
});
