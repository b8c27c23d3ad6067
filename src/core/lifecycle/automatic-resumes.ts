import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import { type ActiveSet, checkAdmission, toActiveInstance, without } from './active-set';
import { type InstanceOutcome, isActive, overrideOutcome } from './instance-outcome';
import type { StartSelection } from './start-selection';

/** Whom the turn addresses, what starts included (0.5). */
export interface TurnAddressing {
  readonly addressesAnyInstance: boolean;
}

/** The fates after automatic resumes, with the instances that these displaced. */
export interface AutomaticResumes {
  readonly outcomes: readonly InstanceOutcome[];
  readonly displacements: ReadonlyMap<string, readonly string[]>;
}

const nobody: ReadonlySet<string> = new Set();
const nothing: AutomaticResumes['displacements'] = new Map();

/**
 * Wakes paused instances whose pause ends (2.11), latest paused first; each passes EXCLUDED, MULTI_SCENARIO_DISABLED and CAPACITY,
 * else it stays paused with that reason. Only one that is addressed may displace another.
 */
export function applyAutomaticResumes(
  context: SelectionContext,
  fates: readonly InstanceOutcome[],
  contest: StartSelection,
  addressing: TurnAddressing,
): AutomaticResumes {
  const waiting = fates.filter(
    (candidate) => candidate.reason === 'STAYS_PAUSED' && candidate.staysPausedBecause === undefined,
  );
  if (waiting.length === 0) return { outcomes: fates, displacements: nothing };
  const woken = new Map<string, InstanceOutcome>();
  const displacedBy = new Map<string, readonly string[]>();
  let floor: ActiveSet = contest.activeSet;
  for (const candidate of waiting.sort(latestPausedFirst)) {
    const { view } = candidate;
    const { scenario, instance } = view;
    if (!scenario || !pauseEnds(view, context, floor, addressing)) continue;
    const request = { scenario, mayDisplace: isAddressedByMessage(view, context), toleratedScenarioIds: nobody };
    const admission = checkAdmission(floor, request, context);
    if (!admission.admitted) {
      woken.set(instance.instanceId, { ...candidate, staysPausedBecause: admission.reason });
      continue;
    }
    const resumed = overrideOutcome(candidate, 'CONTINUE', 'RESUMED', { resumed: true });
    woken.set(instance.instanceId, resumed);
    for (const { instanceId } of admission.displaced) displacedBy.set(instanceId, [instance.instanceId]);
    floor = [...without(floor, admission.displaced), toActiveInstance(resumed, scenario)];
  }
  return {
    outcomes: fates.map((each) => woken.get(each.view.instance.instanceId) ?? each),
    displacements: displacedBy,
  };
}

/** How each pause ends (2.11). Being named is decided with the candidates. */
function pauseEnds(
  view: InstanceView,
  context: SelectionContext,
  floor: ActiveSet,
  { addressesAnyInstance: anyone }: TurnAddressing,
): boolean {
  const { instance, signals, hasReceivedAwaitedField: gotAwaitedField } = view;
  const addressed = isAddressedByMessage(view, context);
  if (signals.hasPause || signals.hasCancel) return false;
  const called = signals.hasContinue || gotAwaitedField;
  switch (instance.pauseReason) {
    case 'USER_REQUEST':
      if (context.settings.resumePolicy === 'explicit') return called;
      return context.turn.trigger === 'MESSAGE' && (addressed || !anyone);
    case 'LOOP':
    case 'IDLE':
    case 'NEEDS_MIGRATION':
      return called;
    case 'INTERRUPTED':
      return addressed || floor.length === 0;
    case 'PREEMPTED':
      return addressed || !floor.some(({ instanceId }) => instance.displacedByInstanceIds.includes(instanceId));
    case undefined:
      return true;
  }
}

/** Only a MESSAGE turn addresses (0.5): a result is kept for a paused instance and lets it push nobody aside. */
function isAddressedByMessage({ isAddressed: addressed }: InstanceView, { turn }: SelectionContext): boolean {
  return addressed && turn.trigger === 'MESSAGE';
}

function latestPausedFirst(a: InstanceOutcome, b: InstanceOutcome): number {
  const left = a.view.instance;
  const right = b.view.instance;
  return (right.pausedAt ?? 0) - (left.pausedAt ?? 0) || right.startNumber - left.startNumber;
}

/** Pauses the instances that a start or resume displaced (2.9). */
export function pauseDisplaced(
  fates: readonly InstanceOutcome[],
  displacedBy: ReadonlyMap<string, readonly string[]>,
): readonly InstanceOutcome[] {
  if (displacedBy.size === 0) return fates;
  return fates.map((each) => {
    const by = displacedBy.get(each.view.instance.instanceId);
    return by && isActive(each) ? overrideOutcome(each, 'PAUSE', 'PREEMPTED', { displacedByInstanceIds: by }) : each;
  });
}
