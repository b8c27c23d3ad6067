import type { SelectionContext } from '../context/selection-context';
import { hasEndOrPause, propagateToCalled } from '../lifecycle/callers';
import { decideChoices } from '../lifecycle/choices';
import { type LifecyclePhase, listNewlyInactive, markProcessed, startAndResume } from '../lifecycle/lifecycle-phase';
import { decidePendingStarts } from '../lifecycle/pending-starts';
import { withCompletedRuns } from '../lifecycle/scenario-counters';
import type { RejectedStart } from '../lifecycle/scenario-start';
import { collectFurtherCandidates } from '../lifecycle/start-candidates';
import { getScenarioId, isActive, type TurnInstance } from '../lifecycle/turn-instance';
import { type TurnState, updateInstances } from '../lifecycle/turn-state';
import type { PendingStart, ScenarioChoiceRequest } from '../model/session';
import { hasContribution } from '../steps/finish-walk';
import { activateUnblocked, completeSilently } from './after-walks';
import { cancelLeftCalls, returnCallResults } from './call-returns';
import { openCalls, retryPendingCalls } from './calls';
import { activateQuiet, updateGuards, walkInstances } from './walks';

/** The final lifecycle of a turn, and where each instance went (0.7, steps 6 to 13). */
export interface TransitionPhase {
  /** The instances that existed before the turn, in start order, then those that started on it, in the order of their starts. */
  readonly instances: readonly TurnInstance[];
  /** In the order of evaluation; each scenario once. */
  readonly rejected: readonly RejectedStart[];
  /** The starts that are pending after the turn (2.14). */
  readonly pendingStarts: readonly PendingStart[];
  /** The next value of `Session.choices`, before the putting of `choiceToPut` is recorded (1.5). */
  readonly choices: readonly ScenarioChoiceRequest[];
  /** The OPEN element of `choices` that the plan of this turn puts; undefined if it puts none. */
  readonly choiceToPut: ScenarioChoiceRequest | undefined;
}

/**
 * Walks the instances, then repeats ends, calls, starts, resumes and walks for what they made possible, until nothing more happens. If nothing
 * contributes on a MESSAGE turn, the quiet instances walk as well (0.5). Pure.
 */
export function decideTransitions(context: SelectionContext, lifecycle: LifecyclePhase): TransitionPhase {
  const walked = cancelLeftCalls(walkInstances(lifecycle.state, withCompletedRuns(lifecycle.state, context)));
  let state = runRounds(retryCalls(walked, context), context);
  if (context.turn.trigger === 'MESSAGE' && isSilent(state)) {
    state = runRounds(walkInstances(activateQuiet(state), context), context);
  }
  return toPhase(updateGuards(state, context), context);
}

/** Pending calls are tried on MESSAGE turns, and on any turn after an instance has ended or been paused on it (2.14, section 11). */
function retryCalls(state: TurnState, context: SelectionContext): TurnState {
  const isMessage = context.turn.trigger === 'MESSAGE';
  if (!isMessage && !hasEndOrPause(state)) return state;
  return retryPendingCalls(state, context, { countsTurn: isMessage });
}

function isSilent({ instances }: TurnState): boolean {
  return !instances.some((instance) => isActive(instance) && instance.walk && hasContribution(instance.walk.need));
}

/**
 * Repeats steps 7 to 11 of 0.7 until nothing changes. Each scenario starts and each instance ends and resumes at most once a turn, and a second
 * walk needs the end of a call, so the loop ends.
 */
function runRounds(initial: TurnState, context: SelectionContext): TurnState {
  let state = initial;
  for (;;) {
    const next = runRound(state, context);
    if (next === state) return state;
    state = next;
  }
}

function runRound(state: TurnState, context: SelectionContext): TurnState {
  const completed = propagateToCalled(cancelLeftCalls(completeSilently(state)));
  const withRuns = withCompletedRuns(completed, context);
  const called = openCalls(returnCallResults(completed, withRuns), withRuns);
  const continued = startFurtherCandidates(propagateToCalled(called), withRuns);
  return walkInstances(activateUnblocked(continued, withRuns), withRuns);
}

/** Tries again what the ends and pauses since the last selection made possible (0.7, step 11). */
function startFurtherCandidates(state: TurnState, context: SelectionContext): TurnState {
  const newlyInactive = listNewlyInactive(state);
  if (newlyInactive.length === 0) return state;
  const retried = retryPendingCalls(markProcessed(state), context, { countsTurn: false });
  return startAndResume(retried, collectFurtherCandidates(context, retried, newlyInactive), context);
}

function toPhase(state: TurnState, context: SelectionContext): TransitionPhase {
  const { choices, choiceToPut } = decideChoices(state, context);
  const { instances } = updateInstances(state, (instance) => finalizeInstance(instance, choiceToPut));
  return {
    instances,
    rejected: [...state.rejected.values()],
    pendingStarts: decidePendingStarts(state, context),
    choices,
    choiceToPut,
  };
}

/** Sets the reason of an instance that waits for a call, and marks a pause that the plan offers to end. */
function finalizeInstance(instance: TurnInstance, choiceToPut: ScenarioChoiceRequest | undefined): TurnInstance {
  if (
    instance.action === 'CONTINUE' &&
    instance.call &&
    (instance.reason === 'GOES_ON' || instance.reason === 'QUIET') &&
    !(instance.walk && hasContribution(instance.walk.need))
  ) {
    return { ...instance, reason: 'WAITS_FOR_CALL' };
  }
  if (choiceToPut?.reason !== 'OFFER' || instance.reason !== 'STAYS_PAUSED') return instance;
  return choiceToPut.scenarioIds.includes(getScenarioId(instance)) ? { ...instance, isResumeOffered: true } : instance;
}
