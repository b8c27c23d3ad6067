import { FindingList } from '../../model/findings';
import { type Check, checkEachStep, NameSuggestions } from '../checks';
import type { CompiledDraft } from '../compiled-scenario';
import {
  createError,
  type FindingLocation,
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

/** The checks in the order of their findings. */
const checks: readonly ((draft: CompiledDraft) => Check)[] = [
  checkIds,
  checkSteps,
  checkConfirmations,
  checkCalls,
  checkTransitions,
  checkTimers,
];
/** The checks whose findings follow those of the conditions. */
const laterChecks: typeof checks = [checkGraph, checkFields];

/** Checks a definition, and yields where it can pause. Findings are in the order of the checks, then of the definition. */
export function* checkScenario(draft: CompiledDraft): Generator<void, FindingList<ScenarioFinding>> {
  const findings = new FindingList<ScenarioFinding>();
  for (const check of checks) yield* addFindings(check(draft), findings);
  findings.addAll(draft.conditionFindings);
  for (const check of laterChecks) yield* addFindings(check(draft), findings);
  return findings;
}

function* addFindings(check: Check, findings: FindingList<ScenarioFinding>): Generator<void> {
  for (const finding of check) {
    if (finding === undefined) yield;
    else findings.add(finding);
  }
  yield;
}

/** Finds ids that are missing, repeated, or do not exist. */
function* checkIds(draft: CompiledDraft): Check {
  const { scenario, allowance } = draft;
  allowance.spend('checks', 10 * scenario.steps.length);
  yield* checkEntryStep(draft);
  for (const [stepId, index] of findRepeated(scenario.steps.map(({ stepId }) => stepId))) {
    const location = { fieldPath: `steps[${index}].step_id`, stepId };
    yield createError('DUPLICATE_STEP', `Step "${stepId}" is defined twice. Give each step a unique id.`, location);
  }
  yield* checkTransitionIds(draft);
  yield* checkStepMap(draft);
  for (const [field, index] of findRepeated(scenario.requiredFields.map(({ fieldName }) => fieldName))) {
    yield createError('DUPLICATE_REQUIRED_FIELD', `Field "${field}" is required twice. Remove one of the entries.`, {
      fieldPath: `required_fields[${index}].field_name`,
    });
  }
}

function checkEntryStep({ scenario: { entryStepId }, steps, allowance }: CompiledDraft): readonly ScenarioFinding[] {
  if (steps.has(entryStepId)) return [];
  const nearest = new NameSuggestions(steps.keys(), allowance).find(entryStepId);
  const fix = nearest === undefined ? 'Set entry_step_id to a step of the scenario.' : `Did you mean "${nearest}"?`;
  const message =
    entryStepId === ''
      ? 'The scenario has no entry step. Set entry_step_id to the step where it starts.'
      : `The entry step "${entryStepId}" does not exist. ${fix}`;
  return [createError('ENTRY_STEP_NOT_FOUND', message, { fieldPath: 'entry_step_id' })];
}

function* checkTransitionIds(draft: CompiledDraft): Check {
  const seen = new Set<string>();
  const check = (location: Required<FindingLocation>): readonly ScenarioFinding[] => {
    const { transitionId } = location;
    const isRepeated = seen.has(transitionId);
    seen.add(transitionId);
    if (!isRepeated) return [];
    const message = `Transition id "${transitionId}" is used twice. Give each transition a unique id, or omit the id.`;
    return [createError('DUPLICATE_TRANSITION', message, locateField(location, 'transition_id'))];
  };
  yield* checkEachStep(draft, (step, stepIndex) =>
    step.transitions.flatMap((_, index) => check(locateTransition(step, stepIndex, index))),
  );
  for (const [index, transition] of draft.scenario.globalTransitions.entries()) {
    yield* check(locateGlobalTransition(transition, index));
  }
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
