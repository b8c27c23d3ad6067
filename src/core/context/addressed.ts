import { changeInstance } from '../model/changes';
import type { Draft } from '../model/draft';
import { isInExchange, isQuestion } from '../model/focus';
import { changeRequest, findOpenRequest, isOpen } from '../model/request';
import type { Session } from '../model/session';
import { settleLeftOutFields } from './asks';
import { getStartTargets } from './instance-signals';
import type { DraftView, InstanceView, ViewInput } from './instance-view';
import { listTransitions } from './timers';

/**
 * Decides which instances the turn addresses or concerns (0.5), which paused instances it answers (2.11), and for which instances it is no
 * attempt (0.8). Completes the drafts.
 */
export function markAddressed(drafts: readonly Draft<DraftView>[], input: ViewInput): readonly InstanceView[] {
  const { turn, namedScenarioIds } = input;
  const isMessage = turn.trigger === 'MESSAGE';
  const hasNewStart = startsOther(input);
  for (const view of drafts) view.isAnswered = isAnswered(view, drafts, namedScenarioIds);
  if (isMessage) markByMessage(drafts, namedScenarioIds.size > 0 || hasNewStart);
  else markConcerned(drafts, input.findDueInstances());
  let addressedCount = 0;
  for (const view of drafts) if (view.isAddressed) addressedCount += 1;
  for (const view of drafts) {
    const addressesOther = addressedCount > (view.isAddressed ? 1 : 0);
    const namesOther = namedScenarioIds.size > (view.isNamed ? 1 : 0);
    view.isAttemptExempt = addressesOther || namesOther || hasNewStart || turn.situation.requestedFields.length > 0;
  }
  return drafts;
}

/** Whether a START is aimed at a scenario without an instance. */
function startsOther({ turn, session }: ViewInput): boolean {
  for (const id of getStartTargets(turn.situation.signals)) {
    if (!session.instances.some(({ scenarioId }) => scenarioId === id)) return true;
  }
  return false;
}

/**
 * Whether the turn answers a paused instance (2.11): a field of its open ASK becomes known, or is given where the ASK showed known values, no
 * active instance waits for that field, and no candidate names another scenario.
 */
function isAnswered(
  { instance, changedFields, providedFields, known }: DraftView,
  views: readonly DraftView[],
  namedScenarioIds: ReadonlySet<string>,
): boolean {
  if (instance.status !== 'PAUSED') return false;
  const ask = findOpenRequest(instance.requests, 'ASK');
  if (!ask || [...namedScenarioIds].some((id) => id !== instance.scenarioId)) return false;
  const isAwaitedElsewhere = (field: string): boolean =>
    views.some((other) => other.instance.status === 'ACTIVE' && isWaitingForField(other, field));
  return ask.fields.some(
    (field) =>
      known.has(field) &&
      (changedFields.includes(field) || (ask.values.size > 0 && providedFields.has(field))) &&
      !isAwaitedElsewhere(field),
  );
}

/** Whether the instance waits for the field: its open ASK lists it, or it is missing at its step. */
function isWaitingForField(
  { instance, step, hasReceivedAwaitedField, changedFields }: DraftView,
  field: string,
): boolean {
  const ask = findOpenRequest(instance.requests, 'ASK');
  const isCollected = step?.collectedFields.includes(field) ?? false;
  return (
    (ask?.fields.includes(field) ?? false) || (isCollected && hasReceivedAwaitedField && changedFields.includes(field))
  );
}

/** Marks the instances that a MESSAGE turn addresses (0.5). */
function markByMessage(views: readonly Draft<DraftView>[], namesScenario: boolean): void {
  let isAnyAddressed = false;
  for (const view of views) {
    view.isAddressed = isAddressedDirectly(view);
    isAnyAddressed ||= view.isAddressed;
  }
  if (isAnyAddressed || namesScenario) markWaitingCallers(views);
  else for (const view of views) view.isAddressed = view.changesCollectedField;
}

function isAddressedDirectly(view: DraftView): boolean {
  const { signals, instance } = view;
  if (signals.hasContinue || signals.hasBack || view.isNamed || view.hasOutcome) return true;
  return instance.status === 'PAUSED'
    ? view.isAnswered
    : view.hasReceivedAwaitedField || view.hasReceivedAskedField || view.rejectedAnswers.length > 0;
}

/** An instance that waits for a call is addressed together with the instance that it called (0.5). */
function markWaitingCallers(views: readonly Draft<DraftView>[]): void {
  for (let hasAdded = true; hasAdded; ) {
    hasAdded = false;
    for (const view of views) {
      const { call } = view.instance;
      if (view.isAddressed || call === undefined) continue;
      if (!views.some(({ instance, isAddressed }) => isAddressed && instance.instanceId === call.instanceId)) continue;
      view.isAddressed = true;
      hasAdded = true;
    }
  }
}

/** Marks the instances that a turn without a message concerns. It addresses those that an outcome is about (0.5). */
function markConcerned(views: readonly Draft<DraftView>[], dueInstanceIds: ReadonlySet<string>): void {
  for (const view of views) {
    view.isAddressed = view.hasOutcome;
    view.isConcerned = isConcerned(view, dueInstanceIds);
  }
}

/**
 * Whether a turn without a message concerns the instance (0.5) by one of: an outcome, a BACK, a due timer, a value that it waits for, or a
 * changed value that a transition of its current step reads.
 */
function isConcerned(view: DraftView, dueInstanceIds: ReadonlySet<string>): boolean {
  const { scenario, step, instance } = view;
  if (view.hasOutcome || view.signals.hasBack || view.hasReceivedAwaitedField || view.hasReceivedAskedField)
    return true;
  if (dueInstanceIds.has(instance.instanceId)) return true;
  if (!scenario || !step) return false;
  const fields = new Set(listTransitions({ step, scenario }).flatMap(({ fieldsRead }) => fieldsRead));
  return view.changedByCustomer.some((field) => fields.has(field));
}

/**
 * Counts a MESSAGE turn as an attempt at the open ASK or CONFIRM of the current exchange that it does not answer (0.8), and settles the optional
 * fields that the attempt leaves out (3.1). A rejected value is always an attempt. `hasStarted`: the turn starts or resumes another instance.
 * Returns the same view if the turn is no attempt.
 */
export function countAttempt(view: InstanceView, hasStarted: boolean, session: Session): InstanceView {
  const { instance, scenario, known } = view;
  if (instance.status === 'PAUSED' || !scenario) return view;
  const isRejected = view.rejectedAnswers.length > 0;
  const isExempt = hasStarted || view.isAttemptExempt || view.hasAnsweredRequest;
  if (isExempt && !isRejected) return view;
  const unanswered = instance.requests.filter(
    (request) => isOpen(request) && isQuestion(request) && isInExchange(request, session),
  );
  if (unanswered.length === 0) return view;
  const counted = changeInstance(instance, {
    attempts: instance.attempts + 1,
    attemptsTotal: instance.attemptsTotal + 1,
    requests: instance.requests.map((request) =>
      unanswered.includes(request) ? changeRequest(request, { attempts: request.attempts + 1 }) : request,
    ),
  });
  return { ...view, instance: settleLeftOutFields(counted, scenario, known) };
}
