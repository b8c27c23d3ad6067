import { countAttempt } from '../context/addressed';
import type { InstanceView } from '../context/instance-view';
import type { SelectionContext } from '../context/selection-context';
import { walkInstance } from '../steps/walk';
import { toWalkInput } from '../steps/walk-input';
import { isPausedOnThisTurn, propagateToCalled } from './callers';
import { evaluateLifecycleRules } from './lifecycle-rules';
import { applyWhenNotAddressed } from './not-addressed';
import { applyAddressedResumes, applyAutomaticResumes } from './resumes';
import type { StartCandidate } from './scenario-start';
import { collectStartCandidates } from './start-candidates';
import { selectStarts } from './start-selection';
import { changeView, getInstanceId, hasEnded, isActive, isNew, type TurnInstance } from './turn-instance';
import { type TurnState, updateInstances } from './turn-state';

/** The result of P6.2: the instances and starts before the walks (0.7, steps 6 to 9). */
export interface LifecyclePhase {
  readonly state: TurnState;
}

const noRejected: TurnState['rejected'] = new Map();
const noRivals: TurnState['ambiguousWith'] = new Map();
const noIds: TurnState['processedIds'] = new Set();

/** Decides about the instances and candidates of a turn before the walks. Pure. */
export function decideLifecycle(context: SelectionContext): LifecyclePhase {
  const evaluated: TurnState = {
    instances: context.views.map((view) => evaluateLifecycleRules(view, context)),
    rejected: noRejected,
    ambiguousWith: noRivals,
    processedIds: noIds,
  };
  const state = markProcessed(propagateToCalled(evaluated));
  return { state: startAndResume(state, collectStartCandidates(context, state), context) };
}

/** Starts and resumes what the turn makes possible at this point, and decides which instances stay silent (0.7, steps 7 to 9). */
export function startAndResume(
  state: TurnState,
  candidates: readonly StartCandidate[],
  context: SelectionContext,
): TurnState {
  const started = selectStarts(applyAddressedResumes(state, context), candidates, context);
  const counted = countAttempts(started, context);
  const resumed = applyAutomaticResumes(applyWhenNotAddressed(counted, context), context);
  // An instance that resumes without being addressed stays silent as well.
  return applyWhenNotAddressed(resumed, context);
}

/** Counts the attempts of a MESSAGE turn, once for each instance, before its walk (0.8). */
function countAttempts(state: TurnState, context: SelectionContext): TurnState {
  if (context.turn.trigger !== 'MESSAGE') return state;
  const hasStarted = state.instances.some(isNew);
  return updateInstances(state, (instance) => {
    const { view } = instance;
    if (!isActive(instance) || instance.walk || isNew(instance) || !context.views.includes(view)) return instance;
    const counted = countAttempt(view, hasStarted, context.session);
    return counted === view || isHelpRequest(view, context) ? instance : changeView(instance, counted);
  });
}

/**
 * Whether the turn takes the instance to a global step that returns, such as "Why do you ask?". The question stays open and is put again,
 * so that the turn is no attempt at it (3.2). A rejected value is still an attempt (section 10).
 */
function isHelpRequest(view: InstanceView, context: SelectionContext): boolean {
  const { scenario, instance, rejectedAnswers } = view;
  const isPossible = scenario?.globalTransitions.some(({ targetStepId }) => {
    return scenario.steps.get(targetStepId)?.isReturnTarget ?? false;
  });
  const input = isPossible && rejectedAnswers.length === 0 ? toWalkInput(view) : undefined;
  if (!input) return false;
  const { position } = walkInstance(input, context);
  return position.visit.returnTo?.visit.number === instance.visit.number;
}

/** Lists the instances that have ended or been paused on this turn since the last selection of starts and resumes (2.14). */
export function listNewlyInactive({ instances, processedIds: settledIds }: TurnState): readonly TurnInstance[] {
  return instances.filter(
    (instance) =>
      (hasEnded(instance) || (isPausedOnThisTurn(instance) && instance.reason !== 'LOOP')) &&
      !settledIds.has(getInstanceId(instance)),
  );
}

/** Records that starts and resumes take the ends and pauses so far into account. */
export function markProcessed(state: TurnState): TurnState {
  const newlyInactive = listNewlyInactive(state);
  if (newlyInactive.length === 0) return state;
  return { ...state, processedIds: new Set([...state.processedIds, ...newlyInactive.map(getInstanceId)]) };
}
