import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import type { PauseCause, PauseReason } from '../model/lifecycle-decision';
import type { OrchestrationSettings } from '../model/settings';
import { type ActiveSet, checkActivation, toActiveInstance, without } from './active-set';
import { type ContinueDecision, type InstanceDecision, isActive, overrideDecision } from './instance-decision';

/** The state that decides whether a pause ends. */
interface PausedState {
  readonly view: InstanceView;
  readonly turn: Pick<SelectionContext['turn'], 'trigger'>;
  readonly resumePolicy: OrchestrationSettings['resumePolicy'];
  /** Active instances at this point of the turn. */
  readonly activeSet: ActiveSet;
  /** The turn addresses or starts at least one instance (0.5). */
  readonly addressesAnyInstance: boolean;
}

/** Texts for the sentences about a decision. Names are quoted. */
export interface DecisionTexts {
  readonly scenario: string;
  readonly step: string;
  /** For example "90 s". */
  readonly getIdleTime: () => string;
  readonly getIdleTimeout: () => string;
  /** Names of the scenarios that the turn addresses. */
  readonly getAddressed: () => string;
  /** Names of the scenarios that displaced the instance. */
  readonly getDisplacing: () => string;
}

/** How a pause with one reason behaves (2.11). */
export interface PauseBehavior {
  /** Whether the pause ends on this turn. Resumes by name are decided with the candidates (2.11). */
  readonly shouldEnd: (state: PausedState) => boolean;
  /** Completes the sentence "... stays paused until". */
  readonly describeEnd: (resumePolicy: OrchestrationSettings['resumePolicy']) => string;
  /** Explains the turn that pauses the instance. */
  readonly describePause: (texts: DecisionTexts) => string;
  /** Whether loop counts and attempts are set to 0 on resume. */
  readonly resetsCounters: boolean;
  /** The plan offers to resume an instance that has been paused for more MESSAGE turns than this. */
  readonly getOfferAfterTurns: (settings: OrchestrationSettings) => number;
}

const explicitEnd = 'a CONTINUE is aimed at it, a candidate names it, or a field that it waits for becomes known';
const getOfferAfterTurns = (settings: OrchestrationSettings): number => settings.offerAfterTurns;

/** One row for each stored pause reason. A new reason does not compile without its row. */
export const pauseBehaviors: Readonly<Record<PauseReason, PauseBehavior>> = {
  USER_REQUEST: {
    shouldEnd: (state) => {
      switch (state.resumePolicy) {
        case 'explicit':
          return isExplicitlyResumed(state);
        case 'next_turn':
          return state.turn.trigger === 'MESSAGE' && (state.view.isAddressed || !state.addressesAnyInstance);
      }
    },
    describeEnd: (resumePolicy) => {
      switch (resumePolicy) {
        case 'explicit':
          return explicitEnd;
        case 'next_turn':
          return 'a message addresses it or no instance, and carries no PAUSE or CANCEL for it';
      }
    },
    describePause: ({ scenario }) => `${scenario} received a PAUSE signal.`,
    resetsCounters: false,
    getOfferAfterTurns,
  },
  LOOP: {
    shouldEnd: isExplicitlyResumed,
    describeEnd: () => explicitEnd,
    describePause: ({ scenario, step }) =>
      `${scenario} exceeds the limit of visits, failures or attempts at step ${step}, and no recovery step is available.`,
    resetsCounters: true,
    getOfferAfterTurns,
  },
  IDLE: {
    shouldEnd: isExplicitlyResumed,
    describeEnd: () => explicitEnd,
    describePause: describeIdle,
    resetsCounters: true,
    getOfferAfterTurns,
  },
  NEEDS_MIGRATION: {
    shouldEnd: isExplicitlyResumed,
    describeEnd: () => explicitEnd,
    describePause: ({ scenario, step }) =>
      `The definition of ${scenario} changed, and no safe target exists for step ${step}.`,
    resetsCounters: true,
    getOfferAfterTurns,
  },
  INTERRUPTED: {
    shouldEnd: (state) => isAddressedByMessage(state) || state.activeSet.length === 0,
    describeEnd: () => 'a message addresses it, or no other instance is active',
    describePause: ({ scenario, getAddressed }) =>
      `The turn addresses ${getAddressed()}, and when_not_addressed of ${scenario} is PAUSE.`,
    resetsCounters: false,
    getOfferAfterTurns,
  },
  PREEMPTED: {
    shouldEnd: (state) => isAddressedByMessage(state) || !isDisplacingInstanceActive(state),
    describeEnd: () => 'a message addresses it, or the instance that displaced it is no longer active',
    describePause: ({ scenario, getDisplacing }) => `${scenario} is displaced by ${getDisplacing()}.`,
    resetsCounters: false,
    getOfferAfterTurns,
  },
};

/** The behavior of a paused instance without a stored reason. Request validation rejects a session that contains one. */
const unspecifiedPause: Omit<PauseBehavior, 'describePause'> = {
  shouldEnd: () => true,
  describeEnd: () => 'the next turn',
  resetsCounters: false,
  getOfferAfterTurns,
};

export function getPauseBehavior(reason: PauseReason | undefined): Omit<PauseBehavior, 'describePause'> {
  return reason === undefined ? unspecifiedPause : pauseBehaviors[reason];
}

/** Returns the reason that the session stores. A pause that the model chose behaves like a USER_REQUEST pause (section 9). */
export function toStoredPauseReason(cause: PauseCause): PauseReason {
  return cause === 'MODEL' ? 'USER_REQUEST' : cause;
}

/** Explains why an instance is paused or canceled as idle (2.7). */
export function describeIdle({ scenario, getIdleTime, getIdleTimeout }: DecisionTexts): string {
  return `${scenario} was idle for ${getIdleTime()}, longer than its idle_timeout of ${getIdleTimeout()}.`;
}

function isExplicitlyResumed({ view }: PausedState): boolean {
  return view.signals.hasContinue || view.hasReceivedAwaitedField;
}

/**
 * Whether a message addresses the instance; other turns address none (0.5). The result of an action is stored, but does not let a paused
 * instance displace others.
 */
function isAddressedByMessage({ view, turn }: Pick<PausedState, 'view' | 'turn'>): boolean {
  return view.isAddressed && turn.trigger === 'MESSAGE';
}

function isDisplacingInstanceActive({ view, activeSet }: PausedState): boolean {
  return activeSet.some(({ instanceId }) => view.instance.displacedByInstanceIds.includes(instanceId));
}

/** Whether a PAUSE or CANCEL of this turn reaches the instance, so that it does not resume (2.11). */
export function isPauseRequested({ signals }: InstanceView): boolean {
  return signals.hasPause || signals.hasCancel;
}

/** Maps the id of a displaced instance to the ids of the instances that displaced it. */
export type Displacements = ReadonlyMap<string, readonly string[]>;

export interface AutomaticResumes {
  /** In start order. */
  readonly decisions: readonly InstanceDecision[];
  readonly displacements: Displacements;
}

const noScenarios: ReadonlySet<string> = new Set();
const noDisplacements: Displacements = new Map();

/**
 * Resumes the instances whose pause ends, latest paused first (2.11). Each must pass the tests EXCLUDED, MULTI_SCENARIO_DISABLED and
 * CAPACITY; otherwise it stays paused with the reason of the failed test. Only an instance that a message addresses can displace others.
 */
export function applyAutomaticResumes(
  context: SelectionContext,
  decisions: readonly InstanceDecision[],
  state: Pick<PausedState, 'activeSet' | 'addressesAnyInstance'>,
): AutomaticResumes {
  const waiting = decisions.filter(
    ({ reason, staysPausedBecause }) => reason === 'STAYS_PAUSED' && staysPausedBecause === undefined,
  );
  if (waiting.length === 0) return { decisions, displacements: noDisplacements };
  const { turn } = context;
  const { resumePolicy } = context.settings;
  const { addressesAnyInstance } = state;
  const changed = new Map<string, InstanceDecision>();
  const displacements = new Map<string, readonly string[]>();
  let { activeSet } = state;
  for (const decision of waiting.sort(compareByLatestPause)) {
    const { view } = decision;
    const { scenario, instance } = view;
    if (!scenario || isPauseRequested(view)) continue;
    const behavior = getPauseBehavior(instance.pauseReason);
    if (!behavior.shouldEnd({ view, turn, resumePolicy, activeSet, addressesAnyInstance })) continue;
    const request = {
      scenario,
      mayDisplace: isAddressedByMessage({ view, turn }),
      toleratedScenarioIds: noScenarios,
    };
    const check = checkActivation(activeSet, request, context);
    if (!check.canActivate) {
      changed.set(instance.instanceId, { ...decision, staysPausedBecause: check.reason });
      continue;
    }
    const resumed = resume(decision);
    changed.set(instance.instanceId, resumed);
    for (const { instanceId } of check.displaced) displacements.set(instanceId, [instance.instanceId]);
    activeSet = [...without(activeSet, check.displaced), toActiveInstance(resumed, scenario)];
  }
  return {
    decisions: decisions.map((decision) => changed.get(decision.view.instance.instanceId) ?? decision),
    displacements,
  };
}

/** Orders by latest pause first; ties by latest start first. */
function compareByLatestPause({ view: a }: InstanceDecision, { view: b }: InstanceDecision): number {
  return (b.instance.pausedAt ?? 0) - (a.instance.pausedAt ?? 0) || b.instance.startNumber - a.instance.startNumber;
}

export function resume(decision: InstanceDecision): InstanceDecision {
  return overrideDecision(decision, { action: 'CONTINUE', reason: 'RESUMED' }, { resumed: true });
}

/** Pauses the active instances that starts or resumes displaced (2.9). */
export function pauseDisplaced(
  decisions: readonly InstanceDecision[],
  displacements: Displacements,
): readonly InstanceDecision[] {
  if (displacements.size === 0) return decisions;
  return decisions.map((decision) => {
    const displacedByInstanceIds = displacements.get(decision.view.instance.instanceId);
    return displacedByInstanceIds && isActive(decision)
      ? overrideDecision(decision, { action: 'PAUSE', reason: 'PREEMPTED' }, { displacedByInstanceIds })
      : decision;
  });
}

/** Sets loop counts and attempts of a resumed instance to 0 if the reason of its pause requires it (2.11). */
export function resetCountersOnResume(decision: ContinueDecision): ContinueDecision {
  const { instance } = decision.view;
  if (!getPauseBehavior(instance.pauseReason).resetsCounters) return decision;
  const resumedInstance = { ...instance, loopCounts: new Map(), visit: { ...instance.visit, attempts: 0 } };
  return { ...decision, view: { ...decision.view, instance: resumedInstance } };
}
