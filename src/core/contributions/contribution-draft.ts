import type { SelectionContext } from '../context/selection-context';
import type { InstanceOutcome } from '../lifecycle/instance-outcome';
import { buildActionKey } from '../model/action-key';
import type { Contribution } from '../model/contribution';
import type { FieldValues, JsonValue } from '../model/json';
import { findMissingFields, type KnownData } from '../model/known-data';
import type { AppliedRule } from '../model/turn';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import type { Walk } from '../steps/walk';

/** What an instance would contribute if it were alone, with what the plan is ordered by (4.1). */
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

/** The contribution of an instance that walked, from the stage of the step where it stands (section 4). */
export function draftContribution(walked: Walk, lastActiveAt: number, context: SelectionContext): DraftContribution {
  const { input: subject, position: standing } = walked;
  return {
    contribution: byStage(
      walked,
      head(subject.instance.instanceId, subject.scenario, standing.step, context),
      context.settings.enableStepSkipping,
    ),
    lastActiveAt,
  };
}

/** The NONE of an instance that goes on without moving. */
export function draftQuietContribution(
  { view }: InstanceOutcome,
  lastActiveAt: number,
  context: SelectionContext,
): DraftContribution {
  const { instance, scenario, step } = view;
  const common: Head = {
    scenarioId: instance.scenarioId,
    scenarioName: scenario?.name ?? '',
    instanceId: instance.instanceId,
    stepId: instance.currentStepId,
    stepName: step?.name ?? instance.currentStepId,
    weight: scenario && step ? weightOf(scenario, step, context) : 0,
  };
  return { contribution: none(common), lastActiveAt };
}

interface Head {
  readonly scenarioId: string;
  readonly scenarioName: string;
  readonly instanceId: string;
  readonly stepId: string;
  readonly stepName: string;
  /** Priority without the type's base. */
  readonly weight: number;
}

function head(instanceId: string, scenario: CompiledScenario, step: CompiledStep, context: SelectionContext): Head {
  return {
    scenarioId: scenario.scenarioId,
    scenarioName: scenario.name,
    instanceId,
    stepId: step.stepId,
    stepName: step.name,
    weight: weightOf(scenario, step, context),
  };
}

/** Scenario and step priority plus the highest of the applied rules that are scoped to them (4.1). */
function weightOf(scenario: CompiledScenario, step: CompiledStep, { turn }: SelectionContext): number {
  let highest: number | undefined;
  for (const rule of turn.appliedRules) {
    if (isScopedTo(rule, scenario, step)) highest = Math.max(highest ?? rule.priority, rule.priority);
  }
  return scenario.priority + step.definition.priority + (highest ?? 0);
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

function byStage(walked: Walk, common: Head, skippingEnabled: boolean): Contribution {
  const { position: standing, input: subject, stage, known, blockingTransition: heldBy } = walked;
  const { step, visit } = standing;
  const again = (type: Contribution['type']): boolean => visit.contributedTypes.includes(type);
  const actionKey = (): string => buildActionKey({ instanceId: common.instanceId, currentStepId: step.stepId, visit });
  switch (stage) {
    case 'none':
      return none(common);
    case 'collect':
    case 'condition': {
      const fields = stage === 'collect' ? fieldsToAsk(walked, skippingEnabled) : (heldBy?.missingFields ?? []);
      const isReprompt = visit.askedFields.some((field) => fields.includes(field));
      return contribution(common, 'ASK', isReprompt, {
        fieldsToAsk: fields,
        knownValues: valuesOf(fields, known),
        deferredFields: [],
      });
    }
    case 'confirm':
      return contribution(common, 'CONFIRM', again('CONFIRM'), {
        confirmKind: 'STEP',
        actionToConfirm: step.actionDescription,
        valuesToConfirm: valuesToConfirm(step, subject.scenario, known),
        choices: [],
        actionKey: actionKey(),
      });
    case 'act':
      return contribution(common, 'ACTION_HINT', again('ACTION_HINT'), { tools: step.tools, actionKey: actionKey() });
    case 'inform':
      return contribution(common, 'INFORM', false, { templateIds: step.definition.templateIds });
  }
}

/** The missing fields; for a step that may not be skipped and was not asked yet all of them. */
function fieldsToAsk({ position: standing, known }: Walk, skippingEnabled: boolean): readonly string[] {
  const { step, visit } = standing;
  const missing = findMissingFields(step.collectedFields, known);
  if (missing.length > 0 && step.canSkip && skippingEnabled) return missing;
  const unasked = step.collectedFields.filter((field) => !visit.askedFields.includes(field));
  return step.collectedFields.filter((field) => missing.includes(field) || unasked.includes(field));
}

/** So many collected fields are looked up one by one; a scenario of thousands of steps goes by what is known. */
const fewFields = 64;

/** The step's `confirms_fields`, else all known fields that the scenario collects (3.1); known ones only, by name. */
function valuesToConfirm(step: CompiledStep, scenario: CompiledScenario, known: KnownData): FieldValues {
  const { confirmsFields } = step.definition;
  if (confirmsFields.length > 0) return valuesOf(confirmsFields, known);
  const { collectedFields: collects } = scenario;
  return valuesOf(collects.size <= fewFields ? collects : known.keys().filter((field) => collects.has(field)), known);
}

function valuesOf(fields: Iterable<string>, known: KnownData): FieldValues {
  const values = new Map<string, JsonValue>();
  for (const field of fields) {
    const value = known.get(field);
    if (value !== undefined) values.set(field, value);
  }
  return values;
}

function none(common: Head): Contribution {
  return contribution(common, 'NONE', false, {});
}

/**
 * A contribution: what all have, and the details of its type, assigned and not spread: each property written behind a spread of
 * something that lacks it costs as much as a whole contribution.
 */
function contribution<Type extends Contribution['type'], Details extends object>(
  common: Head,
  type: Type,
  isReprompt: boolean,
  details: Details,
) {
  const shared = {
    type,
    scenarioId: common.scenarioId,
    scenarioName: common.scenarioName,
    instanceId: common.instanceId,
    stepId: common.stepId,
    stepName: common.stepName,
    priority: common.weight + basePriorities[type],
    isReprompt,
    deferred: false,
    deferredBehindScenarioId: '',
    sharedFields: [],
  };
  return Object.assign(shared, details);
}

/** A CHOICE between scenarios: it has no owner, and the priority of the strongest of them (1.5). */
export function createChoiceContribution(
  context: SelectionContext,
  choices: readonly { readonly scenarioId: string; readonly scenarioName: string; readonly score: number }[],
): Contribution {
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
