import type { ScenarioFinding } from '../scenario-finding';
import { type CompiledDraft, errorFinding } from './compiled-draft';

/** Ids that are missing, repeated or point nowhere. */
export function checkIds({ scenario, steps, globalTransitions: globals }: CompiledDraft): readonly ScenarioFinding[] {
  return [
    ...entryFindings(scenario.entryStepId, steps.has(scenario.entryStepId)),
    ...repeated(scenario.steps.map(({ stepId }) => stepId)).map(([stepId, index]) =>
      errorFinding('DUPLICATE_STEP', `Step "${stepId}" is there twice. Give each step an id of its own.`, {
        fieldPath: `steps[${index}].step_id`,
        stepId,
      }),
    ),
    ...repeatedTransitions({ scenario, steps, globalTransitions: globals }),
    ...[...scenario.migrationStepMap].flatMap(([from, to]) =>
      steps.has(to)
        ? []
        : [
            errorFinding(
              'MIGRATION_TARGET_NOT_FOUND',
              `The step map sends "${from}" to "${to}", which is no step of this version.`,
              {
                fieldPath: `migration_step_map["${from}"]`,
              },
            ),
          ],
    ),
    ...repeated(scenario.requiredFields.map(({ fieldName }) => fieldName)).map(([field, index]) =>
      errorFinding('DUPLICATE_REQUIRED_FIELD', `Field "${field}" is required twice. Keep one of the two.`, {
        fieldPath: `required_fields[${index}].field_name`,
      }),
    ),
  ];
}

function entryFindings(entryStepId: string, exists: boolean): readonly ScenarioFinding[] {
  if (exists) return [];
  const message =
    entryStepId === ''
      ? 'The scenario has no entry step. Name the step where it starts.'
      : `The entry step "${entryStepId}" is no step of the scenario.`;
  return [errorFinding('ENTRY_STEP_NOT_FOUND', message, { fieldPath: 'entry_step_id' })];
}

function repeatedTransitions(
  draft: Pick<CompiledDraft, 'scenario' | 'steps' | 'globalTransitions'>,
): readonly ScenarioFinding[] {
  const seen = new Set<string>();
  const findings: ScenarioFinding[] = [];
  const look = (id: string, fieldPath: string, stepId: string): void => {
    if (seen.has(id)) {
      findings.push(
        errorFinding(
          'DUPLICATE_TRANSITION',
          `Transition "${id}" is there twice. Give each an id of its own, or none.`,
          {
            fieldPath,
            stepId,
            transitionId: id,
          },
        ),
      );
    }
    seen.add(id);
  };
  for (const [s, step] of draft.scenario.steps.entries()) {
    for (const [t, transition] of step.transitions.entries()) {
      const id = transition.transitionId || `${step.stepId}/${t + 1}`;
      look(id, `steps[${s}].transitions[${t}].transition_id`, step.stepId);
    }
  }
  for (const [g, { id }] of draft.globalTransitions.entries()) look(id, `global_transitions[${g}].transition_id`, '');
  return findings;
}

/** Second and later occurrences with their index. */
function repeated(values: readonly string[]): readonly (readonly [string, number])[] {
  const seen = new Set<string>();
  return values.flatMap((value, index) => {
    if (seen.has(value)) return [[value, index] as const];
    seen.add(value);
    return [];
  });
}
