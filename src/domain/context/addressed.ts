import type { KnownData } from '../known-data';
import type { InstanceView } from './instance-view';

/**
 * The existing instances that a MESSAGE turn addresses (0.5): a START or CONTINUE is aimed at them, a candidate names their
 * scenario, a field that they wait for became known, or an outcome is about them. Where there is none of these and no candidate
 * at or above the threshold, a value changed by the turn's variables or patch addresses the instances that collect it.
 */
export function addressedInstances(
  views: readonly InstanceView[],
  anyCandidateAtThreshold: boolean,
  given: ReadonlySet<string>,
): readonly InstanceView[] {
  const direct = views.filter((view) => view.signals.goOn || view.named || view.gotAwaitedField || view.hasOutcome);
  if (direct.length > 0 || anyCandidateAtThreshold) return direct;
  return views.filter(({ scenario, changed }) =>
    changed.some((field) => given.has(field) && (scenario?.collects.has(field) ?? false)),
  );
}

/** Whether a field that the instance waits for, one that its step lacks or of its open ASK, became known (0.5). */
export function gotAwaitedField(
  view: Pick<InstanceView, 'instance' | 'step' | 'changed' | 'known'>,
  given: ReadonlySet<string>,
  before: KnownData,
): boolean {
  const { instance, step, changed, known } = view;
  const { openAskFields } = instance.visit;
  const isAwaited = (field: string): boolean =>
    openAskFields.includes(field) || (!before.has(field) && (step?.collects.includes(field) ?? false));
  return changed.some((field) => given.has(field) && known.has(field) && isAwaited(field));
}

/** Whether the turn leaves an open ASK of the instance unanswered (3.6). */
export function leavesAskUnanswered({
  instance,
  changed,
  known,
  hasOutcome,
}: Pick<InstanceView, 'instance' | 'changed' | 'known' | 'hasOutcome'>): boolean {
  if (instance.status === 'PAUSED' || instance.visit.openType !== 'ASK' || hasOutcome) return false;
  return !instance.visit.openAskFields.some((field) => changed.includes(field) && known.has(field));
}
