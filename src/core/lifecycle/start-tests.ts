import { noSignals } from '../context/instance-signals';
import { meetsStartThreshold, type SelectionContext } from '../context/selection-context';
import { compareText } from '../model/compare-text';
import { findMissingFields, type KnownData } from '../model/known-data';
import type { RequirementLevel } from '../model/scenario';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import { toConditionVariables } from '../steps/step-conditions';
import { type ActiveInstance, checkCapacity, checkExclusions, listActive, sortUnique } from './active-set';
import type { StartCandidate, StartRejection } from './scenario-start';
import { isPendingStartCanceled } from './start-candidates';
import { createStartData, createStartView } from './start-data';
import {
  createTurnInstance,
  getScenarioId,
  hasEnded,
  hasSucceeded,
  isActive,
  type TurnInstance,
} from './turn-instance';
import { findScenarioInstance, type TurnState } from './turn-state';

/** What a candidate is tested against. */
export interface StartTestInput {
  readonly state: TurnState;
  /** Starting scenarios that specialize the candidate; undefined if there are none (1.4). */
  readonly supersededBy?: readonly string[] | undefined;
  /** Scenarios that the candidate is ambiguous with; undefined if there are none (1.5). */
  readonly ambiguousWith?: readonly string[] | undefined;
  /** Scenarios whose exclusion is ignored: rivals while ambiguity is determined (1.5), and callers (section 11). */
  readonly toleratedScenarioIds: ReadonlySet<string>;
  /** Consent is not required, because the test only determines which candidates would start (1.5). */
  readonly ignoresConsent?: boolean;
}

export type StartTestResult =
  | {
      readonly hasPassed: true;
      readonly started: TurnInstance;
      readonly displaced: readonly ActiveInstance[];
    }
  | { readonly hasPassed: false; readonly rejection: StartRejection };

/** Tests a candidate in the order of 2.12. The first test that fails rejects it. */
export function testStart(
  candidate: StartCandidate,
  input: StartTestInput,
  context: SelectionContext,
): StartTestResult {
  const { scenarioId, origin, score, matchesMessage, localValues } = candidate;
  const scenario = context.catalogue.getScenario(scenarioId);
  if (!scenario) return reject({ reason: 'NOT_FOUND' });
  const { state } = input;
  const availability = checkAvailability(candidate, scenario, state, context);
  if (availability) return reject(availability);
  const data = createStartData(scenario, localValues, state.instances, context);
  const rejection = checkReadiness(scenario, data.known, state.instances, context) ?? checkRivals(input);
  if (rejection) return reject(rejection);
  const activeSet = listActive(state.instances);
  const request = { scenario, mayDisplace: true, toleratedScenarioIds: input.toleratedScenarioIds };
  const exclusion = checkExclusions(activeSet, request, context);
  if (!exclusion.canActivate) return reject(exclusion);
  const limit = checkFieldsAndLimits(scenario, data.known, context) ?? checkStartBlocked(candidate, state.instances);
  if (limit) return reject(limit);
  const capacity = checkCapacity(activeSet, exclusion.displaced, request, context);
  if (!capacity.canActivate) return reject(capacity);
  if (!input.ignoresConsent && needsConsent(candidate, scenario)) return reject({ reason: 'NEEDS_CONSENT' });
  const instanceId = context.getNewInstanceId(scenarioId);
  const startNumber = context.session.lastStartNumber + 1 + state.instances.filter(({ start }) => start).length;
  const view = createStartView(scenario, instanceId, startNumber, data, context);
  const missingSoftFields = findMissingRequiredFields(scenario, 'SOFT', data.known);
  const start = { scenario, instanceId, origin, score, matchesMessage, missingSoftFields };
  return {
    hasPassed: true,
    started: createTurnInstance(view, { action: 'CONTINUE', reason: 'GOES_ON' }, { start }),
    displaced: [...exclusion.displaced, ...capacity.displaced],
  };
}

function reject(rejection: StartRejection): StartTestResult {
  return { hasPassed: false, rejection };
}

/**
 * Tests FILTERING_DISABLED, DISABLED, ALREADY_ACTIVE, JUST_ENDED, BELOW_THRESHOLD and MODEL, which depend on the session and the score. A
 * call is part of an instance that continues, so filtering and JUST_ENDED do not apply to it (section 11, 2.16).
 */
function checkAvailability(
  candidate: StartCandidate,
  { scenarioId, definition }: CompiledScenario,
  state: TurnState,
  context: SelectionContext,
): StartRejection | undefined {
  const { settings } = context;
  const isCalled = candidate.origin === 'CALLED';
  if (!settings.filteringEnabled && !isCalled) return { reason: 'FILTERING_DISABLED' };
  if (!definition.enabled) return { reason: 'DISABLED' };
  const isNamed = meetsStartThreshold(candidate, settings);
  const failedScoreTest: StartRejection = { reason: candidate.matchesMessage === false ? 'MODEL' : 'BELOW_THRESHOLD' };
  const existing = findScenarioInstance(state, scenarioId);
  if (existing && !hasEnded(existing)) {
    return isNamed || isActive(existing) ? { reason: 'ALREADY_ACTIVE' } : failedScoreTest;
  }
  if (!isCalled && isJustEnded(candidate, existing, context)) return { reason: 'JUST_ENDED' };
  return isNamed ? undefined : failedScoreTest;
}

/** JUST_ENDED (2.12): a run of the scenario ended on this turn, and the turn does not clearly ask for a new one. */
function isJustEnded(candidate: StartCandidate, ended: TurnInstance | undefined, context: SelectionContext): boolean {
  if (candidate.origin === 'AIMED') return false;
  if (!ended) return isPendingStartCanceled(candidate.scenarioId, context);
  return !ended.isRestarting && !isRequestedAgain(candidate, ended, context);
}

/** A CANCEL ended the run, and the turn names the scenario clearly and gives it a value that it did not have. */
function isRequestedAgain(
  { score }: StartCandidate,
  { action, reason, view }: TurnInstance,
  { settings, storedData }: SelectionContext,
): boolean {
  const { scenario } = view;
  if (action !== 'CANCEL' || reason !== 'USER_REQUEST' || !scenario) return false;
  if (score < (scenario.definition.restartThreshold ?? settings.restartThreshold)) return false;
  return view.changedFields.some(
    (field) => scenario.collectedFields.has(field) && storedData.providedFields.has(field) && view.known.has(field),
  );
}

/** Tests ENTRY_CONDITION and DEPENDENCY, which depend on the data and on the scenarios that have succeeded. */
function checkReadiness(
  scenario: CompiledScenario,
  known: KnownData,
  instances: readonly TurnInstance[],
  context: SelectionContext,
): StartRejection | undefined {
  const entry = checkEntryCondition(scenario, known, context);
  if (entry) return entry;
  const unmet = context.catalogue.relationships
    .getDependencies(scenario.scenarioId)
    .filter((id) => !hasLastRunSucceeded(id, instances, context));
  return unmet.length > 0 ? { reason: 'DEPENDENCY', blockingScenarioIds: sortUnique(unmet) } : undefined;
}

/** Whether the last run of a scenario that completed in this session, in this turn at the latest, ended SUCCEEDED (1.1). */
function hasLastRunSucceeded(
  scenarioId: string,
  instances: readonly TurnInstance[],
  { session }: Pick<SelectionContext, 'session'>,
): boolean {
  const completed = instances.findLast(
    (instance) => instance.action === 'COMPLETE' && getScenarioId(instance) === scenarioId,
  );
  return completed ? hasSucceeded(completed) : session.scenarioCounters.get(scenarioId)?.lastEnding === 'SUCCEEDED';
}

/** Tests ENTRY_CONDITION: the condition must be TRUE. No signals reach the condition, because the instance does not exist yet (0.2). */
function checkEntryCondition(
  { entryCondition }: CompiledScenario,
  known: KnownData,
  context: SelectionContext,
): StartRejection | undefined {
  if (!entryCondition) return undefined;
  const { truth, missingFields, error } = entryCondition.evaluate(
    toConditionVariables(context, {
      known,
      instanceVariables: new Map(),
      signals: noSignals,
      changedFields: context.changedFields,
      outcome: undefined,
      visits: 0,
      attempts: 0,
      attemptsTotal: 0,
    }),
    context.allowance,
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

/** Tests MISSING_HARD_FIELDS and START_LIMIT (2.12, 2.13). */
function checkFieldsAndLimits(
  scenario: CompiledScenario,
  known: KnownData,
  { settings, session }: SelectionContext,
): StartRejection | undefined {
  const missingFields = findMissingRequiredFields(scenario, 'HARD', known).filter(
    (field) => !scenario.collectedFields.has(field),
  );
  if (settings.blockOnMissingHardFields && missingFields.length > 0) {
    return { reason: 'MISSING_HARD_FIELDS', missingFields };
  }
  const maxStarts = scenario.definition.maxStartsPerSession;
  const starts = session.scenarioCounters.get(scenario.scenarioId)?.starts ?? 0;
  return maxStarts !== undefined && starts >= maxStarts ? { reason: 'START_LIMIT' } : undefined;
}

/** Tests START_BLOCKED (2.12). It does not apply to a call (section 11). */
function checkStartBlocked({ origin }: StartCandidate, instances: readonly TurnInstance[]): StartRejection | undefined {
  if (origin === 'CALLED') return undefined;
  const blocking = listStartBlockers(instances).map(getScenarioId);
  return blocking.length > 0 ? { reason: 'START_BLOCKED', blockingScenarioIds: sortUnique(blocking) } : undefined;
}

/**
 * Lists the instances that block starts and resumes: active ones that stood at a step with `blocks_starts` when the turn began, and that
 * neither ended nor were paused before the walks (2.12).
 */
export function listStartBlockers(instances: readonly TurnInstance[]): readonly TurnInstance[] {
  return instances.filter(({ start, resumed, view, action, reason }) => {
    if (start || resumed || !view.step?.definition.blocksStarts) return false;
    return action === 'CONTINUE' || (action === 'PAUSE' && (reason === 'PREEMPTED' || reason === 'LOOP'));
  });
}

/** Whether the customer must agree to the start first (2.12). */
function needsConsent({ origin }: StartCandidate, { definition }: CompiledScenario): boolean {
  return definition.askBeforeStart && origin !== 'AIMED' && origin !== 'CONSENTED' && origin !== 'CALLED';
}

/** Returns the required fields of one level that have no value, sorted (2.13). */
function findMissingRequiredFields(
  { definition }: CompiledScenario,
  level: RequirementLevel,
  known: KnownData,
): readonly string[] {
  const required = definition.requiredFields.filter((field) => field.level === level);
  const missingFields = findMissingFields(
    required.map(({ fieldName }) => fieldName),
    known,
  );
  return [...missingFields].sort(compareText);
}
