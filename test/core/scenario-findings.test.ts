import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario, ToolBinding } from '../../src/core/model/scenario';
import type { SemanticEvaluation } from '../../src/core/model/settings';
import { defaultCompileOptions } from '../../src/core/scenario/compile-options';
import { compileScenario } from '../../src/core/scenario/compile-scenario';
import type { ScenarioFinding, ScenarioFindingCode } from '../../src/core/scenario/scenario-finding';
import { aScenario, type ScenarioDraft, type StepDraft, type TransitionDraft } from '../support/conversation';

const end: StepDraft = { stepId: 'end', isTerminal: true, templateIds: ['bye'] };
/** A scenario of some steps that end; the first is the entry. */
const of = (...steps: readonly StepDraft[]): ScenarioDraft => ({ scenarioId: 's', steps: [...steps, end] });
const ask: StepDraft = { stepId: 'ask', collectsProfileFields: ['age'], to: ['end'] };
const tell = (stepId: string, ...to: readonly TransitionDraft[]): StepDraft => ({ stepId, templateIds: [stepId], to });
/** A scenario with a condition on its only transition. */
const when = (condition: string): ScenarioDraft => of({ ...ask, to: [{ to: 'end', condition }, 'end'] });
const tool = (toolId: string, ...dependsOn: readonly string[]): ToolBinding => ({
  toolId,
  timing: 'DURING_STEP',
  variableNames: ['paid'],
  dependsOn,
});
const twice = (fieldNames: readonly string[]): Scenario => ({
  ...aScenario(of(ask)),
  requiredFields: fieldNames.map((fieldName) => ({ fieldName, level: 'HARD', description: '' })),
});
const help: StepDraft = { ...tell('help', 'end'), reachableFromAnywhere: true };
const away: TransitionDraft = { to: 'away', intentLabel: 'x' };

interface Case {
  readonly severity: ScenarioFinding['severity'];
  readonly hit: ScenarioDraft | Scenario;
  /** What comes near and is in order. */
  readonly misses: readonly (ScenarioDraft | Scenario)[];
  /** How natural-language conditions are judged; not at all where it is left out. */
  readonly semanticEvaluation?: SemanticEvaluation;
}

/** Every code with a definition that has it, and with definitions that come near it. */
const cases: Readonly<Record<ScenarioFindingCode, Case>> = {
  ENTRY_STEP_NOT_FOUND: {
    severity: 'ERROR',
    hit: { ...of(ask), entryStepId: 'Ask' },
    misses: [{ ...of(ask), entryStepId: 'ask' }],
  },
  DUPLICATE_STEP: { severity: 'ERROR', hit: of(ask, { ...ask }), misses: [of(ask, { ...ask, stepId: 'Ask' })] },
  DUPLICATE_TRANSITION: {
    severity: 'ERROR',
    hit: of({ ...ask, to: [{ to: 'end', transitionId: 'ask/2', intentLabel: 'x' }, 'end'] }),
    misses: [of({ ...ask, to: [{ to: 'end', transitionId: 'ask/1', intentLabel: 'x' }, 'end'] })],
  },
  DUPLICATE_REQUIRED_FIELD: { severity: 'ERROR', hit: twice(['id', 'id']), misses: [twice(['id', 'Id'])] },
  MIGRATION_TARGET_NOT_FOUND: {
    severity: 'ERROR',
    hit: { ...of(ask), migrationStepMap: new Map([['old', 'new']]) },
    misses: [{ ...of(ask), migrationStepMap: new Map([['old', 'ask']]) }],
  },
  REQUIRED_ACTION_WITHOUT_TOOL: {
    severity: 'ERROR',
    hit: of({ ...ask, isRequiredAction: true }),
    misses: [of({ ...ask, isRequiredAction: true, toolIds: ['t'] }), of({ ...ask, isCheckpoint: true })],
  },
  ACTION_WITHOUT_TOOL: {
    severity: 'WARNING',
    hit: of({ ...ask, performsAction: true }),
    misses: [of({ ...ask, performsAction: true, toolIds: ['t'] })],
  },
  TOOL_NOT_FOUND: {
    severity: 'ERROR',
    hit: of({ ...ask, toolBindings: [tool('a', 'b')] }),
    misses: [of({ ...ask, toolBindings: [tool('a', 'b')], toolIds: ['b'] })],
  },
  TOOL_CYCLE: {
    severity: 'ERROR',
    hit: of({ ...ask, toolBindings: [tool('a', 'b'), tool('b', 'a')] }),
    misses: [of({ ...ask, toolBindings: [tool('a', 'b'), tool('b')] })],
  },
  DUPLICATE_TOOL: {
    severity: 'ERROR',
    hit: of({ ...ask, toolBindings: [tool('a')], toolIds: ['a'] }),
    misses: [of({ ...ask, toolIds: ['a'], to: ['again'] }, { stepId: 'again', toolIds: ['a'], to: ['end'] })],
  },
  CAN_SKIP_WITHOUT_EFFECT: {
    severity: 'WARNING',
    hit: of({ ...ask, isCheckpoint: true, canSkip: true }),
    misses: [of({ ...ask, isCheckpoint: true, canSkip: false }), of({ ...ask, canSkip: true })],
  },
  STEP_SAYS_NOTHING: {
    severity: 'WARNING',
    hit: of({ stepId: 'silent', isCheckpoint: true, requiresConfirmation: false, to: ['end'] }),
    misses: [
      of({ stepId: 'silent', to: ['end'] }),
      of({ stepId: 'silent', isCheckpoint: true, to: ['end'] }),
      of({ stepId: 'silent', canSkip: false, templateIds: ['text'], to: ['end'] }),
      { scenarioId: 's', steps: [{ stepId: 'silent', isTerminal: true }] },
    ],
  },
  DANGLING_TRANSITION: {
    severity: 'ERROR',
    hit: of({ ...ask, to: [{ to: 'End', intentLabel: 'x' }, 'end'] }),
    misses: [of(ask)],
  },
  SEMANTIC_EVALUATION_OFF: {
    severity: 'WARNING',
    hit: of({ ...ask, to: [{ to: 'end', conditionText: 'is rich', intentLabel: 'x' }, 'end'] }),
    misses: [of({ ...ask, to: [{ to: 'end', description: 'is rich', intentLabel: 'x' }, 'end'] })],
  },
  CONDITION_WITHOUT_EMBEDDING: {
    severity: 'WARNING',
    semanticEvaluation: 'embedding',
    hit: of({ ...ask, to: [{ to: 'end', conditionText: 'is rich' }, 'end'] }),
    misses: [of({ ...ask, to: [{ to: 'end', conditionText: 'is rich', conditionEmbedding: [1] }, 'end'] })],
  },
  HIDDEN_BY_DEFAULT: {
    severity: 'WARNING',
    hit: of({ ...ask, to: ['end', { to: 'end', condition: 'data.age > 1.0' }] }),
    misses: [
      of({ ...ask, to: ['end', { to: 'end', condition: 'data.age > 1.0', priority: 1 }] }),
      of({ ...ask, to: ['end', { to: 'end', condition: 'data.age > 1.0', trigger: 'ANYTIME' }] }),
      of({ ...ask, to: ['end', { to: 'end', condition: 'outcome == "declined"' }] }),
      of({ ...ask, to: ['end', { to: 'end', outcomes: ['DECLINED'] }] }),
      of({
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
    hit: of({ ...ask, to: [{ to: 'end', trigger: 'ANYTIME' }] }),
    misses: [of({ ...ask, to: [{ to: 'end', trigger: 'ANYTIME', intentLabel: 'x' }, 'end'] })],
  },
  GLOBAL_STATES_NOTHING: {
    severity: 'ERROR',
    hit: { ...of(ask, help), globals: ['help'] },
    misses: [
      { ...of(ask, help), globals: [{ to: 'help', intentLabel: 'help' }] },
      { ...of(ask, help), globals: [{ to: 'help', conditionText: 'wants help' }] },
    ],
  },
  GLOBAL_TARGET_NOT_REACHABLE: {
    severity: 'ERROR',
    hit: { ...of(ask, help), globals: [{ to: 'ask', intentLabel: 'help' }] },
    misses: [{ ...of(ask, help), globals: [{ to: 'help', intentLabel: 'help' }] }],
  },
  NO_WAY_TO_TERMINAL: {
    severity: 'ERROR',
    hit: { scenarioId: 's', steps: [{ ...ask, to: ['ask'] }] },
    misses: [
      { scenarioId: 's', steps: [{ ...ask, to: ['ask'] }], completionCondition: 'data.age > 1.0' },
      { ...of({ ...ask, to: ['ask'] }, help), globals: [{ to: 'help', intentLabel: 'help' }] },
    ],
  },
  UNREACHABLE_STEP: {
    severity: 'WARNING',
    hit: of(ask, tell('alone', 'end')),
    misses: [of(ask, help), of({ ...ask, to: ['alone'] }, tell('alone', 'end'))],
  },
  TRAP: {
    severity: 'ERROR',
    hit: of({ ...ask, to: [away, 'end'] }, tell('away', 'round'), tell('round', 'away')),
    misses: [
      of({ ...ask, to: [away, 'end'] }, tell('away', 'round'), tell('round', { to: 'end', intentLabel: 'y' }, 'away')),
      of({ ...ask, to: [away, 'end'] }, tell('away', 'round'), { ...tell('round', 'away'), isCheckpoint: true }),
      of({ ...ask, to: [away, 'end'] }, tell('away', 'round'), { ...tell('round', 'away'), toolIds: ['t'] }),
      of(ask, tell('away', 'round'), tell('round', 'away')),
      {
        ...of({ ...ask, to: [away, 'end'] }, tell('away', 'round'), tell('round', 'away')),
        completionCondition: 'data.age > 1.0',
      },
      {
        ...of({ ...ask, to: [away, 'end'] }, tell('away', 'round'), tell('round', 'away')),
        idleTimeoutMs: 60_000,
        idleAction: 'CANCEL',
      },
      {
        ...of({ ...ask, to: [away, 'end'] }, tell('away', 'round'), tell('round', 'away'), help),
        globals: [{ to: 'help', intentLabel: 'help' }],
      },
    ],
  },
  DEAD_END: {
    severity: 'WARNING',
    hit: of({ ...ask, to: [away, 'end'] }, { ...ask, stepId: 'away', to: [] }),
    misses: [
      of({ ...ask, to: [away, 'end'] }, { ...ask, stepId: 'away', to: [{ to: 'end', intentLabel: 'y' }] }),
      of({ ...ask, to: [away, 'end'] }, { ...ask, stepId: 'away', isTerminal: true, to: [] }),
      { ...of({ ...ask, to: [away, 'end'] }, tell('away'), help), globals: [{ to: 'help', intentLabel: 'help' }] },
    ],
  },
  NO_WAY_OUT: {
    severity: 'WARNING',
    hit: of({ ...ask, to: [away, 'end'] }, tell('away', 'round'), { ...ask, stepId: 'round', to: ['away'] }),
    misses: [
      of({ ...ask, to: [away, 'end'] }, tell('away', 'round'), { ...ask, stepId: 'round', to: [away, 'end'] }),
      of({ ...ask, to: [away, 'end'] }, { ...ask, stepId: 'away', to: ['round'] }, tell('round')),
    ],
  },
  FIELD_NOT_COLLECTED: {
    severity: 'WARNING',
    hit: when('data.Age > 1.0'),
    misses: [
      when('data.age > 1.0'),
      when('customer.zip == "1"'),
      { ...when('data.zip == "1"'), requires: { zip: 'SOFT' } },
      of({ ...ask, toolBindings: [tool('t')], to: [{ to: 'end', condition: 'data.paid' }, 'end'] }),
    ],
  },
  PERSISTED_FIELD_NOT_COLLECTED: {
    severity: 'WARNING',
    hit: { ...of(ask), persistedFields: ['zip'] },
    misses: [{ ...of(ask), persistedFields: ['age'] }],
  },
  CONDITION_SYNTAX: { severity: 'ERROR', hit: when('data.age >'), misses: [when('data.age > 1.0')] },
  CONDITION_TOO_LONG: {
    severity: 'ERROR',
    hit: when(`intent == "${'x'.repeat(5_000)}"`),
    misses: [when(`intent == "${'x'.repeat(1_000)}"`)],
  },
  CONDITION_TOO_DEEP: {
    severity: 'ERROR',
    hit: when(`${'['.repeat(40)}${']'.repeat(40)} == [message]`),
    misses: [when('[[[message]]] == [[["x"]]]')],
  },
  MACROS_TOO_DEEP: {
    severity: 'ERROR',
    hit: when('[1].all(a, [1].all(b, [1].all(c, [1].all(d, [1].all(e, a == e)))))'),
    misses: [when('[1].all(a, [1].all(b, a == b))')],
  },
  LIST_TOO_LONG: {
    severity: 'ERROR',
    hit: when(`intent in [${Array.from({ length: 101 }, () => '""').join(',')}]`),
    misses: [when('intent in ["a", "b"]')],
  },
  UNKNOWN_VARIABLE: { severity: 'ERROR', hit: when('dta.age > 1.0'), misses: [when('data.age > 1.0')] },
  UNKNOWN_FUNCTION: { severity: 'ERROR', hit: when('len(message) > 1'), misses: [when('size(message) > 1')] },
  UNKNOWN_TYPE: { severity: 'ERROR', hit: when('Person{name: "x"} == data.age'), misses: [when('{"x": 1}.x == 1')] },
  PATTERN: { severity: 'ERROR', hit: when('message.matches("(")'), misses: [when('message.matches("^a+$")')] },
  INTEGER_ARITHMETIC: {
    severity: 'WARNING',
    hit: when('data.age + 1 > 18.0'),
    misses: [
      when('data.age + 1.0 > 18.0'),
      when('data.age > 18'),
      when('turn + 1 > 3'),
      when('int(data.age) + 1 > 18'),
    ],
  },
  NOT_A_BOOL: { severity: 'WARNING', hit: when('message + "x"'), misses: [when('message == "x"')] },
};

function findingsOf(
  given: ScenarioDraft | Scenario,
  semanticEvaluation: SemanticEvaluation = 'off',
): readonly ScenarioFinding[] {
  const options = { ...defaultCompileOptions, semanticEvaluation };
  return compileScenario('requiredFields' in given ? given : aScenario(given), 1, options).findings;
}

test.each(Object.entries(cases))(
  'findings: %s is found, with what to do, and not in what comes near',
  (code, given) => {
    const found = findingsOf(given.hit, given.semanticEvaluation).filter((finding) => finding.code === code);
    expect(found).toMatchObject([{ severity: given.severity }]);
    expect(found[0]?.message).toMatch(/^\S.{20,}\.$/s);
    for (const miss of given.misses) {
      expect(findingsOf(miss, given.semanticEvaluation)).not.toContainEqual(expect.objectContaining({ code }));
      expect(findingsOf(miss, given.semanticEvaluation)).not.toContainEqual(
        expect.objectContaining({ severity: 'ERROR' }),
      );
    }
  },
);

test('findings: the page for authors tells every code with its severity', () => {
  const rows = readFileSync(join(__dirname, '..', '..', 'docs', 'findings.md'), 'utf8').matchAll(
    /^\| ([A-Z_, ]+) \| (\w+) \|/gm,
  );
  const told = [...rows].flatMap(([, codes = '', severity]) => codes.split(', ').map((code) => `${severity} ${code}`));
  expect(told.sort()).toEqual(
    Object.entries(cases)
      .map(([code, { severity }]) => `${severity} ${code}`)
      .sort(),
  );
});

describe('findings: steps that can trap an instance', () => {
  const codesOf = (...steps: readonly StepDraft[]): readonly string[] =>
    findingsOf(of({ ...ask, to: [away, 'end'] }, ...steps)).map(({ code, stepId }) => `${code} ${stepId}`);

  test('findings: a step that comes before a trap is none itself', () => {
    expect(codesOf(tell('away', 'a'), tell('a', 'b'), tell('b', 'a'))).toEqual(['TRAP a']);
  });

  test('findings: a step that only a global transition leads to, and nothing leaves, is a dead end and no trap', () => {
    const agent: StepDraft = { ...tell('agent'), reachableFromAnywhere: true };
    const found = findingsOf({ ...of(ask, agent), globals: [{ to: 'agent', intentLabel: 'agent' }] });
    expect(found.map(({ code, stepId }) => `${code} ${stepId}`)).toEqual(['DEAD_END agent']);
  });

  test('findings: a step that leads to itself alone is a trap', () => {
    expect(codesOf(tell('away', 'away'))).toEqual(['TRAP away']);
  });

  test('findings: going round may avoid the step that is counted', () => {
    const counted = { ...ask, stepId: 'counted', to: ['away'] };
    expect(codesOf(tell('away', { to: 'counted', intentLabel: 'y' }, 'away'), counted)).toEqual(['TRAP away']);
  });

  test('findings: a way out that a default edge hides is no way out', () => {
    expect(codesOf(tell('away', 'away', { to: 'end', intentLabel: 'y' }))).toEqual([
      'TRAP away',
      'HIDDEN_BY_DEFAULT away',
    ]);
  });

  test('findings: each dead end is told, and the cycle that only leads to one is not', () => {
    const cycle = tell('away', { to: 'b', intentLabel: 'y' }, 'c');
    expect(
      codesOf(
        cycle,
        { ...ask, stepId: 'c', to: ['away'] },
        tell('b', { to: 'd', intentLabel: 'z' }, 'e'),
        tell('d'),
        tell('e'),
      ),
    ).toEqual(['DEAD_END d', 'DEAD_END e']);
  });

  test('findings: the first steps of a long cycle are named, the others counted', () => {
    const names = ['away', 'b', 'c', 'd', 'e'];
    const steps = names.map((name, index) => tell(name, names[(index + 1) % names.length] ?? ''));
    const [trap] = findingsOf(of({ ...ask, to: [away, 'end'] }, ...steps));
    expect(trap?.message).toContain('"away", "b", "c" and 2 more');
  });
});
