import { noSignals } from '../context/instance-signals';
import type { SelectionContext } from '../context/selection-context';
import { compareText } from '../model/compare-text';
import { findMissingFields } from '../model/known-data';
import type { RejectionReason } from '../model/lifecycle-decision';
import type { RequirementLevel } from '../model/scenario';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import { toConditionVariables } from '../steps/condition-scope';
import type { InstanceOutcome } from './instance-outcome';
import { isActive } from './instance-outcome';

/** Why a candidate does not start, with what there is to say about it. */
export interface StartRejection {
  readonly reason: RejectionReason;
  /** Sorted. */
  readonly missingFields?: readonly string[];
  /** Sorted. */
  readonly blockingScenarioIds?: readonly string[];
  /** Sorted. */
  readonly blockingRuleIds?: readonly string[];
  readonly conditionErrors?: readonly string[];
}

/** The tests from ENTRY_CONDITION to DEPENDENCY of 2.12, which ask for nothing but scenario, data and what has completed. */
export function checkReadiness(
  scenario: CompiledScenario,
  context: SelectionContext,
  fates: readonly InstanceOutcome[],
): StartRejection | undefined {
  const entry = entryRefusal(scenario, context);
  if (entry) return entry;
  const hasCompleted = (id: string): boolean =>
    (context.session.scenarioCounters.get(id)?.completions ?? 0) > 0 ||
    fates.some(({ action, view }) => action === 'COMPLETE' && view.instance.scenarioId === id);
  const unmet = context.catalogue.relationships.dependsOn(scenario.scenarioId).filter((id) => !hasCompleted(id));
  return unmet.length > 0 ? { reason: 'DEPENDENCY', blockingScenarioIds: [...unmet].sort(compareText) } : undefined;
}

/** The tests from MISSING_HARD_FIELDS to START_BLOCKED of 2.12. */
export function checkFieldsAndLimits(
  scenario: CompiledScenario,
  context: SelectionContext,
  fates: readonly InstanceOutcome[],
): StartRejection | undefined {
  const { settings, session } = context;
  const missing = findMissingRequiredFields(scenario, 'HARD', context).filter(
    (field) => !scenario.collectedFields.has(field),
  );
  if (settings.blockOnMissingHardFields && missing.length > 0) {
    return { reason: 'MISSING_HARD_FIELDS', missingFields: missing };
  }
  const limit = scenario.definition.maxStartsPerSession;
  const starts = session.scenarioCounters.get(scenario.scenarioId)?.starts ?? 0;
  if (limit !== undefined && starts >= limit) return { reason: 'START_LIMIT' };
  const blocking = fates
    .filter((fate) => isActive(fate) || fate.reason === 'STAYS_PAUSED')
    .filter(({ view }) => view.isAddressed && view.step?.definition.blocksStarts)
    .map(({ view }) => view.instance.scenarioId);
  return blocking.length > 0
    ? { reason: 'START_BLOCKED', blockingScenarioIds: [...new Set(blocking)].sort(compareText) }
    : undefined;
}

/** Required fields of a level that the session does not know; sorted (2.13). */
export function findMissingRequiredFields(
  { definition }: CompiledScenario,
  level: RequirementLevel,
  { known }: SelectionContext,
): readonly string[] {
  const wanted = definition.requiredFields.filter((field) => field.level === level).map(({ fieldName }) => fieldName);
  return [...findMissingFields(wanted, known)].sort(compareText);
}

function entryRefusal({ entryCondition }: CompiledScenario, context: SelectionContext): StartRejection | undefined {
  if (!entryCondition) return undefined;
  const {
    truth,
    missingFields: missing,
    error,
  } = entryCondition.evaluate(
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
    missingFields: missing,
    conditionErrors: error ? [`entry_condition: ${error}`] : [],
  };
}
