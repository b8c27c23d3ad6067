import { Conversation, type ScenarioDraft, type StepDraft, type TurnDraft } from '../../support/conversation';
import { playTurns, startScenarios } from '../../support/play-turns';
import { end } from '../../support/sample-scenarios';

const createScenario = (step: Omit<StepDraft, 'stepId'>, scenario: Partial<ScenarioDraft> = {}): ScenarioDraft => ({
  scenarioId: 's',
  ...scenario,
  steps: [{ stepId: 'step', to: ['end'], ...step }, end],
});
/** Maps each contribution type to a step that contributes it. */
const steps = {
  CONFIRM: { isCheckpoint: true },
  ASK: { collectsProfileFields: ['x'] },
  ACTION_HINT: { toolIds: ['t'] },
  INFORM: { templateIds: ['text'] },
  NONE: { to: [{ to: 'end', intentLabel: 'never' }] },
} as const;
type ContributionType = keyof typeof steps;
const types: readonly ContributionType[] = ['CONFIRM', 'ASK', 'ACTION_HINT', 'INFORM', 'NONE'];

describe('priority', () => {
  const basePriorities = { CONFIRM: 50, ASK: 40, ACTION_HINT: 30, INFORM: 20, NONE: 0 };
  const getPriority = (scenario: ScenarioDraft, draft: TurnDraft = {}): number | undefined =>
    playTurns(scenario, [draft])[0]?.contribution('s').priority;

  test.each(types)(
    '4.1: the priority of type %s is the sum of the priorities of scenario and step and the base priority of the type',
    (type) => {
      expect(getPriority(createScenario({ ...steps[type], priority: 7 }, { priority: 100 }))).toBe(
        107 + basePriorities[type],
      );
    },
  );

  test('4.1: priorities can be negative', () => {
    expect(getPriority(createScenario({ ...steps.ASK, priority: -50 }, { priority: -5 }))).toBe(-15);
  });

  test.each<[string, number, TurnDraft['rules'] & object]>([
    ['scoped to its scenario', 3, [{ scope: 'SCENARIO', scopeId: 's', priority: 3 }]],
    ['scoped to its step', 4, [{ scope: 'STEP', scopeId: 'step', priority: 4 }]],
    ['scoped to its step in its scenario', 4, [{ scope: 'STEP', scopeId: 'step', scopeScenarioId: 's', priority: 4 }]],
    [
      'scoped to that step in another scenario',
      0,
      [{ scope: 'STEP', scopeId: 'step', scopeScenarioId: 'o', priority: 4 }],
    ],
    ['scoped to another scenario', 0, [{ scope: 'SCENARIO', scopeId: 'o', priority: 3 }]],
    ['scoped to another step', 0, [{ scope: 'STEP', scopeId: 'o', priority: 3 }]],
    ['with scope GLOBAL', 0, [{ scope: 'GLOBAL', priority: 9 }]],
    ['with a negative priority', -3, [{ scope: 'SCENARIO', scopeId: 's', priority: -3 }]],
  ])('4.1: an applied rule %s adds %d', (_rule, added, rules) => {
    expect(getPriority(createScenario(steps.ASK), { rules })).toBe(40 + added);
  });

  test('4.1: the highest priority of several applied rules is added', () => {
    const rules = [
      { scope: 'SCENARIO', scopeId: 's', priority: 3 },
      { scope: 'STEP', scopeId: 'step', priority: 8 },
    ] as const;
    expect(getPriority(createScenario(steps.ASK), { rules })).toBe(48);
  });

  test('4.1: a rule with the id of both scenario and step counts once, and not at all with scope GLOBAL', () => {
    const step: StepDraft = { stepId: 's', collectsProfileFields: ['x'], to: ['end'] };
    const scenario: ScenarioDraft = { scenarioId: 's', steps: [step, end] };
    expect(getPriority(scenario, { rules: [{ scope: 'SCENARIO', scopeId: 's', priority: 7 }] })).toBe(47);
    expect(getPriority(scenario, { rules: [{ scope: 'STEP', scopeId: 's', priority: 7 }] })).toBe(47);
    expect(getPriority(scenario, { rules: [{ scope: 'GLOBAL', scopeId: 's', priority: 7 }] })).toBe(40);
  });

  test('4.1: a STEP rule with a UUID, which requests have in lower case, applies to a step whose id has capitals', () => {
    const stepId = 'ABCDEF01-2345-4789-ABCD-EF0123456789';
    const step: StepDraft = { stepId, collectsProfileFields: ['x'], to: ['end'] };
    const scenario: ScenarioDraft = { scenarioId: 's', steps: [step, end] };
    for (const scopeId of [stepId, stepId.toLowerCase()]) {
      expect(getPriority(scenario, { rules: [{ scope: 'STEP', scopeId, priority: 7 }] })).toBe(47);
    }
  });

  test('4.1: a STEP rule does not apply to a scenario with its id, and a SCENARIO rule does not apply to a step', () => {
    const scenario = createScenario(steps.ASK);
    expect(getPriority(scenario, { rules: [{ scope: 'STEP', scopeId: 's', priority: 7 }] })).toBe(40);
    expect(getPriority(scenario, { rules: [{ scope: 'SCENARIO', scopeId: 'step', priority: 7 }] })).toBe(40);
  });
});

describe('plan order', () => {
  const createNamed = (
    scenarioId: string,
    type: ContributionType,
    more: Partial<ScenarioDraft> = {},
  ): ScenarioDraft => ({
    ...createScenario(type === 'ASK' ? { collectsProfileFields: [scenarioId] } : steps[type]),
    whenNotAddressed: 'CONTRIBUTE',
    ...more,
    scenarioId,
  });

  test('4.1: the highest priority comes first', () => {
    const { first } = startScenarios([
      createNamed('a', 'INFORM'),
      createNamed('b', 'CONFIRM'),
      createNamed('c', 'ASK', { priority: 20 }),
      createNamed('d', 'NONE'),
    ]);
    expect(first.plan).toEqual(['c ASK c', 'b CONFIRM ', 'a INFORM text', 'd NONE']);
    expect(first.result.plan.activeScenarioIds).toEqual(['c', 'b', 'a', 'd']);
  });

  test('4.1: equal priorities are ordered by last activity, latest first', () => {
    const conversation = new Conversation([createNamed('a', 'ASK'), createNamed('b', 'ASK')]);
    conversation.turn({ candidates: { a: 0.9 } });
    expect(conversation.turn({ candidates: { b: 0.9 } }).plan).toEqual(['b ASK b', 'a ASK a']);
    expect(conversation.turn({ signals: [['CONTINUE', 'a']] }).plan).toEqual(['a ASK a', 'b ASK b']);
  });

  test('4.1: contributions with equal priority and activity are ordered by scenario id', () => {
    expect(startScenarios([createNamed('b', 'ASK'), createNamed('a', 'ASK')]).first.plan).toEqual([
      'a ASK a',
      'b ASK b',
    ]);
  });

  test('4.1: the primary scenario is the first one whose contribution is not NONE', () => {
    const { first } = startScenarios([createNamed('a', 'NONE', { priority: 90 }), createNamed('b', 'ASK')]);
    expect(first.result.plan).toMatchObject({ primaryScenarioId: 'b', activeScenarioIds: ['a', 'b'] });
  });

  test('4.1: the primary scenario is the first of several that ask', () => {
    const { first } = startScenarios([createNamed('a', 'ASK'), createNamed('b', 'ASK', { priority: 1 })]);
    expect(first.result.plan).toMatchObject({ primaryScenarioId: 'b', activeScenarioIds: ['b', 'a'] });
  });

  test('4.1: the primary scenario is the first one if all contributions are NONE, and empty without contributions', () => {
    expect(
      startScenarios([createNamed('b', 'NONE'), createNamed('a', 'NONE')]).first.result.plan.primaryScenarioId,
    ).toBe('a');
    expect(new Conversation([]).turn().result.plan).toMatchObject({ primaryScenarioId: '', activeScenarioIds: [] });
  });
});
