import type { ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { listContributions, playTurns, startScenarios } from '../../support/play-turns';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const declined: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };
const ask = (field: string, next: string): StepDraft => ({ stepId: field, collectsProfileFields: [field], to: [next] });
/** Asks for order, reason and phone, then for a confirmation. */
const refund: ScenarioDraft = {
  scenarioId: 'refund',
  steps: [
    ask('order', 'reason'),
    ask('reason', 'phone'),
    ask('phone', 'confirm'),
    { stepId: 'confirm', isCheckpoint: true, to: ['end'] },
    end,
  ],
};
const asked: readonly TurnDraft[] = [{}, { variables: { order: 1 } }, { variables: { reason: 'r' } }];

test('3.9: a corrected instance goes back and walks forward without asking again', () => {
  const turns = playTurns(refund, [...asked, { variables: { order: 2 } }]);
  expect(turns[3]?.transition('refund')).toMatchObject({
    sourceStepId: 'phone',
    targetStepId: 'phone',
    reason: 'CORRECTED',
    correctedFields: ['order'],
    transitionsTaken: ['order/1', 'reason/1'],
    skippedSteps: [],
    blockedByCheckpoint: '',
  });
  expect(turns[3]?.plan).toEqual(['refund ASK phone']);
});

test('3.9: a correction opens a visit at the step where the walk ends', () => {
  expect(playTurns(refund, [...asked, { variables: { order: 2 } }])[3]?.transition('refund').visitNumber).toBe(4);
});

test('3.9: a turn can correct one field and answer another', () => {
  expect(listContributions(refund, [...asked, { variables: { order: 2, phone: '1' } }]).at(-1)).toBe(
    'CONFIRM order=2,phone=1,reason=r',
  );
});

test.each<[string, TurnDraft]>([
  ['a new value in a candidate variable', { variables: { order: 2 } }],
  ['a new value in the patch', { patch: { order: 2 } }],
  ['a null in a candidate variable', { variables: { order: null } }],
  ['a null in the patch', { patch: { order: null } }],
])('3.9: %s is a correction', (_change, draft) => {
  expect(playTurns(refund, [...asked, draft])[3]?.transition('refund').reason).toBe('CORRECTED');
});

test.each<[string, TurnDraft]>([
  ['an unchanged value', { variables: { order: 1 } }],
  ['a new value in customer_data', { customer: { order: 2 } }],
  ['a new value in an outcome result', { outcomes: [{ kind: 'ACTION_FAILED', results: { order: 2 } }] }],
  ['a new value of a field that the path did not use', { variables: { other: 2 } }],
])('3.9: %s is not a correction', (_change, draft) => {
  expect(playTurns(refund, [...asked, draft])[3]?.transition('refund').reason).toBe('AWAITS_FIELDS');
});

test('3.9: a changed value in customer_data is not a correction even if no newer source contains the field', () => {
  const turns = playTurns(refund, [{ customer: { order: 1 } }, { customer: { order: 2 } }]);
  expect(turns[1]?.transition('refund').reason).toBe('AWAITS_FIELDS');
});

test('3.9: a message corrects a value known from customer_data', () => {
  const turns = playTurns(refund, [{ customer: { order: 1 } }, { customer: { order: 1 }, variables: { order: 2 } }]);
  expect(turns[1]?.transition('refund')).toMatchObject({
    reason: 'CORRECTED',
    targetStepId: 'reason',
    skippedSteps: ['order'],
  });
});

test('3.9: a value of a field that was not known is an answer', () => {
  const turns = playTurns(refund, [...asked, { variables: { phone: '1' } }]);
  expect(turns[3]?.transition('refund').reason).toBe('ADVANCED');
});

test('3.9: a new value of a field that only the current step uses is not a correction', () => {
  const step: StepDraft = { stepId: 'pair', collectsProfileFields: ['a', 'b'], to: ['end'] };
  const turns = playTurns({ scenarioId: 'refund', steps: [step, end] }, [
    {},
    { variables: { a: 1 } },
    { variables: { a: 2 } },
  ]);
  expect(turns[2]?.transition('refund')).toMatchObject({ reason: 'AWAITS_FIELDS', visitNumber: 1 });
});

test('3.9: a null leads back to the step that asked first', () => {
  const turns = listContributions(refund, [...asked, { variables: { order: null } }, { variables: { order: 3 } }]);
  expect(turns.slice(3)).toEqual(['ASK order', 'ASK phone']);
});

test('3.9: two corrected fields lead back to the earliest step that used one of them', () => {
  const turns = playTurns(refund, [...asked, { variables: { reason: 's', order: 2 } }]);
  expect(turns[3]?.transition('refund')).toMatchObject({
    correctedFields: ['order', 'reason'],
    transitionsTaken: ['order/1', 'reason/1'],
  });
  const turnsWithNull = playTurns(refund, [...asked, { variables: { order: 2, reason: null } }]);
  expect(turnsWithNull[3]?.transition('refund')).toMatchObject({
    targetStepId: 'reason',
    transitionsTaken: ['order/1'],
  });
});

test('3.9: a field that a taken transition read leads back to the source of that transition', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 'refund',
    steps: [
      { stepId: 'fork', templateIds: ['hello'], to: [{ to: 'minor', condition: 'data.age < 18.0' }, 'adult'] },
      ask('minor', 'end'),
      ask('adult', 'end'),
      end,
    ],
  };
  // The first transition is taken with age 17. With age 20 the instance returns to its source.
  const taken = playTurns(scenario, [{ variables: { age: 17 } }, {}, { variables: { age: 20 } }]);
  expect(taken[1]?.transition('refund').targetStepId).toBe('minor');
  expect(taken[2]?.transition('refund')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'fork' });
  expect(taken[2]?.plan).toEqual(['refund INFORM hello']);
});

test('3.9: a taken transition also reads its condition_fields', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 'refund',
    steps: [{ stepId: 'empty', to: [{ to: 'phone', conditionFields: ['order'] }] }, ask('phone', 'end'), end],
  };
  const turns = playTurns(scenario, [{ variables: { order: 1 } }, { variables: { order: 2 } }]);
  expect(turns[1]?.transition('refund')).toMatchObject({ reason: 'CORRECTED', transitionsTaken: ['empty/1'] });
});

test('3.9: the new value can lead to another step', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 'refund',
    steps: [
      { stepId: 'age', collectsProfileFields: ['age'], to: [{ to: 'minor', condition: 'data.age < 18.0' }, 'adult'] },
      ask('minor', 'end'),
      ask('adult', 'end'),
      end,
    ],
  };
  expect(listContributions(scenario, [{}, { variables: { age: 17 } }, { variables: { age: 20 } }])).toEqual([
    'ASK age',
    'ASK minor',
    'ASK adult',
  ]);
});

describe('a correction at a confirmation', () => {
  const known = { variables: { order: 1, reason: 'r', phone: 'p' } };

  test('3.9: a changed value is confirmed again', () => {
    expect(listContributions(refund, [known, { variables: { order: 2 } }])).toEqual([
      'CONFIRM order=1,phone=p,reason=r',
      'CONFIRM order=2,phone=p,reason=r',
    ]);
  });

  test('3.9: a correction voids a CONFIRMED of the same turn, which is returned as ignored', () => {
    const turns = playTurns(refund, [known, { variables: { order: 2 }, ...confirmed }]);
    expect(turns[1]?.plan).toEqual(['refund CONFIRM order=2,phone=p,reason=r']);
    expect(turns[1]?.result.ignoredOutcomes).toHaveLength(1);
    expect(turns[1]?.session.instances[0]?.irreversibleDone).toEqual([]);
  });

  test('3.9: a DECLINED with a correction does not cancel the instance', () => {
    const turns = playTurns(refund, [known, { variables: { order: 2 }, ...declined }, confirmed]);
    expect(turns[1]?.actions).toEqual(['refund CONTINUE GOES_ON']);
    expect(turns[1]?.plan).toEqual(['refund CONFIRM order=2,phone=p,reason=r']);
    expect(turns[2]?.plan).toEqual(['refund INFORM bye']);
  });

  test('3.9: a correction precedes a transition that handles DECLINED', () => {
    const steps = refund.steps.map((step) =>
      step.stepId === 'confirm' ? { ...step, to: ['end', { to: 'end', outcomes: ['DECLINED'] as const }] } : step,
    );
    const turns = playTurns({ ...refund, steps }, [known, { variables: { order: 2 }, ...declined }]);
    expect(turns[1]?.transition('refund')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'confirm' });
  });
});

describe('a correction after a checkpoint', () => {
  const paid: ScenarioDraft = {
    scenarioId: 'refund',
    steps: [
      ask('order', 'pay'),
      { stepId: 'pay', isCheckpoint: true, checkpointDescription: 'paid', confirmsFields: ['sum'], to: ['reason'] },
      ask('reason', 'phone'),
      ask('phone', 'end'),
      end,
    ],
  };
  const turnsToPhone = [{}, { variables: { order: 1 } }, confirmed, { variables: { reason: 'r' } }];

  test('3.9: a correction of a value that was only used before a checkpoint is blocked', () => {
    const turns = playTurns(paid, [...turnsToPhone, { variables: { order: 2 } }]);
    expect(turns[4]?.transition('refund')).toMatchObject({
      sourceStepId: 'phone',
      targetStepId: 'phone',
      reason: 'BLOCKED_BY_CHECKPOINT',
      blockedByCheckpoint: 'paid',
      visitNumber: 4,
    });
    expect(turns[4]?.plan).toEqual(['refund ASK phone']);
  });

  test('3.9: a correction of a value that was used after the checkpoint is not blocked', () => {
    const turns = playTurns(paid, [...turnsToPhone, { variables: { reason: 's' } }]);
    expect(turns[4]?.transition('refund')).toMatchObject({ reason: 'CORRECTED', transitionsTaken: ['reason/1'] });
  });

  test('3.9: the value used after the checkpoint selects the target if two values are corrected', () => {
    const turns = playTurns(paid, [...turnsToPhone, { variables: { order: 2, reason: null } }]);
    expect(turns[4]?.transition('refund')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'reason' });
  });

  test('3.9: a value that the checkpoint collects was used before it', () => {
    const steps = paid.steps.map((step) =>
      step.stepId === 'pay' ? { ...step, collectsProfileFields: ['sum'] } : step,
    );
    const turns = playTurns({ ...paid, steps }, [
      {},
      { variables: { order: 1 } },
      { variables: { sum: 5 } },
      confirmed,
      { variables: { sum: 6 } },
    ]);
    expect(turns[3]?.plan).toEqual(['refund ASK reason']);
    expect(turns[4]?.transition('refund')).toMatchObject({ reason: 'BLOCKED_BY_CHECKPOINT', targetStepId: 'reason' });
  });

  test('3.9: a checkpoint that is passed on this turn blocks a correction of this turn', () => {
    const turns = playTurns(paid, [{}, { variables: { order: 1 } }, { ...confirmed, variables: { order: 2 } }]);
    expect(turns[2]?.transition('refund')).toMatchObject({
      reason: 'ADVANCED',
      targetStepId: 'reason',
      blockedByCheckpoint: 'paid',
      correctedFields: ['order'],
    });
  });

  test('3.9: the answer to an open ASK is not a correction even if the field was used before the checkpoint', () => {
    const steps = [
      ...paid.steps.slice(0, 2),
      { stepId: 'again', collectsProfileFields: ['order'], canSkip: false, to: ['reason'] },
      ...paid.steps.slice(2),
    ];
    const rerouted = steps.map((step) => (step.stepId === 'pay' ? { ...step, to: ['again'] } : step));
    const turns = playTurns({ ...paid, steps: rerouted }, [
      {},
      { variables: { order: 1 } },
      confirmed,
      { variables: { order: 2 } },
    ]);
    expect(turns.slice(2).map(({ plan }) => plan)).toEqual([['refund ASK order'], ['refund ASK reason']]);
  });
});

test('3.9: an optional action runs again with the corrected value', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 'refund',
    steps: [ask('order', 'look_up'), { stepId: 'look_up', toolIds: ['t'], to: ['phone'] }, ask('phone', 'end'), end],
  };
  const succeeded: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] };
  expect(
    listContributions(scenario, [{}, { variables: { order: 1 } }, succeeded, { variables: { order: 2 } }]),
  ).toEqual(['ASK order', 'ACTION_HINT t', 'ASK phone', 'ACTION_HINT t']);
});

test('3.9, 0.9: a step that was reached again has not been left since, so that its fields are not corrected', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 'refund',
    steps: [
      { stepId: 'pair', collectsProfileFields: ['a', 'b'], to: ['check'] },
      { stepId: 'check', isCheckpoint: true, to: [{ to: 'pair', outcomes: ['DECLINED'], clears: ['b'] }, 'end'] },
      end,
    ],
  };
  const turns = playTurns(scenario, [{}, { variables: { a: 1, b: 1 } }, declined, { variables: { a: 2 } }]);
  expect(turns[2]?.plan).toEqual(['refund ASK b']);
  expect(turns[3]?.transition('refund')).toMatchObject({
    targetStepId: 'pair',
    reason: 'AWAITS_FIELDS',
    correctedFields: [],
    visitNumber: 3,
  });
  expect(turns[3]?.plan).toEqual(['refund ASK b']);
});

test('3.9: a corrected instance at a finished terminal step goes back instead of completing', () => {
  const scenario: ScenarioDraft = { scenarioId: 'refund', steps: [ask('order', 'end'), end] };
  const turns = playTurns(scenario, [{}, { variables: { order: 1 } }, { variables: { order: 2 } }, {}]);
  expect(turns[2]?.actions).toEqual(['refund CONTINUE GOES_ON']);
  expect(turns[2]?.plan).toEqual(['refund INFORM bye']);
  expect(turns[3]?.actions).toEqual(['refund COMPLETE TERMINAL']);
});

test('3.9: a paused instance that a corrected value resumes goes back on the same turn', () => {
  const { conversation } = startScenarios([refund], {}, { settings: { resumePolicy: 'next_turn' } });
  conversation.turn({ variables: { order: 1 } });
  conversation.turn({ signals: ['PAUSE'] });
  const turn = conversation.turn({ variables: { order: 2 } });
  expect(turn.actions).toEqual(['refund CONTINUE RESUMED']);
  expect(turn.transition('refund')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'reason' });
});

test('3.9: a correction is a path entry without a transition', () => {
  const { conversation } = startScenarios([refund]);
  conversation.turn({ variables: { order: 1 } });
  conversation.turn({ variables: { order: 2 } });
  expect(
    conversation
      .instance('refund')
      .path.map(({ stepId, transitionId, visitNumber }) => [stepId, transitionId, visitNumber]),
  ).toEqual([
    ['order', 'order/1', 1],
    ['reason', '', 2],
    ['order', 'order/1', 0],
  ]);
});

describe('a correction that a checkpoint blocks', () => {
  const pay: StepDraft = { stepId: 'pay', isCheckpoint: true, checkpointDescription: 'paid', to: ['phone'] };
  const createScenario = (...toFromPhone: NonNullable<StepDraft['to']>): ScenarioDraft => ({
    scenarioId: 'refund',
    steps: [ask('order', 'pay'), pay, { ...ask('phone', 'end'), to: toFromPhone }, ask('city', 'end'), end],
  });
  const turnsToPhone: readonly TurnDraft[] = [{}, { variables: { order: 1 } }, confirmed];
  const playAfterPaying = (draft: TurnDraft, scenario = createScenario('city')) =>
    playTurns(scenario, [...turnsToPhone, draft])[turnsToPhone.length];

  test('3.9: an answer on the turn of a blocked correction is accepted', () => {
    const turn = playAfterPaying({ variables: { order: 2, phone: '555' } });
    expect(turn?.plan).toEqual(['refund ASK city']);
    expect(turn?.transition('refund')).toMatchObject({
      reason: 'ADVANCED',
      targetStepId: 'city',
      transitionsTaken: ['phone/1'],
      blockedByCheckpoint: 'paid',
      correctedFields: ['order'],
    });
  });

  test('3.9: a blocked correction alone does not move the instance', () => {
    const turn = playAfterPaying({ variables: { order: 2 } });
    expect(turn?.plan).toEqual(['refund ASK phone']);
    expect(turn?.transition('refund')).toMatchObject({ reason: 'BLOCKED_BY_CHECKPOINT', targetStepId: 'phone' });
  });

  test('3.9: a condition of the current step reads the new value of a blocked correction', () => {
    const scenario = createScenario({ to: 'city', condition: 'data.order == 2.0' }, 'end');
    expect(playAfterPaying({ variables: { order: 2, phone: '555' } }, scenario)?.plan).toEqual(['refund ASK city']);
    expect(playAfterPaying({ variables: { phone: '555' } }, scenario)?.plan).toEqual(['refund INFORM bye']);
  });

  test('3.9: a blocked correction does not keep a finished terminal step from completing', () => {
    const turns = playTurns(createScenario('end'), [
      ...turnsToPhone,
      { variables: { phone: '555' } },
      { variables: { order: 2 } },
    ]);
    expect(turns.at(-1)?.actions).toEqual(['refund COMPLETE TERMINAL']);
  });

  test('3.9: a transition handles a DECLINED on the turn of a blocked correction', () => {
    const scenario: ScenarioDraft = {
      scenarioId: 'refund',
      steps: [
        ask('order', 'pay'),
        { ...pay, to: ['call'] },
        { ...pay, stepId: 'call', to: [{ to: 'end', outcomes: ['DECLINED'] }] },
        end,
      ],
    };
    const turn = playAfterPaying({ outcomes: [{ kind: 'DECLINED' }], variables: { order: 2 } }, scenario);
    expect(turn?.plan).toEqual(['refund INFORM bye']);
  });
});

describe('fields of a step after the checkpoint that an earlier step collects as well', () => {
  const signing: ScenarioDraft = {
    scenarioId: 's',
    steps: [
      { stepId: 'first', collectsProfileFields: ['x', 'y'], to: ['sign'] },
      { stepId: 'sign', isCheckpoint: true, checkpointDescription: 'signed', to: ['second'] },
      { stepId: 'second', collectsProfileFields: ['y', 'z'], to: ['end'] },
      end,
    ],
  };
  /** Plays to the second step, then the given turn. */
  const decideAtSecond = (draft: TurnDraft) => {
    const { conversation } = startScenarios([signing], { variables: { other: 1 } });
    conversation.turn({ variables: { x: 1, y: 1 } });
    conversation.turn(confirmed);
    return conversation.turn(draft).transition('s');
  };

  test('3.9: a new value of a field that the current step collects is an answer', () => {
    expect(decideAtSecond({ variables: { y: 2 } })).toMatchObject({ reason: 'AWAITS_FIELDS', correctedFields: [] });
  });

  test('3.9: a new value of a field that the instance never used is not a correction', () => {
    expect(decideAtSecond({ variables: { other: 2 } })).toMatchObject({
      reason: 'AWAITS_FIELDS',
      blockedByCheckpoint: '',
      correctedFields: [],
    });
  });

  test('3.9: a correction is blocked if one of two new values was used before the checkpoint', () => {
    expect(decideAtSecond({ variables: { x: 2, y: 2 } })).toMatchObject({
      reason: 'BLOCKED_BY_CHECKPOINT',
      blockedByCheckpoint: 'signed',
      correctedFields: ['x', 'y'],
    });
  });
});
