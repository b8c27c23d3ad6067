import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createFieldRules } from '../../../src/core/fields/field-rules';
import type { Scenario, ToolBinding } from '../../../src/core/model/scenario';
import type { SemanticEvaluation } from '../../../src/core/model/settings';
import { defaultCompileOptions } from '../../../src/core/scenario/compile-options';
import { compileScenario, type ScenarioCompilation } from '../../../src/core/scenario/compile-scenario';
import { catalogueFindingSeverities } from '../../../src/core/scenario/findings/check-catalogue';
import type { ScenarioFinding, ScenarioFindingCode } from '../../../src/core/scenario/scenario-finding';
import { aScenario, type ScenarioDraft, type StepDraft, type TransitionDraft } from '../../support/conversation';
import { compiledFields, type FieldDraft } from '../../support/field-definitions';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
/** Creates a scenario with the given steps and an end step. The first given step is the entry step. */
const createDraft = (...steps: readonly StepDraft[]): ScenarioDraft => ({ scenarioId: 's', steps: [...steps, end] });
const ask: StepDraft = { stepId: 'ask', collectsProfileFields: ['age'], to: ['end'] };
const inform = (stepId: string, ...to: readonly TransitionDraft[]): StepDraft => ({
  stepId,
  templateIds: [stepId],
  to,
});
/** Creates a scenario with a condition on its first transition. */
const withCondition = (condition: string): ScenarioDraft =>
  createDraft({ ...ask, to: [{ to: 'end', condition }, 'end'] });
const tool = (toolId: string, ...dependsOn: readonly string[]): ToolBinding => ({
  toolId,
  timing: 'DURING_STEP',
  variableNames: ['paid'],
  dependsOn,
});
const withRequiredFields = (fieldNames: readonly string[]): Scenario => ({
  ...aScenario(createDraft(ask)),
  requiredFields: fieldNames.map((fieldName) => ({ fieldName, level: 'HARD', description: '' })),
});
const help: StepDraft = { ...inform('help', 'end'), reachableFromAnywhere: true };
const toAway: TransitionDraft = { to: 'away', intentLabel: 'x' };

interface Case {
  readonly severity: ScenarioFinding['severity'];
  /** A definition with the finding. */
  readonly invalid: ScenarioDraft | Scenario;
  /** Similar definitions without the finding. */
  readonly valid: readonly (ScenarioDraft | Scenario)[];
  /** Default: off. */
  readonly semanticEvaluation?: SemanticEvaluation;
}

/** Every code with a definition that has the finding, and similar definitions without it. */
const cases: Readonly<Record<ScenarioFindingCode, Case>> = {
  ENTRY_STEP_NOT_FOUND: {
    severity: 'ERROR',
    invalid: { ...createDraft(ask), entryStepId: 'Ask' },
    valid: [{ ...createDraft(ask), entryStepId: 'ask' }],
  },
  DUPLICATE_STEP: {
    severity: 'ERROR',
    invalid: createDraft(ask, { ...ask }),
    valid: [createDraft(ask, { ...ask, stepId: 'Ask' })],
  },
  DUPLICATE_TRANSITION: {
    severity: 'ERROR',
    invalid: createDraft({ ...ask, to: [{ to: 'end', transitionId: 'ask/2', intentLabel: 'x' }, 'end'] }),
    valid: [createDraft({ ...ask, to: [{ to: 'end', transitionId: 'ask/1', intentLabel: 'x' }, 'end'] })],
  },
  DUPLICATE_REQUIRED_FIELD: {
    severity: 'ERROR',
    invalid: withRequiredFields(['id', 'id']),
    valid: [withRequiredFields(['id', 'Id'])],
  },
  MIGRATION_TARGET_NOT_FOUND: {
    severity: 'ERROR',
    invalid: { ...createDraft(ask), migrationStepMap: new Map([['old', 'new']]) },
    valid: [{ ...createDraft(ask), migrationStepMap: new Map([['old', 'ask']]) }],
  },
  REQUIRED_ACTION_WITHOUT_TOOL: {
    severity: 'ERROR',
    invalid: createDraft({ ...ask, isRequiredAction: true }),
    valid: [
      createDraft({ ...ask, isRequiredAction: true, toolIds: ['t'] }),
      createDraft({ ...ask, isCheckpoint: true }),
    ],
  },
  ACTION_WITHOUT_TOOL: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, performsAction: true }),
    valid: [createDraft({ ...ask, performsAction: true, toolIds: ['t'] })],
  },
  TOOL_NOT_FOUND: {
    severity: 'ERROR',
    invalid: createDraft({ ...ask, toolBindings: [tool('a', 'b')] }),
    valid: [createDraft({ ...ask, toolBindings: [tool('a', 'b')], toolIds: ['b'] })],
  },
  TOOL_CYCLE: {
    severity: 'ERROR',
    invalid: createDraft({ ...ask, toolBindings: [tool('a', 'b'), tool('b', 'a')] }),
    valid: [createDraft({ ...ask, toolBindings: [tool('a', 'b'), tool('b')] })],
  },
  DUPLICATE_TOOL: {
    severity: 'ERROR',
    invalid: createDraft({ ...ask, toolBindings: [tool('a')], toolIds: ['a'] }),
    valid: [createDraft({ ...ask, toolIds: ['a'], to: ['again'] }, { stepId: 'again', toolIds: ['a'], to: ['end'] })],
  },
  CAN_SKIP_WITHOUT_EFFECT: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, isCheckpoint: true, canSkip: true }),
    valid: [createDraft({ ...ask, isCheckpoint: true, canSkip: false }), createDraft({ ...ask, canSkip: true })],
  },
  STEP_SAYS_NOTHING: {
    severity: 'WARNING',
    invalid: createDraft({ stepId: 'silent', isCheckpoint: true, requiresConfirmation: false, to: ['end'] }),
    valid: [
      createDraft({ stepId: 'silent', to: ['end'] }),
      createDraft({ stepId: 'silent', isCheckpoint: true, to: ['end'] }),
      createDraft({ stepId: 'silent', canSkip: false, templateIds: ['text'], to: ['end'] }),
      { scenarioId: 's', steps: [{ stepId: 'silent', isTerminal: true }] },
    ],
  },
  DANGLING_TRANSITION: {
    severity: 'ERROR',
    invalid: createDraft({ ...ask, to: [{ to: 'End', intentLabel: 'x' }, 'end'] }),
    valid: [createDraft(ask)],
  },
  SEMANTIC_EVALUATION_OFF: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, to: [{ to: 'end', conditionText: 'is rich', intentLabel: 'x' }, 'end'] }),
    valid: [createDraft({ ...ask, to: [{ to: 'end', description: 'is rich', intentLabel: 'x' }, 'end'] })],
  },
  CONDITION_WITHOUT_EMBEDDING: {
    severity: 'WARNING',
    semanticEvaluation: 'embedding',
    invalid: createDraft({ ...ask, to: [{ to: 'end', conditionText: 'is rich' }, 'end'] }),
    valid: [createDraft({ ...ask, to: [{ to: 'end', conditionText: 'is rich', conditionEmbedding: [1] }, 'end'] })],
  },
  HIDDEN_BY_DEFAULT: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, to: ['end', { to: 'end', condition: 'data.age > 1.0' }] }),
    valid: [
      createDraft({ ...ask, to: ['end', { to: 'end', condition: 'data.age > 1.0', priority: 1 }] }),
      createDraft({ ...ask, to: ['end', { to: 'end', condition: 'data.age > 1.0', trigger: 'ANYTIME' }] }),
      createDraft({ ...ask, to: ['end', { to: 'end', condition: 'outcome == "declined"' }] }),
      createDraft({ ...ask, to: ['end', { to: 'end', outcomes: ['DECLINED'] }] }),
      createDraft({
        ...ask,
        to: [
          { to: 'end', conditionText: 'is rich' },
          { to: 'end', intentLabel: 'x' },
        ],
      }),
    ],
  },
  ANYTIME_STATES_NOTHING: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, to: [{ to: 'end', trigger: 'ANYTIME' }] }),
    valid: [createDraft({ ...ask, to: [{ to: 'end', trigger: 'ANYTIME', intentLabel: 'x' }, 'end'] })],
  },
  GLOBAL_STATES_NOTHING: {
    severity: 'ERROR',
    invalid: { ...createDraft(ask, help), globals: ['help'] },
    valid: [
      { ...createDraft(ask, help), globals: [{ to: 'help', intentLabel: 'help' }] },
      { ...createDraft(ask, help), globals: [{ to: 'help', conditionText: 'wants help' }] },
    ],
  },
  GLOBAL_TARGET_NOT_REACHABLE: {
    severity: 'ERROR',
    invalid: { ...createDraft(ask, help), globals: [{ to: 'ask', intentLabel: 'help' }] },
    valid: [{ ...createDraft(ask, help), globals: [{ to: 'help', intentLabel: 'help' }] }],
  },
  NO_WAY_TO_TERMINAL: {
    severity: 'ERROR',
    invalid: { scenarioId: 's', steps: [{ ...ask, to: ['ask'] }] },
    valid: [
      { scenarioId: 's', steps: [{ ...ask, to: ['ask'] }], completionCondition: 'data.age > 1.0' },
      { ...createDraft({ ...ask, to: ['ask'] }, help), globals: [{ to: 'help', intentLabel: 'help' }] },
    ],
  },
  UNREACHABLE_STEP: {
    severity: 'WARNING',
    invalid: createDraft(ask, inform('alone', 'end')),
    valid: [createDraft(ask, help), createDraft({ ...ask, to: ['alone'] }, inform('alone', 'end'))],
  },
  TRAP: {
    severity: 'ERROR',
    invalid: createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), inform('round', 'away')),
    valid: [
      createDraft(
        { ...ask, to: [toAway, 'end'] },
        inform('away', 'round'),
        inform('round', { to: 'end', intentLabel: 'y' }, 'away'),
      ),
      createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), {
        ...inform('round', 'away'),
        isCheckpoint: true,
      }),
      createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), {
        ...inform('round', 'away'),
        toolIds: ['t'],
      }),
      createDraft(ask, inform('away', 'round'), inform('round', 'away')),
      {
        ...createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), inform('round', 'away')),
        completionCondition: 'data.age > 1.0',
      },
      {
        ...createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), inform('round', 'away')),
        idleTimeoutMs: 60_000,
        idleAction: 'CANCEL',
      },
      {
        ...createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), inform('round', 'away'), help),
        globals: [{ to: 'help', intentLabel: 'help' }],
      },
    ],
  },
  DEAD_END: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, to: [toAway, 'end'] }, { ...ask, stepId: 'away', to: [] }),
    valid: [
      createDraft({ ...ask, to: [toAway, 'end'] }, { ...ask, stepId: 'away', to: [{ to: 'end', intentLabel: 'y' }] }),
      createDraft({ ...ask, to: [toAway, 'end'] }, { ...ask, stepId: 'away', isTerminal: true, to: [] }),
      {
        ...createDraft({ ...ask, to: [toAway, 'end'] }, inform('away'), help),
        globals: [{ to: 'help', intentLabel: 'help' }],
      },
    ],
  },
  NO_WAY_OUT: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), {
      ...ask,
      stepId: 'round',
      to: ['away'],
    }),
    valid: [
      createDraft({ ...ask, to: [toAway, 'end'] }, inform('away', 'round'), {
        ...ask,
        stepId: 'round',
        to: [toAway, 'end'],
      }),
      createDraft({ ...ask, to: [toAway, 'end'] }, { ...ask, stepId: 'away', to: ['round'] }, inform('round')),
    ],
  },
  FIELD_NOT_COLLECTED: {
    severity: 'WARNING',
    invalid: withCondition('data.Age > 1.0'),
    valid: [
      withCondition('data.age > 1.0'),
      withCondition('customer.zip == "1"'),
      { ...withCondition('data.zip == "1"'), requires: { zip: 'SOFT' } },
      createDraft({ ...ask, toolBindings: [tool('t')], to: [{ to: 'end', condition: 'data.paid' }, 'end'] }),
    ],
  },
  FIELD_TYPE: {
    severity: 'WARNING',
    invalid: withCondition('data.age == "18"'),
    valid: [withCondition('data.age == 18'), withCondition('data.age >= 17.5'), withCondition('data.name == "18"')],
  },
  FIELD_NOT_FROM_CUSTOMER: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, collectsProfileFields: ['locked'] }),
    valid: [createDraft({ ...ask, collectsProfileFields: ['age', 'open', 'any'] })],
  },
  PERSISTED_FIELD_NOT_COLLECTED: {
    severity: 'WARNING',
    invalid: { ...createDraft(ask), persistedFields: ['zip'] },
    valid: [{ ...createDraft(ask), persistedFields: ['age'] }],
  },
  TOOL_VARIABLE_WITHOUT_HAS: {
    severity: 'WARNING',
    invalid: createDraft({
      stepId: 'pay',
      toolBindings: [tool('t')],
      to: [{ to: 'end', condition: 'data.paid == 1' }, 'end'],
    }),
    valid: [
      // Valid, because the condition tests the variable with has() or in.
      createDraft({
        stepId: 'pay',
        toolBindings: [tool('t')],
        to: [{ to: 'end', condition: 'has(data.paid) && data.paid == 1' }, 'end'],
      }),
      createDraft({
        stepId: 'pay',
        toolBindings: [tool('t')],
        to: [{ to: 'end', condition: '"paid" in data && data["paid"] == 1' }, 'end'],
      }),
      // Valid, because the customer or the caller can provide the variable.
      createDraft(
        { stepId: 'pay', toolBindings: [tool('t')], to: [{ to: 'ask_paid', condition: 'data.paid == 1' }, 'end'] },
        { stepId: 'ask_paid', collectsProfileFields: ['paid'], to: ['end'] },
      ),
      {
        ...createDraft({
          stepId: 'pay',
          toolBindings: [tool('t')],
          to: [{ to: 'end', condition: 'data.paid == 1' }, 'end'],
        }),
        requires: { paid: 'SOFT' },
      },
      // An ANYTIME transition blocks nothing, and the variables of a tool can be read elsewhere.
      createDraft({
        stepId: 'pay',
        toolBindings: [tool('t')],
        to: [{ to: 'end', trigger: 'ANYTIME', condition: 'data.paid == 1' }, 'end'],
      }),
      createDraft({
        stepId: 'pay',
        toolBindings: [tool('t')],
        to: [{ to: 'end', condition: 'instance.paid == 1' }, 'end'],
      }),
    ],
  },
  CLEARS_OWN_FIELD: {
    severity: 'WARNING',
    invalid: createDraft({ ...ask, to: [{ to: 'ask', condition: 'data.age > 99', clears: ['age'] }, 'end'] }),
    valid: [
      createDraft({ ...ask, to: [{ to: 'ask', condition: 'data.age > 99', clears: ['name'] }, 'end'] }),
      createDraft({ ...ask, to: [{ to: 'end', clears: ['age'] }] }),
      createDraft(
        { ...ask, to: ['check'] },
        inform('check', { to: 'ask', intentLabel: 'again', clears: ['age'] }, 'end'),
      ),
    ],
  },
  CONDITION_SYNTAX: {
    severity: 'ERROR',
    invalid: withCondition('data.age >'),
    valid: [withCondition('data.age > 1.0')],
  },
  CONDITION_TOO_LONG: {
    severity: 'ERROR',
    invalid: withCondition(`intent == "${'x'.repeat(5_000)}"`),
    valid: [withCondition(`intent == "${'x'.repeat(1_000)}"`)],
  },
  CONDITION_TOO_DEEP: {
    severity: 'ERROR',
    invalid: withCondition(`${'['.repeat(40)}${']'.repeat(40)} == [message]`),
    valid: [withCondition('[[[message]]] == [[["x"]]]')],
  },
  MACROS_TOO_DEEP: {
    severity: 'ERROR',
    invalid: withCondition('[1].all(a, [1].all(b, [1].all(c, [1].all(d, [1].all(e, a == e)))))'),
    valid: [withCondition('[1].all(a, [1].all(b, a == b))')],
  },
  LIST_TOO_LONG: {
    severity: 'ERROR',
    invalid: withCondition(`intent in [${Array.from({ length: 101 }, () => '""').join(',')}]`),
    valid: [withCondition('intent in ["a", "b"]')],
  },
  UNKNOWN_VARIABLE: {
    severity: 'ERROR',
    invalid: withCondition('dta.age > 1.0'),
    valid: [withCondition('data.age > 1.0')],
  },
  UNKNOWN_FUNCTION: {
    severity: 'ERROR',
    invalid: withCondition('len(message) > 1'),
    valid: [withCondition('size(message) > 1')],
  },
  UNKNOWN_TYPE: {
    severity: 'ERROR',
    invalid: withCondition('Person{name: "x"} == data.age'),
    valid: [withCondition('{"x": 1}.x == 1')],
  },
  PATTERN: {
    severity: 'ERROR',
    invalid: withCondition('message.matches("(")'),
    valid: [withCondition('message.matches("^a+$")')],
  },
  INTEGER_ARITHMETIC: {
    severity: 'WARNING',
    invalid: withCondition('data.age + 1 > 18.0'),
    valid: [
      withCondition('data.age + 1.0 > 18.0'),
      withCondition('data.age > 18'),
      withCondition('turn + 1 > 3'),
      withCondition('int(data.age) + 1 > 18'),
    ],
  },
  NOT_A_BOOL: {
    severity: 'WARNING',
    invalid: withCondition('message + "x"'),
    valid: [withCondition('message == "x"')],
  },
};

/** The definitions that all drafts are checked against. */
const definitions: readonly FieldDraft[] = [
  { name: 'age', type: 'INTEGER' },
  { name: 'locked', sources: ['TOOL'] },
  { name: 'open', sources: ['TOOL', 'CUSTOMER'] },
];

function compile(draft: ScenarioDraft | Scenario, semanticEvaluation: SemanticEvaluation = 'off'): ScenarioCompilation {
  const fields = createFieldRules(compiledFields(definitions), []);
  const options = { ...defaultCompileOptions, semanticEvaluation, fields };
  return compileScenario('requiredFields' in draft ? draft : aScenario(draft), 1, options);
}

test.each(Object.entries(cases))(
  'findings: %s is reported with a fix, and not for similar valid definitions',
  (code, { severity, invalid, valid, semanticEvaluation }) => {
    const { compiled, findings } = compile(invalid, semanticEvaluation);
    const found = findings.filter((finding) => finding.code === code);
    expect(found).toMatchObject([{ severity }]);
    expect(found[0]?.message).toMatch(/^\S.{20,}[.?]$/s);
    expect(compiled === undefined).toBe(severity === 'ERROR');
    for (const draft of valid) {
      const validFindings = compile(draft, semanticEvaluation).findings;
      expect(validFindings.filter((finding) => finding.code === code || finding.severity === 'ERROR')).toEqual([]);
    }
  },
);

test('findings: docs/findings.md lists every code with its severity', () => {
  const page =
    readFileSync(join(__dirname, '../../../docs/findings.md'), 'utf8').split('## Findings of field')[0] ?? '';
  const rows = [...page.matchAll(/^\| ([A-Z_, ]+) \| (\w+) \|/gm)];
  const documented = rows.flatMap(([, codes = '', severity]) => codes.split(', ').map((code) => `${severity} ${code}`));
  const severities = Object.entries(cases).map(([code, { severity }]) => [code, severity]);
  expect(documented.sort()).toEqual(
    [...severities, ...Object.entries(catalogueFindingSeverities)]
      .map(([code, severity]) => `${severity} ${code}`)
      .sort(),
  );
});

test('findings: a loop that clears a field of the step where it begins is found', () => {
  const loop = createDraft(
    { ...ask, to: [{ to: 'more', condition: 'data.age > 1.0', clears: ['age', 'name'] }, 'end'] },
    inform('more', { to: 'ask', intentLabel: 'x' }, 'end'),
  );
  expect(compile(loop).findings).toMatchObject([
    { code: 'CLEARS_OWN_FIELD', stepId: 'ask', fieldPath: 'steps[0].transitions[0].clears', transitionId: 'ask/1' },
  ]);
});

describe('findings: steps without a path to a terminal step', () => {
  const findCodes = (...steps: readonly StepDraft[]): readonly string[] =>
    compile(createDraft({ ...ask, to: [toAway, 'end'] }, ...steps)).findings.map(
      ({ code, stepId }) => `${code} ${stepId}`,
    );

  test('findings: a step that leads to a trap is not reported itself', () => {
    expect(findCodes(inform('away', 'a'), inform('a', 'b'), inform('b', 'a'))).toEqual(['TRAP a']);
  });

  test('findings: a step that only a global transition reaches can be a DEAD_END', () => {
    const agent: StepDraft = { ...inform('agent'), reachableFromAnywhere: true };
    const { findings } = compile({ ...createDraft(ask, agent), globals: [{ to: 'agent', intentLabel: 'agent' }] });
    expect(findings.map(({ code, stepId }) => `${code} ${stepId}`)).toEqual(['DEAD_END agent']);
  });

  test('findings: a step that leads only to itself is a TRAP', () => {
    expect(findCodes(inform('away', 'away'))).toEqual(['TRAP away']);
  });

  test('findings: a cycle is a TRAP if it can avoid the counted step', () => {
    const counted = { ...ask, stepId: 'counted', to: ['away'] };
    expect(findCodes(inform('away', { to: 'counted', intentLabel: 'y' }, 'away'), counted)).toEqual(['TRAP away']);
  });

  test('findings: a transition that a default transition shadows is not an exit', () => {
    expect(findCodes(inform('away', 'away', { to: 'end', intentLabel: 'y' }))).toEqual([
      'TRAP away',
      'HIDDEN_BY_DEFAULT away',
    ]);
  });

  test('findings: every DEAD_END is reported, but not the cycle that leads to it', () => {
    const cycle = inform('away', { to: 'b', intentLabel: 'y' }, 'c');
    expect(
      findCodes(
        cycle,
        { ...ask, stepId: 'c', to: ['away'] },
        inform('b', { to: 'd', intentLabel: 'z' }, 'e'),
        inform('d'),
        inform('e'),
      ),
    ).toEqual(['DEAD_END d', 'DEAD_END e']);
  });

  test('findings: the message of a TRAP names three steps and counts the others', () => {
    const names = ['away', 'b', 'c', 'd', 'e'];
    const steps = names.map((name, index) => inform(name, names[(index + 1) % names.length] ?? ''));
    const [trap] = compile(createDraft({ ...ask, to: [toAway, 'end'] }, ...steps)).findings;
    expect(trap?.message).toContain('"away", "b", "c" and 2 more');
  });
});
