import type { SelectionContext } from '../context/selection-context';
import type { Contribution } from '../model/contribution';
import type { AppliedRule } from '../model/turn';
import { normalizeUuid } from '../model/uuid';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';

/** Base priority by type (4.1). */
export const basePriorities: Readonly<Record<Contribution['type'], number>> = {
  CONFIRM: 50,
  ASK: 40,
  ACTION_HINT: 30,
  INFORM: 20,
  NONE: 0,
};

/** The scenario, instance and step that contribute. */
export interface ContributionSource {
  readonly scenarioId: string;
  readonly scenarioName: string;
  readonly instanceId: string;
  readonly stepId: string;
  readonly stepName: string;
  /** The priority without the base priority of the type. */
  readonly priorityWithoutBase: number;
}

export function toSource(
  instanceId: string,
  scenario: CompiledScenario,
  step: CompiledStep,
  { turn }: Pick<SelectionContext, 'turn'>,
): ContributionSource {
  return {
    scenarioId: scenario.scenarioId,
    scenarioName: scenario.name,
    instanceId,
    stepId: step.stepId,
    stepName: step.name,
    priorityWithoutBase: addPriorities(scenario, step, turn.appliedRules),
  };
}

/** Adds the priorities of scenario and step, and the highest priority of the applied rules that are scoped to them (4.1). */
function addPriorities(scenario: CompiledScenario, step: CompiledStep, appliedRules: readonly AppliedRule[]): number {
  let rulePriority: number | undefined;
  for (const rule of appliedRules) {
    if (isScopedTo(rule, scenario, step)) rulePriority = Math.max(rulePriority ?? rule.priority, rule.priority);
  }
  return scenario.priority + step.definition.priority + (rulePriority ?? 0);
}

function isScopedTo(
  { scope, scopeId, scopeScenarioId }: AppliedRule,
  { scenarioId }: CompiledScenario,
  { stepId }: CompiledStep,
): boolean {
  switch (scope) {
    case 'GLOBAL':
      return false;
    case 'SCENARIO':
      return scopeId === scenarioId;
    case 'STEP':
      return isSameId(scopeId, stepId) && (scopeScenarioId === '' || scopeScenarioId === scenarioId);
  }
}

/** Combines the common fields with the fields of the type. `Object.assign` is faster than a spread here (ADR 0007). */
export function createContribution<Type extends Contribution['type'], Details extends object>(
  source: ContributionSource,
  type: Type,
  isReprompt: boolean,
  details: Details,
) {
  const common = {
    type,
    scenarioId: source.scenarioId,
    scenarioName: source.scenarioName,
    instanceId: source.instanceId,
    stepId: source.stepId,
    stepName: source.stepName,
    priority: source.priorityWithoutBase + basePriorities[type],
    isReprompt,
    isReminder: false,
    leadInTemplateIds: [],
    deferred: false,
    deferredBehindScenarioId: '',
    sharedFields: [],
  };
  return Object.assign(common, details);
}

/**
 * Changes the type of a contribution and its priority with it. Only the common fields and the new ones are kept, as an ASK whose fields are
 * shared has nothing to ask for.
 */
export function changeType<Type extends Contribution['type'], Details extends object>(
  contribution: Contribution,
  type: Type,
  details: Details,
) {
  const { scenarioId, scenarioName, instanceId, stepId, stepName, priority } = contribution;
  const { isReprompt, isReminder, sharedFields } = contribution;
  const priorityWithoutBase = priority - basePriorities[contribution.type];
  const source = { scenarioId, scenarioName, instanceId, stepId, stepName, priorityWithoutBase };
  return createContribution(source, type, isReprompt, { isReminder, sharedFields, ...details });
}

/** Compares the scope of a rule, in which a UUID is read in lower case, with the id of a step, which is spelled as its author wrote it. */
function isSameId(scopeId: string, stepId: string): boolean {
  return scopeId === stepId || scopeId === normalizeUuid(stepId);
}
