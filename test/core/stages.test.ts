import type { ScenarioDraft, StepDraft, TurnDraft } from '../support/conversation';
import { played, said, started } from '../support/started';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
/** A scenario of the step under test and an end that says bye. */
const of = (step: Omit<StepDraft, 'stepId'>): ScenarioDraft => ({
  scenarioId: 'pay',
  steps: [{ stepId: 'step', to: ['end'], ...step }, end],
});
const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const failed: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] };
const succeeded: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] };

test('3.1 stages: they come in order, collect, confirm, act, inform, then the step is done and is left', () => {
  const step = {
    collectsProfileFields: ['amount'],
    isCheckpoint: true,
    toolIds: ['transfer'],
    templateIds: ['receipt'],
  };
  expect(said(of(step), [{}, { variables: { amount: 5 } }, confirmed, {}, {}])).toEqual([
    'ASK amount',
    'CONFIRM amount=5',
    'ACTION_HINT transfer',
    'INFORM receipt',
    'INFORM bye',
  ]);
});

test('3.1 stages: a step without stages wants nothing, is done at once and left at once', () => {
  const [first] = played(of({}), [{}]);
  expect(first?.transition('pay')).toMatchObject({ sourceStepId: 'step', targetStepId: 'end', skippedSteps: [] });
});

test('3.1 stages: none is left where no transition takes the step up, and the contribution is NONE', () => {
  expect(said(of({ to: [{ to: 'end', intentLabel: 'never' }] }), [{}, {}])).toEqual(['NONE', 'NONE']);
});

test.each<[string, Omit<StepDraft, 'stepId'>, string]>([
  ['a checkpoint has one', { isCheckpoint: true }, 'CONFIRM '],
  [
    'a required action that is performed has one',
    { performsAction: true, isRequiredAction: true, toolIds: ['t'] },
    'CONFIRM ',
  ],
  ['an action that is not required has none', { performsAction: true, toolIds: ['t'] }, 'ACTION_HINT t'],
  [
    'a required action that is not performed here has none',
    { isRequiredAction: true, toolIds: ['t'] },
    'ACTION_HINT t',
  ],
  ['another step has none', { templateIds: ['text'] }, 'INFORM text'],
  ['requires_confirmation gives one to any step', { templateIds: ['text'], requiresConfirmation: true }, 'CONFIRM '],
  [
    'requires_confirmation = false takes it from a checkpoint',
    { isCheckpoint: true, templateIds: ['text'], requiresConfirmation: false },
    'INFORM text',
  ],
  [
    'requires_confirmation = false takes it from a required action',
    { performsAction: true, isRequiredAction: true, toolIds: ['t'], requiresConfirmation: false },
    'ACTION_HINT t',
  ],
])('3.1 confirm stage: %s', (_rule, step, line) => {
  expect(said(of(step), [{}])).toEqual([line]);
});

test.each<[string, Omit<StepDraft, 'stepId'>, string]>([
  [
    'tool bindings',
    { toolBindings: [{ toolId: 'b', timing: 'BEFORE_STEP', variableNames: [], dependsOn: [] }] },
    'ACTION_HINT b',
  ],
  ['tool ids', { toolIds: ['i'] }, 'ACTION_HINT i'],
])('3.1 act stage: %s make one', (_what, step, line) => {
  expect(said(of(step), [{}])).toEqual([line]);
});

describe('3.1 collect stage', () => {
  const customer = { a: 1, b: 2 };
  const two: StepDraft = { stepId: 'step', collectsProfileFields: ['a', 'b'], to: ['end'] };

  test('3.1 collect: it is unfinished until all fields are known', () => {
    expect(said(of(two), [{}, { variables: { a: 1 } }, { variables: { b: 2 } }])).toEqual([
      'ASK a,b',
      'ASK b',
      'INFORM bye',
    ]);
  });

  test('3.1 collect: a step that may be skipped is finished by known fields alone', () => {
    expect(said(of({ ...two, isCheckpoint: true, canSkip: true }), [{ customer }])).toEqual(['CONFIRM a=1,b=2']);
  });

  test('3.1 collect: a step that may not be skipped is asked once in its visit, also when all is known', () => {
    expect(said(of({ ...two, canSkip: false }), [{ customer }, { customer }])).toEqual(['ASK a,b', 'INFORM bye']);
  });

  test('3.1 collect: with skipping off every step is asked once in its visit', () => {
    expect(said(of(two), [{ customer }, { customer }], { settings: { enableStepSkipping: false } })).toEqual([
      'ASK a,b',
      'INFORM bye',
    ]);
  });

  test('3.1 collect: having been asked does not finish it while a field is missing', () => {
    expect(said(of({ ...two, canSkip: false }), [{ customer: { a: 1 } }, { customer: { a: 1 } }])).toEqual([
      'ASK a,b',
      'ASK b',
    ]);
  });

  test('3.1 collect: on a correction it is finished where the step was asked in an earlier visit, in the whole new visit', () => {
    const scenario: ScenarioDraft = {
      scenarioId: 'pay',
      steps: [
        {
          stepId: 'order',
          collectsProfileFields: ['order'],
          canSkip: false,
          requiresConfirmation: true,
          to: ['reason'],
        },
        { stepId: 'reason', collectsProfileFields: ['reason'], to: ['end'] },
        end,
      ],
    };
    const turns = [
      {},
      { variables: { order: 1 } },
      confirmed,
      { variables: { order: 2 } },
      confirmed,
      { variables: { reason: 'r' } },
    ];
    expect(said(scenario, turns)).toEqual([
      'ASK order',
      'CONFIRM order=1',
      'ASK reason',
      'CONFIRM order=2',
      'ASK reason',
      'INFORM bye',
    ]);
  });

  test('3.1 collect: on a correction a step that may not be skipped and was never asked is asked', () => {
    const scenario: ScenarioDraft = {
      scenarioId: 'pay',
      steps: [
        { stepId: 'a', collectsProfileFields: ['a'], to: ['b'] },
        { stepId: 'b', collectsProfileFields: ['b'], to: [{ to: 'c', condition: 'data.a == 2' }, 'd'] },
        { stepId: 'c', collectsProfileFields: ['c'], canSkip: false, to: ['d'] },
        { stepId: 'd', collectsProfileFields: ['d'], to: ['end'] },
        end,
      ],
    };
    const known = { customer: { c: 'c' } };
    expect(said(scenario, [known, { variables: { a: 1, b: 1 }, ...known }, { variables: { a: 2 }, ...known }])).toEqual(
      ['ASK a', 'ASK d', 'ASK c'],
    );
  });
});

test.each<[string, Omit<StepDraft, 'stepId'>, string]>([
  ['a step that collects may be skipped', {}, 'INFORM bye'],
  ['a terminal step may not', { isTerminal: true, to: [] }, 'ASK a'],
  ['a checkpoint may not', { isCheckpoint: true }, 'ASK a'],
  ['a required action may not', { isRequiredAction: true, toolIds: ['t'] }, 'ASK a'],
  ['can_skip = false overrules', { canSkip: false }, 'ASK a'],
  ['can_skip = true overrules on a checkpoint', { isCheckpoint: true, canSkip: true }, 'CONFIRM a=1'],
  [
    'can_skip = true overrules on a terminal step',
    { isTerminal: true, to: [], canSkip: true, templateIds: ['text'] },
    'INFORM text',
  ],
])('3.1 can_skip: where unset %s', (_rule, step, line) => {
  expect(said(of({ collectsProfileFields: ['a'], ...step }), [{ customer: { a: 1 } }])).toEqual([line]);
});

describe('3.1 confirm stage, when it is finished', () => {
  const checkpoint = { collectsProfileFields: ['amount'], isCheckpoint: true, toolIds: ['transfer'] };
  const amount = (value: number): TurnDraft => ({ variables: { amount: value } });

  test('3.1 confirm: a CONFIRMED before any CONFIRM was contributed in this visit confirms nothing and is returned', () => {
    const turns = played(of(checkpoint), [{}, { ...amount(5), ...confirmed }]);
    expect(turns[1]?.plan).toEqual(['pay CONFIRM amount=5']);
    expect(turns[1]?.result.ignoredOutcomes.map(({ outcome }) => outcome.kind)).toEqual(['CONFIRMED']);
  });

  test('3.1 confirm: a value that changes in the same turn voids the CONFIRMED', () => {
    expect(said(of(checkpoint), [{}, amount(5), { ...amount(6), ...confirmed }, confirmed])).toEqual([
      'ASK amount',
      'CONFIRM amount=5',
      'CONFIRM amount=6',
      'ACTION_HINT transfer',
    ]);
  });

  test('3.1 confirm: the same value again in the same turn voids nothing', () => {
    expect(said(of(checkpoint), [{}, amount(5), { ...amount(5), ...confirmed }]).at(-1)).toBe('ACTION_HINT transfer');
  });

  test('3.1 confirm: a value that changes in a later turn voids what was confirmed, and it is confirmed anew', () => {
    const action = { ...checkpoint, isCheckpoint: false, performsAction: true, isRequiredAction: true };
    expect(said(of(action), [{}, amount(5), confirmed, amount(6), confirmed])).toEqual([
      'ASK amount',
      'CONFIRM amount=5',
      'ACTION_HINT transfer',
      'CONFIRM amount=6',
      'ACTION_HINT transfer',
    ]);
  });

  test('3.1 confirm: a value that it did not confirm may change', () => {
    const action = { performsAction: true, isRequiredAction: true, toolIds: ['transfer'], confirmsFields: ['amount'] };
    expect(said(of(action), [amount(5), confirmed, { variables: { note: 'n' } }])).toEqual([
      'CONFIRM amount=5',
      'ACTION_HINT transfer',
      'ACTION_HINT transfer',
    ]);
  });

  test('3.1 confirm: ACTION_SUCCEEDED finishes it without a CONFIRMED', () => {
    const action = { performsAction: true, isRequiredAction: true, toolIds: ['transfer'] };
    expect(said(of(action), [{}, succeeded])).toEqual(['CONFIRM ', 'INFORM bye']);
  });

  test('3.1 confirm: without an answer it is asked again', () => {
    expect(said(of({ isCheckpoint: true }), [{}, {}])).toEqual(['CONFIRM ', 'CONFIRM ']);
  });

  test.each([
    [['amount'], 'CONFIRM amount=5'],
    [['iban', 'amount'], 'CONFIRM iban=x,amount=5'],
    [[], 'CONFIRM amount=5,note=n'],
  ])(
    '3.1 confirm: it confirms confirms_fields %j, else all known fields that the scenario collects',
    (confirmsFields, line) => {
      const scenario: ScenarioDraft = {
        scenarioId: 'pay',
        steps: [
          { stepId: 'note', collectsProfileFields: ['note', 'amount'], to: ['step'] },
          { stepId: 'step', isCheckpoint: true, confirmsFields, to: ['late'] },
          { stepId: 'late', collectsProfileFields: ['unknown'], to: ['end'] },
          end,
        ],
      };
      expect(said(scenario, [{ customer: { note: 'n', amount: 5, iban: 'x' } }])).toEqual([line]);
    },
  );
});

describe('3.1 act stage, when it is finished', () => {
  const required = { isRequiredAction: true, toolIds: ['t'] };

  test('3.1 act: a required action is finished by ACTION_SUCCEEDED only, not by having been hinted', () => {
    expect(said(of(required), [{}, {}, succeeded])).toEqual(['ACTION_HINT t', 'ACTION_HINT t', 'INFORM bye']);
  });

  test('3.1 act: ACTION_FAILED of a required action keeps it in the act stage, to be tried again', () => {
    expect(said(of(required), [{}, failed, succeeded])).toEqual(['ACTION_HINT t', 'ACTION_HINT t', 'INFORM bye']);
  });

  test('3.1 act: ACTION_FAILED of a required action is no retry where a transition takes it', () => {
    const step = { ...required, to: [{ to: 'end', outcomes: ['ACTION_FAILED'] as const }] };
    expect(said(of(step), [{}, failed])).toEqual(['ACTION_HINT t', 'INFORM bye']);
  });

  test.each([
    ['ACTION_SUCCEEDED', succeeded],
    ['ACTION_FAILED', failed],
    ['a hint in an earlier turn of this visit', {}],
  ])('3.1 act: other tools are finished by %s', (_what, turn) => {
    expect(said(of({ toolIds: ['t'] }), [{}, turn])).toEqual(['ACTION_HINT t', 'INFORM bye']);
  });

  test('3.1 act: the CONFIRMED of the step is no outcome of its tools', () => {
    expect(said(of({ isCheckpoint: true, toolIds: ['t'] }), [{}, confirmed])).toEqual(['CONFIRM ', 'ACTION_HINT t']);
  });
});

test('3.1 inform: it is finished by having been contributed in an earlier turn of this visit', () => {
  expect(said(of({ templateIds: ['one', 'two'] }), [{}, {}])).toEqual(['INFORM one,two', 'INFORM bye']);
});

test('3.1 DECLINED ends the step with that outcome: what is left of it is not done', () => {
  const step = {
    isCheckpoint: true,
    toolIds: ['t'],
    templateIds: ['text'],
    to: [{ to: 'end', outcomes: ['DECLINED'] as const }],
  };
  expect(said(of(step), [{}, { outcomes: [{ kind: 'DECLINED' }] }])).toEqual(['CONFIRM ', 'INFORM bye']);
});

test('3.1 DECLINED ends a step that asks, too', () => {
  const step = { collectsProfileFields: ['phone'], to: [{ to: 'end', outcomes: ['DECLINED'] as const }] };
  expect(said(of(step), [{}, { outcomes: [{ kind: 'DECLINED' }] }])).toEqual(['ASK phone', 'INFORM bye']);
});

test('3.1 stages: an ACTION_FAILED of the required action stays recorded while its confirmation is asked again', () => {
  const step = { collectsProfileFields: ['amount'], performsAction: true, isRequiredAction: true, toolIds: ['t'] };
  const { talk } = started([of(step)]);
  talk.turn({ variables: { amount: 5 } });
  talk.turn(confirmed);
  talk.turn(failed);
  expect(talk.turn({ variables: { amount: 6 } }).plan).toEqual(['pay CONFIRM amount=6']);
  expect(talk.turn(confirmed).plan).toEqual(['pay ACTION_HINT t']);
  expect(talk.turn(succeeded).plan).toEqual(['pay INFORM bye']);
});
