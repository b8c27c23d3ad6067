import { recordLateSuccesses } from '../context/outcomes';
import type { SelectionContext } from '../context/selection-context';
import { getLastActiveAt } from '../contributions/contribution-plan';
import type { ContinueDecision, EndDecision, PauseDecision } from '../lifecycle/instance-decision';
import type { LifecyclePhase } from '../lifecycle/lifecycle-phase';
import { toStoredPauseReason } from '../lifecycle/pauses';
import { type ScenarioStart, updatePendingStarts } from '../lifecycle/start-candidates';
import type { Contribution, ContributionPlan } from '../model/contribution';
import type { EndedInstance, OpenContribution, ScenarioCounter, ScenarioInstance, Session } from '../model/session';
import type { TurnTrigger } from '../model/turn';
import type { TransitionPhase } from '../transitions/transition-phase';
import { applyWalk } from './apply-walk';
import { clearFields, dropExpiredVariables } from './session-variables';

/** The results of all phases of a turn. */
export interface PhaseResults {
  readonly lifecycle: LifecyclePhase;
  readonly transitions: TransitionPhase;
  readonly plan: ContributionPlan;
}

/** Returns the session after the turn (section 5). Every instance is then active, paused or in `endedInstances`. Pure. */
export function applyTurn(context: SelectionContext, results: PhaseResults): Session {
  const { session, turn, revision, turnCount } = context;
  const { decisions } = results.transitions;
  const { starts, rejected, choices } = results.lifecycle;
  const startedInstances = createStartedInstances(context, results);
  const { remaining, ended } = applyDecisions(context, results);
  const { variables, instances } = clearFields(
    { variables: context.storedData.sessionVariables, instances: [...remaining, ...startedInstances] },
    results.transitions.walks,
    context,
  );
  // A literal is faster than a spread here (ADR 0007).
  return {
    tenantId: session.tenantId,
    agentId: session.agentId,
    sessionId: session.sessionId,
    revision,
    turnCount,
    instances,
    endedInstances: updateEndedInstances(context, ended),
    variables: dropExpiredVariables(variables, decisions, startedInstances, context),
    pendingStarts: updatePendingStarts(context, starts, rejected, decisions),
    scenarioCounters: updateScenarioCounters(session.scenarioCounters, ended, starts),
    openContributions: updateOpenContributions(session.openContributions, results, turn.trigger),
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

interface AppliedDecisions {
  /** Active and paused instances, in start order. */
  readonly remaining: readonly ScenarioInstance[];
  readonly ended: readonly EndedInstance[];
}

function applyDecisions(context: SelectionContext, results: PhaseResults): AppliedDecisions {
  const remaining: ScenarioInstance[] = [];
  const ended: EndedInstance[] = [];
  const { occurredAt } = context.turn;
  for (const decision of results.transitions.decisions) {
    switch (decision.action) {
      case 'CONTINUE':
        remaining.push(continueInstance(decision, context, results));
        break;
      case 'PAUSE':
        remaining.push(pauseInstance(decision, context));
        break;
      case 'COMPLETE':
        ended.push(endInstance(decision, 'COMPLETED', occurredAt));
        break;
      case 'CANCEL':
        ended.push(endInstance(decision, 'CANCELLED', occurredAt));
        break;
    }
  }
  return { remaining, ended };
}

function continueInstance(
  decision: ContinueDecision,
  context: SelectionContext,
  { transitions, plan }: PhaseResults,
): ScenarioInstance {
  const { instance } = decision.view;
  const walk = transitions.walks.get(instance.instanceId);
  const lastActiveAt = getLastActiveAt(decision, walk?.hasMoved ?? false, context.turn.occurredAt);
  if (walk) return applyWalk(walk, findContribution(plan, instance.instanceId), lastActiveAt, context);
  // Without a walk, an open ASK or CONFIRM stays open (0.5).
  if (!decision.resumed) return { ...instance, lastActiveAt };
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

function findContribution(plan: ContributionPlan, instanceId: string): Contribution | undefined {
  return plan.contributions.find((contribution) => contribution.instanceId === instanceId);
}

function pauseInstance(decision: PauseDecision, { turn, turnCount }: SelectionContext): ScenarioInstance {
  const { instance } = decision.view;
  if (decision.reason === 'STAYS_PAUSED') return instance;
  return {
    ...instance,
    status: 'PAUSED',
    lastActiveAt: getLastActiveAt(decision, false, turn.occurredAt),
    pausedAt: turn.occurredAt,
    pauseReason: toStoredPauseReason(decision.reason),
    pausedAtTurnCount: turnCount,
    displacedByInstanceIds: [...decision.displacedByInstanceIds],
  };
}

function endInstance({ view, reason }: EndDecision, status: EndedInstance['status'], endedAt: number): EndedInstance {
  const { instance } = view;
  return {
    instanceId: instance.instanceId,
    scenarioId: instance.scenarioId,
    scenarioVersion: instance.scenarioVersion,
    status,
    reason,
    startNumber: instance.startNumber,
    startedAt: instance.startedAt,
    endedAt,
    lastStepId: instance.currentStepId,
    irreversibleDone: instance.irreversibleDone,
  };
}

function createStartedInstances(
  context: SelectionContext,
  { lifecycle, transitions, plan }: PhaseResults,
): readonly ScenarioInstance[] {
  const startedInstances: ScenarioInstance[] = [];
  let startNumber = context.session.lastStartNumber;
  for (const { instanceId } of lifecycle.starts) {
    startNumber += 1;
    const walk = transitions.walks.get(instanceId);
    if (!walk) continue;
    const instance = applyWalk(walk, findContribution(plan, instanceId), context.turn.occurredAt, context);
    startedInstances.push({ ...instance, startNumber });
  }
  return startedInstances;
}

/**
 * Returns the ended instances, oldest first, up to the configured limit. Late successes are recorded on instances that ended on earlier
 * turns (0.6).
 */
function updateEndedInstances(
  { session, catalogue, settings, revision, lateOutcomes }: SelectionContext,
  newlyEnded: readonly EndedInstance[],
): readonly EndedInstance[] {
  const { endedInstances } = session;
  const isUnchanged = newlyEnded.length === 0 && lateOutcomes.length === 0;
  if (isUnchanged && endedInstances.length <= settings.endedInstances) return endedInstances;
  const updated = endedInstances.map((instance) => {
    const scenario = catalogue.getScenarioVersion(instance.scenarioId, instance.scenarioVersion);
    return recordLateSuccesses(instance, scenario, lateOutcomes, revision);
  });
  updated.push(...newlyEnded);
  return updated.slice(Math.max(0, updated.length - settings.endedInstances));
}

function updateScenarioCounters(
  before: ReadonlyMap<string, ScenarioCounter>,
  ended: readonly EndedInstance[],
  starts: readonly ScenarioStart[],
): ReadonlyMap<string, ScenarioCounter> {
  const completed = ended.filter(({ status }) => status === 'COMPLETED');
  if (completed.length === 0 && starts.length === 0) return before;
  const counters = new Map(before);
  const increment = (scenarioId: string, name: keyof ScenarioCounter): void => {
    const counter = counters.get(scenarioId) ?? { starts: 0, completions: 0 };
    counters.set(scenarioId, { ...counter, [name]: counter[name] + 1 });
  };
  for (const { scenarioId } of completed) increment(scenarioId, 'completions');
  for (const { scenario } of starts) increment(scenario.scenarioId, 'starts');
  return counters;
}

/**
 * Returns the contributions that are open after the turn, in plan order; the focus is derived from them (0.3). The plan of a MESSAGE turn
 * replaces all open contributions. The plan of another turn replaces only those of the instances that walked. NONE, deferred contributions
 * and CHOICE are never open.
 */
function updateOpenContributions(
  before: readonly OpenContribution[],
  { plan, transitions }: PhaseResults,
  trigger: TurnTrigger,
): readonly OpenContribution[] {
  const newlyOpen = plan.contributions
    .filter(({ type, deferred, instanceId }) => type !== 'NONE' && !deferred && instanceId !== '')
    .map(({ instanceId, type }) => ({ instanceId, type }));
  if (trigger === 'MESSAGE') return newlyOpen;
  const after: OpenContribution[] = [];
  for (const open of before) {
    const replacement = newlyOpen.find(({ instanceId }) => instanceId === open.instanceId);
    if (replacement) after.push(replacement);
    else if (!transitions.walks.has(open.instanceId)) after.push(open);
  }
  for (const open of newlyOpen) if (!before.some(({ instanceId }) => instanceId === open.instanceId)) after.push(open);
  return after;
}
