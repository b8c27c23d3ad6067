import fc from 'fast-check';
import type { ModelProposal } from '../../src/core/model/model-proposal';
import {
  aRelationship,
  type ScenarioDraft,
  type SignalDraft,
  type StepDraft,
  type TransitionDraft,
  type TurnDraft,
} from './conversation';

/** Few names, so that scenarios and turns refer to the same ones. */
const scenarioIds = ['p', 'q', 'r'];
const stepIds = ['s0', 's1', 's2', 's3', 's4'];
const fieldNames = ['a', 'b', 'c', 'd'];
const conditions = [
  'data.a == 1.0',
  'data.b != 2.0',
  'data.a > data.b',
  'data.c == 1.0 || data.d == 1.0',
  '!has(data.d)',
  'outcome == "declined"',
  'outcome != ""',
  'visits > 1',
  'attempts > 1',
  '"a" in changed',
  'turn % 2 == 0',
  'intent == "x"',
  'facts.vip',
  'data.a > "text"',
  'true',
  'false',
];
const oneOf = <T>(values: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...values);
const rarely = (weight: number): fc.Arbitrary<boolean> =>
  fc.oneof({ weight, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) });
const some = <T>(values: readonly T[], maxLength = 2): fc.Arbitrary<T[]> =>
  fc.uniqueArray(oneOf(values), { maxLength });
const outcomeKinds = ['CONFIRMED', 'DECLINED', 'ACTION_SUCCEEDED', 'ACTION_FAILED'] as const;

/** The default edge is frequent, so that walks are long. */
const transition = (targets: readonly string[]): fc.Arbitrary<TransitionDraft> =>
  fc.oneof(
    { weight: 6, arbitrary: oneOf(targets).map((to) => ({ to })) },
    {
      weight: 4,
      arbitrary: fc.record({
        to: oneOf(targets),
        priority: fc.integer({ min: -1, max: 2 }),
        trigger: fc.oneof(
          { weight: 4, arbitrary: fc.constant('ON_COMPLETION' as const) },
          { weight: 1, arbitrary: fc.constant('ANYTIME' as const) },
        ),
        condition: fc.option(oneOf(conditions), { nil: '' }),
        intentLabel: fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constant('x') }),
        conditionFields: some(fieldNames, 1),
        outcomes: some(outcomeKinds, 1),
        clears: some(fieldNames, 1),
        conditionText: rarely(6).map((given) => (given ? 'the customer is in a hurry' : '')),
      }),
    },
  );

const step = (stepId: string, targets: readonly string[]): fc.Arbitrary<StepDraft> =>
  fc
    .record({
      collectsProfileFields: some(fieldNames),
      isCheckpoint: rarely(2),
      isRequiredAction: rarely(4),
      performsAction: fc.boolean(),
      requiresConfirmation: fc.option(rarely(2), { nil: undefined, freq: 1 }),
      confirmsFields: some(fieldNames, 1),
      toolIds: some(['t', 'u']),
      templateIds: some(['text'], 1),
      canSkip: fc.option(fc.boolean(), { nil: undefined, freq: 1 }),
      isTerminal: rarely(6),
      reachableFromAnywhere: rarely(2),
      priority: fc.integer({ min: 0, max: 2 }),
      maxLoopCount: oneOf([undefined, 1, 2]),
      blocksStarts: rarely(5),
      to: fc.array(transition(targets), { minLength: 1, maxLength: 3 }),
    })
    .map((given) => ({
      ...given,
      stepId,
      toolIds: given.isRequiredAction && given.toolIds.length === 0 ? ['t'] : given.toolIds,
    }));

const scenario = (scenarioId: string): fc.Arbitrary<ScenarioDraft> =>
  fc.integer({ min: 2, max: stepIds.length }).chain((count) => {
    const own = stepIds.slice(0, count);
    return fc
      .record({
        steps: fc.tuple(...own.map((stepId) => step(stepId, own))),
        globals: fc.array(transition(own), { maxLength: 1 }),
        priority: fc.integer({ min: 0, max: 2 }),
        exclusive: rarely(12),
        completionCondition: fc.oneof(
          { weight: 4, arbitrary: fc.constant('false') },
          { weight: 1, arbitrary: oneOf(conditions) },
        ),
        entryCondition: fc.oneof(
          { weight: 6, arbitrary: fc.constant('') },
          { weight: 1, arbitrary: oneOf(conditions) },
        ),
        persistedFields: some(fieldNames, 1),
        requires: fc.oneof(
          { weight: 3, arbitrary: fc.constant({}) },
          { weight: 1, arbitrary: fc.dictionary(oneOf(fieldNames), oneOf(['HARD', 'SOFT'] as const), { maxKeys: 1 }) },
        ),
        maxStartsPerSession: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
        idleTimeoutMs: fc.option(fc.constant(90_000), { nil: undefined }),
        idleAction: oneOf(['PAUSE', 'CANCEL'] as const),
        whenNotAddressed: oneOf(['QUIET', 'CONTRIBUTE', 'PAUSE'] as const),
      })
      .map((given) => ({
        ...given,
        scenarioId,
        globals: given.globals.filter((each) => isAllowedGlobal(each, given.steps)),
      }));
  });

function isAllowedGlobal(global: TransitionDraft, steps: readonly StepDraft[]): boolean {
  if (typeof global === 'string') return false;
  const { to, condition = '', intentLabel = '', conditionFields = [], outcomes = [] } = global;
  const states = condition !== '' || intentLabel !== '' || conditionFields.length > 0 || outcomes.length > 0;
  return states && steps.some(({ stepId, reachableFromAnywhere }) => stepId === to && reachableFromAnywhere);
}

const value = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 2 }) },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: oneOf(['', 'text', true] as const) },
);
const fields = fc.dictionary(oneOf(fieldNames), value, { maxKeys: 4 });
const instanceId = fc
  .tuple(oneOf(scenarioIds), fc.integer({ min: 1, max: 4 }))
  .map(([scenarioId, number]) => `${scenarioId}#${number}`);

const outcome = fc.record(
  {
    kind: fc.oneof(
      { weight: 5, arbitrary: oneOf(['CONFIRMED', 'ACTION_SUCCEEDED'] as const) },
      { weight: 2, arbitrary: oneOf(outcomeKinds) },
    ),
    instanceId: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: instanceId }),
    stepId: fc.oneof({ weight: 9, arbitrary: fc.constant('') }, { weight: 1, arbitrary: oneOf(stepIds) }),
    actionKey: fc.oneof({ weight: 6, arbitrary: fc.constant('') }, { weight: 1, arbitrary: fc.constant('p#1/s0/1') }),
    results: fields,
  },
  { requiredKeys: ['kind'] },
);

const signal: fc.Arbitrary<SignalDraft> = fc
  .tuple(oneOf(['START', 'CONTINUE', 'PAUSE', 'COMPLETE', 'CANCEL', 'NONE'] as const), oneOf(['', '*', ...scenarioIds]))
  .map(([kind, aim]) => (aim === '' ? kind : [kind, aim]));

const truth = oneOf(['TRUE', 'FALSE', 'UNKNOWN'] as const);

/** A proposal about existing and unknown instances and scenarios. */
const proposal: fc.Arbitrary<ModelProposal> = fc.record({
  outcome: fc.oneof(
    { weight: 6, arbitrary: fc.constant('PROPOSED' as const) },
    { weight: 1, arbitrary: fc.constant('TIMEOUT' as const) },
  ),
  model: fc.constant('random'),
  actions: fc
    .array(fc.tuple(instanceId, oneOf(['CONTINUE', 'PAUSE', 'COMPLETE', 'CANCEL'] as const)), { maxLength: 4 })
    .map((actions) => new Map(actions)),
  fits: fc
    .array(fc.tuple(oneOf([...scenarioIds, 'unknown']), fc.boolean()), { maxLength: 3 })
    .map((fits) => new Map(fits)),
  verdicts: fc.array(
    fc.record({
      scenarioId: oneOf(scenarioIds),
      scenarioVersion: fc.constant(1),
      transitionId: fc
        .tuple(oneOf([...stepIds, 'global']), fc.integer({ min: 1, max: 3 }))
        .map(([at, number]) => `${at}/${number}`),
      truth,
    }),
    { maxLength: 4 },
  ),
});

const turn: fc.Arbitrary<TurnDraft> = fc.record({
  proposal: fc.option(proposal, { nil: undefined, freq: 1 }),

  trigger: oneOf(['MESSAGE', 'MESSAGE', 'MESSAGE', 'MESSAGE', 'TOOL_RESULTS', 'TIMER'] as const),
  intent: oneOf(['', '', 'x']),
  signals: fc.oneof(
    { weight: 5, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(signal, { maxLength: 2 }) },
  ),
  candidates: fc.dictionary(oneOf([...scenarioIds, ...scenarioIds, 'unknown']), oneOf([0.4, 0.6, 0.65, 0.9]), {
    maxKeys: 2,
  }),
  rules: fc.array(
    fc.record({
      ruleId: fc.constant('rule'),
      scope: fc.constant('SCENARIO' as const),
      scopeId: oneOf(scenarioIds),
      priority: fc.integer({ min: -2, max: 9 }),
    }),
    { maxLength: 1 },
  ),
  customer: fields,
  variables: fields,
  patch: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fields }),
  outcomes: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 3, arbitrary: fc.array(outcome, { maxLength: 2 }) },
  ),
  facts: fc.oneof(fc.constant({}), fc.constant({ vip: true })),
  occurredAt: fc.integer({ min: 0, max: 400_000 }),
});

const relationship = fc
  .tuple(
    oneOf(scenarioIds),
    oneOf(['EXCLUDES', 'IMPLIES', 'SPECIALIZES', 'AMBIGUOUS', 'RELATED'] as const),
    oneOf(scenarioIds),
    rarely(3),
  )
  .filter(([source, , target]) => source !== target)
  .map(([source, kind, target, ofRule]) =>
    ofRule ? aRelationship('rule', kind, target, 'RULE') : aRelationship(source, kind, target),
  );
/** A dependency in one direction only, to avoid a cycle. */
const dependency = fc.constant(aRelationship('r', 'DEPENDS_ON', 'p'));

/** A catalogue of three scenarios, with cycles, and the turns of a session. */
export const randomSession = fc.record({
  scenarios: fc.tuple(...scenarioIds.map(scenario)),
  relationships: fc.array(fc.oneof({ weight: 9, arbitrary: relationship }, { weight: 1, arbitrary: dependency }), {
    maxLength: 2,
  }),
  settings: fc.record({
    enableStepSkipping: rarely(4).map((off) => !off),
    enableMultiScenario: rarely(6).map((off) => !off),
    maxSimultaneousScenarios: fc.integer({ min: 1, max: 3 }),
    maxConfirmsPerTurn: fc.integer({ min: 1, max: 2 }),
    maxFieldsToAskPerTurn: fc.integer({ min: 0, max: 2 }),
    maxAttempts: oneOf([0, 1, 5]),
    maxHopsPerTurn: oneOf([1, 2, 1_000, 1_000, 1_000]),
    pathEntries: oneOf([2, 200]),
    resumePolicy: oneOf(['next_turn', 'explicit'] as const),
    semanticEvaluation: oneOf(['off', 'llm'] as const),
  }),
  turns: fc.array(turn, { minLength: 1, maxLength: 12 }),
});
