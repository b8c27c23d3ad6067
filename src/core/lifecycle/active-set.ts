import { isAwaitingActionResult } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import { compareText } from '../model/compare-text';
import type { RejectionReason } from '../model/lifecycle-decision';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import type { InstanceDecision } from './instance-decision';

/** An instance that is active at one point of the turn. */
export interface ActiveInstance {
  readonly instanceId: string;
  readonly scenario: CompiledScenario;
  /** Started or resumed on this turn. */
  readonly isNew: boolean;
  /** Addressed, or awaits a confirmation or the result of an action: never displaced to free capacity (2.15). */
  readonly isProtected: boolean;
  /** Milliseconds since 1970. */
  readonly lastActiveAt: number;
}

/** The active instances at one point of the turn. Starts and resumes add to it, displacement removes from it. */
export type ActiveSet = readonly ActiveInstance[];

/** Whether a scenario can become active: the instances that it displaces, or why it cannot. */
export type ActivationCheck =
  | { readonly canActivate: true; readonly displaced: readonly ActiveInstance[] }
  | {
      readonly canActivate: false;
      readonly reason: Extract<RejectionReason, 'EXCLUDED' | 'MULTI_SCENARIO_DISABLED' | 'CAPACITY'>;
      /** Sorted. */
      readonly blockingScenarioIds: readonly string[];
      /** Sorted. */
      readonly blockingRuleIds: readonly string[];
    };

export interface ActivationRequest {
  readonly scenario: CompiledScenario;
  /** True for a start, and for a resume that is named or addressed (2.11). */
  readonly mayDisplace: boolean;
  /** Scenarios whose exclusion is ignored, to find out which candidates are ambiguous (1.5). */
  readonly toleratedScenarioIds: ReadonlySet<string>;
}

type ActivationContext = Pick<SelectionContext, 'catalogue' | 'settings' | 'turn'>;

/** Converts the decision about an instance that stays active or resumes. */
export function toActiveInstance({ view, resumed }: InstanceDecision, scenario: CompiledScenario): ActiveInstance {
  const { instance, isAddressed } = view;
  return {
    instanceId: instance.instanceId,
    scenario,
    isNew: resumed,
    isProtected: isAddressed || instance.visit.openType === 'CONFIRM' || isAwaitingActionResult(view),
    lastActiveAt: instance.lastActiveAt,
  };
}

/** Tests EXCLUDED, MULTI_SCENARIO_DISABLED and CAPACITY in this order. Every resume must pass these tests (2.11). */
export function checkActivation(
  activeSet: ActiveSet,
  request: ActivationRequest,
  context: ActivationContext,
): ActivationCheck {
  const exclusion = checkExclusions(activeSet, request, context);
  if (!exclusion.canActivate) return exclusion;
  const capacity = checkCapacity(activeSet, exclusion.displaced, request, context);
  if (!capacity.canActivate) return capacity;
  return { canActivate: true, displaced: [...exclusion.displaced, ...capacity.displaced] };
}

/**
 * Displaces the active instances that exclude the scenario or that it excludes (1.2). An instance is displaced only by a scenario of
 * higher priority, and never on the turn on which it started or resumed.
 */
export function checkExclusions(
  activeSet: ActiveSet,
  { scenario, mayDisplace, toleratedScenarioIds }: ActivationRequest,
  { catalogue, turn }: ActivationContext,
): ActivationCheck {
  const { relationships } = catalogue;
  const excludedIds = relationships.getExcludedScenarios(scenario.scenarioId);
  const rivals = activeSet.filter(
    (active) =>
      !toleratedScenarioIds.has(active.scenario.scenarioId) &&
      (scenario.definition.exclusive ||
        active.scenario.definition.exclusive ||
        excludedIds.has(active.scenario.scenarioId)),
  );
  const appliedRuleIds = new Set(turn.appliedRules.map(({ ruleId }) => ruleId));
  const ruleIds = relationships.getExcludingRules(scenario.scenarioId).filter((ruleId) => appliedRuleIds.has(ruleId));
  const blocking = rivals.filter(
    (rival) => rival.isNew || !mayDisplace || rival.scenario.priority >= scenario.priority,
  );
  if (blocking.length === 0 && ruleIds.length === 0) return { canActivate: true, displaced: rivals };
  return {
    canActivate: false,
    reason: 'EXCLUDED',
    blockingScenarioIds: [...new Set(blocking.map((rival) => rival.scenario.scenarioId))].sort(compareText),
    blockingRuleIds: [...new Set(ruleIds)].sort(compareText),
  };
}

/**
 * At the limit, displaces unprotected instances whose priority is not above that of the scenario: lowest priority first, then least
 * recently active first (2.15). With `enable_multi_scenario` off, no scenario becomes active while an instance is active, even if it would
 * displace that instance (2.16).
 */
export function checkCapacity(
  activeSet: ActiveSet,
  alreadyDisplaced: readonly ActiveInstance[],
  { scenario, mayDisplace }: ActivationRequest,
  { settings }: ActivationContext,
): ActivationCheck {
  const reject = (reason: 'MULTI_SCENARIO_DISABLED' | 'CAPACITY'): ActivationCheck => ({
    canActivate: false,
    reason,
    blockingScenarioIds: activeSet.map((active) => active.scenario.scenarioId).sort(compareText),
    blockingRuleIds: [],
  });
  if (!settings.enableMultiScenario && activeSet.length > 0) return reject('MULTI_SCENARIO_DISABLED');
  const remaining = without(activeSet, alreadyDisplaced);
  const excess = remaining.length + 1 - settings.maxSimultaneousScenarios;
  if (excess <= 0) return { canActivate: true, displaced: [] };
  const displaced = remaining
    .filter((active) => !active.isNew && !active.isProtected && active.scenario.priority <= scenario.priority)
    .sort(
      (a, b) =>
        a.scenario.priority - b.scenario.priority ||
        a.lastActiveAt - b.lastActiveAt ||
        compareText(a.instanceId, b.instanceId),
    )
    .slice(0, excess);
  return mayDisplace && displaced.length === excess ? { canActivate: true, displaced } : reject('CAPACITY');
}

export function without(activeSet: ActiveSet, removed: readonly ActiveInstance[]): ActiveSet {
  return removed.length === 0 ? activeSet : activeSet.filter((active) => !removed.includes(active));
}
