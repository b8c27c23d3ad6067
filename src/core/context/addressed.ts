import type { KnownData } from '../model/known-data';
import type { InstanceView } from './instance-view';

/**
 * The existing instances that a MESSAGE turn addresses (0.5): a START or CONTINUE is aimed at them, a candidate names their
 * scenario, a field that they wait for became known, or an outcome is about them. Where there is none of these and no candidate
 * at or above the threshold, a value changed by the turn's variables or patch addresses the instances that collect it.
 */
export function findAddressedInstances(
  views: readonly InstanceView[],
  anyCandidateAtThreshold: boolean,
  given: ReadonlySet<string>,
): readonly InstanceView[] {
  const direct = views.filter(
    (view) => view.signals.hasContinue || view.isNamed || view.hasReceivedAwaitedField || view.hasOutcome,
  );
  if (direct.length > 0 || anyCandidateAtThreshold) return direct;
  return views.filter(({ scenario, changedFields: changed }) =>
    changed.some((field) => given.has(field) && (scenario?.collectedFields.has(field) ?? false)),
  );
}

/** Whether a field that the instance waits for, one that its step lacks or of its open ASK, became known (0.5). */
export function hasReceivedAwaitedField(
  view: Pick<InstanceView, 'instance' | 'step' | 'changedFields' | 'known'>,
  given: ReadonlySet<string>,
  before: KnownData,
): boolean {
  const { instance, step, changedFields: changed, known } = view;
  const { openAskFields } = instance.visit;
  const isAwaited = (field: string): boolean =>
    openAskFields.includes(field) || (!before.has(field) && (step?.collectedFields.includes(field) ?? false));
  return changed.some((field) => given.has(field) && known.has(field) && isAwaited(field));
}

/** Whether the turn leaves an open ASK of the instance unanswered (3.6). */
export function isAskUnanswered({
  instance,
  changedFields: changed,
  known,
  hasOutcome,
}: Pick<InstanceView, 'instance' | 'changedFields' | 'known' | 'hasOutcome'>): boolean {
  if (instance.status === 'PAUSED' || instance.visit.openType !== 'ASK' || hasOutcome) return false;
  return !instance.visit.openAskFields.some((field) => changed.includes(field) && known.has(field));
}
