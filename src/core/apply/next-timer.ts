import { getDueTime, getReminderTime } from '../context/timers';
import { findActionUnderWay, toVisitState } from '../context/visit-state';
import type { FieldRules } from '../fields/field-rules';
import { findOpenRequest } from '../model/request';
import type { ScenarioInstance, Session, SessionVariable } from '../model/session';
import type { Catalogue } from '../scenario/catalogue';
import type { CompiledScenario, CompiledStep, CompiledTransition } from '../scenario/compiled-scenario';

/** What the next timer depends on, after the turn. */
export type TimedSession = Pick<Session, 'instances' | 'variables' | 'lastMessageAt' | 'updatedAt'>;

/**
 * Returns the earliest moment after the last turn at which a TIMER turn would decide something, in milliseconds since 1970; undefined if there
 * is none (section 14). Pure.
 */
export function getNextTimerAt(
  session: TimedSession,
  catalogue: Pick<Catalogue, 'getScenarioVersion' | 'fields'>,
): number | undefined {
  let next: number | undefined;
  for (const instance of session.instances) {
    // No pause ends because of the time.
    if (instance.status === 'PAUSED') continue;
    const scenario = catalogue.getScenarioVersion(instance.scenarioId, instance.scenarioVersion);
    const step = scenario?.steps.get(instance.currentStepId);
    if (!scenario || !step) continue;
    const timed: TimedInstance = { instance, scenario, step };
    const times = [
      getIdleTime(timed, session),
      getReminderTime(instance, step),
      ...listTransitions(timed).map((transition) => getDueTime(transition, instance, session)),
      ...listExpiryTimes(timed, session, catalogue.fields),
    ];
    for (const at of times) {
      if (at !== undefined && at > session.updatedAt && (next === undefined || at < next)) next = at;
    }
  }
  return next;
}

/** An active instance with its definition. */
interface TimedInstance {
  readonly instance: ScenarioInstance;
  readonly scenario: CompiledScenario;
  readonly step: CompiledStep;
}

/** Returns when an instance is idle: just longer than `idle_timeout`, unless an action or a call is under way (2.7). */
function getIdleTime(
  { instance, scenario, step }: TimedInstance,
  { lastMessageAt }: Pick<Session, 'lastMessageAt'>,
): number | undefined {
  const { idleTimeoutMs } = scenario.definition;
  const isBusy = instance.call !== undefined || findActionUnderWay(toVisitState(instance, step)) !== undefined;
  if (idleTimeoutMs === undefined || isBusy) return undefined;
  return Math.max(lastMessageAt, instance.activeSince) + idleTimeoutMs + 1;
}

function listTransitions({ step, scenario }: TimedInstance): readonly CompiledTransition[] {
  return [...step.anytimeTransitions, ...step.completionTransitions, ...scenario.globalTransitions];
}

/** Returns when the values with a `max_age` expire that the current step collects or confirms, or that its transitions read (section 10). */
function listExpiryTimes(
  timed: TimedInstance,
  { variables }: Pick<Session, 'variables'>,
  { maxAges }: Pick<FieldRules, 'maxAges'>,
): readonly number[] {
  if (maxAges.size === 0) return [];
  const usedFields = listUsedFields(timed);
  const times: number[] = [];
  for (const [name, maxAgeMs] of maxAges) {
    if (!usedFields.has(name)) continue;
    const { value, storedAt } = findStored(name, timed, variables);
    // A value is known until it is older than `max_age`.
    if (value !== null && storedAt !== undefined) times.push(storedAt + maxAgeMs + 1);
  }
  return times;
}

function listUsedFields(timed: TimedInstance): ReadonlySet<string> {
  const used = new Set(timed.step.collectedFields);
  for (const { fieldsRead } of listTransitions(timed)) for (const field of fieldsRead) used.add(field);
  for (const field of findOpenRequest(timed.instance.requests, 'CONFIRM')?.values.keys() ?? []) used.add(field);
  return used;
}

/** Finds the value that the instance sees, unless it is one of the profile, which has no time. */
function findStored(
  name: string,
  { instance, scenario }: TimedInstance,
  variables: Session['variables'],
): Pick<SessionVariable, 'value' | 'storedAt'> {
  const own = instance.variables.get(name);
  if (own !== undefined) return { value: own, storedAt: instance.variableTimes.get(name) };
  const stored = scenario.localFields.has(name) ? undefined : variables.get(name);
  return stored ?? { value: null };
}
