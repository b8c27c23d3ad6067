import { recordLateSuccesses } from '../context/outcomes';
import type { SelectionContext } from '../context/selection-context';
import { getLastActiveAt } from '../contributions/contribution-plan';
import type { InstanceOutcome, ScenarioStart } from '../lifecycle/instance-outcome';
import { hasEnded } from '../lifecycle/instance-outcome';
import { updatePendingStarts } from '../lifecycle/pending-starts';
import type { EndedInstance, PauseReason, ScenarioCounter, ScenarioInstance, Session } from '../model/session';
import { applyWalk } from './apply-walk';
import { clearFields } from './cleared-fields';
import { updateOpenContributions } from './open-contributions';
import type { PhaseResults } from './phase-results';
import { dropExpiredVariables } from './variable-lifetimes';

/** The session after the turn (section 5). Pure; no instance is lost: each goes on, pauses, or is among the ended ones. */
export function applyTurn(context: SelectionContext, decided: PhaseResults): Session {
  const { session, turn, revision, turnCount } = context;
  const { outcomes: fates } = decided.transitions;
  const { starts, rejected: refused, choices } = decided.lifecycle;
  const started = startedInstances(starts, context, decided);
  const instances: ScenarioInstance[] = [];
  for (const each of fates) if (!hasEnded(each)) instances.push(instanceAfter(each, context, decided));
  instances.push(...started);
  const cleared = clearFields(
    { variables: context.storedData.sessionVariables, instances },
    decided.transitions.walks,
    context,
  );
  // Spelled out: see withRecorded.
  return {
    tenantId: session.tenantId,
    agentId: session.agentId,
    sessionId: session.sessionId,
    revision,
    turnCount,
    instances: cleared.instances,
    endedInstances: endedAfter(context, fates),
    variables: dropExpiredVariables(cleared.variables, fates, started, context),
    pendingStarts: updatePendingStarts(context, starts, refused, fates),
    scenarioCounters: countersAfter(session, fates, starts),
    openContributions: updateOpenContributions(session.openContributions, decided, turn.trigger),
    offeredChoiceScenarioIds:
      turn.trigger === 'MESSAGE' || choices.length > 0
        ? choices.map(({ scenarioId }) => scenarioId).sort()
        : session.offeredChoiceScenarioIds,
    createdAt: session.revision === 0 ? turn.occurredAt : session.createdAt,
    updatedAt: turn.occurredAt,
    lastTurnId: turn.turnId,
    lastStartNumber: session.lastStartNumber + starts.length,
    importedFrom: session.importedFrom,
  };
}

/** Those that ended before, with what was told of them too late, and those that end now; oldest first, bounded. */
function endedAfter(
  { session, turn, catalogue, settings, revision, lateOutcomes: late }: SelectionContext,
  fates: readonly InstanceOutcome[],
): readonly EndedInstance[] {
  const now = fates.filter(hasEnded).map((each) => endedInstance(each, turn.occurredAt));
  const { length } = session.endedInstances;
  if (now.length === 0 && late.length === 0 && length <= settings.endedInstances) return session.endedInstances;
  const over = session.endedInstances.map((each) =>
    recordLateSuccesses(each, catalogue.getScenarioVersion(each.scenarioId, each.scenarioVersion), late, revision),
  );
  const all = [...over, ...now];
  return all.slice(Math.max(0, all.length - settings.endedInstances));
}

function instanceAfter(
  each: InstanceOutcome,
  context: SelectionContext,
  { transitions, plan }: PhaseResults,
): ScenarioInstance {
  const { view, action, reason } = each;
  const { instance } = view;
  const { occurredAt } = context.turn;
  if (action === 'PAUSE') return reason === 'STAYS_PAUSED' ? instance : pausedInstance(each, context);
  const walked = transitions.walks.get(instance.instanceId);
  const lastActiveAt = getLastActiveAt(each, walked?.hasMoved ?? false, occurredAt);
  if (!walked) return wokenInstance(instance, each.resumed, lastActiveAt);
  const contribution = plan.contributions.find(({ instanceId }) => instanceId === instance.instanceId);
  return applyWalk(walked, contribution, lastActiveAt, context);
}

/** Goes on without moving: what it asked stays open (0.5). */
function wokenInstance(instance: ScenarioInstance, resumed: boolean, lastActiveAt: number): ScenarioInstance {
  if (!resumed) return { ...instance, lastActiveAt };
  return {
    ...instance,
    status: 'ACTIVE',
    lastActiveAt,
    pausedAt: undefined,
    pauseReason: undefined,
    pausedAtTurnCount: 0,
    displacedByInstanceIds: [],
  };
}

function pausedInstance(each: InstanceOutcome, { turn, turnCount }: SelectionContext): ScenarioInstance {
  return {
    ...each.view.instance,
    status: 'PAUSED',
    lastActiveAt: getLastActiveAt(each, false, turn.occurredAt),
    pausedAt: turn.occurredAt,
    pauseReason: pauseReasonOf(each),
    pausedAtTurnCount: turnCount,
    displacedByInstanceIds: [...each.displacedByInstanceIds],
  };
}

function pauseReasonOf({ reason }: InstanceOutcome): PauseReason {
  switch (reason) {
    case 'LOOP':
    case 'IDLE':
    case 'NEEDS_MIGRATION':
    case 'INTERRUPTED':
    case 'PREEMPTED':
      return reason;
    default:
      return 'USER_REQUEST';
  }
}

function startedInstances(
  starts: readonly ScenarioStart[],
  context: SelectionContext,
  { transitions, plan }: PhaseResults,
): readonly ScenarioInstance[] {
  const started: ScenarioInstance[] = [];
  let startNumber = context.session.lastStartNumber;
  for (const start of starts) {
    startNumber += 1;
    const walked = transitions.walks.get(start.instanceId);
    if (!walked) continue;
    const contribution = plan.contributions.find(({ instanceId }) => instanceId === start.instanceId);
    started.push({ ...applyWalk(walked, contribution, context.turn.occurredAt, context), startNumber });
  }
  return started;
}

function endedInstance({ view, action, reason }: InstanceOutcome, endedAt: number): EndedInstance {
  const { instance } = view;
  return {
    instanceId: instance.instanceId,
    scenarioId: instance.scenarioId,
    scenarioVersion: instance.scenarioVersion,
    status: action === 'COMPLETE' ? 'COMPLETED' : 'CANCELLED',
    reason,
    startNumber: instance.startNumber,
    startedAt: instance.startedAt,
    endedAt,
    lastStepId: instance.currentStepId,
    irreversibleDone: instance.irreversibleDone,
  };
}

function countersAfter(
  { scenarioCounters }: Session,
  fates: readonly InstanceOutcome[],
  starts: readonly ScenarioStart[],
): ReadonlyMap<string, ScenarioCounter> {
  const completed = fates.filter(({ action }) => action === 'COMPLETE').map(({ view }) => view.instance.scenarioId);
  if (completed.length === 0 && starts.length === 0) return scenarioCounters;
  const counters = new Map(scenarioCounters);
  const of = (id: string): ScenarioCounter => counters.get(id) ?? { starts: 0, completions: 0 };
  for (const id of completed) counters.set(id, { ...of(id), completions: of(id).completions + 1 });
  for (const { scenario } of starts) {
    const id = scenario.scenarioId;
    counters.set(id, { ...of(id), starts: of(id).starts + 1 });
  }
  return counters;
}
