import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import type { RejectionReason } from '../model/lifecycle-decision';
import {
  type ActivationCheck,
  type ActiveInstance,
  checkCapacity,
  checkExclusions,
  listActive,
  sortUnique,
} from './active-set';
import { findStartingCaller, listCallChain } from './callers';
import { isOfferAccepted } from './consent';
import { displace } from './displacement';
import { isAddressedActive, listInterrupted, wouldBeInterrupted } from './not-addressed';
import { getPauseBehavior, type PausedState } from './pauses';
import { listStartBlockers } from './start-tests';
import { changeAction, changeView, getInstanceId, getScenarioId, isActive, type TurnInstance } from './turn-instance';
import { findInstance, replaceInstance, type TurnState } from './turn-state';

type ResumeCheck =
  | { readonly canResume: true; readonly displaced: readonly ActiveInstance[] }
  | {
      readonly canResume: false;
      readonly reason: RejectionReason;
      /** Sorted. */
      readonly blockingScenarioIds: readonly string[];
    };

interface ResumeRequest {
  /** The turn names or addresses the instance (2.11). */
  readonly canDisplace: boolean;
  /** A call resumes the instance, so START_BLOCKED does not concern it (section 11). */
  readonly isCalled?: boolean;
  /** Scenarios whose exclusion is ignored in addition to that of the callers (section 11). */
  readonly toleratedScenarioIds?: ReadonlySet<string>;
}

const noScenarios: ReadonlySet<string> = new Set();

/**
 * Tests EXCLUDED, START_BLOCKED, MULTI_SCENARIO_DISABLED and CAPACITY, which every resume must pass (2.11). Instances that 2.9 interrupts
 * because of the resume count as paused.
 */
export function checkResume(
  paused: TurnInstance,
  state: TurnState,
  { canDisplace: mayDisplace, isCalled = false, toleratedScenarioIds = noScenarios }: ResumeRequest,
  context: SelectionContext,
): ResumeCheck {
  const { scenario, signals, isAddressed } = paused.view;
  if (!scenario) return { canResume: false, reason: 'NOT_FOUND', blockingScenarioIds: [] };
  const interrupted = isAddressed && context.turn.trigger === 'MESSAGE' ? listInterrupted(state) : [];
  const activeSet = listActive(state.instances.filter((instance) => !interrupted.includes(instance)));
  const callerIds = listCallChain(state, paused).map(getScenarioId);
  const request = { scenario, mayDisplace, toleratedScenarioIds: new Set([...toleratedScenarioIds, ...callerIds]) };
  const exclusion = checkExclusions(activeSet, request, context);
  if (!exclusion.canActivate) return refuse(exclusion);
  const isExempt = signals.hasContinue || isCalled;
  const blockers = isExempt ? [] : listStartBlockers(state.instances);
  if (blockers.length > 0) {
    return { canResume: false, reason: 'START_BLOCKED', blockingScenarioIds: sortUnique(blockers.map(getScenarioId)) };
  }
  const capacity = checkCapacity(activeSet, exclusion.displaced, request, context);
  if (!capacity.canActivate) return refuse(capacity);
  return { canResume: true, displaced: [...exclusion.displaced, ...capacity.displaced] };
}

function refuse({ reason, blockingScenarioIds }: Extract<ActivationCheck, { canActivate: false }>): ResumeCheck {
  return { canResume: false, reason, blockingScenarioIds };
}

/** Resumes an instance, with what its call started (section 11). */
export function resume(
  state: TurnState,
  paused: TurnInstance,
  displaced: readonly ActiveInstance[],
  context: SelectionContext,
  mayDisplace = false,
): TurnState {
  const remaining = displace(state, displaced, getInstanceId(paused));
  const resumed = replaceInstance(remaining, toResumed(paused, context));
  const called = paused.call?.hasStarted ? findInstance(resumed, paused.call.instanceId) : undefined;
  if (called?.reason !== 'STAYS_PAUSED' || called.view.instance.pauseReason !== 'CALLER_PAUSED') return resumed;
  return tryResume(resumed, called, context, mayDisplace);
}

/** The instance is active again. Loop counts and attempts are set to 0 if the reason of its pause requires it (2.11). */
function toResumed(paused: TurnInstance, { turn }: Pick<SelectionContext, 'turn'>): TurnInstance {
  const { view } = paused;
  const { instance } = view;
  const { resetsCounters } = getPauseBehavior(instance.pauseReason);
  const active = changeView(paused, {
    ...view,
    instance: {
      ...instance,
      status: 'ACTIVE',
      pausedAt: undefined,
      pauseReason: undefined,
      pausedAtTurnCount: 0,
      resumePolicy: undefined,
      isResumeOffered: false,
      displacedByInstanceIds: [],
      activeSince: turn.occurredAt,
      loopCounts: resetsCounters ? new Map() : instance.loopCounts,
      attempts: resetsCounters ? 0 : instance.attempts,
    },
  });
  return changeAction(
    active,
    { action: 'CONTINUE', reason: 'RESUMED' },
    { resumed: true, shouldWalk: true, staysPausedBecause: undefined, isOfferDue: false },
  );
}

/** Whether a PAUSE or CANCEL of this turn reaches the instance, so that it does not resume (2.11). */
export function isPauseRequested({ signals }: InstanceView): boolean {
  return signals.hasPause || signals.hasCancel;
}

/** Whether a MESSAGE turn addresses the instance; other turns address none (0.5). */
function isAddressedByMessage({ view }: TurnInstance, { turn }: Pick<SelectionContext, 'turn'>): boolean {
  return view.isAddressed && turn.trigger === 'MESSAGE';
}

/** Whether the turn ends the pause of the instance regardless of its reason, other than by naming it (2.11). */
function isExplicitlyResumed({ view }: TurnInstance, context: SelectionContext): boolean {
  return (
    view.signals.hasContinue ||
    view.isAnswered ||
    view.hasConfirmedByKey ||
    isOfferAccepted(view.instance.scenarioId, context)
  );
}

/**
 * Resumes the paused instances that the turn addresses other than by name, latest paused first (0.7, step 7). An instance that was paused with
 * its caller resumes together with it.
 */
export function applyAddressedResumes(initial: TurnState, context: SelectionContext): TurnState {
  let state = initial;
  for (const { view } of listStillPaused(initial)) {
    const paused = findInstance(state, view.instance.instanceId);
    // It may have resumed with its caller.
    if (paused?.reason !== 'STAYS_PAUSED') continue;
    const isExplicit = isExplicitlyResumed(paused, context);
    const isDue =
      isExplicit ||
      (isAddressedByMessage(paused, context) &&
        !paused.view.isNamed &&
        getPauseBehavior(paused.view.instance.pauseReason).endsWhenAddressed({
          resumePolicy: getPolicy(paused, context),
        }));
    if (!isDue) continue;
    state = isExplicit ? tryResumeWithCallers(state, paused, context) : resumeOrOffer(state, paused, context);
  }
  return state;
}

/** Resumes the paused instances whose pause ends although the turn does not address them, latest paused first (0.7, step 9). */
export function applyAutomaticResumes(initial: TurnState, context: SelectionContext): TurnState {
  let state = initial;
  for (const paused of listStillPaused(initial)) {
    const current = findInstance(state, getInstanceId(paused));
    if (current?.reason !== 'STAYS_PAUSED') continue;
    const canBeInterrupted = context.turn.trigger === 'MESSAGE' && isAddressedActive(state);
    if (canBeInterrupted && wouldBeInterrupted(current, state)) continue;
    const behavior = getPauseBehavior(current.view.instance.pauseReason);
    if (behavior.endsAutomatically(toPausedState(current, state, context)))
      state = resumeOrOffer(state, current, context);
  }
  return state;
}

/** Lists the instances that were paused before the turn and have not resumed, latest paused first; ties by latest start first. */
function listStillPaused({ instances }: TurnState): readonly TurnInstance[] {
  const paused = instances.filter(({ reason, view }) => reason === 'STAYS_PAUSED' && !isPauseRequested(view));
  if (paused.length < 2) return paused;
  return paused.sort(
    ({ view: { instance: a } }, { view: { instance: b } }) =>
      (b.pausedAt ?? 0) - (a.pausedAt ?? 0) || b.startNumber - a.startNumber,
  );
}

function toPausedState(paused: TurnInstance, state: TurnState, context: SelectionContext): PausedState {
  const { turn } = context;
  const active = listActive(state.instances);
  const { displacedByInstanceIds } = paused.view.instance;
  const caller = findStartingCaller(state, paused);
  return {
    view: paused.view,
    turn,
    resumePolicy: getPolicy(paused, context),
    addressesAnyInstance: state.instances.some(({ view }) => view.isAddressed),
    isOtherActive: active.some(({ isWaitingForCall }) => !isWaitingForCall),
    isDisplacingInstanceActive: active.some(({ instanceId }) => displacedByInstanceIds.includes(instanceId)),
    isCallerActive: caller === undefined || isActive(caller),
  };
}

function getPolicy({ view }: TurnInstance, { settings }: Pick<SelectionContext, 'settings'>) {
  return view.instance.resumePolicy ?? settings.resumePolicy;
}

/**
 * Ends a pause that the customer did not ask to end: resumes the instance, or offers to resume it if the scenario has `resume: OFFER`
 * (2.11).
 */
function resumeOrOffer(state: TurnState, paused: TurnInstance, context: SelectionContext): TurnState {
  if (paused.view.scenario?.definition.resume !== 'OFFER' || paused.view.instance.pauseReason === 'CALLER_PAUSED') {
    return tryResume(state, paused, context);
  }
  if (paused.isResumeOffered) return state;
  const check = checkResume(paused, state, { canDisplace: false }, context);
  return check.canResume ? replaceInstance(state, { ...paused, isOfferDue: true }) : state;
}

/**
 * Resumes the caller that an instance was paused with, and the instance with it (section 11). If the caller cannot become active, the instance
 * stays paused for the same reason.
 */
function tryResumeWithCallers(state: TurnState, paused: TurnInstance, context: SelectionContext): TurnState {
  if (paused.view.instance.pauseReason !== 'CALLER_PAUSED') return tryResume(state, paused, context);
  const caller = findStartingCaller(state, paused);
  if (caller?.reason !== 'STAYS_PAUSED' || isPauseRequested(caller.view)) return tryResume(state, paused, context);
  const resumed = tryResumeWithCallers(state, caller, context);
  const staysPausedBecause = findInstance(resumed, getInstanceId(caller))?.staysPausedBecause;
  return staysPausedBecause ? replaceInstance(resumed, { ...paused, staysPausedBecause }) : resumed;
}

/** Resumes an instance, or records why it cannot. Only one that the turn names or addresses displaces others (2.11). */
function tryResume(
  state: TurnState,
  paused: TurnInstance,
  context: SelectionContext,
  mayDisplace = isAddressedByMessage(paused, context) || paused.view.signals.hasContinue,
): TurnState {
  const check = checkResume(paused, state, { canDisplace: mayDisplace }, context);
  return check.canResume
    ? resume(state, paused, check.displaced, context, mayDisplace)
    : replaceInstance(state, { ...paused, staysPausedBecause: check.reason });
}
