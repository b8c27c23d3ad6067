import { findNearestName } from '../../model/nearest-name';
import type { CompiledDraft } from '../compiled-scenario';
import {
  createError,
  locateField,
  locateGlobalTransition,
  locateTransition,
  type ScenarioFinding,
} from '../scenario-finding';
import { checkCalls } from './check-calls';
import { checkConfirmations } from './check-confirmations';
import { checkFields } from './check-fields';
import { checkGraph } from './check-graph';
import { checkSteps } from './check-steps';
import { checkTimers } from './check-timers';
import { checkTransitions } from './check-transitions';

const severityOrder: Readonly<Record<ScenarioFinding['severity'], number>> = { ERROR: 0, WARNING: 1 };

/** Checks a definition. Errors come first. Findings of the same severity are in the order of the checks, then of the definition. */
export function checkScenario(draft: CompiledDraft): readonly ScenarioFinding[] {
  return [
    ...checkIds(draft),
    ...checkSteps(draft),
    ...checkConfirmations(draft),
    ...checkCalls(draft),
    ...checkTransitions(draft),
    ...checkTimers(draft),
    ...draft.conditionFindings,
    ...checkGraph(draft),
    ...checkFields(draft),
  ].sort((a, b) => severityOrder[a.severity] - severityOrder[b.severity]);
}

/** Finds ids that are missing, repeated, or do not exist. */
function checkIds(draft: CompiledDraft): readonly ScenarioFinding[] {
  const { scenario } = draft;
  return [
    ...checkEntryStep(draft),
    ...findRepeated(scenario.steps.map(({ stepId }) => stepId)).map(([stepId, index]) =>
      createError('DUPLICATE_STEP', `Step "${stepId}" is defined twice. Give each step a unique id.`, {
        fieldPath: `steps[${index}].step_id`,
        stepId,
      }),
    ),
    ...checkTransitionIds(draft),
    ...checkStepMap(draft),
    ...findRepeated(scenario.requiredFields.map(({ fieldName }) => fieldName)).map(([field, index]) =>
      createError('DUPLICATE_REQUIRED_FIELD', `Field "${field}" is required twice. Remove one of the entries.`, {
        fieldPath: `required_fields[${index}].field_name`,
      }),
    ),
  ];
}

function checkEntryStep({ scenario: { entryStepId }, steps }: CompiledDraft): readonly ScenarioFinding[] {
  if (steps.has(entryStepId)) return [];
  const nearest = findNearestName(entryStepId, [...steps.keys()]);
  const fix = nearest === undefined ? 'Set entry_step_id to a step of the scenario.' : `Did you mean "${nearest}"?`;
  const message =
    entryStepId === ''
      ? 'The scenario has no entry step. Set entry_step_id to the step where it starts.'
      : `The entry step "${entryStepId}" does not exist. ${fix}`;
  return [createError('ENTRY_STEP_NOT_FOUND', message, { fieldPath: 'entry_step_id' })];
}

function checkTransitionIds({ scenario }: CompiledDraft): readonly ScenarioFinding[] {
  const locations = [
    ...scenario.steps.flatMap((step, stepIndex) =>
      step.transitions.map((_, index) => locateTransition(step, stepIndex, index)),
    ),
    ...scenario.globalTransitions.map(locateGlobalTransition),
  ];
  return findRepeated(locations.map(({ transitionId }) => transitionId)).flatMap(([transitionId, index]) => {
    const location = locations[index];
    if (location === undefined) return [];
    const message = `Transition id "${transitionId}" is used twice. Give each transition a unique id, or omit the id.`;
    return [createError('DUPLICATE_TRANSITION', message, locateField(location, 'transition_id'))];
  });
}

function checkStepMap({ scenario, steps }: CompiledDraft): readonly ScenarioFinding[] {
  return [...scenario.migrationStepMap].flatMap(([from, to]) => {
    if (steps.has(to)) return [];
    const message = `The step map maps "${from}" to "${to}", which is not a step of this version. Map it to an existing step.`;
    return [createError('MIGRATION_TARGET_NOT_FOUND', message, { fieldPath: `migration_step_map["${from}"]` })];
  });
}

/** Returns each repetition of an earlier value, with its index. */
function findRepeated(values: readonly string[]): readonly (readonly [value: string, index: number])[] {
  const seen = new Set<string>();
  return values.flatMap((value, index) => {
    if (seen.has(value)) return [[value, index] as const];
    seen.add(value);
    return [];
  });
}
