import type { SelectionContext } from '../context/selection-context';
import { findActionUnderWay, toVisitState } from '../context/visit-state';
import { compareText } from '../model/compare-text';
import type { RejectionReason } from '../model/lifecycle-decision';
import { findOpenRequest } from '../model/request';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import { getInstanceId, isActive, isNew, type TurnInstance } from './turn-instance';

/** An instance that is active at one point of the turn. */
export interface ActiveInstance {
  readonly instanceId: string;
  readonly scenario: CompiledScenario;
  /** Started, resumed or walked on this turn: never displaced. */
  readonly isSettled: boolean;
  /** Started or resumed on this turn. */
  readonly isNew: boolean;
  /** Addressed, or awaits a confirmation or the result of an action: never displaced to free capacity (2.15). */
  readonly isProtected: boolean;
  /** Waits for a call. It does not count as active in 2.11, 2.15 and 2.16 (section 11). */
  readonly isWaitingForCall: boolean;
  /** Milliseconds since 1970. */
  readonly lastActiveAt: number;
}

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
      /** EXCLUDED only: a scenario that starts or resumes on this turn excludes it by a relationship (2.14). */
      readonly hasLostToRival: boolean;
    };

export interface ActivationRequest {
  readonly scenario: CompiledScenario;
  /** True for a start, and for a resume that is named or addressed (2.11). */
  readonly mayDisplace: boolean;
  /** Scenarios whose exclusion is ignored: callers (section 11), and rivals while ambiguity is determined (1.5). */
  readonly toleratedScenarioIds: ReadonlySet<string>;
}

type ActivationContext = Pick<SelectionContext, 'catalogue' | 'settings' | 'turn'>;

/** Returns the instances that are active, in the order of the list. */
export function listActive(instances: readonly TurnInstance[]): readonly ActiveInstance[] {
  const active: ActiveInstance[] = [];
  for (const instance of instances) {
    const { scenario } = instance.view;
    if (isActive(instance) && scenario) active.push(toActiveInstance(instance, scenario));
  }
  return active;
}

function toActiveInstance(entry: TurnInstance, scenario: CompiledScenario): ActiveInstance {
  const { view, walk, call } = entry;
  return {
    instanceId: getInstanceId(entry),
    scenario,
    isSettled: isNew(entry) || walk !== undefined,
    isNew: isNew(entry),
    isProtected: view.isAddressed || awaitsAgreement(view),
    isWaitingForCall: call !== undefined,
    lastActiveAt: view.instance.lastActiveAt,
  };
}

/** Whether the instance has an open CONFIRM or an ACTION under way (2.15). */
function awaitsAgreement({ instance, step }: TurnInstance['view']): boolean {
  if (findOpenRequest(instance.requests, 'CONFIRM')) return true;
  return step !== undefined && findActionUnderWay(toVisitState(instance, step)) !== undefined;
}

/**
 * Displaces the active instances that exclude the scenario or that it excludes (1.2). An instance is displaced only by a scenario of
 * higher priority, and never on the turn on which it started, resumed or walked.
 */
export function checkExclusions(
  activeSet: readonly ActiveInstance[],
  { scenario, mayDisplace, toleratedScenarioIds }: ActivationRequest,
  { catalogue, turn }: ActivationContext,
): ActivationCheck {
  const { relationships } = catalogue;
  const excludedIds = relationships.getExcludedScenarios(scenario.scenarioId);
  const isRelated = (active: ActiveInstance): boolean => excludedIds.has(active.scenario.scenarioId);
  const rivals = activeSet.filter(
    (active) =>
      !toleratedScenarioIds.has(active.scenario.scenarioId) &&
      (scenario.definition.exclusive || active.scenario.definition.exclusive || isRelated(active)),
  );
  const appliedRuleIds = new Set(turn.appliedRules.map(({ ruleId }) => ruleId));
  const ruleIds = relationships.getExcludingRules(scenario.scenarioId).filter((ruleId) => appliedRuleIds.has(ruleId));
  const blocking = rivals.filter(
    (rival) => rival.isSettled || !mayDisplace || rival.scenario.priority >= scenario.priority,
  );
  if (blocking.length === 0 && ruleIds.length === 0) return { canActivate: true, displaced: rivals };
  return {
    canActivate: false,
    reason: 'EXCLUDED',
    blockingScenarioIds: sortUnique(blocking.map((rival) => rival.scenario.scenarioId)),
    blockingRuleIds: sortUnique(ruleIds),
    hasLostToRival: blocking.some((rival) => rival.isNew && isRelated(rival)),
  };
}

/**
 * At the limit, displaces unprotected instances whose priority is not above that of the scenario: lowest priority first, then least
 * recently active first (2.15). With `enable_multi_scenario` off, no scenario becomes active while an instance is active, even if it would
 * displace that instance (2.16).
 */
export function checkCapacity(
  activeSet: readonly ActiveInstance[],
  alreadyDisplaced: readonly ActiveInstance[],
  { scenario, mayDisplace }: ActivationRequest,
  { settings }: ActivationContext,
): ActivationCheck {
  const counted = activeSet.filter(({ isWaitingForCall }) => !isWaitingForCall);
  const reject = (reason: 'MULTI_SCENARIO_DISABLED' | 'CAPACITY'): ActivationCheck => ({
    canActivate: false,
    reason,
    blockingScenarioIds: sortUnique(counted.map((active) => active.scenario.scenarioId)),
    blockingRuleIds: [],
    hasLostToRival: false,
  });
  if (!settings.enableMultiScenario && counted.length > 0) return reject('MULTI_SCENARIO_DISABLED');
  const remaining = counted.filter((active) => !alreadyDisplaced.includes(active));
  const excess = remaining.length + 1 - settings.maxSimultaneousScenarios;
  if (excess <= 0) return { canActivate: true, displaced: [] };
  const displaced = remaining
    .filter((active) => !active.isSettled && !active.isProtected && active.scenario.priority <= scenario.priority)
    .sort(
      (a, b) =>
        a.scenario.priority - b.scenario.priority ||
        a.lastActiveAt - b.lastActiveAt ||
        compareText(a.instanceId, b.instanceId),
    )
    .slice(0, excess);
  return mayDisplace && displaced.length === excess ? { canActivate: true, displaced } : reject('CAPACITY');
}

export function sortUnique(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)].sort(compareText);
}
