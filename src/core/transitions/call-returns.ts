import type { SelectionContext } from '../context/selection-context';
import { cancelCalled, listCallers } from '../lifecycle/callers';
import { isHandled } from '../lifecycle/lifecycle-rules';
import { withVariables } from '../lifecycle/start-data';
import {
  changeAction,
  changeView,
  hasEnded,
  hasSucceeded,
  isActive,
  type TurnInstance,
} from '../lifecycle/turn-instance';
import { findInstance, replaceInstance, type TurnState, updateInstances } from '../lifecycle/turn-state';
import type { FieldValues } from '../model/json';
import { getKnownValues, withValues } from '../model/known-data';
import type { CallOutcomeKind } from '../model/turn';
import { listVisitNumbers, type StepVisit } from '../model/visit';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import { getReusedValues } from '../steps/stage-need';
import { continueWalk, walkInstance } from '../steps/walk';
import { toWalkInput } from '../steps/walk-input';
import type { Walk } from '../steps/walk-state';
import { settleWalk } from './walks';

/** The result that a call returns to its caller (section 11). */
interface CallResult {
  readonly outcome: CallOutcomeKind;
  readonly returned: FieldValues;
  /** Templates of the called scenario that the next contribution of the caller carries. */
  readonly leadInTemplateIds: readonly string[];
}

const noValues: FieldValues = new Map();

/**
 * Cancels the instance that a call started when the walk of its caller left the step (section 11). If the walk ends where the same scenario
 * is called, for example after a correction, the existing run continues. A suspended visit is not left (0.8).
 */
export function cancelLeftCalls(state: TurnState): TurnState {
  let current = state;
  for (const caller of state.instances) {
    const { call, walk, view } = caller;
    if (!call || !walk || (walk.need.kind === 'call' && walk.need.scenarioId === call.scenarioId)) continue;
    const callVisit = findCallVisit(view.instance.visit, view.scenario, view.instance.currentStepId);
    if (callVisit !== undefined && listVisitNumbers(walk.position.visit).includes(callVisit)) continue;
    current = replaceInstance(current, { ...caller, call: undefined });
    const called = call.hasStarted ? findInstance(current, call.instanceId) : undefined;
    if (called && !hasEnded(called)) current = replaceInstance(current, cancelCalled(called));
  }
  return current;
}

/** Returns the number of the visit that a stored call belongs to: the current visit, or one that it suspended. */
function findCallVisit(visit: StepVisit, scenario: CompiledScenario | undefined, stepId: string): number | undefined {
  if (scenario?.steps.get(stepId)?.call) return visit.number;
  return visit.returnTo && findCallVisit(visit.returnTo.visit, scenario, visit.returnTo.stepId);
}

/** Returns the results of called instances that have ended to their callers (section 11). */
export function returnCallResults(state: TurnState, context: SelectionContext): TurnState {
  if (!state.instances.some(({ call }) => call)) return state;
  let current = updateInstances(state, (instance) => markReturned(instance, state));
  for (const { view } of current.instances) {
    const caller = findInstance(current, view.instance.instanceId);
    if (!caller || hasEnded(caller) || !caller.call || caller.call.instanceId === '') continue;
    const called = findInstance(current, caller.call.instanceId);
    if (called && !hasEnded(called)) continue;
    current = endCall(current, caller, toCallResult(called, caller), context);
  }
  return current;
}

/** A called instance that completes with SUCCEEDED has returned (2.17). */
function markReturned(instance: TurnInstance, state: TurnState): TurnInstance {
  if (!hasSucceeded(instance) || listCallers(state, instance).length === 0) return instance;
  return changeAction(instance, { action: 'COMPLETE', reason: 'RETURNED', ending: 'SUCCEEDED' });
}

function toCallResult(called: TurnInstance | undefined, caller: TurnInstance): CallResult {
  if (called?.action !== 'COMPLETE') {
    return { outcome: 'CALL_CANCELLED', returned: noValues, leadInTemplateIds: [] };
  }
  const { view, walk } = called;
  const own = walk?.leadInTemplateIds ?? view.instance.leadInTemplateIds;
  const leadInTemplateIds = walk?.need.kind === 'inform' ? [...own, ...walk.need.templateIds] : own;
  if (called.ending === 'FAILED') return { outcome: 'CALL_FAILED', returned: noValues, leadInTemplateIds };
  const returned = getKnownValues(listReturns(caller, view.instance.scenarioId), walk?.known ?? view.known);
  return { outcome: 'CALL_SUCCEEDED', returned, leadInTemplateIds };
}

/** Lists the fields that the call of the caller returns. */
function listReturns(caller: TurnInstance, calledId: string): readonly string[] {
  return findCallStep(caller, calledId)?.call?.returns ?? [];
}

/** Finds the step that waits for a call: the current step of the instance, or a step whose visit is suspended. */
function findCallStep({ view, walk }: TurnInstance, calledId: string): CompiledStep | undefined {
  const step = walk?.position.step ?? view.step;
  return step?.call?.scenarioId === calledId ? step : findSuspendedCallStep(view.instance.visit, view.scenario);
}

function findSuspendedCallStep(visit: StepVisit, scenario: CompiledScenario | undefined): CompiledStep | undefined {
  for (let suspended = visit.returnTo; suspended; suspended = suspended.visit.returnTo) {
    const step = scenario?.steps.get(suspended.stepId);
    if (step?.call) return step;
  }
  return undefined;
}

/**
 * Returns the values that an earlier run of the called scenario found, runs of this turn included; undefined if the step does not use it
 * (section 11).
 */
export function findReusedValues(
  caller: TurnInstance,
  calledId: string,
  context: SelectionContext,
): FieldValues | undefined {
  const step = findCallStep(caller, calledId);
  return step && getReusedValues(step, context);
}

/** Ends a call with the values of an earlier run. */
export function reuseCompletedRun(
  state: TurnState,
  caller: TurnInstance,
  returned: FieldValues,
  context: SelectionContext,
): TurnState {
  return endCall(state, caller, { outcome: 'CALL_SUCCEEDED', returned, leadInTemplateIds: [] }, context);
}

/** Fails a call that cannot be made or has ended without a result. */
export function failCall(state: TurnState, caller: TurnInstance, context: SelectionContext): TurnState {
  return endCall(state, caller, { outcome: 'CALL_FAILED', returned: noValues, leadInTemplateIds: [] }, context);
}

/** Records the end of a call. An active caller continues on the same turn, a paused one when it resumes. */
function endCall(state: TurnState, waiting: TurnInstance, result: CallResult, context: SelectionContext): TurnState {
  const caller: TurnInstance = { ...waiting, call: undefined };
  const walk = isActive(caller) ? (caller.walk ?? computeWalk(caller, context)) : undefined;
  return replaceInstance(
    state,
    walk ? continueCaller(caller, walk, result, context) : storeCallResult(caller, result, context),
  );
}

function computeWalk({ view, expectedWalk }: TurnInstance, context: SelectionContext): Walk | undefined {
  const input = toWalkInput(view);
  return expectedWalk ?? (input && walkInstance(input, context));
}

function continueCaller(caller: TurnInstance, walk: Walk, result: CallResult, context: SelectionContext): TurnInstance {
  const reason = caller.reason === 'QUIET' ? 'GOES_ON' : caller.reason;
  const activated = { ...caller, shouldWalk: true, reason } as TurnInstance;
  const { outcome, returned, leadInTemplateIds } = result;
  const carrying = { ...walk, leadInTemplateIds: [...walk.leadInTemplateIds, ...leadInTemplateIds] };
  if (!carrying.position.step.call) return { ...activated, walk: recordInSuspendedVisit(carrying, outcome, returned) };
  const continued = continueWalk(carrying, outcome, returned, context);
  const settled = settleWalk(activated, continued, context);
  // A caller that a loop pauses has used the result, so it does not call again when it resumes.
  return settled.action === 'PAUSE' ? storeCallResult(settled, result, context) : settled;
}

/** The call ended while a global step is visited that returns to it: the outcome waits in the suspended visit. */
function recordInSuspendedVisit(walk: Walk, outcome: CallOutcomeKind, returned: FieldValues): Walk {
  const { position } = walk;
  const visit = recordOutcome(position.visit, walk.input.scenario, outcome);
  return {
    ...walk,
    position: { ...position, visit },
    returnedValues: new Map([...walk.returnedValues, ...returned]),
    known: withValues(walk.known, returned),
  };
}

/** Records the outcome of a call in the innermost suspended visit whose step calls. */
function recordOutcome(visit: StepVisit, scenario: CompiledScenario | undefined, outcome: CallOutcomeKind): StepVisit {
  const { returnTo } = visit;
  if (!returnTo) return visit;
  const suspended = scenario?.steps.get(returnTo.stepId)?.call
    ? { ...returnTo.visit, outcome }
    : recordOutcome(returnTo.visit, scenario, outcome);
  return { ...visit, returnTo: { ...returnTo, visit: suspended } };
}

/** Records the result in the instance itself: the caller continues when it resumes. A failure that nothing handles cancels it now (2.5). */
function storeCallResult(caller: TurnInstance, result: CallResult, context: SelectionContext): TurnInstance {
  const { view } = caller;
  const { outcome, returned, leadInTemplateIds } = result;
  const stored = withVariables(view.instance, returned, context.turn.occurredAt);
  const visit = view.step?.call ? { ...stored.visit, outcome } : recordOutcome(stored.visit, view.scenario, outcome);
  const instance = { ...stored, visit, leadInTemplateIds: [...stored.leadInTemplateIds, ...leadInTemplateIds] };
  const kept = changeView(caller, { ...view, instance, known: withValues(view.known, returned) });
  if (outcome === 'CALL_SUCCEEDED' || !view.step?.call) return kept;
  const input = toWalkInput(kept.view);
  return input && !isHandled(walkInstance(input, context))
    ? changeAction(kept, { action: 'CANCEL', reason: outcome })
    : kept;
}
