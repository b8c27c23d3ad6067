import { noSignals } from '../context/instance-signals';
import { meetsStartThreshold, type SelectionContext } from '../context/selection-context';
import { compareText } from '../model/compare-text';
import { findMissingFields } from '../model/known-data';
import type { RequirementLevel } from '../model/scenario';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import { toConditionVariables } from '../steps/step-conditions';
import { type ActiveInstance, type ActiveSet, checkCapacity, checkExclusions } from './active-set';
import { hasEnded, type InstanceDecision, isActive } from './instance-decision';
import {
  isPendingStartDropped,
  type ScenarioStart,
  type StartCandidate,
  type StartRejection,
} from './start-candidates';

/** The state that a candidate is tested against. */
export interface StartTestInput {
  readonly decisions: readonly InstanceDecision[];
  readonly activeSet: ActiveSet;
  /** Starting scenarios that specialize the candidate; undefined if there are none (1.4). */
  readonly supersededBy: readonly string[] | undefined;
  /** Scenarios that the candidate is ambiguous with; undefined if there are none (1.5). */
  readonly ambiguousWith: readonly string[] | undefined;
  /** Scenarios whose exclusion is ignored, to find out which candidates are ambiguous (1.5). */
  readonly toleratedScenarioIds: ReadonlySet<string>;
}

export type StartTestResult =
  | {
      readonly hasPassed: true;
      readonly start: ScenarioStart;
      readonly activeInstance: ActiveInstance;
      readonly displaced: readonly ActiveInstance[];
    }
  | { readonly hasPassed: false; readonly rejection: StartRejection };

/** Tests a candidate in the order of 2.12. The first test that fails rejects it. */
export function testStart(
  candidate: StartCandidate,
  input: StartTestInput,
  context: SelectionContext,
): StartTestResult {
  const { scenarioId, origin, score, matchesMessage } = candidate;
  const scenario = context.catalogue.getScenario(scenarioId);
  if (!scenario) return reject({ reason: 'NOT_FOUND' });
  const rejection =
    checkAvailability(candidate, scenario, input.decisions, context) ??
    checkReadiness(scenario, input.decisions, context) ??
    checkRivals(input);
  if (rejection) return reject(rejection);
  const request = { scenario, mayDisplace: true, toleratedScenarioIds: input.toleratedScenarioIds };
  const exclusion = checkExclusions(input.activeSet, request, context);
  if (!exclusion.canActivate) return reject(exclusion);
  const limit = checkFieldsAndLimits(scenario, input.decisions, context);
  if (limit) return reject(limit);
  const capacity = checkCapacity(input.activeSet, exclusion.displaced, request, context);
  if (!capacity.canActivate) return reject(capacity);
  const instanceId = context.getNewInstanceId(scenarioId);
  return {
    hasPassed: true,
    start: {
      scenario,
      instanceId,
      origin,
      score,
      matchesMessage,
      missingSoftFields: findMissingRequiredFields(scenario, 'SOFT', context),
    },
    activeInstance: { instanceId, scenario, isNew: true, isProtected: true, lastActiveAt: context.turn.occurredAt },
    displaced: [...exclusion.displaced, ...capacity.displaced],
  };
}

function reject(rejection: StartRejection): StartTestResult {
  return { hasPassed: false, rejection };
}

/** Tests FILTERING_DISABLED, DISABLED, ALREADY_ACTIVE, JUST_ENDED, BELOW_THRESHOLD and MODEL, which depend on the session and the score. */
function checkAvailability(
  candidate: StartCandidate,
  { scenarioId, definition }: CompiledScenario,
  decisions: readonly InstanceDecision[],
  context: SelectionContext,
): StartRejection | undefined {
  const { settings } = context;
  if (!settings.filteringEnabled) return { reason: 'FILTERING_DISABLED' };
  if (!definition.enabled) return { reason: 'DISABLED' };
  const isNamed = meetsStartThreshold(candidate, settings);
  const failedScoreTest: StartRejection = { reason: candidate.matchesMessage === false ? 'MODEL' : 'BELOW_THRESHOLD' };
  const existingDecision = decisions.find(({ view }) => view.instance.scenarioId === scenarioId);
  if (existingDecision && !hasEnded(existingDecision)) {
    return isNamed || isActive(existingDecision) ? { reason: 'ALREADY_ACTIVE' } : failedScoreTest;
  }
  const hasJustEnded = existingDecision !== undefined || isPendingStartDropped(scenarioId, context);
  if (hasJustEnded && candidate.origin !== 'AIMED') return { reason: 'JUST_ENDED' };
  return isNamed ? undefined : failedScoreTest;
}

/** Tests ENTRY_CONDITION and DEPENDENCY, which depend on the data and on the scenarios that have completed. */
function checkReadiness(
  scenario: CompiledScenario,
  decisions: readonly InstanceDecision[],
  context: SelectionContext,
): StartRejection | undefined {
  const entry = checkEntryCondition(scenario, context);
  if (entry) return entry;
  const hasCompleted = (id: string): boolean =>
    (context.session.scenarioCounters.get(id)?.completions ?? 0) > 0 ||
    decisions.some(({ action, view }) => action === 'COMPLETE' && view.instance.scenarioId === id);
  const unmet = context.catalogue.relationships.getDependencies(scenario.scenarioId).filter((id) => !hasCompleted(id));
  return unmet.length > 0 ? { reason: 'DEPENDENCY', blockingScenarioIds: [...unmet].sort(compareText) } : undefined;
}

/** Tests ENTRY_CONDITION: the condition must be TRUE. No signals reach the condition, because the instance does not exist yet (0.2). */
function checkEntryCondition(
  { entryCondition }: CompiledScenario,
  context: SelectionContext,
): StartRejection | undefined {
  if (!entryCondition) return undefined;
  const { truth, missingFields, error } = entryCondition.evaluate(
    toConditionVariables(context, {
      known: context.known,
      instanceVariables: new Map(),
      signals: noSignals,
      changedFields: context.changedFields,
      outcome: undefined,
      visits: 0,
      attempts: 0,
    }),
  );
  if (truth === 'TRUE') return undefined;
  return {
    reason: 'ENTRY_CONDITION',
    missingFields,
    conditionErrors: error ? [`entry_condition: ${error}`] : [],
  };
}

/** Tests SUPERSEDED and AMBIGUOUS, which depend on the other candidates (1.4, 1.5). */
function checkRivals({ supersededBy, ambiguousWith }: StartTestInput): StartRejection | undefined {
  if (supersededBy) return { reason: 'SUPERSEDED', blockingScenarioIds: supersededBy };
  return ambiguousWith ? { reason: 'AMBIGUOUS', blockingScenarioIds: ambiguousWith } : undefined;
}

/** Tests MISSING_HARD_FIELDS, START_LIMIT and START_BLOCKED (2.12, 2.13). */
function checkFieldsAndLimits(
  scenario: CompiledScenario,
  decisions: readonly InstanceDecision[],
  context: SelectionContext,
): StartRejection | undefined {
  const { settings, session } = context;
  const missingFields = findMissingRequiredFields(scenario, 'HARD', context).filter(
    (field) => !scenario.collectedFields.has(field),
  );
  if (settings.blockOnMissingHardFields && missingFields.length > 0) {
    return { reason: 'MISSING_HARD_FIELDS', missingFields };
  }
  const maxStarts = scenario.definition.maxStartsPerSession;
  const starts = session.scenarioCounters.get(scenario.scenarioId)?.starts ?? 0;
  if (maxStarts !== undefined && starts >= maxStarts) return { reason: 'START_LIMIT' };
  const blocking = decisions
    .filter((decision) => isActive(decision) || decision.reason === 'STAYS_PAUSED')
    .filter(({ view }) => view.isAddressed && view.step?.definition.blocksStarts)
    .map(({ view }) => view.instance.scenarioId);
  return blocking.length > 0
    ? { reason: 'START_BLOCKED', blockingScenarioIds: [...new Set(blocking)].sort(compareText) }
    : undefined;
}

/** Returns the required fields of one level that have no value in the session, sorted (2.13). */
function findMissingRequiredFields(
  { definition }: CompiledScenario,
  level: RequirementLevel,
  { known }: Pick<SelectionContext, 'known'>,
): readonly string[] {
  const required = definition.requiredFields.filter((field) => field.level === level);
  const missingFields = findMissingFields(
    required.map(({ fieldName }) => fieldName),
    known,
  );
  return [...missingFields].sort(compareText);
}
