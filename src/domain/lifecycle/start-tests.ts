import { compareText } from '../compare-text';
import type { CompiledScenario } from '../compiled-scenario';
import { noSignals } from '../context/reached-signals';
import type { SelectionContext } from '../context/selection-context';
import { missingOf } from '../known-data';
import type { RejectionReason } from '../lifecycle-decision';
import type { RequirementLevel } from '../scenario';
import { conditionVariables } from '../transitions/condition-scope';
import type { Fate } from './fate';
import { isActive } from './fate';

/** Why a candidate does not start, with what there is to say about it. */
export interface Refusal {
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
export function readinessRefusal(
  scenario: CompiledScenario,
  context: SelectionContext,
  fates: readonly Fate[],
): Refusal | undefined {
  const entry = entryRefusal(scenario, context);
  if (entry) return entry;
  const hasCompleted = (id: string): boolean =>
    (context.session.scenarioCounters.get(id)?.completions ?? 0) > 0 ||
    fates.some(({ action, view }) => action === 'COMPLETE' && view.instance.scenarioId === id);
  const unmet = context.catalogue.relationships.dependsOn(scenario.scenarioId).filter((id) => !hasCompleted(id));
  return unmet.length > 0 ? { reason: 'DEPENDENCY', blockingScenarioIds: [...unmet].sort(compareText) } : undefined;
}

/** The tests from MISSING_HARD_FIELDS to START_BLOCKED of 2.12. */
export function fieldAndLimitRefusal(
  scenario: CompiledScenario,
  context: SelectionContext,
  fates: readonly Fate[],
): Refusal | undefined {
  const { settings, session } = context;
  const missing = missingRequired(scenario, 'HARD', context).filter((field) => !scenario.collects.has(field));
  if (settings.blockOnMissingHardFields && missing.length > 0) {
    return { reason: 'MISSING_HARD_FIELDS', missingFields: missing };
  }
  const limit = scenario.definition.maxStartsPerSession;
  const starts = session.scenarioCounters.get(scenario.scenarioId)?.starts ?? 0;
  if (limit !== undefined && starts >= limit) return { reason: 'START_LIMIT' };
  const blocking = fates
    .filter((fate) => isActive(fate) || fate.reason === 'STAYS_PAUSED')
    .filter(({ view }) => view.addressed && view.step?.definition.blocksStarts)
    .map(({ view }) => view.instance.scenarioId);
  return blocking.length > 0
    ? { reason: 'START_BLOCKED', blockingScenarioIds: [...new Set(blocking)].sort(compareText) }
    : undefined;
}

/** Required fields of a level that the session does not know; sorted (2.13). */
export function missingRequired(
  { definition }: CompiledScenario,
  level: RequirementLevel,
  { known }: SelectionContext,
): readonly string[] {
  const wanted = definition.requiredFields.filter((field) => field.level === level).map(({ fieldName }) => fieldName);
  return [...missingOf(wanted, known)].sort(compareText);
}

function entryRefusal({ entryCondition }: CompiledScenario, context: SelectionContext): Refusal | undefined {
  if (!entryCondition) return undefined;
  const { truth, missing, error } = entryCondition.evaluate(
    conditionVariables(context, {
      known: context.known,
      instanceVariables: new Map(),
      signals: noSignals,
      changed: context.changed,
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
