import type { ScenarioDraft, StepDraft, TransitionDraft, TurnDraft } from '../../support/conversation';
import { listContributions, playTurns, startScenarios } from '../../support/play-turns';
import { asking } from '../../support/sample-scenarios';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const minor: StepDraft = { stepId: 'minor', templateIds: ['guardian'], to: ['end'] };
/** The step "name" asks for a name. Its transitions lead to "minor" or "end". The other fields can be asked for. */
const signUp = (to: readonly TransitionDraft[], step: Partial<StepDraft> = {}): ScenarioDraft => ({
  scenarioId: 'join',
  requires: { age: 'SOFT', born: 'SOFT', limit: 'SOFT', why: 'SOFT', code: 'SOFT' },
  steps: [{ stepId: 'name', collectsProfileFields: ['name'], ...step, to }, minor, end],
});
const named: TurnDraft = { variables: { name: 'Ann' } };
const declined: TurnDraft = { outcomes: [{ kind: 'DECLINED' }] };

test('3.3: an UNKNOWN transition blocks the transitions below it, and the step asks for the missing fields', () => {
  const [, turn] = playTurns(signUp([{ to: 'minor', condition: 'data.age < 18.0' }, 'end']), [{}, named]);
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
  // A blocked transition has no truth value, so that it is not mistaken for a FALSE one.
  expect(turn?.transition('join').alternatives[1]?.truth).toBeUndefined();
});

test.each([
  [17, 'INFORM guardian'],
  [18, 'INFORM bye'],
])('3.3: the condition is evaluated once the age %d is known', (age, line) => {
  const turns = listContributions(signUp([{ to: 'minor', condition: 'data.age < 18.0' }, 'end']), [
    {},
    named,
    { variables: { age } },
  ]);
  expect(turns).toEqual(['ASK name', 'ASK age', line]);
});

test('3.3: an UNKNOWN transition does not block one with a higher priority', () => {
  expect(
    listContributions(
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
    'the data keys that its condition reads',
    { to: 'minor', condition: 'data.born > 1.0 && data["age"] > 1.0' },
    'ASK age,born',
  ],
  [
    'those of both, without duplicates',
    { to: 'minor', conditionFields: ['age'], condition: 'data.age > data.limit' },
    'ASK age,limit',
  ],
])('3.3: the fields to ask for are %s', (_source, transition, line) => {
  expect(listContributions(signUp([transition, 'end']), [{}, named]).at(-1)).toBe(line);
});

test.each<[string, TransitionDraft, string]>([
  ['another intent', { to: 'minor', intentLabel: 'x', condition: 'data.age < 18.0' }, 'INFORM bye'],
  ['a missing intent', { to: 'minor', intentLabel: 'x' }, 'INFORM bye'],
  ['another outcome', { to: 'minor', outcomes: ['CONFIRMED'], conditionFields: ['age'] }, 'INFORM bye'],
  ['a FALSE condition', { to: 'minor', condition: 'data.name == "Bob"', conditionFields: ['age'] }, 'INFORM bye'],
  ['a FALSE operand of &&', { to: 'minor', condition: 'data.age < 18.0 && data.name == "Bob"' }, 'INFORM bye'],
])('3.3: %s makes a transition FALSE even if data is missing', (_part, transition, line) => {
  expect(listContributions(signUp([transition, 'end']), [{}, named]).at(-1)).toBe(line);
});

test('3.3: a TRUE operand of || makes a condition TRUE even if data is missing', () => {
  expect(
    listContributions(signUp([{ to: 'minor', condition: 'data.age < 18.0 || data.name == "Ann"' }, 'end']), [
      {},
      named,
    ]).at(-1),
  ).toBe('INFORM guardian');
});

test.each<[string, Partial<StepDraft>, readonly string[]]>([
  ['the inform stage', { templateIds: ['hello'] }, ['ASK name', 'INFORM hello', 'ASK age']],
  ['the act stage', { toolIds: ['t'] }, ['ASK name', 'ACTION_HINT t', 'ASK age']],
])('3.3: the ASK for a transition comes after %s', (_stage, step, lines) => {
  expect(
    listContributions(signUp([{ to: 'minor', condition: 'data.age < 18.0' }, 'end'], step), [{}, named, {}]),
  ).toEqual(lines);
});

test('3.3: after DECLINED the ASK for a transition replaces the remaining stages', () => {
  const step: Partial<StepDraft> = { isCheckpoint: true, collectsProfileFields: [], templateIds: ['never'] };
  const to: readonly TransitionDraft[] = [{ to: 'minor', outcomes: ['DECLINED'], conditionFields: ['why'] }];
  expect(listContributions(signUp(to, step), [{}, declined, { variables: { why: 'price' } }])).toEqual([
    'CONFIRM ',
    'ASK why',
    'INFORM guardian',
  ]);
});

test('3.3: an UNKNOWN ANYTIME transition does not block and does not ask', () => {
  const to: readonly TransitionDraft[] = [{ to: 'minor', trigger: 'ANYTIME', condition: 'data.age < 18.0' }, 'end'];
  expect(listContributions(signUp(to), [{}, named])).toEqual(['ASK name', 'INFORM bye']);
});

test('3.3: an UNKNOWN global transition does not block and does not ask', () => {
  const scenario: ScenarioDraft = {
    ...signUp(['end']),
    steps: [
      { stepId: 'name', collectsProfileFields: ['name'], to: ['end'] },
      { ...minor, reachableFromAnywhere: true },
      end,
    ],
    globals: [{ to: 'minor', condition: 'data.age < 18.0' }],
  };
  expect(listContributions(scenario, [{}, named])).toEqual(['ASK name', 'INFORM bye']);
});

test('3.3: an UNKNOWN transition of a step that could be skipped ends the walk there', () => {
  const scenario: ScenarioDraft = {
    ...signUp([]),
    steps: [{ stepId: 'first', to: ['name'] }, ...signUp([{ to: 'minor', condition: 'data.age < 18.0' }, 'end']).steps],
  };
  const [turn] = playTurns(scenario, [{ customer: { name: 'Ann' } }]);
  expect(turn?.transition('join')).toMatchObject({ targetStepId: 'name', skippedSteps: [] });
  expect(turn?.plan).toEqual(['join ASK age']);
});

describe('missing data that cannot be asked for', () => {
  /** Facts come from the caller and cannot be asked for. */
  const stalled = signUp([{ to: 'minor', condition: 'facts.vip' }, 'end']);

  test('3.3: the instance contributes NONE and the turn counts as an attempt', () => {
    const { conversation } = startScenarios([stalled]);
    expect(conversation.turn(named).plan).toEqual(['join NONE']);
    expect(conversation.instance('join').attempts).toBe(1);
    conversation.turn();
    expect(conversation.instance('join').attempts).toBe(2);
  });

  test('3.3: a turn without a message does not count as an attempt', () => {
    const { conversation } = startScenarios([stalled]);
    conversation.turn(named);
    conversation.turn({ trigger: 'TOOL_RESULTS', outcomes: [{ kind: 'ACTION_FAILED', instanceId: 'join#1' }] });
    expect(conversation.instance('join').attempts).toBe(1);
  });

  test('3.3: a turn that also leaves an ASK unanswered counts as one attempt', () => {
    const { conversation } = startScenarios([
      signUp([{ to: 'minor', condition: 'facts.vip' }, 'end'], { canSkip: false }),
    ]);
    conversation.turn({ patch: { name: 'Ann' } });
    const before = conversation.instance('join').attempts;
    conversation.turn();
    expect(conversation.instance('join').attempts).toBe(before + 1);
  });

  test('3.3: a turn that leaves out the optional field of an ASK counts as one attempt, and so does the next turn', () => {
    const optional = signUp([{ to: 'minor', condition: 'facts.vip' }, 'end'], { optionalFields: ['name'] });
    const { conversation } = startScenarios([asking('other', ['x']), optional]);
    conversation.turn({ trigger: 'TOOL_RESULTS', signals: [['PAUSE', 'other']] });
    expect(conversation.turn().plan).toEqual(['join NONE']);
    const counted = [conversation.instance('join')];
    conversation.turn();
    counted.push(conversation.instance('join'));
    expect(counted.map(({ attempts, attemptsTotal }) => [attempts, attemptsTotal])).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test('3.3: a turn is not an attempt while the step can ask for missing fields', () => {
    const { conversation } = startScenarios([signUp([{ to: 'minor', condition: 'data.code == "1"' }, 'end'])]);
    conversation.turn(named);
    expect(conversation.instance('join').attempts).toBe(0);
  });

  test('3.3: more attempts than max_attempts are a loop', () => {
    const { conversation } = startScenarios([stalled], {}, { settings: { maxAttempts: 2 } });
    conversation.turn(named);
    conversation.turn();
    expect(conversation.turn().actions).toEqual(['join PAUSE LOOP']);
  });
});
