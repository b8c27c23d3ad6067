import type { FieldRules } from '../fields/field-rules';
import { findOpenRequest } from '../model/request';
import type { ScenarioInstance, Session, SessionVariable } from '../model/session';
import type { Catalogue } from '../scenario/catalogue';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import { listTimers } from '../steps/timers';

/**
 * Returns the earliest moment after the last turn at which a TIMER turn would decide something, in milliseconds since 1970; undefined if there
 * is none (section 14). Pure.
 */
export function getNextTimerAt(
  session: Session,
  catalogue: Pick<Catalogue, 'getScenarioVersion' | 'fields'>,
): number | undefined {
  let next: number | undefined;
  for (const instance of session.instances) {
    // No pause ends because of the time.
    if (instance.status === 'PAUSED') continue;
    const scenario = catalogue.getScenarioVersion(instance.scenarioId, instance.scenarioVersion);
    const step = scenario?.steps.get(instance.currentStepId);
    if (!scenario || !step) continue;
    const times = listTimers(instance, scenario, step, session).map(({ at }) => at);
    for (const at of [...times, ...listExpiryTimes(instance, scenario, step, session, catalogue.fields)]) {
      if (at > session.updatedAt && (next === undefined || at < next)) next = at;
    }
  }
  return next;
}

/** Returns when the values with a `max_age` expire that the current step collects or confirms, or that its transitions read (section 10). */
function listExpiryTimes(
  instance: ScenarioInstance,
  scenario: CompiledScenario,
  step: CompiledStep,
  { variables }: Pick<Session, 'variables'>,
  { maxAges }: Pick<FieldRules, 'maxAges'>,
): readonly number[] {
  if (maxAges.size === 0) return [];
  const usedFields = listUsedFields(instance, scenario, step);
  const times: number[] = [];
  for (const [name, maxAgeMs] of maxAges) {
    if (!usedFields.has(name)) continue;
    const { value, storedAt } = findStored(name, instance, scenario, variables);
    // A value is known until it is older than `max_age`.
    if (value !== null && storedAt !== undefined) times.push(storedAt + maxAgeMs + 1);
  }
  return times;
}

function listUsedFields(
  { requests }: ScenarioInstance,
  { globalTransitions }: CompiledScenario,
  { collectedFields, anytimeTransitions, completionTransitions }: CompiledStep,
): ReadonlySet<string> {
  const used = new Set(collectedFields);
  for (const { fieldsRead } of [...anytimeTransitions, ...completionTransitions, ...globalTransitions]) {
    for (const field of fieldsRead) used.add(field);
  }
  for (const field of findOpenRequest(requests, 'CONFIRM')?.values.keys() ?? []) used.add(field);
  return used;
}

/** Finds the value that the instance sees, unless it is one of the profile, which has no time. */
function findStored(
  name: string,
  instance: ScenarioInstance,
  { localFields }: CompiledScenario,
  variables: Session['variables'],
): Pick<SessionVariable, 'value' | 'storedAt'> {
  const own = instance.variables.get(name);
  if (own !== undefined) return { value: own, storedAt: instance.variableTimes.get(name) };
  const stored = localFields.has(name) ? undefined : variables.get(name);
  return stored ?? { value: null };
}
