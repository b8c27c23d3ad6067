import fc from 'fast-check';
import type { ModelProposal } from '../../src/core/model/model-proposal';
import type { SignalDraft, TurnDraft } from './conversation';
import { fieldNames, oneOf, outcomeKinds, scenarioIds, stepIds } from './random-names';

/** Random turns of a session. They refer to instances, requests and fields that exist, and to some that do not. */

const value = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 2 }) },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: oneOf(['', 'text', true] as const) },
);
const fields = fc.dictionary(oneOf(fieldNames), value, { maxKeys: 4 });
const results = fc.dictionary(oneOf(['found', ...fieldNames]), value, { maxKeys: 3 });
const instanceId = fc
  .tuple(oneOf(scenarioIds), fc.integer({ min: 1, max: 4 }))
  .map(([scenarioId, number]) => `${scenarioId}#${number}`);

const actionKey = fc
  .tuple(instanceId, oneOf(stepIds), fc.integer({ min: 1, max: 3 }), oneOf(['', '', '/2']))
  .map(([id, stepId, visit, agreement]) => `${id}/${stepId}/${visit}${agreement}`);

const outcome = fc.record(
  {
    kind: fc.oneof(
      { weight: 5, arbitrary: oneOf(['CONFIRMED', 'ACTION_SUCCEEDED'] as const) },
      { weight: 2, arbitrary: oneOf(outcomeKinds) },
    ),
    instanceId: fc.oneof({ weight: 3, arbitrary: fc.constant('') }, { weight: 1, arbitrary: instanceId }),
    stepId: fc.oneof({ weight: 9, arbitrary: fc.constant('') }, { weight: 1, arbitrary: oneOf(stepIds) }),
    actionKey: fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: actionKey }),
    toolId: oneOf(['', '', '', 't', 'u', 'other']),
    results,
  },
  { requiredKeys: ['kind'] },
);

const signal: fc.Arbitrary<SignalDraft> = fc
  .tuple(
    oneOf(['START', 'CONTINUE', 'PAUSE', 'COMPLETE', 'CANCEL', 'BACK', 'BACK', 'NONE'] as const),
    oneOf(['', '*', ...scenarioIds]),
  )
  .map(([kind, aim]) => (aim === '' ? kind : [kind, aim]));

/** Candidate variables that name a scenario, change a list or are declined. */
const given = fc.record({
  name: oneOf(fieldNames),
  value: oneOf([1, 2, 'text']),
  scenarioId: oneOf(['', '', ...scenarioIds]),
  operation: oneOf(['SET', 'APPEND', 'REMOVE'] as const),
  declined: fc.boolean(),
});

const delivery = fc.record({
  instanceId,
  contributionType: oneOf(['ASK', 'CONFIRM', 'INFORM'] as const),
  status: oneOf(['DELIVERED', 'CUT_OFF', 'NOT_SAID'] as const),
});

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

export const randomTurn: fc.Arbitrary<TurnDraft> = fc.record({
  proposal: fc.option(proposal, { nil: undefined, freq: 2 }),

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
  given: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(given, { maxLength: 2 }) },
  ),
  deliveries: fc.oneof(
    { weight: 6, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(delivery, { maxLength: 2 }) },
  ),
  requested: oneOf<readonly string[]>([[], [], ['price']]),
  patch: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: fields }),
  outcomes: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 3, arbitrary: fc.array(outcome, { maxLength: 2 }) },
  ),
  facts: fc.oneof(fc.constant({}), fc.constant({ vip: true })),
  /** Time since the turn before, in ms. The session adds them up. */
  occurredAt: oneOf([0, 1_000, 30_000, 60_000, 90_001]),
});
