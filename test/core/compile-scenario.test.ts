import type { ToolBinding } from '../../src/core/model/scenario';
import { defaultCompileOptions } from '../../src/core/scenario/compile-options';
import { compileScenario } from '../../src/core/scenario/compile-scenario';
import type { ScenarioFinding } from '../../src/core/scenario/scenario-finding';
import { orderTools } from '../../src/core/scenario/tool-order';
import { aScenario, aStep, compiled, type ScenarioDraft, type StepDraft } from '../support/conversation';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const clean: ScenarioDraft = {
  scenarioId: 's',
  requires: { id: 'HARD' },
  entryCondition: 'data.id != ""',
  completionCondition: 'data.paid == true',
  globals: [{ to: 'help', intentLabel: 'help' }],
  steps: [
    {
      stepId: 'ask',
      collectsProfileFields: ['age'],
      to: [{ to: 'pay', condition: 'data.age >= 18.0', priority: 1 }, 'end'],
    },
    {
      stepId: 'pay',
      isRequiredAction: true,
      toolBindings: [tool('t', [], ['paid'])],
      confirmsFields: ['age'],
      to: ['end'],
    },
    { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['ask'] },
    end,
  ],
};
const findingsOf = (draft: ScenarioDraft): readonly ScenarioFinding[] => compileScenario(aScenario(draft), 1).findings;
const codes = (draft: ScenarioDraft): readonly string[] =>
  findingsOf(draft).map(({ severity, code }) => `${severity} ${code}`);
/** The clean scenario with another first step. */
const first = (step: Partial<StepDraft>, more: Partial<ScenarioDraft> = {}): ScenarioDraft => ({
  ...clean,
  ...more,
  steps: clean.steps.map((each) => (each.stepId === 'ask' ? { ...each, ...step } : each)),
});

function tool(toolId: string, dependsOn: readonly string[] = [], variableNames: readonly string[] = []): ToolBinding {
  return { toolId, timing: 'DURING_STEP', variableNames, dependsOn };
}

test('findings: a clean scenario has none and is compiled', () => {
  const { compiled: scenario, findings } = compileScenario(aScenario(clean), 7);
  expect(findings).toEqual([]);
  expect(scenario).toMatchObject({ scenarioId: 's', version: 7, name: 's', entry: { stepId: 'ask' } });
  expect([...(scenario?.collectedFields ?? [])]).toEqual(['age']);
});

test.each<[string, ScenarioDraft, string, string]>([
  ['ENTRY_STEP_NOT_FOUND', { ...clean, entryStepId: 'nowhere' }, 'entry_step_id', ''],
  ['ENTRY_STEP_NOT_FOUND', { ...clean, entryStepId: '' }, 'entry_step_id', ''],
  ['DUPLICATE_STEP', { ...clean, steps: [...clean.steps, { ...end }] }, 'steps[4].step_id', 'end'],
  [
    'DUPLICATE_TRANSITION',
    first({
      to: [
        { to: 'pay', transitionId: 'go', condition: 'data.age > 1.0' },
        { to: 'end', transitionId: 'go' },
      ],
    }),
    'steps[0].transitions[1].transition_id',
    'ask',
  ],
  [
    'DUPLICATE_TRANSITION',
    first({
      to: [
        { to: 'pay', condition: 'data.age > 1.0' },
        { to: 'end', transitionId: 'ask/1' },
      ],
    }),
    'steps[0].transitions[1].transition_id',
    'ask',
  ],
  [
    'MIGRATION_TARGET_NOT_FOUND',
    { ...clean, migrationStepMap: new Map([['old', 'nowhere']]) },
    'migration_step_map["old"]',
    '',
  ],
  ['REQUIRED_ACTION_WITHOUT_TOOL', first({ isRequiredAction: true }), 'steps[0].is_required_action', 'ask'],
  ['TOOL_NOT_FOUND', first({ toolBindings: [tool('a', ['nowhere'])] }), 'steps[0].tool_bindings', 'ask'],
  ['TOOL_CYCLE', first({ toolBindings: [tool('a', ['b']), tool('b', ['a'])] }), 'steps[0].tool_bindings', 'ask'],
  ['TOOL_CYCLE', first({ toolBindings: [tool('a', ['a'])] }), 'steps[0].tool_bindings', 'ask'],
  ['DUPLICATE_TOOL', first({ toolBindings: [tool('a')], toolIds: ['a'] }), 'steps[0].tool_bindings', 'ask'],
  [
    'DANGLING_TRANSITION',
    first({ to: [{ to: 'nowhere', condition: 'data.age > 1.0' }, 'pay'] }),
    'steps[0].transitions[0].target_step_id',
    'ask',
  ],
  ['GLOBAL_STATES_NOTHING', { ...clean, globals: ['help'] }, 'global_transitions[0]', ''],
  [
    'GLOBAL_TARGET_NOT_REACHABLE',
    {
      ...clean,
      globals: [
        { to: 'pay', intentLabel: 'x' },
        { to: 'help', intentLabel: 'help' },
      ],
    },
    'global_transitions[0].target_step_id',
    '',
  ],
  [
    'NO_WAY_TO_TERMINAL',
    { scenarioId: 's', steps: [{ stepId: 'a', templateIds: ['a'], to: ['a'] }] },
    'entry_step_id',
    'a',
  ],
  ['CONDITION_SYNTAX', { ...clean, entryCondition: 'data.age >' }, 'entry_condition', ''],
  ['CONDITION_SYNTAX', { ...clean, completionCondition: '((' }, 'completion_condition', ''],
  [
    'UNKNOWN_VARIABLE',
    first({ to: [{ to: 'pay', condition: 'dta.age > 1.0' }, 'end'] }),
    'steps[0].transitions[0].condition',
    'ask',
  ],
  [
    'UNKNOWN_FUNCTION',
    { ...clean, globals: [{ to: 'help', condition: 'shout(message)' }] },
    'global_transitions[0].condition',
    '',
  ],
])('findings: ERROR %s refuses the scenario and names the place: %#', (code, draft, fieldPath, stepId) => {
  const { compiled: scenario, findings } = compileScenario(aScenario(draft), 1);
  expect(scenario).toBeUndefined();
  expect(findings.filter(({ severity }) => severity === 'ERROR')).toMatchObject([{ code, fieldPath, stepId }]);
});

test('findings: ERROR DUPLICATE_REQUIRED_FIELD refuses the scenario and names the second one', () => {
  const id = { fieldName: 'id', level: 'HARD', description: '' } as const;
  const { compiled: scenario, findings } = compileScenario({ ...aScenario(clean), requiredFields: [id, id] }, 1);
  expect(scenario).toBeUndefined();
  expect(findings).toMatchObject([{ code: 'DUPLICATE_REQUIRED_FIELD', fieldPath: 'required_fields[1].field_name' }]);
});

test.each<[string, ScenarioDraft, string, string]>([
  ['CAN_SKIP_WITHOUT_EFFECT', first({ isCheckpoint: true, canSkip: true }), 'steps[0].can_skip', 'ask'],
  [
    'STEP_SAYS_NOTHING',
    { ...clean, steps: [{ stepId: 'empty', canSkip: false, to: ['ask'] }, ...clean.steps] },
    'steps[0]',
    'empty',
  ],
  [
    'SEMANTIC_EVALUATION_OFF',
    first({ to: [{ to: 'pay', conditionText: 'is rich' }, 'end'] }),
    'steps[0].transitions[0].condition_text',
    'ask',
  ],
  [
    'HIDDEN_BY_DEFAULT',
    first({ to: ['pay', { to: 'help', condition: 'data.age > 1.0' }] }),
    'steps[0].transitions[1]',
    'ask',
  ],
  [
    'HIDDEN_BY_DEFAULT',
    first({ to: ['pay', { to: 'end', condition: 'data.age > 1.0 || message == "outcome"' }] }),
    'steps[0].transitions[1]',
    'ask',
  ],
  [
    'ANYTIME_STATES_NOTHING',
    first({ to: [{ to: 'pay', trigger: 'ANYTIME' }, 'end'] }),
    'steps[0].transitions[0]',
    'ask',
  ],
  [
    'UNREACHABLE_STEP',
    { ...clean, steps: [...clean.steps, { stepId: 'alone', templateIds: ['x'], to: ['end'] }] },
    'steps[4]',
    'alone',
  ],
  [
    'DEAD_END',
    {
      scenarioId: 's',
      steps: [
        { stepId: 'a', templateIds: ['a'], to: [{ to: 'b', intentLabel: 'x' }, 'end'] },
        { stepId: 'b', templateIds: ['b'] },
        end,
      ],
    },
    'steps[1]',
    'b',
  ],
  [
    'FIELD_NOT_COLLECTED',
    first({ to: [{ to: 'pay', conditionFields: ['zip'] }, 'end'] }),
    'steps[0].transitions[0]',
    'ask',
  ],
  ['FIELD_NOT_COLLECTED', first({ confirmsFields: ['zip'] }), 'steps[0].confirms_fields', 'ask'],
  [
    'FIELD_NOT_COLLECTED',
    { ...clean, globals: [{ to: 'help', condition: 'data.zip == "1"' }] },
    'global_transitions[0]',
    '',
  ],
  ['FIELD_NOT_COLLECTED', { ...clean, entryCondition: 'data.zip == "1"' }, 'entry_condition', ''],
  ['FIELD_NOT_COLLECTED', { ...clean, completionCondition: 'data.zip == "1"' }, 'completion_condition', ''],
  ['NOT_A_BOOL', { ...clean, entryCondition: 'data.id + "x"' }, 'entry_condition', ''],
])('findings: WARNING %s informs and refuses nothing: %#', (code, draft, fieldPath, stepId) => {
  const { compiled: scenario, findings } = compileScenario(aScenario(draft), 1);
  expect(findings).toMatchObject([{ severity: 'WARNING', code, fieldPath, stepId }]);
  expect(scenario).toBeDefined();
});

test.each<[string, ScenarioDraft]>([
  [
    'a transition behind a default edge that is for DECLINED',
    first({ to: ['pay', { to: 'end', outcomes: ['DECLINED'] }] }),
  ],
  [
    'a transition behind a default edge that reads outcome',
    first({ to: ['pay', { to: 'end', condition: 'outcome == "declined"' }] }),
  ],
  ['a step that only a global transition leads to', clean],
  [
    'no way to a terminal step with a completion_condition',
    { scenarioId: 's', completionCondition: 'turn > 3', steps: [{ stepId: 'a', templateIds: ['a'] }] },
  ],
  ['a field that a tool fills', first({ confirmsFields: ['paid'] })],
  ['a field that is required', first({ confirmsFields: ['id'] })],
])('findings: none for %s', (_what, draft) => {
  expect(findingsOf(draft)).toEqual([]);
});

test('findings: a natural-language condition is no finding where it is judged', () => {
  const draft = aScenario(first({ to: [{ to: 'pay', conditionText: 'is rich' }, 'end'] }));
  expect(compileScenario(draft, 1, { ...defaultCompileOptions, semanticEvaluation: 'llm' }).findings).toEqual([]);
});

test('findings: a condition says where in its text the fault is', () => {
  const [finding] = findingsOf({ ...clean, entryCondition: 'data.id == "x" &&\n dta.age' });
  expect(finding).toMatchObject({ code: 'UNKNOWN_VARIABLE', line: 2, column: 2 });
});

test('findings: one about a whole condition has no position in its text', () => {
  const [finding] = findingsOf({ ...clean, entryCondition: `intent == "${'x'.repeat(2_000)}"` });
  expect(finding).toMatchObject({ code: 'CONDITION_TOO_LONG', line: 0, column: 0 });
});

test('findings: none for a step map that leads to steps of the version', () => {
  expect(findingsOf({ ...clean, migrationStepMap: new Map([['old', 'ask']]) })).toEqual([]);
});

test('findings: all faults of a scenario come at once, errors first, each group in the order of the definition', () => {
  const broken: ScenarioDraft = {
    scenarioId: 's',
    entryStepId: 'nowhere',
    migrationStepMap: new Map([['old', 'nowhere']]),
    entryCondition: 'data.',
    globals: ['ask', { to: 'gone', condition: 'x' }],
    steps: [
      {
        stepId: 'ask',
        isRequiredAction: true,
        canSkip: true,
        to: ['ask', { to: 'gone', conditionText: 'is rich' }, { to: 'ask', trigger: 'ANYTIME' }],
      },
      {
        stepId: 'ask',
        toolBindings: [tool('a', ['gone']), tool('b', ['b'])],
        toolIds: ['a'],
        to: [{ to: 'ask', condition: 'data. == 1' }],
      },
      { stepId: 'empty', canSkip: false, confirmsFields: ['zip'] },
    ],
  };
  expect(codes(broken)).toEqual([
    'ERROR ENTRY_STEP_NOT_FOUND',
    'ERROR DUPLICATE_STEP',
    'ERROR DUPLICATE_TRANSITION',
    'ERROR MIGRATION_TARGET_NOT_FOUND',
    'ERROR REQUIRED_ACTION_WITHOUT_TOOL',
    'ERROR TOOL_NOT_FOUND',
    'ERROR TOOL_CYCLE',
    'ERROR DUPLICATE_TOOL',
    'ERROR DANGLING_TRANSITION',
    'ERROR GLOBAL_STATES_NOTHING',
    'ERROR GLOBAL_TARGET_NOT_REACHABLE',
    'ERROR DANGLING_TRANSITION',
    'ERROR CONDITION_SYNTAX',
    'ERROR UNKNOWN_VARIABLE',
    'ERROR CONDITION_SYNTAX',
    'WARNING CAN_SKIP_WITHOUT_EFFECT',
    'WARNING STEP_SAYS_NOTHING',
    'WARNING SEMANTIC_EVALUATION_OFF',
    'WARNING HIDDEN_BY_DEFAULT',
    'WARNING ANYTIME_STATES_NOTHING',
    'WARNING FIELD_NOT_COLLECTED',
  ]);
});

test('compile: a transition without an id gets one of its step and place, a global one of its place, from 1', () => {
  const scenario = compiled({
    ...clean,
    globals: [
      { to: 'help', intentLabel: 'help' },
      { to: 'help', intentLabel: 'agent', transitionId: 'call' },
    ],
  });
  expect([...scenario.transitionsById.keys()].sort()).toEqual([
    'ask/1',
    'ask/2',
    'call',
    'global/1',
    'help/1',
    'pay/1',
  ]);
});

test('compile: the place is the one in the definition, whatever the priorities', () => {
  const scenario = compiled(
    first({
      to: [
        { to: 'end', condition: 'data.age < 1.0' },
        { to: 'pay', priority: 9, condition: 'data.age > 1.0' },
      ],
    }),
  );
  expect(scenario.entryStep.completionTransitions.map(({ id }) => id)).toEqual(['ask/2', 'ask/1']);
});

test.each<[string, readonly ToolBinding[], readonly string[], readonly string[]]>([
  ['as written where nothing depends', [tool('b'), tool('a')], ['c'], ['b', 'a', 'c']],
  ['after those that they depend on', [tool('c', ['b']), tool('b', ['a']), tool('a')], [], ['a', 'b', 'c']],
  ['bindings before bare ids', [tool('b', ['a']), tool('a')], ['x'], ['a', 'b', 'x']],
  ['a bare id first where a binding depends on it', [tool('b', ['x'])], ['x'], ['x', 'b']],
  [
    'those that wait for each other last, as written',
    [tool('b', ['a']), tool('a', ['b']), tool('c')],
    ['x'],
    ['c', 'x', 'b', 'a'],
  ],
])('4 tools: they come %s', (_rule, toolBindings, toolIds, order) => {
  expect(orderTools(aStep({ stepId: 's', toolBindings, toolIds })).tools.map(({ toolId }) => toolId)).toEqual(order);
});
