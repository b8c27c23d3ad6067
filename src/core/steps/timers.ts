import { findOpenRequest, isOpen } from '../model/request';
import type { ScenarioInstance, Session } from '../model/session';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';

/** What a TIMER turn can decide for an instance: a transition's `after` has elapsed, an open question is put again, or it is idle (section 14). */
export interface InstanceTimer {
  readonly kind: 'after' | 'remind' | 'idle';
  /** The first moment at which it is due, in milliseconds since 1970. */
  readonly at: number;
}

/** Lists the timers of an active instance, in no particular order. */
export function listTimers(
  instance: ScenarioInstance,
  scenario: CompiledScenario,
  step: CompiledStep,
  { lastMessageAt }: Pick<Session, 'lastMessageAt'>,
): readonly InstanceTimer[] {
  const timers: InstanceTimer[] = [];
  const since = Math.max(instance.visit.openedAt, lastMessageAt);
  for (const { afterMs } of [
    ...step.anytimeTransitions,
    ...step.completionTransitions,
    ...scenario.globalTransitions,
  ]) {
    if (afterMs !== undefined) timers.push({ kind: 'after', at: since + afterMs });
  }
  const { remindAfterMs, maxReminders } = step.definition;
  const request = findOpenRequest(instance.requests, 'CONFIRM') ?? findOpenRequest(instance.requests, 'ASK');
  if (
    remindAfterMs !== undefined &&
    request?.visitNumber === instance.visit.number &&
    request.reminders < maxReminders
  ) {
    timers.push({ kind: 'remind', at: request.lastPut.at + remindAfterMs });
  }
  const { idleTimeoutMs } = scenario.definition;
  const isUnderWay = instance.requests.some(
    ({ kind, stepId, ...request }) =>
      kind === 'ACTION' && isOpen({ kind, stepId, ...request }) && scenario.steps.get(stepId)?.isRequiredAction,
  );
  if (idleTimeoutMs !== undefined && !instance.call && !isUnderWay) {
    timers.push({ kind: 'idle', at: Math.max(lastMessageAt, instance.activeSince) + idleTimeoutMs + 1 });
  }
  return timers;
}
