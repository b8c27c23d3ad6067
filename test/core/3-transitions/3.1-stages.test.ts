import type { ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { listContributions, playTurns } from '../../support/play-turns';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
/** A scenario with the step under test and an end step. */
const createScenario = (step: Omit<StepDraft, 'stepId'>): ScenarioDraft => ({
  scenarioId: 'pay',
  steps: [{ stepId: 'step', to: ['end'], ...step }, end],
});
const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const failed: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED' }] };
const succeeded: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] };

test('3.1: the stages of a step come in the order collect, confirm, act, inform', () => {
  const step = {
    collectsProfileFields: ['amount'],
    isCheckpoint: true,
    toolIds: ['transfer'],
    templateIds: ['receipt'],
  };
  expect(listContributions(createScenario(step), [{}, { variables: { amount: 5 } }, confirmed, {}, {}])).toEqual([
    'ASK amount',
    'CONFIRM amount=5',
    'ACTION_HINT transfer',
    'INFORM receipt',
    'INFORM bye',
  ]);
});

test('3.1: a step without stages is done and left immediately', () => {
  const [first] = playTurns(createScenario({}), [{}]);
  expect(first?.transition('pay')).toMatchObject({ sourceStepId: 'step', targetStepId: 'end', skippedSteps: [] });
});

test('3.1: a finished step contributes NONE if no transition is taken', () => {
  expect(listContributions(createScenario({ to: [{ to: 'end', intentLabel: 'never' }] }), [{}, {}])).toEqual([
    'NONE',
    'NONE',
  ]);
});

test.each<[string, Omit<StepDraft, 'stepId'>]>([
  ['a checkpoint', { isCheckpoint: true }],
  ['a step that performs a required action', { performsAction: true, isRequiredAction: true, toolIds: ['t'] }],
  ['any step with requires_confirmation', { templateIds: ['text'], requiresConfirmation: true }],
])('3.1: %s has a confirm stage', (_step, step) => {
  expect(listContributions(createScenario(step), [{}])).toEqual(['CONFIRM ']);
});

test.each<[string, Omit<StepDraft, 'stepId'>, string]>([
  ['a step that performs an optional action', { performsAction: true, toolIds: ['t'] }, 'ACTION_HINT t'],
  ['a required action without performs_action', { isRequiredAction: true, toolIds: ['t'] }, 'ACTION_HINT t'],
  ['a step with templates only', { templateIds: ['text'] }, 'INFORM text'],
  [
    'a checkpoint with requires_confirmation = false',
    { isCheckpoint: true, templateIds: ['text'], requiresConfirmation: false },
    'INFORM text',
  ],
  [
    'a required action with requires_confirmation = false',
    { performsAction: true, isRequiredAction: true, toolIds: ['t'], requiresConfirmation: false },
    'ACTION_HINT t',
  ],
])('3.1: %s has no confirm stage', (_step, step, line) => {
  expect(listContributions(createScenario(step), [{}])).toEqual([line]);
});

test.each<[string, Omit<StepDraft, 'stepId'>, string]>([
  [
    'tool bindings',
    { toolBindings: [{ toolId: 'b', timing: 'BEFORE_STEP', variableNames: [], dependsOn: [] }] },
    'ACTION_HINT b',
  ],
  ['tool ids', { toolIds: ['i'] }, 'ACTION_HINT i'],
])('3.1: %s create an act stage', (_source, step, line) => {
  expect(listContributions(createScenario(step), [{}])).toEqual([line]);
});

describe('the collect stage', () => {
  const customer = { a: 1, b: 2 };
  const two: StepDraft = { stepId: 'step', collectsProfileFields: ['a', 'b'], to: ['end'] };

  test('3.1: the collect stage is unfinished until all fields are known', () => {
    expect(listContributions(createScenario(two), [{}, { variables: { a: 1 } }, { variables: { b: 2 } }])).toEqual([
      'ASK a,b',
      'ASK b',
      'INFORM bye',
    ]);
  });

  test('3.1: known fields finish the collect stage of a step that can be skipped', () => {
    expect(listContributions(createScenario({ ...two, isCheckpoint: true, canSkip: true }), [{ customer }])).toEqual([
      'CONFIRM a=1,b=2',
    ]);
  });

  test('3.1: a step that cannot be skipped asks until it is answered, even if all fields are known', () => {
    const turns = [{ customer }, { customer }, { customer, ...confirmed }];
    expect(listContributions(createScenario({ ...two, canSkip: false }), turns)).toEqual([
      'ASK a,b',
      'ASK a,b',
      'INFORM bye',
    ]);
  });

  test('3.1: if skipping is disabled, every step asks until it is answered', () => {
    expect(
      listContributions(createScenario(two), [{ customer }, { customer, ...confirmed }], {
        settings: { enableStepSkipping: false },
      }),
    ).toEqual(['ASK a,b', 'INFORM bye']);
  });

  test('3.1: the collect stage stays unfinished after an ASK while a field is missing', () => {
    expect(
      listContributions(createScenario({ ...two, canSkip: false }), [
        { customer: { a: 1 } },
        { customer: { a: 1 }, ...confirmed },
      ]),
    ).toEqual(['ASK a,b', 'ASK b']);
  });

  test('3.1: after a correction, a step that asked in an earlier visit does not ask again in the new visit', () => {
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
    expect(listContributions(scenario, turns)).toEqual([
      'ASK order',
      'CONFIRM order=1',
      'ASK reason',
      'CONFIRM order=2',
      'ASK reason',
      'INFORM bye',
    ]);
  });

  test('3.1: after a correction, a step that cannot be skipped asks if it has never asked', () => {
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
    expect(
      listContributions(scenario, [known, { variables: { a: 1, b: 1 }, ...known }, { variables: { a: 2 }, ...known }]),
    ).toEqual(['ASK a', 'ASK d', 'ASK c']);
  });
});

test.each<[string, Omit<StepDraft, 'stepId'>, string]>([
  ['a step that collects fields can be skipped', {}, 'INFORM bye'],
  ['a terminal step cannot be skipped', { isTerminal: true, to: [] }, 'ASK a'],
  ['a checkpoint cannot be skipped', { isCheckpoint: true }, 'ASK a'],
  ['a required action cannot be skipped', { isRequiredAction: true, toolIds: ['t'] }, 'ASK a'],
  ['can_skip = false overrides the default', { canSkip: false }, 'ASK a'],
  ['can_skip = true overrides the default of a checkpoint', { isCheckpoint: true, canSkip: true }, 'CONFIRM a=1'],
  [
    'can_skip = true overrides the default of a terminal step',
    { isTerminal: true, to: [], canSkip: true, templateIds: ['text'] },
    'INFORM text',
  ],
])('3.1: %s', (_rule, step, line) => {
  expect(
    listContributions(createScenario({ collectsProfileFields: ['a'], ...step }), [{ customer: { a: 1 } }]),
  ).toEqual([line]);
});

describe('the confirm stage', () => {
  const checkpoint = { collectsProfileFields: ['amount'], isCheckpoint: true, toolIds: ['transfer'] };
  const amount = (value: number): TurnDraft => ({ variables: { amount: value } });

  test('3.1: a CONFIRMED before the first CONFIRM of a visit is ignored and returned', () => {
    const turns = playTurns(createScenario(checkpoint), [{}, { ...amount(5), ...confirmed }]);
    expect(turns[1]?.plan).toEqual(['pay CONFIRM amount=5']);
    expect(turns[1]?.result.ignoredOutcomes.map(({ outcome }) => outcome.kind)).toEqual(['CONFIRMED']);
  });

  test('3.1: a value that changes on the same turn voids the CONFIRMED', () => {
    expect(
      listContributions(createScenario(checkpoint), [{}, amount(5), { ...amount(6), ...confirmed }, confirmed]),
    ).toEqual(['ASK amount', 'CONFIRM amount=5', 'CONFIRM amount=6', 'ACTION_HINT transfer']);
  });

  test('3.1: the same value on the same turn does not void the CONFIRMED', () => {
    expect(listContributions(createScenario(checkpoint), [{}, amount(5), { ...amount(5), ...confirmed }]).at(-1)).toBe(
      'ACTION_HINT transfer',
    );
  });

  test('3.1: a value that changes while the WRITE action is under way voids the confirmation after a failure', () => {
    const action = { ...checkpoint, isCheckpoint: false, performsAction: true, isRequiredAction: true };
    const turns = [{}, amount(5), confirmed, amount(6), failed, confirmed];
    expect(listContributions(createScenario(action), turns)).toEqual([
      'ASK amount',
      'CONFIRM amount=5',
      'ACTION_HINT transfer',
      'ACTION_HINT transfer',
      'CONFIRM amount=6',
      'ACTION_HINT transfer',
    ]);
  });

  test('3.1: a change of a value that was not confirmed does not void the confirmation', () => {
    const action = { performsAction: true, isRequiredAction: true, toolIds: ['transfer'], confirmsFields: ['amount'] };
    expect(listContributions(createScenario(action), [amount(5), confirmed, { variables: { note: 'n' } }])).toEqual([
      'CONFIRM amount=5',
      'ACTION_HINT transfer',
      'ACTION_HINT transfer',
    ]);
  });

  test('3.1: ACTION_SUCCEEDED finishes the confirm stage only with the key of the CONFIRM', () => {
    const action = createScenario({ performsAction: true, isRequiredAction: true, toolIds: ['transfer'] });
    expect(listContributions(action, [{}, succeeded])).toEqual(['CONFIRM ', 'NONE']);
    const button: TurnDraft = { outcomes: [{ kind: 'ACTION_SUCCEEDED', actionKey: 'pay#1/step/1' }] };
    expect(listContributions(action, [{}, button])).toEqual(['CONFIRM ', 'INFORM bye']);
  });

  test('3.1: a CONFIRM without an answer is repeated', () => {
    expect(listContributions(createScenario({ isCheckpoint: true }), [{}, {}])).toEqual(['CONFIRM ', 'CONFIRM ']);
  });

  test.each([
    [['amount'], 'CONFIRM amount=5'],
    [['iban', 'amount'], 'CONFIRM iban=x,amount=5'],
    [[], 'CONFIRM amount=5,note=n'],
  ])(
    '3.1: with confirms_fields %j the step confirms these fields, or all known collected fields if the list is empty',
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
      expect(listContributions(scenario, [{ customer: { note: 'n', amount: 5, iban: 'x' } }])).toEqual([line]);
    },
  );
});

describe('the act stage', () => {
  const required = { isRequiredAction: true, toolIds: ['t'] };

  test('3.1: only ACTION_SUCCEEDED finishes a required action', () => {
    expect(listContributions(createScenario(required), [{}, {}, succeeded])).toEqual([
      'ACTION_HINT t',
      'ACTION_HINT t',
      'INFORM bye',
    ]);
  });

  test('3.1: a required action is retried after ACTION_FAILED', () => {
    expect(listContributions(createScenario(required), [{}, failed, succeeded])).toEqual([
      'ACTION_HINT t',
      'ACTION_HINT t',
      'INFORM bye',
    ]);
  });

  test('3.1: a required action is not retried if a transition handles ACTION_FAILED', () => {
    const step = { ...required, to: [{ to: 'end', outcomes: ['ACTION_FAILED'] as const }] };
    expect(listContributions(createScenario(step), [{}, failed])).toEqual(['ACTION_HINT t', 'INFORM bye']);
  });

  test.each([
    ['ACTION_SUCCEEDED', succeeded],
    ['ACTION_FAILED', failed],
    ['an ACTION_HINT on an earlier turn of the visit', {}],
  ])('3.1: %s finishes an optional action', (_event, turn) => {
    expect(listContributions(createScenario({ toolIds: ['t'] }), [{}, turn])).toEqual(['ACTION_HINT t', 'INFORM bye']);
  });

  test('3.1: a CONFIRMED does not finish the act stage', () => {
    expect(listContributions(createScenario({ isCheckpoint: true, toolIds: ['t'] }), [{}, confirmed])).toEqual([
      'CONFIRM ',
      'ACTION_HINT t',
    ]);
  });
});

test('3.1: an INFORM on an earlier turn of the visit finishes the inform stage', () => {
  expect(listContributions(createScenario({ templateIds: ['one', 'two'] }), [{}, {}])).toEqual([
    'INFORM one,two',
    'INFORM bye',
  ]);
});

test('3.1: DECLINED ends a step and its remaining stages', () => {
  const step = {
    isCheckpoint: true,
    toolIds: ['t'],
    templateIds: ['text'],
    to: [{ to: 'end', outcomes: ['DECLINED'] as const }],
  };
  expect(listContributions(createScenario(step), [{}, { outcomes: [{ kind: 'DECLINED' }] }])).toEqual([
    'CONFIRM ',
    'INFORM bye',
  ]);
});

test('3.1: DECLINED ends a step in the collect stage', () => {
  const step = { collectsProfileFields: ['phone'], to: [{ to: 'end', outcomes: ['DECLINED'] as const }] };
  expect(listContributions(createScenario(step), [{}, { outcomes: [{ kind: 'DECLINED' }] }])).toEqual([
    'ASK phone',
    'INFORM bye',
  ]);
});
