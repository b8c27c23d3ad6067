import fc from 'fast-check';
import type { StepCall, ToolBinding } from '../../src/core/model/scenario';
import { aRelationship, type ScenarioDraft, type StepDraft, type TransitionDraft } from './conversation';
import { fieldNames, oneOf, outcomeKinds, rarely, scenarioIds, some, stepIds } from './random-names';
import { randomTurn } from './random-turns';

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
  'has(data.found)',
  'attempts_total > 2',
  'data.a > "text"',
  'true',
  'false',
];
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
        afterMs: oneOf([undefined, undefined, undefined, undefined, 60_000]),
        conditionText: rarely(6).map((given) => (given ? 'the customer is in a hurry' : '')),
      }),
    },
  );

const tool: fc.Arbitrary<ToolBinding> = fc.record({
  toolId: oneOf(['t', 'u']),
  timing: fc.constant('DURING_STEP' as const),
  variableNames: some(['found', ...fieldNames], 1),
  dependsOn: fc.constant([]),
  effect: oneOf([undefined, undefined, 'READ', 'WRITE'] as const),
});
/** Calls are rare, so that most walks do not wait for one. */
const call = (callees: readonly string[]): fc.Arbitrary<StepCall | undefined> =>
  fc.oneof(
    { weight: 8, arbitrary: fc.constant(undefined) },
    {
      weight: 1,
      arbitrary: fc.record({ scenarioId: oneOf(callees), reuseCompleted: fc.boolean(), returns: some(fieldNames, 1) }),
    },
  );
const plainTool: ToolBinding = { toolId: 't', timing: 'DURING_STEP', variableNames: [], dependsOn: [] };

const step = (stepId: string, targets: readonly string[], callees: readonly string[]): fc.Arbitrary<StepDraft> =>
  fc
    .record({
      collectsProfileFields: some(fieldNames),
      isCheckpoint: rarely(2),
      isRequiredAction: rarely(4),
      performsAction: fc.boolean(),
      requiresConfirmation: fc.option(rarely(2), { nil: undefined, freq: 2 }),
      confirmsFields: some(fieldNames, 1),
      tools: fc.uniqueArray(tool, { selector: ({ toolId }) => toolId, maxLength: 2 }),
      templateIds: some(['text'], 1),
      speak: oneOf(['INFORM', 'INFORM', 'WITH_NEXT'] as const),
      ending: oneOf(['SUCCEEDED', 'SUCCEEDED', 'FAILED'] as const),
      hasNoWayOn: rarely(3),
      optionalFields: some(fieldNames, 1),
      confirmsNothing: rarely(8),
      calls: callees.length === 0 ? fc.constant(undefined) : call(callees),
      remindAfterMs: oneOf([undefined, undefined, 60_000]),
      canSkip: fc.option(fc.boolean(), { nil: undefined, freq: 2 }),
      isTerminal: rarely(6),
      reachableFromAnywhere: rarely(2),
      priority: fc.integer({ min: 0, max: 2 }),
      maxLoopCount: oneOf([undefined, 1, 2]),
      blocksStarts: rarely(5),
      to: fc.array(transition(targets), { minLength: 1, maxLength: 3 }),
    })
    .map(({ tools, optionalFields, hasNoWayOn, ...given }) => ({
      ...given,
      stepId,
      to: given.isTerminal && hasNoWayOn ? [] : given.to,
      confirmsNothing: given.confirmsNothing && given.confirmsFields.length === 0,
      toolBindings: given.isRequiredAction && tools.length === 0 ? [plainTool] : tools,
      optionalFields: optionalFields.filter((field) => given.collectsProfileFields.includes(field)),
    }));

const scenario = (scenarioId: string, callees: readonly string[] = []): fc.Arbitrary<ScenarioDraft> =>
  fc.integer({ min: 2, max: stepIds.length }).chain((count) => {
    const own = stepIds.slice(0, count);
    return fc
      .record({
        steps: fc.tuple(...own.map((stepId) => step(stepId, own, callees))),
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
        cancelCondition: fc.oneof(
          { weight: 8, arbitrary: fc.constant('') },
          { weight: 1, arbitrary: oneOf(conditions) },
        ),
        persistedFields: some(['found', ...fieldNames], 1),
        localFields: fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some(fieldNames, 1) }),
        isReturning: fc.boolean(),
        requires: fc.oneof(
          { weight: 3, arbitrary: fc.constant({}) },
          { weight: 1, arbitrary: fc.dictionary(oneOf(fieldNames), oneOf(['HARD', 'SOFT'] as const), { maxKeys: 1 }) },
        ),
        maxStartsPerSession: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
        idleTimeoutMs: fc.option(fc.constant(90_000), { nil: undefined }),
        idleAction: oneOf(['PAUSE', 'CANCEL'] as const),
        whenNotAddressed: oneOf(['QUIET', 'CONTRIBUTE', 'PAUSE'] as const),
        whenDisplaced: oneOf(['PAUSE', 'PAUSE', 'CANCEL'] as const),
        resume: oneOf(['AUTOMATIC', 'AUTOMATIC', 'OFFER'] as const),
        askBeforeStart: rarely(12),
      })
      .map(({ isReturning, steps, globals, ...given }) => {
        const allowed = globals.filter((each) => isAllowedGlobal(each, steps));
        const targets = new Set(allowed.map((each) => (typeof each === 'string' ? each : each.to)));
        return {
          ...given,
          scenarioId,
          globals: allowed,
          steps: isReturning ? steps.map((each) => (targets.has(each.stepId) ? addReturn(each) : each)) : steps,
        };
      });
  });

/** The step also returns to where a global transition came from. */
function addReturn(draft: StepDraft): StepDraft {
  return { ...draft, to: [{ returns: true }, ...(draft.to ?? [])] };
}

function isAllowedGlobal(global: TransitionDraft, steps: readonly StepDraft[]): boolean {
  if (typeof global === 'string') return false;
  const { to, condition = '', intentLabel = '', conditionFields = [], outcomes = [], afterMs } = global;
  const states =
    condition !== '' ||
    intentLabel !== '' ||
    conditionFields.length > 0 ||
    outcomes.length > 0 ||
    afterMs !== undefined;
  return states && steps.some(({ stepId, reachableFromAnywhere }) => stepId === to && reachableFromAnywhere);
}

const relationship = fc
  .tuple(
    oneOf(scenarioIds),
    oneOf(['EXCLUDES', 'IMPLIES', 'SPECIALIZES', 'AMBIGUOUS', 'RELATED', 'LEADS_TO'] as const),
    oneOf(scenarioIds),
    rarely(3),
  )
  .filter(([source, , target]) => source !== target)
  .map(([source, kind, target, ofRule]) =>
    ofRule ? aRelationship('rule', kind, target, 'RULE') : aRelationship(source, kind, target),
  );
/** A dependency in one direction only, to avoid a cycle. */
const dependency = fc.constant(aRelationship('r', 'DEPENDS_ON', 'p'));

const session = fc.record({
  scenarios: fc.tuple(scenario('p', ['r']), scenario('q', ['r']), scenario('r')),
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
  turns: fc.array(randomTurn, { minLength: 1, maxLength: 12 }),
});

/** A catalogue of three scenarios, with cycles, and the turns of a session. Their times do not decrease. */
export const randomSession = session.map(({ turns, ...rest }) => {
  let now = 0;
  return {
    ...rest,
    turns: turns.map((each) => {
      now += each.occurredAt ?? 0;
      return { ...each, occurredAt: now };
    }),
  };
});
