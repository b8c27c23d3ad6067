import { compileFieldsInParts } from '../../../src/core/fields/compile-fields';
import { Allowance } from '../../../src/core/model/allowance';
import { runWithoutPauses } from '../../../src/core/model/findings';
import { defaultCompileOptions } from '../../../src/core/scenario/compile-options';
import { compileInParts, compileScenario } from '../../../src/core/scenario/compile-scenario';
import { aScenario, type ScenarioDraft } from '../../support/conversation';
import { aField } from '../../support/field-definitions';
import { range } from '../../support/range';

const end = { stepId: 'end', isTerminal: true };

/** A scenario with conditions that read fields which nothing provides. */
const withConditions = (steps: number, perStep: number): ScenarioDraft => ({
  scenarioId: 'a',
  steps: [
    ...range(steps, (step) => ({
      stepId: `s${step}`,
      collectsProfileFields: [`f${step}`],
      to: [
        ...range(perStep, (each) => ({
          to: `s${(step + each) % steps}`,
          condition: `data.missing_${step}_${each} > 1.0`,
        })),
        { to: step + 1 < steps ? `s${step + 1}` : 'end' },
      ],
    })),
    end,
  ],
});

/** A scenario whose global transitions lead to many steps from every step. */
const withGlobals = (steps: number, globals: number): ScenarioDraft => ({
  scenarioId: 'a',
  steps: [
    ...range(steps, (step) => ({
      stepId: `s${step}`,
      reachableFromAnywhere: step < globals,
      isRecovery: false,
      to: [step + 1 < steps ? `s${step + 1}` : 'end'],
    })),
    end,
  ],
  globals: range(globals, (index) => ({ to: `s${index}`, intentLabel: `intent_${index}` })),
});

/** A scenario in which each action is compared with every step before and after it. */
const withActions = (actions: number): ScenarioDraft => ({
  scenarioId: 'a',
  steps: [
    ...range(actions, (step) => ({
      stepId: `s${step}`,
      isRequiredAction: true,
      requiresConfirmation: false,
      toolIds: ['tool'],
      to: [step + 1 < actions ? `s${step + 1}` : 'end'],
    })),
    end,
  ],
});

/** Compiles a draft and returns what it spent between the places where it can pause. */
function compileAndCount(draft: ScenarioDraft, limit = Number.POSITIVE_INFINITY) {
  const allowance = new Allowance(limit);
  const parts = compileInParts(aScenario(draft), 1, defaultCompileOptions, allowance);
  let [largestPart, start] = [0, 0];
  for (let part = parts.next(); ; part = parts.next()) {
    largestPart = Math.max(largestPart, allowance.used - start);
    start = allowance.used;
    if (part.done === true) return { largestPart, used: allowance.used, compilation: part.value };
  }
}

test('compiling can pause after at most 40,000 units, however much work the scenario needs', () => {
  expect(compileAndCount(withConditions(300, 10)).largestPart).toBeLessThan(40_000);
  expect(compileAndCount(withActions(200)).largestPart).toBeLessThan(40_000);
});

test('a condition of the greatest length is one part', () => {
  const condition = `data.a == "${'x'.repeat(1_980)}"`;
  const draft = { scenarioId: 'a', steps: [{ stepId: 's', to: [{ to: 'end', condition }, { to: 'end' }] }, end] };
  expect(compileAndCount(draft).largestPart).toBeLessThan(62_000);
});

test('pauses do not change the result', () => {
  for (const draft of [withConditions(20, 3), withGlobals(30, 5), withActions(5)]) {
    const { compiled, ...findings } = compileScenario(aScenario(draft), 1);
    const { compilation } = compileAndCount(draft);
    expect(compilation).toMatchObject(findings);
    expect(compilation.compiled?.definition).toEqual(compiled?.definition);
  }
});

test('a scenario with the greatest number of steps and conditions is within the limit', () => {
  expect(compileAndCount(withConditions(10_000, 1)).used).toBeLessThan(defaultCompileOptions.definitionWork);
});

test('the work is in proportion to steps and global transitions, not to their product', () => {
  const many = compileAndCount(withGlobals(2_000, 1_000)).used;
  const few = compileAndCount(withGlobals(2_000, 10)).used;
  expect(many / few).toBeLessThan(3);
});

test.each([
  ['compiled conditions', withConditions(300, 10)],
  ['checks', withActions(2_000)],
])('a definition that exceeds the limit on work is refused: %s', (work, draft) => {
  const allowance = new Allowance(2_000_000, 'limits.definition_work');
  const compile = () => runWithoutPauses(compileInParts(aScenario(draft), 1, defaultCompileOptions, allowance));
  expect(compile).toThrow(
    expect.objectContaining({
      reason: 'WORK_LIMIT',
      metadata: { work, limit: '2000000', setting: 'limits.definition_work' },
    }),
  );
  expect(allowance.used).toBe(2_000_000);
});

test('at most 1,000 findings are listed, ERRORs first, and the others are counted', () => {
  const draft = withConditions(150, 10);
  const { findings, omittedFindings } = compileScenario(
    aScenario({ ...draft, steps: [...draft.steps, { stepId: 'lost', to: ['nowhere'] }] }),
    1,
  );
  expect(findings).toHaveLength(1_000);
  expect(findings[0]).toMatchObject({ severity: 'ERROR', code: 'DANGLING_TRANSITION' });
  // One FIELD_NOT_COLLECTED for each condition, an unreachable step, and the transition to nowhere.
  expect(omittedFindings).toBe(150 * 10 + 2 - 1_000);
});

test('only the first findings suggest a similar name, because comparing names is slow', () => {
  const steps = range(200, (step) => ({
    stepId: `s${step}`,
    collectsProfileFields: [`field_${step}`],
    to: [{ to: `s${(step + 1) % 200}`, condition: `data.feld_${step} > 1.0` }, { to: 'end' }],
  }));
  const { findings } = compileScenario(aScenario({ scenarioId: 'a', steps: [...steps, end] }), 1);
  const suggestions = findings.filter(({ message }) => message.includes('Did you mean'));
  expect(suggestions).toHaveLength(20);
});

test('compiling field definitions can pause after each of them, and spends units for its rule', () => {
  const definitions = range(50, (index) => aField({ name: `f${index}`, valid: 'value > 1.0' }));
  const allowance = new Allowance(30_000);
  const parts = compileFieldsInParts(definitions, defaultCompileOptions.conditionLimits, allowance);
  let pauses = 0;
  expect(() => {
    for (const _ of parts) pauses += 1;
  }).toThrow(expect.objectContaining({ reason: 'WORK_LIMIT' }));
  expect(pauses).toBeGreaterThan(20);
  expect(pauses).toBeLessThan(50);
});
