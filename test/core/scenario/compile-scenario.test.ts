import type { ToolBinding } from '../../../src/core/model/scenario';
import { defaultCompileOptions } from '../../../src/core/scenario/compile-options';
import { compileScenario } from '../../../src/core/scenario/compile-scenario';
import type { ScenarioFinding } from '../../../src/core/scenario/scenario-finding';
import { orderTools } from '../../../src/core/scenario/tool-order';
import { aScenario, aStep, compileDraft, type ScenarioDraft, type StepDraft } from '../../support/conversation';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
const valid: ScenarioDraft = {
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
      performsAction: true,
      isRequiredAction: true,
      toolBindings: [tool('t', [], ['paid'])],
      confirmsFields: ['age'],
      to: ['end'],
    },
    { stepId: 'help', reachableFromAnywhere: true, templateIds: ['help'], to: ['ask'] },
    end,
  ],
};
const findFindings = (draft: ScenarioDraft): readonly ScenarioFinding[] =>
  compileScenario(aScenario(draft), 1).findings;
const findCodes = (draft: ScenarioDraft): readonly string[] =>
  findFindings(draft).map(({ severity, code }) => `${severity} ${code}`);
/** Returns the valid scenario with a changed first step. */
const withFirstStep = (step: Partial<StepDraft>): ScenarioDraft => ({
  ...valid,
  steps: valid.steps.map((each) => (each.stepId === 'ask' ? { ...each, ...step } : each)),
});

function tool(toolId: string, dependsOn: readonly string[] = [], variableNames: readonly string[] = []): ToolBinding {
  return { toolId, timing: 'DURING_STEP', variableNames, dependsOn };
}

test('findings: a valid scenario has no findings and is compiled', () => {
  const { compiled: scenario, findings } = compileScenario(aScenario(valid), 7);
  expect(findings).toEqual([]);
  expect(scenario).toMatchObject({ scenarioId: 's', version: 7, name: 's', entryStep: { stepId: 'ask' } });
  expect([...(scenario?.collectedFields ?? [])]).toEqual(['age']);
});

test.each<[string, ScenarioDraft, string, string]>([
  [
    'DUPLICATE_TRANSITION',
    withFirstStep({
      to: [
        { to: 'pay', condition: 'data.age > 1.0' },
        { to: 'end', transitionId: 'ask/1' },
      ],
    }),
    'steps[0].transitions[1].transition_id',
    'ask',
  ],
  ['TOOL_CYCLE', withFirstStep({ toolBindings: [tool('a', ['a'])] }), 'steps[0].tool_bindings', 'ask'],
  ['CONDITION_SYNTAX', { ...valid, entryCondition: 'data.age >' }, 'entry_condition', ''],
  ['CONDITION_SYNTAX', { ...valid, completionCondition: '((' }, 'completion_condition', ''],
  ['CONDITION_SYNTAX', { ...valid, cancelCondition: '((' }, 'cancel_condition', ''],
  [
    'UNKNOWN_VARIABLE',
    withFirstStep({ to: [{ to: 'pay', condition: 'dta.age > 1.0' }, 'end'] }),
    'steps[0].transitions[0].condition',
    'ask',
  ],
  [
    'UNKNOWN_FUNCTION',
    { ...valid, globals: [{ to: 'help', condition: 'shout(message)' }] },
    'global_transitions[0].condition',
    '',
  ],
])('findings: the ERROR %s rejects the scenario and has a location: %#', (code, draft, fieldPath, stepId) => {
  const { compiled: scenario, findings } = compileScenario(aScenario(draft), 1);
  expect(scenario).toBeUndefined();
  expect(findings.filter(({ severity }) => severity === 'ERROR')).toMatchObject([{ code, fieldPath, stepId }]);
});

test.each<[string, ScenarioDraft, string, string]>([
  [
    'HIDDEN_BY_DEFAULT',
    withFirstStep({ to: ['pay', { to: 'end', condition: 'data.age > 1.0 || message == "outcome"' }] }),
    'steps[0].transitions[1]',
    'ask',
  ],
  [
    'FIELD_NOT_COLLECTED',
    withFirstStep({ to: [{ to: 'pay', conditionFields: ['zip'] }, 'end'] }),
    'steps[0].transitions[0]',
    'ask',
  ],
  [
    'FIELD_NOT_COLLECTED',
    { ...valid, globals: [{ to: 'help', condition: 'data.zip == "1"' }] },
    'global_transitions[0]',
    '',
  ],
  ['FIELD_NOT_COLLECTED', { ...valid, entryCondition: 'data.zip == "1"' }, 'entry_condition', ''],
  ['FIELD_NOT_COLLECTED', { ...valid, completionCondition: 'data.zip == "1"' }, 'completion_condition', ''],
  ['FIELD_NOT_COLLECTED', { ...valid, cancelCondition: 'data.zip == "1"' }, 'cancel_condition', ''],
  ['NOT_A_BOOL', { ...valid, entryCondition: 'data.id + "x"' }, 'entry_condition', ''],
])('findings: the WARNING %s does not reject the scenario and has a location: %#', (code, draft, fieldPath, stepId) => {
  const { compiled: scenario, findings } = compileScenario(aScenario(draft), 1);
  expect(findings).toMatchObject([{ severity: 'WARNING', code, fieldPath, stepId }]);
  expect(scenario).toBeDefined();
});

test.each<[string, ScenarioDraft]>([
  [
    'a transition for DECLINED after a default transition',
    withFirstStep({ to: ['pay', { to: 'end', outcomes: ['DECLINED'] }] }),
  ],
  [
    'a transition that reads outcome after a default transition',
    withFirstStep({ to: ['pay', { to: 'end', condition: 'outcome == "declined"' }] }),
  ],
  ['a step that only a global transition reaches', valid],
  [
    'a scenario without a terminal step but with a completion_condition',
    { scenarioId: 's', completionCondition: 'turn > 3', steps: [{ stepId: 'a', templateIds: ['a'] }] },
  ],
  ['a confirmed field that a tool fills', withFirstStep({ requiresConfirmation: true, confirmsFields: ['paid'] })],
  ['a confirmed field that is required', withFirstStep({ requiresConfirmation: true, confirmsFields: ['id'] })],
])('findings: no finding for %s', (_case, draft) => {
  expect(findFindings(draft)).toEqual([]);
});

test('findings: a natural-language condition has no finding if the model evaluates it', () => {
  const draft = aScenario(withFirstStep({ to: [{ to: 'pay', conditionText: 'is rich' }, 'end'] }));
  expect(compileScenario(draft, 1, { ...defaultCompileOptions, semanticEvaluation: 'llm' }).findings).toEqual([]);
});

test('findings: a finding in a condition has its position in the text', () => {
  const [finding] = findFindings({ ...valid, entryCondition: 'data.id == "x" &&\n dta.age' });
  expect(finding).toMatchObject({ code: 'UNKNOWN_VARIABLE', line: 2, column: 2 });
});

test('findings: a finding about a whole condition has no position', () => {
  const [finding] = findFindings({ ...valid, entryCondition: `intent == "${'x'.repeat(2_000)}"` });
  expect(finding).toMatchObject({ code: 'CONDITION_TOO_LONG', line: 0, column: 0 });
});

test('findings: a step map to steps of the version has no finding', () => {
  expect(findFindings({ ...valid, migrationStepMap: new Map([['old', 'ask']]) })).toEqual([]);
});

test('findings: all findings are returned together, errors first', () => {
  const invalid: ScenarioDraft = {
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
  expect(findCodes(invalid)).toEqual([
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
    'WARNING CONFIRMATION_WITHOUT_EFFECT',
    'WARNING SEMANTIC_EVALUATION_OFF',
    'WARNING HIDDEN_BY_DEFAULT',
    'WARNING ANYTIME_STATES_NOTHING',
    'WARNING FIELD_NOT_COLLECTED',
  ]);
});

test('compile: a transition without an id gets an id from its step and 1-based position', () => {
  const scenario = compileDraft({
    ...valid,
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

test('compile: generated ids use the position in the definition, not the priority', () => {
  const scenario = compileDraft(
    withFirstStep({
      to: [
        { to: 'end', condition: 'data.age < 1.0' },
        { to: 'pay', priority: 9, condition: 'data.age > 1.0' },
      ],
    }),
  );
  expect(scenario.entryStep.completionTransitions.map(({ id }) => id)).toEqual(['ask/2', 'ask/1']);
});

test.each<[string, readonly ToolBinding[], readonly string[], readonly string[]]>([
  ['by their position in the definition if they have no dependencies', [tool('b'), tool('a')], ['c'], ['b', 'a', 'c']],
  ['after their dependencies', [tool('c', ['b']), tool('b', ['a']), tool('a')], [], ['a', 'b', 'c']],
  ['with bindings before plain tool ids', [tool('b', ['a']), tool('a')], ['x'], ['a', 'b', 'x']],
  ['with a plain tool id first if a binding depends on it', [tool('b', ['x'])], ['x'], ['x', 'b']],
  [
    'with tools that depend on each other last',
    [tool('b', ['a']), tool('a', ['b']), tool('c')],
    ['x'],
    ['c', 'x', 'b', 'a'],
  ],
])('4: tools are ordered %s', (_case, toolBindings, toolIds, order) => {
  expect(orderTools(aStep({ stepId: 's', toolBindings, toolIds })).tools.map(({ toolId }) => toolId)).toEqual(order);
});

test('3.2: transitions of equal priority keep the order of the definition', () => {
  const to = ['a', 'b', 'c', 'd'].map((field) => ({ to: 'end', conditionFields: [field] }));
  const scenario = compileDraft({ scenarioId: 's', steps: [{ stepId: 'x', templateIds: ['x'], to }, end] });
  expect(scenario.entryStep.completionTransitions.map(({ id }) => id)).toEqual(['x/1', 'x/2', 'x/3', 'x/4']);
});
