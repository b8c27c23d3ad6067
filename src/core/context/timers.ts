import type { FieldRules } from '../fields/field-rules';
import { isQuestion } from '../model/focus';
import { findOpenRequest, type InstanceRequest, isOpen } from '../model/request';
import type { ScenarioInstance, Session } from '../model/session';
import { isLastTurnMessage } from '../model/superseding';
import type { Catalogue } from '../scenario/catalogue';
import type { CompiledScenario, CompiledStep, CompiledTransition } from '../scenario/compiled-scenario';
import { findStored, needsAgain } from './expired-values';
import { looksUpField } from './used-fields';
import { findActionUnderWay, toVisitState } from './visit-state';

/** An active instance with its definition. */
export interface TimedInstance {
  readonly instance: ScenarioInstance;
  readonly scenario: CompiledScenario;
  readonly step: CompiledStep;
}

/** Returns an instance with its definition; undefined if it is paused, because time alone ends no pause, or if it has no definition. */
export function toTimed(
  instance: ScenarioInstance,
  catalogue: Pick<Catalogue, 'getScenarioVersion'>,
): TimedInstance | undefined {
  if (instance.status === 'PAUSED') return undefined;
  const scenario = catalogue.getScenarioVersion(instance.scenarioId, instance.scenarioVersion);
  const step = scenario?.steps.get(instance.currentStepId);
  return scenario && step ? { instance, scenario, step } : undefined;
}

/**
 * Finds the instances with a timer that is due on a turn without a message, except `idle_timeout` (section 14). A time that had passed by the
 * last turn was evaluated there, except for a reminder that passed during a message to another instance. `session` still has the values that
 * expire on this turn.
 */
export function findDueInstances(
  session: Session,
  catalogue: Pick<Catalogue, 'getScenarioVersion' | 'fields'>,
  now: number,
): ReadonlySet<string> {
  const due = new Set<string>();
  for (const instance of session.instances) {
    const timed = toTimed(instance, catalogue);
    if (!timed) continue;
    const reminderTime = getPendingReminderTime(timed, session) ?? Number.POSITIVE_INFINITY;
    const times = listStepTimes(timed, session, catalogue.fields);
    if (reminderTime <= now || times.some((at) => at > session.updatedAt && at <= now)) due.add(instance.instanceId);
  }
  return due;
}

/** Returns when the question is put again as a reminder that no turn has evaluated yet. A MESSAGE turn evaluates no reminders. */
export function getPendingReminderTime(
  { instance, step }: TimedInstance,
  session: Pick<Session, 'updatedAt' | 'revision' | 'exchangeRevision'>,
): number | undefined {
  const time = getReminderTime(instance, step);
  return time !== undefined && (time > session.updatedAt || isLastTurnMessage(session)) ? time : undefined;
}

/** Lists when the `after` of a transition elapses or a value that the step uses expires. */
export function listStepTimes(
  timed: TimedInstance,
  session: Pick<Session, 'lastMessageAt' | 'variables'>,
  { maxAges }: Pick<FieldRules, 'maxAges'>,
): readonly number[] {
  const times = listExpiryTimes(timed, session, maxAges);
  if (!timed.step.hasTimedTransitions && !timed.scenario.hasTimedGlobalTransitions) return times;
  for (const transition of listEnabledTransitions(timed)) {
    // A turn without a message has no intent.
    if (transition.definition.intentLabel !== '') continue;
    const dueTime = getDueTime(transition, timed.instance, session);
    if (dueTime !== undefined && !isSuppressed(transition, timed)) times.push(dueTime);
  }
  return times;
}

/** Whether a global transition is not taken at any time: at its own target, or if nothing that it reads has changed since it was taken (3.2). */
function isSuppressed({ id, isGlobal, targetStepId }: CompiledTransition, { instance, step }: TimedInstance): boolean {
  return isGlobal && (targetStepId === step.stepId || instance.globalTransitionGuards.has(id));
}

/** Lists every transition that can leave the step. */
export function listTransitions({
  step,
  scenario,
}: {
  readonly step: Pick<CompiledStep, 'anytimeTransitions' | 'completionTransitions'>;
  readonly scenario: Pick<CompiledScenario, 'globalTransitions'>;
}): readonly CompiledTransition[] {
  return [...step.anytimeTransitions, ...step.completionTransitions, ...scenario.globalTransitions];
}

/**
 * Returns when a transition with `after` can be taken, in ms since 1970: its duration after the later of the visit's opening and the last MESSAGE
 * turn. Undefined for a transition without `after`.
 */
export function getDueTime(
  { afterMs }: CompiledTransition,
  { visit }: Pick<ScenarioInstance, 'visit'>,
  { lastMessageAt }: Pick<Session, 'lastMessageAt'>,
): number | undefined {
  return afterMs === undefined ? undefined : Math.max(visit.openedAt, lastMessageAt) + afterMs;
}

/** Returns when the open question of the step is put again as a reminder; undefined if it is not (section 14). */
export function getReminderTime(instance: ScenarioInstance, step: CompiledStep): number | undefined {
  const { remindAfterMs, maxReminders } = step.definition;
  if (remindAfterMs === undefined) return undefined;
  const question = findQuestion(instance);
  if (!question || question.reminders >= maxReminders) return undefined;
  return question.lastPut.at + remindAfterMs;
}

function findQuestion({ requests, visit }: ScenarioInstance): InstanceRequest | undefined {
  return requests.findLast((request) => request.visitNumber === visit.number && isOpen(request) && isQuestion(request));
}

/** Lists when the values with a `max_age` expire that something at the step of the instance depends on (section 10). */
function listExpiryTimes(
  timed: TimedInstance,
  { variables }: Pick<Session, 'variables'>,
  maxAges: FieldRules['maxAges'],
): number[] {
  const times: number[] = [];
  let fields: ReadonlySet<string> | undefined;
  const getReadFields = (): ReadonlySet<string> => {
    fields ??= new Set(listEnabledTransitions(timed).flatMap(({ fieldsRead }) => fieldsRead));
    return fields;
  };
  for (const [field, maxAgeMs] of maxAges) {
    const { value, storedAt } = findStored(field, timed.instance, timed.scenario, variables);
    // A value is known until it is older than `max_age`.
    if (value !== null && storedAt !== undefined && isAffectedByExpiry(field, timed, getReadFields)) {
      times.push(storedAt + maxAgeMs + 1);
    }
  }
  return times;
}

/**
 * Whether the instance is affected when the value expires: its step collects it, its open CONFIRM shows it, a transition that can be taken
 * reads it, or its route used it. A value that a tool found needs no timer: it is looked up again when the instance next walks. An action
 * under way keeps its values (3.9).
 */
function isAffectedByExpiry(field: string, timed: TimedInstance, getReadFields: () => ReadonlySet<string>): boolean {
  const { instance, scenario, step } = timed;
  const state = toVisitState(instance, step);
  if (step.isWriteAction && findActionUnderWay(state)?.values.has(field)) return false;
  if (instance.route.some((entry) => looksUpField(scenario, entry, field))) return false;
  return (
    step.collectedFields.includes(field) ||
    (findOpenRequest(instance.requests, 'CONFIRM')?.values.has(field) ?? false) ||
    getReadFields().has(field) ||
    needsAgain(field, instance, scenario)
  );
}

/** Lists the transitions that can become TRUE when only time passes: while a stage waits, only ANYTIME and global ones (3.2). */
function listEnabledTransitions(timed: TimedInstance): readonly CompiledTransition[] {
  return isStageOpen(timed)
    ? [...timed.step.anytimeTransitions, ...timed.scenario.globalTransitions]
    : listTransitions(timed);
}

/** Whether a stage of the step waits for the customer or a tool. An ASK for what a transition misses comes after the stages (3.3). */
function isStageOpen({ instance, step }: TimedInstance): boolean {
  if (findActionUnderWay(toVisitState(instance, step)) || instance.call) return true;
  const question = findQuestion(instance);
  return (
    question?.kind === 'CONFIRM' || (question?.fields.some((field) => step.collectedFields.includes(field)) ?? false)
  );
}
