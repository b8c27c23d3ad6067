import type { Condition } from '../../conditions';
import type { Scenario } from '../../model/scenario';
import type { ScenarioFinding } from '../scenario-finding';
import { type CompiledDraft, type FindingLocation, warningFinding } from './compiled-draft';

/** Fields that are read and that nothing in the scenario provides. */
export function checkFields(draft: CompiledDraft): readonly ScenarioFinding[] {
  const { scenario, steps, globalTransitions: globals, entryCondition, completionCondition } = draft;
  const provided = providedFields(draft);
  const findings: ScenarioFinding[] = [];
  const look = (fields: readonly string[], site: FindingLocation, without = 'the condition misses it'): void => {
    for (const field of fields) {
      if (provided.has(field)) continue;
      findings.push(
        warningFinding(
          'FIELD_NOT_COLLECTED',
          `Field "${field}" is read here, but no step collects it, no tool fills it and required_fields does not name it: unless the caller brings it, ${without}.`,
          site,
        ),
      );
    }
  };
  scenario.steps.forEach((step, s) => {
    const compiled = steps.get(step.stepId);
    if (compiled?.index !== s) return;
    const byId = new Map(
      [...compiled.anytimeTransitions, ...compiled.completionTransitions].map((transition) => [
        transition.id,
        transition,
      ]),
    );
    step.transitions.forEach((transition, t) => {
      const transitionId = transition.transitionId || `${step.stepId}/${t + 1}`;
      look(byId.get(transitionId)?.fieldsRead ?? [], {
        fieldPath: `steps[${s}].transitions[${t}]`,
        stepId: step.stepId,
        transitionId,
      });
    });
    const site = { fieldPath: `steps[${s}].confirms_fields`, stepId: step.stepId };
    look(step.confirmsFields, site, 'the confirmation does not show it');
  });
  for (const [g, transition] of globals.entries()) {
    look(transition.fieldsRead, { fieldPath: `global_transitions[${g}]`, transitionId: transition.id });
  }
  look(dataKeys(entryCondition), { fieldPath: 'entry_condition' });
  look(dataKeys(completionCondition), { fieldPath: 'completion_condition' });
  return [...findings, ...persistedFindings(scenario)];
}

/** `persisted_fields` keeps what the scenario collects; any other field is not in danger of going with it (0.4). */
function persistedFindings({ steps, persistedFields }: Scenario): readonly ScenarioFinding[] {
  const collected = new Set(steps.flatMap((step) => step.collectsProfileFields));
  return persistedFields.flatMap((field, index) =>
    collected.has(field)
      ? []
      : [
          warningFinding(
            'PERSISTED_FIELD_NOT_COLLECTED',
            `Field "${field}" is persisted, but no step collects it, so it has no effect. Check its name, or remove it.`,
            { fieldPath: `persisted_fields[${index}]` },
          ),
        ],
  );
}

function dataKeys(condition: Condition | undefined): readonly string[] {
  return condition?.reads.dataKeys ?? [];
}

function providedFields({ scenario }: CompiledDraft): ReadonlySet<string> {
  return new Set([
    ...scenario.requiredFields.map(({ fieldName }) => fieldName),
    ...scenario.steps.flatMap((step) => [
      ...step.collectsProfileFields,
      ...step.toolBindings.flatMap(({ variableNames }) => variableNames),
    ]),
  ]);
}
