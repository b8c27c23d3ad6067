import type { SelectionContext } from '../context/selection-context';
import type { InstanceDecision } from '../lifecycle/instance-decision';
import { buildActionKey } from '../model/action-key';
import type { Contribution, ScenarioChoice } from '../model/contribution';
import type { FieldValues, JsonValue } from '../model/json';
import { findMissingFields, type KnownData } from '../model/known-data';
import type { AppliedRule } from '../model/turn';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import type { Walk } from '../steps/walk';

/** The contribution of an instance before conflicts are resolved, and the values that order the plan (4.1). */
export interface DraftContribution {
  readonly contribution: Contribution;
  readonly lastActiveAt: number;
}

/** Base priority by type (4.1). */
export const basePriorities: Readonly<Record<Contribution['type'], number>> = {
  CONFIRM: 50,
  ASK: 40,
  ACTION_HINT: 30,
  INFORM: 20,
  NONE: 0,
};

/** Drafts the contribution of an instance that walked, from the stage of the step where the walk ended (section 4). */
export function draftContribution(walk: Walk, lastActiveAt: number, context: SelectionContext): DraftContribution {
  const { input, position } = walk;
  const source = toSource(input.instance.instanceId, input.scenario, position.step, context);
  return { contribution: draftByStage(walk, source, context.settings.enableStepSkipping), lastActiveAt };
}

/** Drafts the NONE of an instance that continues without a walk. */
export function draftQuietContribution(
  { view }: InstanceDecision,
  lastActiveAt: number,
  context: SelectionContext,
): DraftContribution {
  const { instance, scenario, step } = view;
  const source: ContributionSource = {
    scenarioId: instance.scenarioId,
    scenarioName: scenario?.name ?? '',
    instanceId: instance.instanceId,
    stepId: instance.currentStepId,
    stepName: step?.name ?? instance.currentStepId,
    priorityWithoutBase: scenario && step ? addPriorities(scenario, step, context) : 0,
  };
  return { contribution: createNoneContribution(source), lastActiveAt };
}

/** The scenario, instance and step that contribute. */
interface ContributionSource {
  readonly scenarioId: string;
  readonly scenarioName: string;
  readonly instanceId: string;
  readonly stepId: string;
  readonly stepName: string;
  /** The priority without the base priority of the type. */
  readonly priorityWithoutBase: number;
}

function toSource(
  instanceId: string,
  scenario: CompiledScenario,
  step: CompiledStep,
  context: SelectionContext,
): ContributionSource {
  return {
    scenarioId: scenario.scenarioId,
    scenarioName: scenario.name,
    instanceId,
    stepId: step.stepId,
    stepName: step.name,
    priorityWithoutBase: addPriorities(scenario, step, context),
  };
}

/** Adds the priorities of scenario and step, and the highest priority of the applied rules that are scoped to them (4.1). */
function addPriorities(scenario: CompiledScenario, step: CompiledStep, { turn }: SelectionContext): number {
  let rulePriority: number | undefined;
  for (const rule of turn.appliedRules) {
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
      return scopeId === stepId && (scopeScenarioId === '' || scopeScenarioId === scenarioId);
  }
}

function draftByStage(walk: Walk, source: ContributionSource, isSkippingEnabled: boolean): Contribution {
  const { position, input, stage, known, blockingTransition } = walk;
  const { step, visit } = position;
  const wasContributed = (type: Contribution['type']): boolean => visit.contributedTypes.includes(type);
  const getActionKey = (): string =>
    buildActionKey({ instanceId: source.instanceId, currentStepId: step.stepId, visit });
  switch (stage) {
    case 'none':
      return createNoneContribution(source);
    case 'collect':
      return createAsk(walk, source, listFieldsToAsk(walk, isSkippingEnabled));
    case 'condition':
      return createAsk(walk, source, blockingTransition?.missingFields ?? []);
    case 'confirm':
      return createContribution(source, 'CONFIRM', wasContributed('CONFIRM'), {
        confirmKind: 'STEP',
        actionToConfirm: step.actionDescription,
        valuesToConfirm: getValuesToConfirm(step, input.scenario, known),
        choices: [],
        actionKey: getActionKey(),
      });
    case 'act':
      return createContribution(source, 'ACTION_HINT', wasContributed('ACTION_HINT'), {
        tools: step.tools,
        actionKey: getActionKey(),
      });
    case 'inform':
      return createContribution(source, 'INFORM', false, { templateIds: step.definition.templateIds });
  }
}

function createAsk(
  { position, known }: Walk,
  source: ContributionSource,
  fieldsToAsk: readonly string[],
): Contribution {
  const isReprompt = position.visit.askedFields.some((field) => fieldsToAsk.includes(field));
  return createContribution(source, 'ASK', isReprompt, {
    fieldsToAsk,
    knownValues: getKnownValues(fieldsToAsk, known),
    deferredFields: [],
    fieldTexts: [],
    rejectedValues: [],
  });
}

/** Lists the missing fields and, for a step that cannot be skipped, also the known fields that it has not asked for. */
function listFieldsToAsk({ position, known }: Walk, isSkippingEnabled: boolean): readonly string[] {
  const { step, visit } = position;
  const missingFields = findMissingFields(step.collectedFields, known);
  if (missingFields.length > 0 && step.canSkip && isSkippingEnabled) return missingFields;
  return step.collectedFields.filter((field) => missingFields.includes(field) || !visit.askedFields.includes(field));
}

/** Up to this number, collected fields are looked up one by one. For larger scenarios, the known fields are iterated instead. */
const maxLookups = 64;

/** Returns the known values of `confirms_fields` or, if that is empty, of all fields that the scenario collects, by name (3.1). */
function getValuesToConfirm(step: CompiledStep, scenario: CompiledScenario, known: KnownData): FieldValues {
  const { confirmsFields } = step.definition;
  if (confirmsFields.length > 0) return getKnownValues(confirmsFields, known);
  const { collectedFields } = scenario;
  const fields =
    collectedFields.size <= maxLookups ? collectedFields : known.keys().filter((field) => collectedFields.has(field));
  return getKnownValues(fields, known);
}

function getKnownValues(fields: Iterable<string>, known: KnownData): FieldValues {
  const values = new Map<string, JsonValue>();
  for (const field of fields) {
    const value = known.get(field);
    if (value !== undefined) values.set(field, value);
  }
  return values;
}

function createNoneContribution(source: ContributionSource): Contribution {
  return createContribution(source, 'NONE', false, {});
}

/** Combines the common fields with the fields of the type. `Object.assign` is faster than a spread here (ADR 0007). */
function createContribution<Type extends Contribution['type'], Details extends object>(
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
    deferred: false,
    deferredBehindScenarioId: '',
    sharedFields: [],
  };
  return Object.assign(common, details);
}

/**
 * Creates a CHOICE between scenarios (1.5). It belongs to no scenario. Its priority is that of a CONFIRM of the scenario with the highest
 * priority.
 */
export function createChoiceContribution(context: SelectionContext, choices: readonly ScenarioChoice[]): Contribution {
  const priorities = choices.map(({ scenarioId }) => context.catalogue.getScenario(scenarioId)?.priority ?? 0);
  return {
    scenarioId: '',
    scenarioName: '',
    instanceId: '',
    stepId: '',
    stepName: '',
    priority: Math.max(...priorities) + basePriorities.CONFIRM,
    isReprompt: false,
    deferred: false,
    deferredBehindScenarioId: '',
    sharedFields: [],
    type: 'CONFIRM',
    confirmKind: 'CHOICE',
    actionToConfirm: '',
    valuesToConfirm: new Map(),
    choices,
    actionKey: '',
  };
}
