import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import type { CompiledStep } from '../scenario/compiled-scenario';
import { isTimerDue } from '../steps/timers';
import { isActive, type TurnInstance } from './turn-instance';
import { findInstanceOf, type TurnState } from './turn-state';

/**
 * Whether a turn without a message concerns an active instance, so that it walks and contributes (0.5): an outcome is about it, a BACK reaches
 * it, the turn sets a value that it waits for or changes one that a transition of its step reads, or one of its timers is due. Besides, it
 * walks when it starts or resumes, when a call returns to it, and when its deferred contribution becomes free.
 */
export function hasWalkCause(view: InstanceView, context: SelectionContext): boolean {
  return (
    view.hasOutcome ||
    view.signals.hasBack ||
    view.hasReceivedAwaitedField ||
    (view.step !== undefined && changesReadField(view, view.step, context)) ||
    isTimerDue(view, context)
  );
}

function changesReadField({ changedFields }: InstanceView, step: CompiledStep, { storedData }: SelectionContext): boolean {
  if (changedFields.length === 0) return false;
  const isRead = (field: string): boolean =>
    step.anytimeTransitions.some(({ fieldsRead }) => fieldsRead.includes(field)) ||
    step.completionTransitions.some(({ fieldsRead }) => fieldsRead.includes(field));
  return changedFields.some((field) => storedData.providedFields.has(field) && isRead(field));
}

/** Whether the contribution of an instance that did not walk was deferred, and its rival is gone (4.2). */
export function isDeferredFree({ view }: TurnInstance, state: TurnState): boolean {
  const rivalId = view.instance.deferredBehindScenarioId;
  if (rivalId === '') return false;
  const rival = findInstanceOf(state, rivalId);
  return !rival || !isActive(rival) || !asksCustomer(rival);
}

/** Whether the instance asks or confirms on this turn, or still waits for an answer. */
function asksCustomer({ view, walk }: TurnInstance): boolean {
  if (walk) return walk.need.kind === 'ask' || walk.need.kind === 'confirm';
  return view.instance.requests.some(({ kind, status }) => status === 'OPEN' && (kind === 'ASK' || kind === 'CONFIRM'));
}
