import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import type { PauseCause, PauseReason } from '../model/lifecycle-decision';
import type { OrchestrationSettings, ResumePolicy } from '../model/settings';

/** The state that decides whether a pause ends. */
export interface PausedState {
  readonly view: InstanceView;
  readonly turn: Pick<SelectionContext['turn'], 'trigger'>;
  /** The policy under which the instance was paused. */
  readonly resumePolicy: ResumePolicy;
  /** The turn addresses or starts at least one instance (0.5). */
  readonly addressesAnyInstance: boolean;
  /** Another instance is active. A caller that waits for a call does not count (section 11). */
  readonly isOtherActive: boolean;
  /** An instance that displaced this one is active. */
  readonly isDisplacingInstanceActive: boolean;
  /** The instance whose call started this one is active. */
  readonly isCallerActive: boolean;
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
  /** The names of the scenarios that wait for the instance, or "its caller". */
  readonly getCallers: () => string;
}

/** How a pause with one reason behaves (2.11). */
export interface PauseBehavior {
  /** Whether a turn that addresses the instance other than by name ends the pause, apart from what ends every pause. */
  readonly endsWhenAddressed: (state: Pick<PausedState, 'resumePolicy'>) => boolean;
  /** Whether the pause ends although the turn does not address the instance. */
  readonly endsAutomatically: (state: PausedState) => boolean;
  /** Completes the sentence "... stays paused until", after the events that end every pause; "" if no other event ends it. */
  readonly describeEnd: (resumePolicy: ResumePolicy) => string;
  /** Explains the turn that pauses the instance. */
  readonly describePause: (texts: DecisionTexts) => string;
  /** Whether loop counts and attempts are set to 0 on resume. */
  readonly resetsCounters: boolean;
  /** The plan offers to resume an instance that has been paused for more MESSAGE turns than this. */
  readonly getOfferAfterTurns: (settings: OrchestrationSettings) => number;
}

const never = (): boolean => false;
const always = (): boolean => true;
const describeNoEnd = (): string => '';
const getOfferAfterTurns = (settings: OrchestrationSettings): number => settings.offerAfterTurns;

/** One row for each stored pause reason. A new reason does not compile without its row. */
export const pauseBehaviors: Readonly<Record<PauseReason, PauseBehavior>> = {
  USER_REQUEST: {
    endsWhenAddressed: ({ resumePolicy }) => endsOnNextTurn[resumePolicy],
    endsAutomatically: ({ resumePolicy, turn, addressesAnyInstance }) =>
      endsOnNextTurn[resumePolicy] && turn.trigger === 'MESSAGE' && !addressesAnyInstance,
    describeEnd: (resumePolicy) =>
      endsOnNextTurn[resumePolicy]
        ? 'a message addresses it or no instance, and carries no PAUSE or CANCEL for it'
        : '',
    describePause: ({ scenario }) => `${scenario} received a PAUSE signal.`,
    resetsCounters: false,
    getOfferAfterTurns,
  },
  LOOP: {
    endsWhenAddressed: never,
    endsAutomatically: never,
    describeEnd: describeNoEnd,
    describePause: ({ scenario, step }) =>
      `${scenario} exceeds the limit of visits, failures or attempts at step ${step}, and no recovery step is available.`,
    resetsCounters: true,
    getOfferAfterTurns,
  },
  IDLE: {
    endsWhenAddressed: always,
    endsAutomatically: ({ view, turn, addressesAnyInstance, isOtherActive }) =>
      view.hasOutcome || (turn.trigger === 'MESSAGE' && !addressesAnyInstance && !isOtherActive),
    describeEnd: () => 'a message addresses it or arrives while no other instance is active, or an outcome is about it',
    describePause: describeIdle,
    resetsCounters: false,
    getOfferAfterTurns,
  },
  NEEDS_MIGRATION: {
    endsWhenAddressed: never,
    endsAutomatically: never,
    describeEnd: describeNoEnd,
    describePause: ({ scenario, step }) =>
      `The definition of ${scenario} changed, and no safe target exists for step ${step}.`,
    resetsCounters: true,
    getOfferAfterTurns,
  },
  INTERRUPTED: {
    endsWhenAddressed: always,
    endsAutomatically: ({ isOtherActive }) => !isOtherActive,
    describeEnd: () => 'a message addresses it, or no other instance is active',
    describePause: ({ scenario, getAddressed }) =>
      `The turn addresses ${getAddressed()}, and when_not_addressed of ${scenario} is PAUSE.`,
    resetsCounters: false,
    getOfferAfterTurns,
  },
  PREEMPTED: {
    endsWhenAddressed: always,
    endsAutomatically: ({ isDisplacingInstanceActive }) => !isDisplacingInstanceActive,
    describeEnd: () => 'a message addresses it, or the instance that displaced it is no longer active',
    describePause: ({ scenario, getDisplacing }) => `${scenario} is displaced by ${getDisplacing()}.`,
    resetsCounters: false,
    getOfferAfterTurns,
  },
  CALLER_PAUSED: {
    endsWhenAddressed: never,
    endsAutomatically: ({ isCallerActive }) => isCallerActive,
    describeEnd: () => 'its caller resumes',
    describePause: ({ scenario, getCallers }) => `${scenario} is paused with ${getCallers()}, whose call started it.`,
    resetsCounters: false,
    getOfferAfterTurns,
  },
};

/** Whether a pause that the customer requested ends on a later turn without being named (2.11). */
const endsOnNextTurn: Readonly<Record<ResumePolicy, boolean>> = { next_turn: true, explicit: false };

/** The behavior of a paused instance without a stored reason. Request validation rejects a session that contains one. */
const unspecifiedPause: Omit<PauseBehavior, 'describePause'> = {
  endsWhenAddressed: always,
  endsAutomatically: always,
  describeEnd: () => 'the next turn',
  resetsCounters: false,
  getOfferAfterTurns,
};

export function getPauseBehavior(reason: PauseReason | undefined): Omit<PauseBehavior, 'describePause'> {
  return reason === undefined ? unspecifiedPause : pauseBehaviors[reason];
}

/** What ends every pause (2.11). Completes the sentence "... stays paused until". */
export const explicitEnd =
  'a CONTINUE is aimed at it, a candidate names it, a field that its open question asks for becomes known, or its confirmation is answered';

/** Returns the reason that the session stores. A pause that the model chose behaves like a USER_REQUEST pause (section 9). */
export function toStoredPauseReason(cause: PauseCause): PauseReason {
  return cause === 'MODEL' ? 'USER_REQUEST' : cause;
}

/** Explains why an instance is paused or canceled as idle (2.7). */
export function describeIdle({ scenario, getIdleTime, getIdleTimeout }: DecisionTexts): string {
  return `${scenario} was idle for ${getIdleTime()}, longer than its idle_timeout of ${getIdleTimeout()}.`;
}
