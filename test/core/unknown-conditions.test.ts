import type { ScenarioDraft, StepDraft, TransitionDraft, TurnDraft } from '../support/conversation';
import { played, said, started } from '../support/started';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const minor: StepDraft = { stepId: 'minor', templateIds: ['guardian'], to: ['end'] };
/** Asks for a name, then looks at its transitions; `minor` is one place to go to, `end` the other. */
const signUp = (to: readonly TransitionDraft[], step: Partial<StepDraft> = {}): ScenarioDraft => ({
  scenarioId: 'join',
  steps: [{ stepId: 'name', collectsProfileFields: ['name'], ...step, to }, minor, end],
});
const named: TurnDraft = { variables: { name: 'Ann' } };
const declined: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };

test('3.3 UNKNOWN: a condition that misses data holds back the transitions below it, and the step asks for what it misses', () => {
  const [, turn] = played(signUp([{ to: 'minor', condition: 'data.age < 18.0' }, 'end']), [{}, named]);
  expect(turn?.plan).toEqual(['join ASK age']);
  expect(turn?.transition('join')).toMatchObject({
    targetStepId: 'name',
    reason: 'CONDITION_UNKNOWN',
    missingFields: ['age'],
    alternatives: [
      { transitionId: 'name/1', truth: 'UNKNOWN', missingFields: ['age'], taken: false },
      { transitionId: 'name/2', taken: false },
    ],
  });
  // Not looked at, so that nobody takes it for one that does not hold.
  expect(turn?.transition('join').alternatives[1]?.truth).toBeUndefined();
});

test.each([
  [17, 'INFORM guardian'],
  [18, 'INFORM bye'],
])('3.3 UNKNOWN: once the age %d is known the check is made', (age, line) => {
  const turns = said(signUp([{ to: 'minor', condition: 'data.age < 18.0' }, 'end']), [
    {},
    named,
    { variables: { age } },
  ]);
  expect(turns).toEqual(['ASK name', 'ASK age', line]);
});

test('3.3 UNKNOWN: a transition above the unknown one is not held back', () => {
  expect(
    said(
      signUp([
        { to: 'minor', condition: 'data.age < 18.0' },
        { to: 'end', priority: 1 },
      ]),
      [{}, named],
    ).at(-1),
  ).toBe('INFORM bye');
});

test.each<[string, TransitionDraft, string]>([
  ['condition_fields', { to: 'minor', conditionFields: ['age', 'name', 'born'] }, 'ASK age,born'],
  [
    'the data keys of the condition',
    { to: 'minor', condition: 'data.born > 1.0 && data["age"] > 1.0' },
    'ASK age,born',
  ],
  ['both, each once', { to: 'minor', conditionFields: ['age'], condition: 'data.age > data.limit' }, 'ASK age,limit'],
])('3.3 UNKNOWN: it asks for %s', (_what, transition, line) => {
  expect(said(signUp([transition, 'end']), [{}, named]).at(-1)).toBe(line);
});

test.each<[string, TransitionDraft, string]>([
  ['an intent that is not the one', { to: 'minor', intentLabel: 'x', condition: 'data.age < 18.0' }, 'INFORM bye'],
  ['a missing intent', { to: 'minor', intentLabel: 'x' }, 'INFORM bye'],
  [
    'an outcome that the step does not have',
    { to: 'minor', outcomes: ['CONFIRMED'], conditionFields: ['age'] },
    'INFORM bye',
  ],
  [
    'a condition beside missing fields',
    { to: 'minor', condition: 'data.name == "Bob"', conditionFields: ['age'] },
    'INFORM bye',
  ],
  [
    'one part of && beside a missing one',
    { to: 'minor', condition: 'data.age < 18.0 && data.name == "Bob"' },
    'INFORM bye',
  ],
])('3.3 FALSE: %s makes the transition FALSE, not UNKNOWN', (_what, transition, line) => {
  expect(said(signUp([transition, 'end']), [{}, named]).at(-1)).toBe(line);
});

test('3.3 TRUE: || decides without the missing part', () => {
  expect(
    said(signUp([{ to: 'minor', condition: 'data.age < 18.0 || data.name == "Ann"' }, 'end']), [{}, named]).at(-1),
  ).toBe('INFORM guardian');
});

test.each<[string, Partial<StepDraft>, readonly string[]]>([
  ['inform', { templateIds: ['hello'] }, ['ASK name', 'INFORM hello', 'ASK age']],
  ['act', { toolIds: ['t'] }, ['ASK name', 'ACTION_HINT t', 'ASK age']],
])('3.3 UNKNOWN: the ASK comes after all stages, %s included', (_stage, step, lines) => {
  expect(said(signUp([{ to: 'minor', condition: 'data.age < 18.0' }, 'end'], step), [{}, named, {}])).toEqual(lines);
});

test('3.3 UNKNOWN: after a DECLINED the ASK comes in place of the stages', () => {
  const step: Partial<StepDraft> = { isCheckpoint: true, collectsProfileFields: [], templateIds: ['never'] };
  const to: readonly TransitionDraft[] = [{ to: 'minor', outcomes: ['DECLINED'], conditionFields: ['why'] }];
  expect(said(signUp(to, step), [{}, declined, { variables: { why: 'price' } }])).toEqual([
    'CONFIRM ',
    'ASK why',
    'INFORM guardian',
  ]);
});

test('3.3 UNKNOWN: an ANYTIME transition never holds back and never asks', () => {
  const to: readonly TransitionDraft[] = [{ to: 'minor', trigger: 'ANYTIME', condition: 'data.age < 18.0' }, 'end'];
  expect(said(signUp(to), [{}, named])).toEqual(['ASK name', 'INFORM bye']);
});

test('3.3 UNKNOWN: a global transition never holds back and never asks', () => {
  const scenario: ScenarioDraft = {
    ...signUp(['end']),
    steps: [
      { stepId: 'name', collectsProfileFields: ['name'], to: ['end'] },
      { ...minor, reachableFromAnywhere: true },
      end,
    ],
    globals: [{ to: 'minor', condition: 'data.age < 18.0' }],
  };
  expect(said(scenario, [{}, named])).toEqual(['ASK name', 'INFORM bye']);
});

test('3.3 UNKNOWN: a step that a walk passes over is held there, too', () => {
  const scenario: ScenarioDraft = {
    scenarioId: 'join',
    steps: [{ stepId: 'first', to: ['name'] }, ...signUp([{ to: 'minor', condition: 'data.age < 18.0' }, 'end']).steps],
  };
  const [turn] = played(scenario, [{ customer: { name: 'Ann' } }]);
  expect(turn?.transition('join')).toMatchObject({ targetStepId: 'name', skippedSteps: [] });
  expect(turn?.plan).toEqual(['join ASK age']);
});

describe('3.3 where nothing can be asked', () => {
  /** Reads what only the caller can send. */
  const stuck = signUp([{ to: 'minor', condition: 'facts.vip' }, 'end']);

  test('3.3 nothing to ask: the instance is silent and the turn counts as an attempt', () => {
    const { talk } = started([stuck]);
    expect(talk.turn(named).plan).toEqual(['join NONE']);
    expect(talk.instance('join').visit.attempts).toBe(1);
    talk.turn();
    expect(talk.instance('join').visit.attempts).toBe(2);
  });

  test('3.3 nothing to ask: a turn without a message counts none', () => {
    const { talk } = started([stuck]);
    talk.turn(named);
    talk.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'join#1' }] });
    expect(talk.instance('join').visit.attempts).toBe(1);
  });

  test('3.3 nothing to ask: a turn counts once, also where it leaves an ASK unanswered', () => {
    const { talk } = started([signUp([{ to: 'minor', condition: 'facts.vip' }, 'end'], { canSkip: false })]);
    talk.turn({ patch: { name: 'Ann' } });
    const before = talk.instance('join').visit.attempts;
    talk.turn();
    expect(talk.instance('join').visit.attempts).toBe(before + 1);
  });

  test('3.3 nothing to ask: above max_attempts it is a loop', () => {
    const { talk } = started([stuck], {}, { settings: { maxAttempts: 2 } });
    talk.turn(named);
    talk.turn();
    expect(talk.turn().actions).toEqual(['join PAUSE LOOP']);
  });
});

test('3.4 natural language: a transition that has only a condition_text is never taken, and holds nothing back', () => {
  const to: readonly TransitionDraft[] = [
    { to: 'minor', conditionText: 'the customer is a child', priority: 9 },
    'end',
  ];
  expect(said(signUp(to), [{}, named]).at(-1)).toBe('INFORM bye');
});

test('3.4 natural language: one that states more is judged on that', () => {
  const to: readonly TransitionDraft[] = [
    { to: 'minor', conditionText: 'the customer is a child', condition: 'data.name == "Ann"' },
    'end',
  ];
  expect(said(signUp(to), [{}, named]).at(-1)).toBe('INFORM guardian');
});
