import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import { findOpenRequest, type InstanceRequest } from '../model/request';
import type { ScenarioInstance, Session } from '../model/session';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';

/** A moment at which an active instance does something although no message arrives (section 14). */
export interface StepTimer {
  /** AFTER: a transition's `after` has elapsed. REMIND: the open question is put again. */
  readonly kind: 'AFTER' | 'REMIND';
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Lists the timers of the step where an instance waits, in no order. `lastMessageAt` is that of the session. */
export function listStepTimers(
  instance: Pick<ScenarioInstance, 'visit' | 'requests'>,
  scenario: Pick<CompiledScenario, 'globalTransitions'>,
  step: CompiledStep,
  lastMessageAt: number,
): readonly StepTimer[] {
  const timers: StepTimer[] = [];
  const since = Math.max(instance.visit.openedAt, lastMessageAt);
  for (const transitions of [step.anytimeTransitions, step.completionTransitions, scenario.globalTransitions]) {
    for (const { afterMs } of transitions) {
      if (afterMs !== undefined) timers.push({ kind: 'AFTER', at: since + afterMs });
    }
  }
  const reminder = findReminderTime(instance, step);
  if (reminder !== undefined) timers.push({ kind: 'REMIND', at: reminder });
  return timers;
}

/** Returns when the open CONFIRM or ASK is put again; undefined if no reminder is left. */
function findReminderTime(
  { requests }: Pick<ScenarioInstance, 'requests'>,
  { definition }: CompiledStep,
): number | undefined {
  const { remindAfterMs, maxReminders } = definition;
  if (remindAfterMs === undefined) return undefined;
  const question = findOpenQuestion(requests);
  return question && question.reminders < maxReminders ? question.lastPut.at + remindAfterMs : undefined;
}

function findOpenQuestion(requests: readonly InstanceRequest[]): InstanceRequest | undefined {
  return findOpenRequest(requests, 'CONFIRM') ?? findOpenRequest(requests, 'ASK');
}

/** Finds the earliest timer of an existing instance that has become due since the last turn; undefined if none has. */
export function findDueTimer(
  { instance, scenario, step }: Pick<InstanceView, 'instance' | 'scenario' | 'step'>,
  { session, turn }: { readonly session: Pick<Session, 'lastMessageAt' | 'updatedAt'>; readonly turn: Pick<SelectionContext['turn'], 'occurredAt'> },
): StepTimer | undefined {
  if (!scenario || !step) return undefined;
  let earliest: StepTimer | undefined;
  for (const timer of listStepTimers(instance, scenario, step, session.lastMessageAt)) {
    const isDue = timer.at > session.updatedAt && timer.at <= turn.occurredAt;
    if (isDue && (!earliest || timer.at < earliest.at)) earliest = timer;
  }
  return earliest;
}
