import fc from 'fast-check';
import { compileScenario } from '../../src/core/scenario/compile-scenario';
import { aScenario, type ScenarioDraft, type StepDraft, type TransitionDraft, type TurnDraft } from './conversation';
import { randomSession } from './random-scenarios';

// Adds to the random sessions what the steps, scenarios and turns of `random-scenarios` do not use: optional and local fields, look-ups, calls,
// templates that are said with the next contribution, times, consent, offers, BACK, declined fields and reports of deliveries.

const scenarioIds = ['p', 'q', 'r'];
const fieldNames = ['a', 'b', 'c', 'd'];
const variableNames = ['v', 'w'];
const oneOf = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const rarely = (weight: number): fc.Arbitrary<boolean> =>
  fc.oneof({ weight, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
const some = <T>(values: readonly T[], maxLength = 2): fc.Arbitrary<T[]> =>
  fc.uniqueArray(oneOf(values), { maxLength });

const stepConstructs = fc.record({
  isOptional: fc.boolean(),
  speaksWithNext: fc.boolean(),
  effect: oneOf([undefined, undefined, 'READ', 'WRITE'] as const),
  fills: some(variableNames, 1),
  calls: fc.option(oneOf(scenarioIds), { nil: undefined, freq: 1 }).filter(() => true),
  returnsCollected: some(fieldNames, 1),
  reuseCompleted: fc.boolean(),
  hasCall: rarely(6),
  isSilentEnd: rarely(3),
  ending: oneOf(['SUCCEEDED', 'SUCCEEDED', 'FAILED'] as const),
  remindAfterMs: fc.option(fc.constant(60_000), { nil: undefined }),
  afterMs: fc.option(oneOf([30_000, 90_000]), { nil: undefined, freq: 1 }),
  confirmsNothing: rarely(8),
});
type StepConstructs = typeof stepConstructs extends fc.Arbitrary<infer T> ? T : never;

const scenarioConstructs = fc.record({
  localFields: some(fieldNames, 1),
  askBeforeStart: rarely(5),
  resume: oneOf(['AUTOMATIC', 'AUTOMATIC', 'OFFER'] as const),
  whenDisplaced: oneOf(['PAUSE', 'PAUSE', 'CANCEL'] as const),
  persistsResults: fc.boolean(),
  steps: fc.array(stepConstructs, { minLength: 5, maxLength: 5 }),
});
type ScenarioConstructs = typeof scenarioConstructs extends fc.Arbitrary<infer T> ? T : never;

const turnConstructs = fc.record({
  declined: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some(fieldNames, 1) }),
  requested: fc.oneof({ weight: 5, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some(fieldNames, 1) }),
  goesBack: rarely(6),
  lost: fc.option(oneOf(['ASK', 'CONFIRM', 'INFORM'] as const), { nil: undefined, freq: 1 }),
  lostInstanceId: oneOf(scenarioIds).map((scenarioId) => `${scenarioId}#1`),
  results: fc.dictionary(oneOf(variableNames), fc.integer({ min: 1, max: 2 }), { maxKeys: 2 }),
  meantFor: fc.dictionary(oneOf(fieldNames), oneOf(scenarioIds), { maxKeys: 1 }),
  elapsedMs: oneOf([0, 1_000, 30_000, 60_000, 90_001]),
});
type TurnConstructs = typeof turnConstructs extends fc.Arbitrary<infer T> ? T : never;

function addToStep(step: StepDraft, given: StepConstructs, scenarioId: string): StepDraft {
  const collected = step.collectsProfileFields ?? [];
  const { toolIds = [], to = [] } = step;
  const [head, ...rest] = to;
  // A scenario that calls itself is refused, and a later one may call no earlier one: no cycle of calls.
  const called = given.calls !== undefined && given.calls > scenarioId ? given.calls : undefined;
  return {
    ...step,
    optionalFields: given.isOptional ? collected : [],
    speak: given.speaksWithNext ? 'WITH_NEXT' : 'INFORM',
    toolIds: [],
    toolBindings: toolIds.map((toolId) => ({
      toolId,
      timing: 'DURING_STEP',
      variableNames: given.fills,
      dependsOn: [],
      effect: given.effect,
    })),
    calls:
      given.hasCall && called !== undefined
        ? { scenarioId: called, reuseCompleted: given.reuseCompleted, returns: given.returnsCollected }
        : undefined,
    ending: given.ending,
    remindAfterMs: given.remindAfterMs,
    confirmsNothing: given.confirmsNothing && (step.confirmsFields ?? []).length === 0,
    to: step.isTerminal && given.isSilentEnd ? [] : [...(head ? [addAfter(head, given.afterMs)] : []), ...rest],
  };
}

function addAfter(transition: TransitionDraft, afterMs: number | undefined): TransitionDraft {
  if (afterMs === undefined) return transition;
  return typeof transition === 'string' ? { to: transition, afterMs } : { ...transition, afterMs };
}

/** Returns the scenario with the constructs, or as it was if they do not fit it. */
function addToScenario(scenario: ScenarioDraft, given: ScenarioConstructs): ScenarioDraft {
  const { localFields, askBeforeStart, resume, whenDisplaced } = given;
  const changed: ScenarioDraft = {
    ...scenario,
    localFields,
    askBeforeStart,
    resume,
    whenDisplaced,
    persistedFields: given.persistsResults
      ? [...(scenario.persistedFields ?? []), ...variableNames]
      : (scenario.persistedFields ?? []),
    steps: scenario.steps.map((step, index) => {
      const constructs = given.steps[index];
      return constructs ? addToStep(step, constructs, scenario.scenarioId) : step;
    }),
  };
  return compileScenario(aScenario(changed), 1).compiled ? changed : scenario;
}

function addToTurn(turn: TurnDraft, given: TurnConstructs): TurnDraft {
  const { declined, requested, goesBack, lost, lostInstanceId, results, meantFor } = given;
  return {
    ...turn,
    variables: {},
    given: [
      ...Object.entries(turn.variables ?? {}).map(([name, value]) => ({
        name,
        value,
        scope: turn.scopes?.[name] ?? 'CASE',
        scenarioId: meantFor[name] ?? '',
      })),
      ...Array.from<string, { name: string; declined: boolean }>(declined, (name) => ({ name, declined: true })),
    ],
    requested,
    signals: goesBack ? [...(turn.signals ?? []), 'BACK'] : (turn.signals ?? []),
    deliveries: lost ? [{ instanceId: lostInstanceId, contributionType: lost, status: 'NOT_SAID' }] : [],
    outcomes: (turn.outcomes ?? []).map((outcome) => ({ ...outcome, results: { ...outcome.results, ...results } })),
  };
}

/** A random session that uses all constructs of scenarios and turns. The times of its turns do not decrease. */
export const randomSessionWithConstructs = fc
  .tuple(
    randomSession,
    fc.tuple(scenarioConstructs, scenarioConstructs, scenarioConstructs),
    fc.array(turnConstructs, { minLength: 12, maxLength: 12 }),
  )
  .map(([session, scenarios, turns]) => {
    let occurredAt = 0;
    return {
      ...session,
      scenarios: session.scenarios.map((scenario, index) => {
        const given = scenarios[index];
        return given ? addToScenario(scenario, given) : scenario;
      }),
      turns: session.turns.map((turn, index) => {
        const given = turns[index];
        if (!given) return turn;
        occurredAt += given.elapsedMs;
        return { ...addToTurn(turn, given), occurredAt };
      }),
    };
  });
