import { noSignals } from '../context/instance-signals';
import type { SelectionContext } from '../context/selection-context';
import {
  type ContinueDecision,
  type InstanceDecision,
  isActive,
  overrideDecision,
} from '../lifecycle/instance-decision';
import type { LifecyclePhase } from '../lifecycle/lifecycle-phase';
import { applyModelChoice } from '../lifecycle/model-choice';
import { resetCountersOnResume } from '../lifecycle/pauses';
import type { ScenarioStart } from '../lifecycle/start-candidates';
import { createVisit, type ScenarioInstance } from '../model/session';
import { findRecoveryStep, getLoopLimit, hasReachedLoopLimit, relocalize, relocalizeTo } from '../steps/recovery';
import { selectActiveGuards } from '../steps/step-conditions';
import { type Walk, walkInstance } from '../steps/walk';
import { createWalkInput, toWalkInput, type WalkInput } from '../steps/walk-input';

/** The walks of a turn, and the decisions about all instances after them (0.7, steps 10 to 12). */
export interface TransitionPhase {
  /** The final decisions, one per instance, in start order. */
  readonly decisions: readonly InstanceDecision[];
  /** By instance id, starts included. */
  readonly walks: ReadonlyMap<string, Walk>;
}

/**
 * Walks every instance that continues or starts, all on the same snapshot, and handles loops. If none of them contributes on a
 * MESSAGE turn, the quiet instances walk as well, because one of them may contribute (0.5). Pure.
 */
export function decideTransitions(context: SelectionContext, lifecycle: LifecyclePhase): TransitionPhase {
  const walks = new Map<string, Walk>();
  const walkAndRecord = (decision: ContinueDecision): InstanceDecision => {
    const walkedInstance = walkExistingInstance(decision, context, lifecycle);
    if (walkedInstance.walk) walks.set(decision.view.instance.instanceId, walkedInstance.walk);
    return walkedInstance.decision;
  };
  let decisions = lifecycle.decisions.map((decision) =>
    isActive(decision) && decision.shouldWalk ? walkAndRecord(decision) : applyModelChoice(decision, context),
  );
  for (const start of lifecycle.starts) {
    walks.set(start.instanceId, walkInstance(createStartWalkInput(start, context), context));
  }
  if (context.turn.trigger === 'MESSAGE' && isSilent(walks)) {
    decisions = decisions.map((decision) => (isQuiet(decision) ? walkAndRecord(activateQuiet(decision)) : decision));
  }
  decisions = decisions.map((decision) =>
    walks.has(decision.view.instance.instanceId) ? decision : updateGuards(decision, context),
  );
  return { decisions, walks };
}

function isSilent(walks: ReadonlyMap<string, Walk>): boolean {
  for (const { stage } of walks.values()) if (stage !== 'none') return false;
  return true;
}

function isQuiet(decision: InstanceDecision): decision is ContinueDecision {
  return isActive(decision) && !decision.shouldWalk;
}

function activateQuiet(decision: ContinueDecision): ContinueDecision {
  return { ...decision, shouldWalk: true, reason: decision.resumed ? 'RESUMED' : 'GOES_ON' };
}

/** Removes the guards whose values have changed, although the instance does not walk (3.2). */
function updateGuards(decision: InstanceDecision, context: SelectionContext): InstanceDecision {
  const { view } = decision;
  if (view.instance.globalTransitionGuards.size === 0) return decision;
  const input = toWalkInput(view);
  if (!input) return decision;
  const instance = { ...view.instance, globalTransitionGuards: selectActiveGuards(input, context) };
  return { ...decision, view: { ...view, instance } };
}

interface WalkedInstance {
  readonly decision: InstanceDecision;
  /** Undefined if the instance does not continue. */
  readonly walk: Walk | undefined;
}

/** Walks one instance. A loop ends at a recovery step or, if there is none, in a pause (2.8). */
function walkExistingInstance(
  decision: ContinueDecision,
  context: SelectionContext,
  lifecycle: LifecyclePhase,
): WalkedInstance {
  if (!decision.view.step) return recoverFromMissingStep(decision, context);
  const current = decision.resumed ? resetCountersOnResume(decision) : decision;
  const walk = lifecycle.getWalk(current.view);
  if (!walk) return { decision: current, walk: undefined };
  const countedWalk = countStalledAttempt(walk, context, current.view.hasCountedAttempt);
  if (!isLooping(countedWalk, context)) return applyModelChoiceToWalk(current, countedWalk, context);
  const recovery = relocalize(countedWalk, context);
  return recovery
    ? { decision: { ...current, reason: 'RELOCALIZED' }, walk: recovery }
    : { decision: overrideDecision(current, { action: 'PAUSE', reason: 'LOOP' }), walk: undefined };
}

/** 2.2: the current step no longer exists. Moves the instance to a recovery step, or cancels it if there is none. */
function recoverFromMissingStep(decision: ContinueDecision, context: SelectionContext): WalkedInstance {
  const { view } = decision;
  const { scenario, instance } = view;
  const step = scenario && findRecoveryStep(instance, scenario, [], context.settings);
  if (!scenario || !step)
    return { decision: overrideDecision(decision, { action: 'CANCEL', reason: 'STEP_NOT_FOUND' }), walk: undefined };
  const walk = relocalizeTo(createWalkInput(view, scenario, step), step, instance.currentStepId, context);
  return { decision: { ...decision, reason: 'RELOCALIZED' }, walk };
}

/** Applies the choice of the model after 2.8. An instance that the model pauses or ends has no walk (section 9). */
function applyModelChoiceToWalk(decision: InstanceDecision, walk: Walk, context: SelectionContext): WalkedInstance {
  const chosen = applyModelChoice(decision, context);
  return { decision: chosen, walk: isActive(chosen) ? walk : undefined };
}

/**
 * Counts the turn as an attempt if an UNKNOWN transition blocks the step and its missing data cannot be asked for (3.3). A turn
 * counts at most once.
 */
function countStalledAttempt(walk: Walk, { turn }: SelectionContext, hasCountedAttempt: boolean): Walk {
  const { position, blockingTransition } = walk;
  const isStalled = blockingTransition?.missingFields.length === 0 && walk.stage === 'none';
  if (!isStalled || walk.hasMoved || hasCountedAttempt || turn.trigger !== 'MESSAGE') return walk;
  return { ...walk, position: { ...position, visit: { ...position.visit, attempts: position.visit.attempts + 1 } } };
}

/**
 * Whether the walk is a loop (2.8): it would enter a step, or retry a failed action, above the loop limit, or it stays at a step
 * with more attempts than allowed.
 */
function isLooping({ input, position, hasMoved, stage }: Walk, { settings }: SelectionContext): boolean {
  const { step, visit } = position;
  if (hasMoved) return hasReachedLoopLimit(input.instance, step, settings);
  const isRetry = step.isRequiredAction && visit.outcome === 'ACTION_FAILED' && stage === 'act';
  const loopCount = input.instance.loopCounts.get(step.stepId) ?? 0;
  if (isRetry && loopCount > getLoopLimit(step, settings)) return true;
  return settings.maxAttempts > 0 && visit.attempts > settings.maxAttempts;
}

function createStartWalkInput(start: ScenarioStart, context: SelectionContext): WalkInput {
  return {
    instance: createDraftInstance(start, context),
    scenario: start.scenario,
    step: start.scenario.entryStep,
    isStart: true,
    known: context.known,
    changedFields: context.changedFields,
    correctedFields: [],
    providedFields: context.storedData.providedFields,
    signals: noSignals,
  };
}

/** Creates the instance of a start before its first walk: at the entry step, without a visit. */
function createDraftInstance(
  { instanceId, scenario }: ScenarioStart,
  { turn, revision }: SelectionContext,
): ScenarioInstance {
  return {
    instanceId,
    scenarioId: scenario.scenarioId,
    scenarioVersion: scenario.version,
    status: 'ACTIVE',
    startNumber: 0,
    startedAt: turn.occurredAt,
    lastActiveAt: turn.occurredAt,
    pausedAt: undefined,
    pauseReason: undefined,
    pausedAtTurnCount: 0,
    displacedByInstanceIds: [],
    currentStepId: scenario.entryStep.stepId,
    visit: createVisit(0, revision),
    path: [],
    irreversibleDone: [],
    stepsBeforeCheckpoint: [],
    stepsTrimmedFromPath: [],
    loopCounts: new Map(),
    lastVisitNumber: 0,
    lastPathSequence: 0,
    variables: new Map(),
    variableTimes: new Map(),
    relocalizationCount: 0,
    globalTransitionGuards: new Map(),
  };
}
