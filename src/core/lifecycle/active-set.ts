import { isAwaitingActionResult } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import { compareText } from '../model/compare-text';
import type { RejectionReason } from '../model/lifecycle-decision';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import type { InstanceOutcome } from './instance-outcome';

/** An instance that is active at this point of the turn. */
export interface ActiveInstance {
  readonly instanceId: string;
  readonly scenario: CompiledScenario;
  /** Started or resumed this turn. */
  readonly isNew: boolean;
  /** Addressed, or awaits a confirmation or an action's result: never displaced for want of room (2.15). */
  readonly isProtected: boolean;
  readonly lastActiveAt: number;
}

/** The active instances at this point of the turn. */
export type ActiveSet = readonly ActiveInstance[];

/** The answer to a scenario that asks to become active: whom it displaces, or why it may not. */
export type Admission =
  | { readonly admitted: true; readonly displaced: readonly ActiveInstance[] }
  | {
      readonly admitted: false;
      readonly reason: Extract<RejectionReason, 'EXCLUDED' | 'MULTI_SCENARIO_DISABLED' | 'CAPACITY'>;
      /** Sorted. */
      readonly blockingScenarioIds: readonly string[];
      /** Sorted. */
      readonly blockingRuleIds: readonly string[];
    };

/** How a scenario asks. */
export interface AdmissionRequest {
  readonly scenario: CompiledScenario;
  /** A start, or a resume that is named or addressed (2.11). */
  readonly mayDisplace: boolean;
  /** Scenarios whose exclusion is not looked at; for finding out what is ambiguous (1.5). */
  readonly toleratedScenarioIds: ReadonlySet<string>;
}

/** The occupant that an instance is while it goes on. */
export function toActiveInstance({ view, resumed }: InstanceOutcome, scenario: CompiledScenario): ActiveInstance {
  const { instance, isAddressed: addressed } = view;
  const awaits = instance.visit.openType === 'CONFIRM' || isAwaitingActionResult(view);
  return {
    instanceId: instance.instanceId,
    scenario,
    isNew: resumed,
    isProtected: addressed || awaits,
    lastActiveAt: instance.lastActiveAt,
  };
}

/**
 * Who must leave so that the scenario does not meet one that it excludes, in either direction; an active instance leaves only for
 * a higher priority, one that is new this turn never does (1.2).
 */
export function checkExclusions(
  floor: ActiveSet,
  { scenario, mayDisplace, toleratedScenarioIds: tolerated }: AdmissionRequest,
  { catalogue, turn }: SelectionContext,
): Admission {
  const { relationships } = catalogue;
  const excluded = relationships.excludes(scenario.scenarioId);
  const rivals = floor.filter(
    (occupant) =>
      !tolerated.has(occupant.scenario.scenarioId) &&
      (scenario.definition.exclusive ||
        occupant.scenario.definition.exclusive ||
        excluded.has(occupant.scenario.scenarioId)),
  );
  const applied = new Set(turn.appliedRules.map(({ ruleId }) => ruleId));
  const rules = relationships.excludingRules(scenario.scenarioId).filter((ruleId) => applied.has(ruleId));
  const stronger = rivals.filter(
    (rival) => rival.isNew || !mayDisplace || rival.scenario.priority >= scenario.priority,
  );
  if (stronger.length === 0 && rules.length === 0) return { admitted: true, displaced: rivals };
  return {
    admitted: false,
    reason: 'EXCLUDED',
    blockingScenarioIds: [...new Set(stronger.map((rival) => rival.scenario.scenarioId))].sort(compareText),
    blockingRuleIds: [...new Set(rules)].sort(compareText),
  };
}

/**
 * Who must leave so that there is room: the instance of lowest priority not above the scenario's own, least recently active first,
 * that is not protected (2.15). With several at once switched off nothing becomes active while one is, not even what would displace
 * it (2.16).
 */
export function checkCapacity(
  floor: ActiveSet,
  leavingAnyway: readonly ActiveInstance[],
  { scenario, mayDisplace }: AdmissionRequest,
  { settings }: SelectionContext,
): Admission {
  const refused = (reason: 'MULTI_SCENARIO_DISABLED' | 'CAPACITY'): Admission => ({
    admitted: false,
    reason,
    blockingScenarioIds: floor.map((occupant) => occupant.scenario.scenarioId).sort(compareText),
    blockingRuleIds: [],
  });
  if (!settings.enableMultiScenario && floor.length > 0) return refused('MULTI_SCENARIO_DISABLED');
  const staying = without(floor, leavingAnyway);
  const excess = staying.length + 1 - settings.maxSimultaneousScenarios;
  if (excess <= 0) return { admitted: true, displaced: [] };
  const leaving = staying
    .filter((occupant) => !occupant.isNew && !occupant.isProtected && occupant.scenario.priority <= scenario.priority)
    .sort(
      (a, b) =>
        a.scenario.priority - b.scenario.priority ||
        a.lastActiveAt - b.lastActiveAt ||
        compareText(a.instanceId, b.instanceId),
    )
    .slice(0, excess);
  return mayDisplace && leaving.length === excess ? { admitted: true, displaced: leaving } : refused('CAPACITY');
}

/** Both tests, in their order, as every resume passes them (2.11). */
export function checkAdmission(floor: ActiveSet, request: AdmissionRequest, context: SelectionContext): Admission {
  const exclusion = checkExclusions(floor, request, context);
  if (!exclusion.admitted) return exclusion;
  const room = checkCapacity(floor, exclusion.displaced, request, context);
  return room.admitted ? { admitted: true, displaced: [...exclusion.displaced, ...room.displaced] } : room;
}

/** The floor without those who leave. */
export function without(floor: ActiveSet, leaving: readonly ActiveInstance[]): ActiveSet {
  return leaving.length === 0 ? floor : floor.filter((occupant) => !leaving.includes(occupant));
}
