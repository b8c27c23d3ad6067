import type { SelectionContext } from '../context/selection-context';
import { listCallers } from '../lifecycle/callers';
import { decideChoices } from '../lifecycle/choices';
import { changeAction, isActive, type TurnInstance } from '../lifecycle/turn-instance';
import { findScenarioInstance, type TurnState, updateInstances } from '../lifecycle/turn-state';
import { findOpenRequest } from '../model/request';
import { hasEndedEarly } from '../steps/stage-need';
import type { StepNeed } from '../steps/step-need';
import { walkInstance } from '../steps/walk';
import { toWalkInput } from '../steps/walk-input';
import type { Walk } from '../steps/walk-state';

/**
 * Completes the instances whose walk ended at a terminal step without transitions and with nothing left to contribute (2.3d). A called instance
 * completes even if an INFORM is left: its caller carries the templates (section 11).
 */
export function completeSilently(state: TurnState): TurnState {
  return updateInstances(state, (instance) => {
    const { walk } = instance;
    if (!isActive(instance) || !walk || !isAtEnd(walk)) return instance;
    const canEnd =
      walk.need.kind === 'none' || (walk.need.kind === 'inform' && listCallers(state, instance).length > 0);
    if (!canEnd) return instance;
    return changeAction(instance, { action: 'COMPLETE', reason: 'TERMINAL', ending: walk.position.step.ending });
  });
}

function isAtEnd({ position }: Walk): boolean {
  const { isTerminal, anytimeTransitions, completionTransitions } = position.step;
  return isTerminal && anytimeTransitions.length + completionTransitions.length === 0 && !hasEndedEarly(position);
}

/** Activates the instances whose deferred contribution is no longer blocked, although the turn does not concern them (0.5, 4.2). */
export function activateUnblocked(state: TurnState, context: SelectionContext): TurnState {
  return updateInstances(state, (instance) => {
    if (!isActive(instance) || instance.shouldWalk || instance.walk) return instance;
    const rivalId = instance.view.instance.deferredBehindScenarioId;
    const input = rivalId === '' ? undefined : toWalkInput(instance.view);
    if (!input) return instance;
    const expectedWalk = walkInstance(input, context);
    if (hasRival(expectedWalk.need, rivalId, state, context)) return instance;
    const reason = instance.resumed ? 'RESUMED' : 'GOES_ON';
    return { ...instance, shouldWalk: true, reason, expectedWalk };
  });
}

/**
 * Whether the rival of an instance's contribution remains (4.2). The rival of a CONFIRM is the CONFIRM of the other scenario or the CHOICE
 * with this one option. The rival of an ASK is the ASK of the other scenario.
 */
function hasRival({ kind }: StepNeed, rivalId: string, state: TurnState, context: SelectionContext): boolean {
  const question = questionKinds[kind];
  if (question === undefined) return false;
  if (hasQuestion(findScenarioInstance(state, rivalId), question)) return true;
  return question === 'CONFIRM' && isOffered(rivalId, state, context);
}

/** Whether a CHOICE with this one option stays open. It counts as a CONFIRM of its scenario (1.5). */
function isOffered(scenarioId: string, state: TurnState, context: SelectionContext): boolean {
  return decideChoices(state, context).choices.some(
    ({ status, scenarioIds }) => status === 'OPEN' && scenarioIds.length === 1 && scenarioIds.includes(scenarioId),
  );
}

/** The request that a step needs to put. */
const questionKinds: Readonly<Record<StepNeed['kind'], 'ASK' | 'CONFIRM' | undefined>> = {
  ask: 'ASK',
  confirm: 'CONFIRM',
  act: undefined,
  call: undefined,
  inform: undefined,
  event: undefined,
  none: undefined,
};

/** Whether the instance asks or confirms on this turn, or still waits for such an answer. */
function hasQuestion(instance: TurnInstance | undefined, kind: 'ASK' | 'CONFIRM'): boolean {
  if (!instance || !isActive(instance)) return false;
  const { view, walk } = instance;
  if (walk) return questionKinds[walk.need.kind] === kind;
  return findOpenRequest(view.instance.requests, kind) !== undefined;
}
