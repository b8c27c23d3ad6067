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

/** Mostly none. */
const seldomSome = (values: readonly string[]): fc.Arbitrary<readonly string[]> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant<readonly string[]>([]) }, { weight: 1, arbitrary: some(values, 1) });

const stepConstructs = fc.record({
  isOptional: fc.boolean(),
  speaksWithNext: fc.boolean(),
  effect: oneOf([undefined, undefined, 'READ', 'WRITE'] as const),
  fills: some(variableNames, 1),
  calledId: oneOf(scenarioIds),
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
  declined: seldomSome(fieldNames),
  requested: seldomSome(fieldNames),
  goesBack: rarely(6),
  lost: fc.option(oneOf(['ASK', 'CONFIRM', 'INFORM'] as const), { nil: undefined, freq: 1 }),
  lostInstanceId: oneOf(scenarioIds).map((scenarioId) => `${scenarioId}#1`),
  results: fc.dictionary(oneOf(variableNames), fc.integer({ min: 1, max: 2 }), { maxKeys: 2 }),
  meant: fc.option(
    fc.record({
      name: oneOf(fieldNames),
      value: fc.integer({ min: 1, max: 2 }),
      scenarioId: oneOf(['', ...scenarioIds]),
      operation: oneOf(['SET', 'APPEND', 'REMOVE'] as const),
    }),
    { nil: undefined, freq: 1 },
  ),
  elapsedMs: oneOf([0, 1_000, 30_000, 60_000, 90_001]),
});
type TurnConstructs = typeof turnConstructs extends fc.Arbitrary<infer T> ? T : never;

function addToStep(step: StepDraft, given: StepConstructs, scenarioId: string): StepDraft {
  const collected = step.collectsProfileFields ?? [];
  const { toolIds = [], to = [] } = step;
  const [head, ...rest] = to;
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
    // A scenario calls only later ones, so that there is no cycle.
    calls:
      given.hasCall && given.calledId > scenarioId
        ? { scenarioId: given.calledId, reuseCompleted: given.reuseCompleted, returns: given.returnsCollected }
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
  const { declined, requested, goesBack, lost, lostInstanceId, results, meant } = given;
  return {
    ...turn,
    given: [...(meant ? [meant] : []), ...declined.map((name) => ({ name, declined: true }))],
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
