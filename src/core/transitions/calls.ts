import type { SelectionContext } from '../context/selection-context';
import { listCallChain } from '../lifecycle/callers';
import { isBlockerThere } from '../lifecycle/pending-starts';
import { checkResume, isPauseRequested, resume } from '../lifecycle/resumes';
import type { StartCandidate, StartRejection } from '../lifecycle/scenario-start';
import { createImpliedCandidates, pendingEffects } from '../lifecycle/start-candidates';
import { addStart, reject, selectStarts } from '../lifecycle/start-selection';
import { testStart } from '../lifecycle/start-tests';
import { getInstanceId, getScenarioId, hasEnded, isActive, type TurnInstance } from '../lifecycle/turn-instance';
import { findInstance, findInstanceOf, replaceInstance, type TurnState } from '../lifecycle/turn-state';
import type { InstanceCall } from '../model/session';
import { failCall } from './call-returns';

/** Calls nest at most this deep (section 11). */
const maxCallLevels = 5;

/** Opens the calls of the walks that ended at a call stage (section 11). */
export function openCalls(state: TurnState, context: SelectionContext): TurnState {
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

/**
 * Tries pending calls again. `countsTurn`: this is the attempt of a MESSAGE turn, which uses one turn unless the blocker is still there (2.14).
 */
export function retryPendingCalls(
  state: TurnState,
  context: SelectionContext,
  { countsTurn }: { readonly countsTurn: boolean },
): TurnState {
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

/** Joins the running instance of the called scenario, or starts one. A refused call stays pending or fails. */
function openCall(
  state: TurnState,
  caller: TurnInstance,
  pending: InstanceCall,
  context: SelectionContext,
  countsTurn = false,
): TurnState {
  const { scenarioId } = pending;
  const chain = listCallChain(state, caller);
  const isCycle = chain.some((instance) => getScenarioId(instance) === scenarioId);
  if (isCycle || chain.length > maxCallLevels) return failCall(state, caller, context);
  // From here on the caller waits, so it does not count as active.
  const waiting = replaceInstance(state, { ...caller, call: pending, isCallOfWalk: caller.walk !== undefined });
  const toleratedScenarioIds = new Set(chain.map(getScenarioId));
  const existing = findInstanceOf(waiting, scenarioId);
  if (existing && !hasEnded(existing))
    return join(waiting, pending, existing, toleratedScenarioIds, { caller, countsTurn }, context);
  // The scenario has started and ended on this turn: it can start again on a later one.
  if (existing?.start) return waiting;
  const candidate: StartCandidate = {
    scenarioId,
    score: 1,
    origin: 'CALLED',
    matchesMessage: true,
    localValues: context.localStartValues.get(scenarioId) ?? new Map(),
  };
  const result = testStart(candidate, { state: waiting, toleratedScenarioIds }, context);
  if (!result.hasPassed) return refuse(waiting, pending, candidate, result.rejection, { caller, countsTurn }, context);
  const call = { ...pending, instanceId: getInstanceId(result.started), hasStarted: true, pendingTurnsLeft: 0 };
  const started = addStart(setCall(waiting, caller, call), result.started, result.displaced);
  const implied = context.catalogue.relationships.getImpliedScenarios('SCENARIO', scenarioId);
  return selectStarts(started, createImpliedCandidates(implied, [], context), context);
}

interface CallAttempt {
  readonly caller: TurnInstance;
  readonly countsTurn: boolean;
}

/** Waits for an instance that runs already, and resumes it if it is paused. */
function join(
  state: TurnState,
  pending: InstanceCall,
  existing: TurnInstance,
  toleratedScenarioIds: ReadonlySet<string>,
  attempt: CallAttempt,
  context: SelectionContext,
): TurnState {
  const call = { ...pending, instanceId: getInstanceId(existing), hasStarted: false, pendingTurnsLeft: 0 };
  if (existing.reason !== 'STAYS_PAUSED' || isPauseRequested(existing.view))
    return setCall(state, attempt.caller, call);
  const check = checkResume(existing, state, { mayDisplace: false, isCalled: true, toleratedScenarioIds }, context);
  if (check.canResume) return resume(setCall(state, attempt.caller, call), existing, check.displaced, context);
  const candidate: StartCandidate = {
    scenarioId: call.scenarioId,
    score: 1,
    origin: 'CALLED',
    matchesMessage: true,
    localValues: new Map(),
  };
  const { reason, blockingScenarioIds } = check;
  return refuse(state, pending, candidate, { reason, blockingScenarioIds }, attempt, context);
}

/** A call that is refused with a reason of 2.14 stays pending for some turns. Any other refusal, and the last turn, fails it. */
function refuse(
  state: TurnState,
  pending: InstanceCall,
  candidate: StartCandidate,
  rejection: StartRejection,
  { caller, countsTurn }: CallAttempt,
  context: SelectionContext,
): TurnState {
  const rejected = state.rejected.has(candidate.scenarioId) ? state : reject(state, candidate, rejection);
  const isCounted = countsTurn && !isBlockerThere({ rejection }, listPendingIds(context), state);
  const pendingTurnsLeft = pending.pendingTurnsLeft - (isCounted ? 1 : 0);
  const current = findInstance(rejected, getInstanceId(caller)) ?? caller;
  if (pendingEffects[rejection.reason] !== 'RETRY' || pendingTurnsLeft <= 0)
    return failCall(rejected, current, context);
  return setCall(rejected, caller, { ...pending, pendingTurnsLeft });
}

function listPendingIds({ session }: SelectionContext): ReadonlySet<string> {
  return new Set(session.pendingStarts.map(({ scenarioId }) => scenarioId));
}

function setCall(state: TurnState, caller: TurnInstance, call: InstanceCall): TurnState {
  const current = findInstance(state, getInstanceId(caller));
  return current ? replaceInstance(state, { ...current, call }) : state;
}
