import type { ScenarioDraft, StepDraft, TurnDraft } from '../support/conversation';
import { played, said, started } from '../support/started';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const confirmed: TurnDraft = { outcomes: [{ kind: 'CONFIRMED' }] };
const declined: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };
const ask = (field: string, next: string): StepDraft => ({ stepId: field, collectsProfileFields: [field], to: [next] });
/** Asks for order, reason and phone, then wants a confirmation. */
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

test('3.9 correction: the instance goes back and walks forward, and nobody is asked twice', () => {
  const turns = played(refund, [...asked, { variables: { order: 2 } }]);
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

test('3.9 correction: it opens a visit where the walk ends', () => {
  expect(played(refund, [...asked, { variables: { order: 2 } }])[3]?.transition('refund').visitNumber).toBe(4);
});

test('3.9 correction: the answer to what was asked counts at once, with all new values of the turn', () => {
  expect(said(refund, [...asked, { variables: { order: 2, phone: '1' } }]).at(-1)).toBe(
    'CONFIRM order=2,phone=1,reason=r',
  );
});

test.each<[string, TurnDraft, string]>([
  ['a new value of a candidate variable', { variables: { order: 2 } }, 'CORRECTED'],
  ['a new value of the patch', { patch: { order: 2 } }, 'CORRECTED'],
  ['a null of a candidate variable', { variables: { order: null } }, 'CORRECTED'],
  ['a null of the patch', { patch: { order: null } }, 'CORRECTED'],
  ['the same value again', { variables: { order: 1 } }, 'AWAITS_FIELDS'],
  ['customer_data', { customer: { order: 2 } }, 'AWAITS_FIELDS'],
  ["the instance's own result", { outcomes: [{ kind: 'ACTION_FAILED', results: { order: 2 } }] }, 'AWAITS_FIELDS'],
  ['a field that was not used on the path', { variables: { other: 2 } }, 'AWAITS_FIELDS'],
])('3.9 correction: what is one: %s', (_what, draft, reason) => {
  expect(played(refund, [...asked, draft])[3]?.transition('refund').reason).toBe(reason);
});

test('3.9 correction: customer_data is no correction where nothing newer hides it either', () => {
  const turns = played(refund, [{ customer: { order: 1 } }, { customer: { order: 2 } }]);
  expect(turns[1]?.transition('refund').reason).toBe('AWAITS_FIELDS');
});

test('3.9 correction: a value known from customer_data that the message corrects is one', () => {
  const turns = played(refund, [{ customer: { order: 1 } }, { customer: { order: 1 }, variables: { order: 2 } }]);
  expect(turns[1]?.transition('refund')).toMatchObject({
    reason: 'CORRECTED',
    targetStepId: 'reason',
    skippedSteps: ['order'],
  });
});

test('3.9 correction: a field that was not known before is an answer, not a correction', () => {
  const turns = played(refund, [...asked, { variables: { phone: '1' } }]);
  expect(turns[3]?.transition('refund').reason).toBe('ADVANCED');
});

test('3.9 correction: the field of the current step alone is none, as no step that used it was passed', () => {
  const step: StepDraft = { stepId: 'pair', collectsProfileFields: ['a', 'b'], to: ['end'] };
  const turns = played({ scenarioId: 'refund', steps: [step, end] }, [
    {},
    { variables: { a: 1 } },
    { variables: { a: 2 } },
  ]);
  expect(turns[2]?.transition('refund')).toMatchObject({ reason: 'AWAITS_FIELDS', visitNumber: 1 });
});

test('3.9 correction: with a null the field is asked again where it was asked first', () => {
  const turns = said(refund, [...asked, { variables: { order: null } }, { variables: { order: 3 } }]);
  expect(turns.slice(3)).toEqual(['ASK order', 'ASK phone']);
});

test('3.9 correction: of two corrected fields the earliest step counts, whatever their names', () => {
  const turns = played(refund, [...asked, { variables: { reason: 's', order: 2 } }]);
  expect(turns[3]?.transition('refund')).toMatchObject({
    correctedFields: ['order', 'reason'],
    transitionsTaken: ['order/1', 'reason/1'],
  });
  const null2 = played(refund, [...asked, { variables: { order: 2, reason: null } }]);
  expect(null2[3]?.transition('refund')).toMatchObject({ targetStepId: 'reason', transitionsTaken: ['order/1'] });
});

test('3.9 correction: a field that a taken transition reads leads back to the step that it led away from', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 'refund',
    steps: [
      { stepId: 'fork', templateIds: ['hello'], to: [{ to: 'minor', condition: 'data.age < 18.0' }, 'adult'] },
      ask('minor', 'end'),
      ask('adult', 'end'),
      end,
    ],
  };
  // The first one is UNKNOWN at first and asks for the age; with 20 it is FALSE, and the default edge, which reads nothing, is taken.
  const taken = played(scenario, [{ variables: { age: 17 } }, {}, { variables: { age: 20 } }]);
  expect(taken[1]?.transition('refund').targetStepId).toBe('minor');
  expect(taken[2]?.transition('refund')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'fork' });
  expect(taken[2]?.plan).toEqual(['refund INFORM hello']);
});

test('3.9 correction: condition_fields of a taken transition are read by it as well', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 'refund',
    steps: [{ stepId: 'empty', to: [{ to: 'phone', conditionFields: ['order'] }] }, ask('phone', 'end'), end],
  };
  const turns = played(scenario, [{ variables: { order: 1 } }, { variables: { order: 2 } }]);
  expect(turns[1]?.transition('refund')).toMatchObject({ reason: 'CORRECTED', transitionsTaken: ['empty/1'] });
});

test('3.9 correction: the new value may lead another way', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 'refund',
    steps: [
      { stepId: 'age', collectsProfileFields: ['age'], to: [{ to: 'minor', condition: 'data.age < 18.0' }, 'adult'] },
      ask('minor', 'end'),
      ask('adult', 'end'),
      end,
    ],
  };
  expect(said(scenario, [{}, { variables: { age: 17 } }, { variables: { age: 20 } }])).toEqual([
    'ASK age',
    'ASK minor',
    'ASK adult',
  ]);
});

describe('3.9 correction at a confirmation', () => {
  const known = { variables: { order: 1, reason: 'r', phone: 'p' } };

  test('3.9 confirm: a changed value is confirmed anew', () => {
    expect(said(refund, [known, { variables: { order: 2 } }])).toEqual([
      'CONFIRM order=1,phone=p,reason=r',
      'CONFIRM order=2,phone=p,reason=r',
    ]);
  });

  test('3.9 confirm: it voids a CONFIRMED of the same turn, which is returned', () => {
    const turns = played(refund, [known, { variables: { order: 2 }, ...confirmed }]);
    expect(turns[1]?.plan).toEqual(['refund CONFIRM order=2,phone=p,reason=r']);
    expect(turns[1]?.result.ignoredOutcomes).toHaveLength(1);
    expect(turns[1]?.session.instances[0]?.irreversibleDone).toEqual([]);
  });

  test('3.9 confirm: "no, order 2" is a correction and does not cancel', () => {
    const turns = played(refund, [known, { variables: { order: 2 }, ...declined }, confirmed]);
    expect(turns[1]?.actions).toEqual(['refund CONTINUE GOES_ON']);
    expect(turns[1]?.plan).toEqual(['refund CONFIRM order=2,phone=p,reason=r']);
    expect(turns[2]?.plan).toEqual(['refund INFORM bye']);
  });

  test('3.9 confirm: after DECLINED a correction comes before a transition that takes the DECLINED', () => {
    const steps = refund.steps.map((step) =>
      step.stepId === 'confirm' ? { ...step, to: ['end', { to: 'end', outcomes: ['DECLINED'] as const }] } : step,
    );
    const turns = played({ ...refund, steps }, [known, { variables: { order: 2 }, ...declined }]);
    expect(turns[1]?.transition('refund')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'confirm' });
  });
});

describe('3.9 correction and checkpoints', () => {
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
  const until = [{}, { variables: { order: 1 } }, confirmed, { variables: { reason: 'r' } }];

  test('3.9 checkpoint: a value used before it only: the instance stays, and the decision says why', () => {
    const turns = played(paid, [...until, { variables: { order: 2 } }]);
    expect(turns[4]?.transition('refund')).toMatchObject({
      sourceStepId: 'phone',
      targetStepId: 'phone',
      reason: 'BLOCKED_BY_CHECKPOINT',
      blockedByCheckpoint: 'paid',
      visitNumber: 4,
    });
    expect(turns[4]?.plan).toEqual(['refund ASK phone']);
  });

  test('3.9 checkpoint: a value used behind it leads back to behind it', () => {
    const turns = played(paid, [...until, { variables: { reason: 's' } }]);
    expect(turns[4]?.transition('refund')).toMatchObject({ reason: 'CORRECTED', transitionsTaken: ['reason/1'] });
  });

  test('3.9 checkpoint: of two values, one before and one behind it, the one behind counts', () => {
    const turns = played(paid, [...until, { variables: { order: 2, reason: null } }]);
    expect(turns[4]?.transition('refund')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'reason' });
  });

  test('3.9 checkpoint: a value that the checkpoint itself collects was used up to it, not behind it', () => {
    const steps = paid.steps.map((step) =>
      step.stepId === 'pay' ? { ...step, collectsProfileFields: ['sum'] } : step,
    );
    const turns = played({ ...paid, steps }, [
      {},
      { variables: { order: 1 } },
      { variables: { sum: 5 } },
      confirmed,
      { variables: { sum: 6 } },
    ]);
    expect(turns[3]?.plan).toEqual(['refund ASK reason']);
    expect(turns[4]?.transition('refund')).toMatchObject({ reason: 'BLOCKED_BY_CHECKPOINT', targetStepId: 'reason' });
  });

  test('3.9 checkpoint: one that is passed this turn bars what comes with it', () => {
    const turns = played(paid, [{}, { variables: { order: 1 } }, { ...confirmed, variables: { order: 2 } }]);
    expect(turns[2]?.transition('refund')).toMatchObject({
      reason: 'ADVANCED',
      targetStepId: 'reason',
      blockedByCheckpoint: 'paid',
      correctedFields: ['order'],
    });
  });

  test('3.9 checkpoint: the answer to what the current step asks is an answer, also where the field was used before it', () => {
    const steps = [
      ...paid.steps.slice(0, 2),
      { stepId: 'again', collectsProfileFields: ['order'], canSkip: false, to: ['reason'] },
      ...paid.steps.slice(2),
    ];
    const rerouted = steps.map((step) => (step.stepId === 'pay' ? { ...step, to: ['again'] } : step));
    const turns = played({ ...paid, steps: rerouted }, [
      {},
      { variables: { order: 1 } },
      confirmed,
      { variables: { order: 2 } },
    ]);
    expect(turns.slice(2).map(({ plan }) => plan)).toEqual([['refund ASK order'], ['refund ASK reason']]);
  });

  test('3.9 checkpoint: one that is confirmed and whose action is not done bars nothing', () => {
    const steps = paid.steps.map((step) =>
      step.stepId === 'pay' ? { ...step, isRequiredAction: true, toolIds: ['t'] } : step,
    );
    const turns = played({ ...paid, steps }, [{}, { variables: { order: 1 } }, confirmed, { variables: { order: 2 } }]);
    expect(turns[3]?.transition('refund').reason).toBe('CORRECTED');
    expect(turns[3]?.plan).toEqual(['refund CONFIRM ']);
  });
});

test('3.9 correction: a tool that is not required runs again with the new value', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 'refund',
    steps: [ask('order', 'look_up'), { stepId: 'look_up', toolIds: ['t'], to: ['phone'] }, ask('phone', 'end'), end],
  };
  const succeeded: TurnDraft = { trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_SUCCEEDED' }] };
  expect(said(scenario, [{}, { variables: { order: 1 } }, succeeded, { variables: { order: 2 } }])).toEqual([
    'ASK order',
    'ACTION_HINT t',
    'ASK phone',
    'ACTION_HINT t',
  ]);
});

test('3.9 correction: to the step where the instance stands, which asks again with a new visit', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 'refund',
    steps: [
      { stepId: 'pair', collectsProfileFields: ['a', 'b'], to: ['check'] },
      { stepId: 'check', isCheckpoint: true, to: [{ to: 'pair', outcomes: ['DECLINED'], clears: ['b'] }, 'end'] },
      end,
    ],
  };
  const turns = played(scenario, [{}, { variables: { a: 1, b: 1 } }, declined, { variables: { a: 2 } }]);
  expect(turns[2]?.plan).toEqual(['refund ASK b']);
  expect(turns[3]?.transition('refund')).toMatchObject({
    sourceStepId: 'pair',
    targetStepId: 'pair',
    reason: 'CORRECTED',
    visitNumber: 4,
  });
  expect(turns[3]?.plan).toEqual(['refund ASK b']);
});

test('3.9 correction: terminal with everything done, it goes back instead of completing', () => {
  const scenario: ScenarioDraft = { scenarioId: 'refund', steps: [ask('order', 'end'), end] };
  const turns = played(scenario, [{}, { variables: { order: 1 } }, { variables: { order: 2 } }, {}]);
  expect(turns[2]?.actions).toEqual(['refund CONTINUE GOES_ON']);
  expect(turns[2]?.plan).toEqual(['refund INFORM bye']);
  expect(turns[3]?.actions).toEqual(['refund COMPLETE TERMINAL']);
});

test('3.9 correction: a paused instance that the corrected value wakes goes back in the same turn', () => {
  const { talk } = started([refund]);
  talk.turn({ variables: { order: 1 } });
  talk.turn({ signals: ['PAUSE'] });
  const turn = talk.turn({ variables: { order: 2 } });
  expect(turn.actions).toEqual(['refund CONTINUE RESUMED']);
  expect(turn.transition('refund')).toMatchObject({ reason: 'CORRECTED', targetStepId: 'reason' });
});

test('3.9 correction: the path that it leaves behind says that no transition was taken', () => {
  const { talk } = started([refund]);
  talk.turn({ variables: { order: 1 } });
  talk.turn({ variables: { order: 2 } });
  expect(
    talk.instance('refund').path.map(({ stepId, transitionId, visitNumber }) => [stepId, transitionId, visitNumber]),
  ).toEqual([
    ['order', 'order/1', 1],
    ['reason', '', 2],
    ['order', 'order/1', 0],
  ]);
});
