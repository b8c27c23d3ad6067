import type { Scenario } from '../../model/scenario';
import { type Check, checkEachStep, NameSuggestions } from '../checks';
import type { CompiledDraft } from '../compiled-scenario';
import {
  createWarning,
  type FindingLocation,
  locateField,
  locateGlobalTransition,
  locateTransition,
  type ScenarioFinding,
} from '../scenario-finding';

/**
 * Finds fields that are read but that the scenario does not provide, tool variables that are read without `has()`, questions that the
 * customer cannot answer, and listed fields that are not collected.
 */
export function* checkFields(draft: CompiledDraft): Check {
  yield* checkReads(draft);
  yield* checkToolVariables(draft);
  yield* checkSources(draft);
  yield* checkOptionalFields(draft);
  yield* checkPersistedFields(draft.scenario);
  yield* checkLocalFields(draft.scenario);
}

function* checkReads(draft: CompiledDraft): Check {
  const { scenario, globalTransitions, entryCondition, completionCondition, cancelCondition, allowance } = draft;
  const providedFields = findProvidedFields(scenario);
  const fieldNames = new NameSuggestions(providedFields, allowance);
  const check = (
    fields: readonly string[],
    location: FindingLocation,
    consequence = 'the condition is evaluated without it',
  ): readonly ScenarioFinding[] =>
    fields.flatMap((field) => {
      if (providedFields.has(field)) return [];
      const nearest = fieldNames.find(field);
      const fix = nearest === undefined ? 'Correct its name if it is wrong.' : `Did you mean "${nearest}"?`;
      const message = `Field "${field}" is read here, but no step collects it, no tool fills it, no call returns it and required_fields does not list it. ${fix} Unless the caller sends the field, ${consequence}.`;
      return [createWarning('FIELD_NOT_COLLECTED', message, location)];
    });
  yield* checkEachStep(draft, (step, stepIndex, compiled) => {
    if (compiled === undefined) return [];
    const byId = new Map(
      [...compiled.anytimeTransitions, ...compiled.completionTransitions].map((each) => [each.id, each]),
    );
    const confirmsLocation = { fieldPath: `steps[${stepIndex}].confirms_fields`, stepId: step.stepId };
    return [
      ...step.transitions.flatMap((_, index) => {
        const location = locateTransition(step, stepIndex, index);
        return check(byId.get(location.transitionId)?.fieldsRead ?? [], location);
      }),
      ...check(step.confirmsFields, confirmsLocation, 'the confirmation does not show it'),
    ];
  });
  for (const [index, { definition, fieldsRead }] of globalTransitions.entries()) {
    yield* check(fieldsRead, locateGlobalTransition(definition, index));
  }
  yield* check(entryCondition?.reads.dataKeys ?? [], { fieldPath: 'entry_condition' });
  yield* check(completionCondition?.reads.dataKeys ?? [], { fieldPath: 'completion_condition' });
  yield* check(cancelCondition?.reads.dataKeys ?? [], { fieldPath: 'cancel_condition' });
}

function findProvidedFields(scenario: Scenario): ReadonlySet<string> {
  return new Set([
    ...scenario.requiredFields.map(({ fieldName }) => fieldName),
    ...scenario.steps.flatMap((step) => [
      ...step.collectsProfileFields,
      ...step.toolBindings.flatMap(({ variableNames }) => variableNames),
      ...(step.calls?.returns ?? []),
    ]),
  ]);
}

/**
 * Finds tool variables that a condition reads without `has()`. While a value is missing, the condition of an ON_COMPLETION transition is
 * UNKNOWN and blocks the transitions after it (3.3). A value that only a tool can provide must therefore be tested.
 */
function* checkToolVariables(draft: CompiledDraft): Check {
  const toolIds = findToolVariables(draft.scenario);
  yield* checkEachStep(draft, (step, stepIndex, compiled) => {
    const transitions = new Map(compiled?.completionTransitions.map((each) => [each.definition, each]));
    return step.transitions.flatMap((definition, index) => {
      const location = locateField(locateTransition(step, stepIndex, index), 'condition');
      return (transitions.get(definition)?.condition?.reads.untestedKeys ?? []).flatMap((key) => {
        const toolId = toolIds.get(key);
        if (toolId === undefined) return [];
        const message = `The condition reads "${key}", which only tool "${toolId}" fills, without has(). While the tool has not returned it, the condition is UNKNOWN and blocks the transitions after it. Write has(data.${key}) && before it.`;
        return [createWarning('TOOL_VARIABLE_WITHOUT_HAS', message, location)];
      });
    });
  });
}

/** Finds the first tool that provides each variable. Variables that the customer or the caller can provide are excluded. */
function findToolVariables({ steps, requiredFields }: Scenario): ReadonlyMap<string, string> {
  const toolIds = new Map<string, string>();
  for (const { toolId, variableNames } of steps.flatMap((step) => step.toolBindings)) {
    for (const name of variableNames) if (!toolIds.has(name)) toolIds.set(name, toolId);
  }
  for (const field of steps.flatMap((step) => step.collectsProfileFields)) toolIds.delete(field);
  for (const { fieldName } of requiredFields) toolIds.delete(fieldName);
  return toolIds;
}

/** Finds questions for fields whose definition excludes the customer, so that the customer cannot answer them (section 10). */
function checkSources(draft: CompiledDraft): Check {
  return checkEachStep(draft, ({ stepId, collectsProfileFields }, stepIndex) =>
    collectsProfileFields.flatMap((field, index) => {
      const sources = draft.options.fields?.fields.get(field)?.definition.sources ?? [];
      if (sources.length === 0 || sources.includes('CUSTOMER')) return [];
      const message = `The step asks for field "${field}", but its definition accepts no value from the customer. Add CUSTOMER to its sources, or do not collect it here.`;
      const fieldPath = `steps[${stepIndex}].collects_profile_fields[${index}]`;
      return [createWarning('FIELD_NOT_FROM_CUSTOMER', message, { fieldPath, stepId })];
    }),
  );
}

/** Finds optional fields that their step does not collect (3.1). */
function checkOptionalFields(draft: CompiledDraft): Check {
  return checkEachStep(draft, ({ stepId, optionalFields, collectsProfileFields }, stepIndex) => {
    const collected = new Set(collectsProfileFields);
    return optionalFields.flatMap((field, index) => {
      if (collected.has(field)) return [];
      const message = `Field "${field}" in optional_fields has no effect, because step "${stepId}" does not collect it. Add it to collects_profile_fields, or remove it.`;
      const fieldPath = `steps[${stepIndex}].optional_fields[${index}]`;
      return [createWarning('OPTIONAL_FIELD_NOT_COLLECTED', message, { fieldPath, stepId })];
    });
  });
}

/**
 * Finds persisted fields that no step collects and no tool fills. Only these are dropped when an instance ends, so persisting other fields
 * has no effect (0.4).
 */
function checkPersistedFields({ steps, persistedFields }: Scenario): readonly ScenarioFinding[] {
  const droppedFields = new Set(
    steps.flatMap((step) => [
      ...step.collectsProfileFields,
      ...step.toolBindings.flatMap(({ variableNames }) => variableNames),
    ]),
  );
  return persistedFields.flatMap((field, index) => {
    if (droppedFields.has(field)) return [];
    const message = `Field "${field}" in persisted_fields has no effect, because no step collects it and no tool fills it. Correct its name, or remove it.`;
    return [createWarning('PERSISTED_FIELD_NOT_COLLECTED', message, { fieldPath: `persisted_fields[${index}]` })];
  });
}

/** Finds local fields that no step collects. Candidate variables for other fields are not kept in an instance (0.4). */
function checkLocalFields({ steps, localFields }: Scenario): readonly ScenarioFinding[] {
  const collectedFields = new Set(steps.flatMap((step) => step.collectsProfileFields));
  return localFields.flatMap((field, index) => {
    if (collectedFields.has(field)) return [];
    const message = `Field "${field}" is listed in local_fields, but no step collects it. Correct its name, or remove it.`;
    return [createWarning('LOCAL_FIELD_NOT_COLLECTED', message, { fieldPath: `local_fields[${index}]` })];
  });
}
