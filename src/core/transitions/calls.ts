import type { SelectionContext } from '../context/selection-context';
import { listCallChain } from '../lifecycle/callers';
import { isStillBlocked } from '../lifecycle/pending-starts';
import { checkResume, isPauseRequested, resume } from '../lifecycle/resumes';
import type { StartCandidate, StartRejection } from '../lifecycle/scenario-start';
import { createImpliedCandidates, pendingEffects } from '../lifecycle/start-candidates';
import { addStart, reject, selectStarts } from '../lifecycle/start-selection';
import { testStart } from '../lifecycle/start-tests';
import { getInstanceId, getScenarioId, hasEnded, isActive, type TurnInstance } from '../lifecycle/turn-instance';
import { findInstance, findScenarioInstance, replaceInstance, type TurnState } from '../lifecycle/turn-state';
import type { FieldValues } from '../model/json';
import { getKnownValues } from '../model/known-data';
import type { InstanceCall } from '../model/session';
import { failCall, findReusedValues, reuseCompletedRun } from './call-returns';

/** The maximum depth of nested calls (section 11). */
const maxCallLevels = 5;

/** Opens the calls of the walks that ended at a call stage (section 11). */
export function openCalls(state: TurnState, context: SelectionContext): TurnState {
  if (!state.instances.some(needsCall)) return state;
  let current = state;
  for (const instance of state.instances) {
    const caller = findInstance(current, getInstanceId(instance));
    if (!caller || !isActive(caller) || caller.call || caller.walk?.need.kind !== 'call') continue;
    const { scenarioId } = caller.walk.need;
    const pending = createPendingCall(scenarioId, context.settings.pendingStartTurns);
    current = openCall(current, caller, pending, context);
  }
  return current;
}

/** Whether the walk of an instance ended at a call stage. */
function needsCall({ walk }: TurnInstance): boolean {
  return walk?.need.kind === 'call';
}

/**
 * Tries pending calls again. `countsTurn`: this is the attempt of a MESSAGE turn, which uses one turn unless the blocker is still there (2.14).
 */
export function retryPendingCalls(
  state: TurnState,
  context: SelectionContext,
  { countsTurn }: { readonly countsTurn: boolean },
): TurnState {
  if (!state.instances.some(({ call }) => call)) return state;
  let current = state;
  for (const instance of state.instances) {
    const caller = findInstance(current, getInstanceId(instance));
    if (!caller || !isActive(caller) || caller.call?.instanceId !== '') continue;
    current = openCall(current, caller, caller.call, context, countsTurn);
  }
  return current;
}

function createPendingCall(scenarioId: string, pendingTurnsLeft: number): InstanceCall {
  return { scenarioId, instanceId: '', hasStarted: false, pendingTurnsLeft };
}

/** An attempt to make a call. */
interface CallAttempt {
  readonly caller: TurnInstance;
  readonly pending: InstanceCall;
  /** The attempt of a MESSAGE turn (2.14). */
  readonly countsTurn: boolean;
  readonly candidate: StartCandidate;
  /** The caller and what waits for it: they do not exclude the called scenario. */
  readonly toleratedScenarioIds: ReadonlySet<string>;
}

/**
 * Returns the first own values of the called run: the local fields that it takes, and, where a correction makes the call run again, what an
 * earlier run returned to the caller, so that the customer is asked only for what was changed or is missing (3.9, section 11).
 */
function collectStartValues({ walk }: TurnInstance, calledId: string, context: SelectionContext): FieldValues {
  const taken = context.localStartValues.get(calledId) ?? new Map();
  const call = walk?.correction && walk.position.step.call;
  if (!call) return taken;
  const { collectedFields } = context.catalogue.getScenario(calledId) ?? {};
  // A value of this turn has replaced the returned one, so the caller no longer has it.
  const returned = call.returns.filter((field) => collectedFields?.has(field));
  const kept = getKnownValues(returned, walk.input.instance.variables);
  return new Map([...kept, ...taken]);
}

/** Joins the running instance of the called scenario, or starts one. A refused call stays pending or fails. */
function openCall(
  state: TurnState,
  caller: TurnInstance,
  pending: InstanceCall,
  context: SelectionContext,
  countsTurn = false,
): TurnState {
  const { scenarioId } = pending;
  const reused = findReusedValues(caller, scenarioId, context);
  if (reused) return reuseCompletedRun(state, caller, reused, context);
  const chain = listCallChain(state, caller);
  const isCycle = chain.some((instance) => getScenarioId(instance) === scenarioId);
  if (isCycle || chain.length > maxCallLevels) return failCall(state, caller, context);
  const localValues = collectStartValues(caller, scenarioId, context);
  const attempt: CallAttempt = {
    caller,
    pending,
    countsTurn,
    candidate: { scenarioId, score: 1, origin: 'CALLED', matchesMessage: true, localValues },
    toleratedScenarioIds: new Set(chain.map(getScenarioId)),
  };
  // From here on the caller waits, so it does not count as active.
  const waiting = setCall(state, caller, pending);
  const existing = findScenarioInstance(waiting, scenarioId);
  if (existing && !hasEnded(existing)) return joinInstance(waiting, existing, attempt, context);
  // A scenario that has started and ended on this turn can start again on a later one.
  return existing?.start ? waiting : startCalled(waiting, attempt, context);
}

/** Starts the called scenario, with what its start implies (1.3). */
function startCalled(state: TurnState, attempt: CallAttempt, context: SelectionContext): TurnState {
  const { caller, pending, candidate, toleratedScenarioIds } = attempt;
  const result = testStart(candidate, { state, toleratedScenarioIds }, context);
  if (!result.hasPassed) return rejectCall(state, result.rejection, attempt, context);
  const call = { ...pending, instanceId: getInstanceId(result.started), hasStarted: true, pendingTurnsLeft: 0 };
  const started = addStart(setCall(state, caller, call), result.started, result.displaced);
  const implied = context.catalogue.relationships.getImpliedScenarios('SCENARIO', candidate.scenarioId);
  return selectStarts(started, createImpliedCandidates(implied, [], context), context);
}

/** Waits for an instance that runs already, and resumes it if it is paused. */
function joinInstance(
  state: TurnState,
  existing: TurnInstance,
  attempt: CallAttempt,
  context: SelectionContext,
): TurnState {
  const { caller, pending, toleratedScenarioIds } = attempt;
  const call = { ...pending, instanceId: getInstanceId(existing), hasStarted: false, pendingTurnsLeft: 0 };
  if (existing.reason !== 'STAYS_PAUSED' || isPauseRequested(existing.view)) return setCall(state, caller, call);
  const check = checkResume(existing, state, { canDisplace: false, isCalled: true, toleratedScenarioIds }, context);
  if (check.canResume) return resume(setCall(state, caller, call), existing, check.displaced, context);
  const { reason, blockingScenarioIds } = check;
  return rejectCall(state, { reason, blockingScenarioIds }, attempt, context);
}

/** A call that is refused with a reason of 2.14 stays pending for some turns. Any other refusal, and the last turn, fails it. */
function rejectCall(
  state: TurnState,
  rejection: StartRejection,
  { caller, pending, candidate, countsTurn }: CallAttempt,
  context: SelectionContext,
): TurnState {
  const rejected = state.rejected.has(candidate.scenarioId) ? state : reject(state, candidate, rejection);
  const isCounted = countsTurn && !isStillBlocked({ rejection }, listPendingIds(context), state);
  const pendingTurnsLeft = pending.pendingTurnsLeft - (isCounted ? 1 : 0);
  if (pendingEffects[rejection.reason] === 'RETRY' && pendingTurnsLeft > 0) {
    return setCall(rejected, caller, { ...pending, pendingTurnsLeft });
  }
  return failCall(rejected, caller, context);
}

function listPendingIds({ session }: SelectionContext): ReadonlySet<string> {
  return new Set(session.pendingStarts.map(({ scenarioId }) => scenarioId));
}

function setCall(state: TurnState, caller: TurnInstance, call: InstanceCall): TurnState {
  return replaceInstance(state, { ...caller, call });
}
