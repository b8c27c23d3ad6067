import type { InstanceView } from '../context/instance-view';
import type {
  CancelReason,
  CompleteReason,
  ContinueReason,
  PauseCause,
  RejectionReason,
} from '../model/lifecycle-decision';
import type { Ending } from '../model/scenario';
import type { InstanceCall } from '../model/session';
import type { Walk } from '../steps/walk-state';
import type { ScenarioStart } from './scenario-start';

/** What happens to an instance on this turn, with one of the reasons for that action. */
export type DecidedAction =
  | { readonly action: 'CONTINUE'; readonly reason: ContinueReason }
  | { readonly action: 'PAUSE'; readonly reason: PauseCause | 'STAYS_PAUSED' }
  | { readonly action: 'COMPLETE'; readonly reason: CompleteReason; readonly ending: Ending }
  | { readonly action: 'CANCEL'; readonly reason: CancelReason };

interface InstanceState {
  /** For an instance that starts, the view of its draft at the entry step. */
  readonly view: InstanceView;
  /** Set if the instance starts on this turn. */
  readonly start: ScenarioStart | undefined;
  /** The instance was paused before the turn and became active. It stays true if a later rule of the turn pauses or ends the instance. */
  readonly resumed: boolean;
  /** CONTINUE only: the instance walks and contributes (0.5). */
  readonly shouldWalk: boolean;
  /**
   * The walk of the turn; undefined if the instance did not walk. An instance that a loop or the model pauses has none, and neither has one
   * that a rule ended before the walks.
   */
  readonly walk: Walk | undefined;
  /** The walk that the rules 2.3 and 2.5 evaluated. It becomes the walk of the turn unless the view changes. */
  readonly expectedWalk: Walk | undefined;
  /** The call that the instance waits for (section 11): before its walk the stored one, after the turn the next value of `ScenarioInstance.call`. */
  readonly call: InstanceCall | undefined;
  /** COMPLETE only: a new run of the scenario replaces the instance (2.3c). */
  readonly isRestarting: boolean;
  /** Paused only: its pause would end if the scenario did not ask first (2.11). */
  readonly isOfferDue: boolean;
  /** Paused only: a plan has offered to end this pause (2.11); the next value of `ScenarioInstance.isResumeOffered`. */
  readonly isResumeOffered: boolean;
  /** STAYS_PAUSED only: why a resume that was due failed. */
  readonly staysPausedBecause: RejectionReason | undefined;
  /** PREEMPTED only: the instances that displaced it. */
  readonly displacedByInstanceIds: readonly string[];
  /** LOOP only: the step whose limit the walk would exceed (2.8); else "". */
  readonly loopStepId: string;
  /** Errors of the conditions of 2.3 and 2.4 that were evaluated for the instance. */
  readonly conditionErrors: readonly string[];
}

/**
 * An instance during the turn: one that existed before it, or one that starts on it. The rules replace the action and add to the state, until
 * the lifecycle is final (0.7, steps 6 to 13).
 */
export type TurnInstance = DecidedAction & InstanceState;

/** An instance that is active. */
export type ActiveTurnInstance = Extract<TurnInstance, { readonly action: 'CONTINUE' }>;
/** An instance that is paused. */
export type PausedTurnInstance = Extract<TurnInstance, { readonly action: 'PAUSE' }>;
/** An instance that ends on this turn. */
export type EndedTurnInstance = Extract<TurnInstance, { readonly action: 'COMPLETE' | 'CANCEL' }>;

/** The properties that differ between new entries. */
type InitialDetails = Partial<
  Pick<InstanceState, 'start' | 'shouldWalk' | 'expectedWalk' | 'isRestarting' | 'conditionErrors'>
>;

const noDetails: InitialDetails = {};

/** Creates the entry of an instance that existed before the turn, or that starts on it. */
export function createTurnInstance(
  view: InstanceView,
  action: DecidedAction,
  details: InitialDetails = noDetails,
): TurnInstance {
  const created = {
    view,
    // Listed here, so that setting them adds no property (ADR 0007).
    action: action.action,
    reason: action.reason,
    start: details.start,
    resumed: false,
    shouldWalk: details.shouldWalk ?? true,
    walk: undefined,
    expectedWalk: details.expectedWalk,
    call: view.instance.call,
    isRestarting: details.isRestarting ?? false,
    isOfferDue: false,
    isResumeOffered: view.instance.isResumeOffered,
    staysPausedBecause: undefined,
    displacedByInstanceIds: none,
    loopStepId: '',
    conditionErrors: details.conditionErrors ?? none,
  };
  return Object.assign(created, action);
}

const none: readonly string[] = [];

/** Replaces the action. */
export function changeAction(
  instance: TurnInstance,
  action: DecidedAction,
  details: Partial<InstanceState> = {},
): TurnInstance {
  return { ...instance, ...action, ...details };
}

/** Pauses an instance on this turn. Its walk has no effect. */
export function pause(
  instance: TurnInstance,
  reason: PauseCause,
  displacedByInstanceIds: readonly string[] = [],
): TurnInstance {
  return changeAction(
    instance,
    { action: 'PAUSE', reason },
    { walk: undefined, displacedByInstanceIds, isResumeOffered: false },
  );
}

/** Replaces the view, after which a walk that was computed from the old one has no effect. */
export function changeView(instance: TurnInstance, view: InstanceView): TurnInstance {
  return view === instance.view ? instance : { ...instance, view, expectedWalk: undefined };
}

export function isActive(instance: TurnInstance): instance is ActiveTurnInstance {
  return instance.action === 'CONTINUE';
}

const endsInstance: Readonly<Record<TurnInstance['action'], boolean>> = {
  CONTINUE: false,
  PAUSE: false,
  COMPLETE: true,
  CANCEL: true,
};

export function hasEnded(instance: TurnInstance): instance is EndedTurnInstance {
  return endsInstance[instance.action];
}

/** Whether a run completed with SUCCEEDED on this turn. */
export function hasSucceeded(instance: TurnInstance): boolean {
  return instance.action === 'COMPLETE' && instance.ending === 'SUCCEEDED';
}

/** Whether the instance has started or resumed on this turn. */
export function isNew({ start, resumed }: TurnInstance): boolean {
  return start !== undefined || resumed;
}

export function getInstanceId({ view }: Pick<TurnInstance, 'view'>): string {
  return view.instance.instanceId;
}

export function getScenarioId({ view }: Pick<TurnInstance, 'view'>): string {
  return view.instance.scenarioId;
}
