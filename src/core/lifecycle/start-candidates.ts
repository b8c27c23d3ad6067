import { getStartTargets, shouldDropPendingStart } from '../context/instance-signals';
import { meetsStartThreshold, type SelectionContext } from '../context/selection-context';
import { compareText } from '../model/compare-text';
import type { RejectionReason, StartOrigin } from '../model/lifecycle-decision';
import type { PendingStart } from '../model/session';
import { sortWith } from '../model/sorting';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import { hasEnded, type InstanceDecision } from './instance-decision';

/** A scenario that can start or resume on this turn. */
export interface StartCandidate {
  readonly scenarioId: string;
  /** 0..1. */
  readonly score: number;
  readonly origin: StartOrigin;
  /**
   * Whether the model finds that the message concerns the scenario; replaces the score test. Undefined if the model does not mention the
   * scenario.
   */
  readonly matchesMessage: boolean | undefined;
}

/** A candidate that starts. */
export interface ScenarioStart extends Omit<StartCandidate, 'scenarioId'> {
  readonly scenario: CompiledScenario;
  readonly instanceId: string;
  /** Sorted (2.13). */
  readonly missingSoftFields: readonly string[];
}

/** Why a candidate does not start, with the details that belong to the reason. */
export interface StartRejection {
  readonly reason: RejectionReason;
  /** Sorted. */
  readonly missingFields?: readonly string[];
  /** Sorted. */
  readonly blockingScenarioIds?: readonly string[];
  /** Sorted. */
  readonly blockingRuleIds?: readonly string[];
  readonly conditionErrors?: readonly string[];
}

/** A candidate that did not start. */
export interface RejectedStart {
  readonly candidate: StartCandidate;
  readonly rejection: StartRejection;
}

/**
 * Collects the candidates of a turn in start order (2.12). Candidates that an applied rule implies follow all others (1.3). A START
 * makes a scenario that has no instance, or whose instance ends on this turn, a candidate with score 1 (0.2). Pending starts are tried
 * again on MESSAGE turns (2.14).
 */
export function collectStartCandidates(
  context: SelectionContext,
  decisions: readonly InstanceDecision[],
): readonly StartCandidate[] {
  const { settings, session, turn } = context;
  const byId = new Map<string, StartCandidate>();
  for (const { scenarioId, score, matchesMessage } of context.candidates) {
    byId.set(scenarioId, { scenarioId, score, origin: 'CANDIDATE', matchesMessage });
  }
  const isRunning = (scenarioId: string): boolean =>
    decisions.some((decision) => !hasEnded(decision) && decision.view.instance.scenarioId === scenarioId);
  for (const scenarioId of getStartTargets(turn.situation.signals)) {
    if (!isRunning(scenarioId))
      byId.set(scenarioId, { scenarioId, score: 1, origin: 'AIMED', matchesMessage: undefined });
  }
  if (turn.trigger === 'MESSAGE') {
    for (const { scenarioId, score } of session.pendingStarts) {
      const named = byId.get(scenarioId);
      if (named && meetsStartThreshold(named, settings)) continue;
      if (isPendingStartDropped(scenarioId, context)) continue;
      // A pending start passed the score test on the turn that rejected it, possibly because of the model.
      byId.set(scenarioId, { scenarioId, score, origin: 'PENDING', matchesMessage: true });
    }
  }
  return [...sortByStartOrder([...byId.values()], context), ...collectImpliedByRules(context, byId)];
}

/** Sorts by score, then by scenario priority, both in descending order, then by id (2.12). */
export function sortByStartOrder(
  candidates: readonly StartCandidate[],
  { catalogue }: Pick<SelectionContext, 'catalogue'>,
): readonly StartCandidate[] {
  const getPriority = (scenarioId: string): number => catalogue.getScenario(scenarioId)?.priority ?? 0;
  return sortWith(
    candidates,
    (a, b) =>
      b.score - a.score ||
      getPriority(b.scenarioId) - getPriority(a.scenarioId) ||
      compareText(a.scenarioId, b.scenarioId),
  );
}

/** Whether the scenario was pending and a CANCEL of this turn drops it (2.14). */
export function isPendingStartDropped(
  scenarioId: string,
  { session, turn }: Pick<SelectionContext, 'session' | 'turn'>,
): boolean {
  return (
    session.pendingStarts.some((pending) => pending.scenarioId === scenarioId) &&
    shouldDropPendingStart(turn.situation.signals, scenarioId)
  );
}

function collectImpliedByRules(
  context: SelectionContext,
  others: ReadonlyMap<string, StartCandidate>,
): readonly StartCandidate[] {
  const { turn, catalogue } = context;
  const { relationships } = catalogue;
  if (relationships.all.length === 0) return [];
  const impliedIds = new Set(
    turn.appliedRules.flatMap(({ ruleId }) => relationships.getImpliedScenarios('RULE', ruleId)),
  );
  return createImpliedCandidates([...impliedIds], others.values(), context);
}

/** Collects the candidates that a starting scenario implies, in start order (1.3). */
export function collectImpliedByScenario(
  scenarioId: string,
  others: Iterable<StartCandidate>,
  context: SelectionContext,
): readonly StartCandidate[] {
  return createImpliedCandidates(
    context.catalogue.relationships.getImpliedScenarios('SCENARIO', scenarioId),
    others,
    context,
  );
}

/** Creates implied candidates with score 1. A scenario that passes the score test without the implication keeps its own score (1.3). */
function createImpliedCandidates(
  scenarioIds: readonly string[],
  others: Iterable<StartCandidate>,
  context: SelectionContext,
): readonly StartCandidate[] {
  if (scenarioIds.length === 0) return [];
  const namedIds = new Set<string>();
  for (const other of others) if (meetsStartThreshold(other, context.settings)) namedIds.add(other.scenarioId);
  const implied = scenarioIds
    .filter((scenarioId) => !namedIds.has(scenarioId))
    .map((scenarioId): StartCandidate => ({ scenarioId, score: 1, origin: 'IMPLIED', matchesMessage: undefined }));
  return sortByStartOrder(implied, context);
}

/**
 * How a rejection affects the pending start of its scenario (2.14). RETRY: the start becomes or stays pending. KEEP: a pending start stays
 * pending, but no new one begins. DROP: a pending start is dropped.
 */
const pendingEffects: Readonly<Record<RejectionReason, 'RETRY' | 'KEEP' | 'DROP'>> = {
  NOT_FOUND: 'DROP',
  FILTERING_DISABLED: 'KEEP',
  DISABLED: 'DROP',
  ALREADY_ACTIVE: 'DROP',
  JUST_ENDED: 'KEEP',
  BELOW_THRESHOLD: 'KEEP',
  MODEL: 'KEEP',
  ENTRY_CONDITION: 'KEEP',
  DEPENDENCY: 'RETRY',
  SUPERSEDED: 'KEEP',
  AMBIGUOUS: 'KEEP',
  EXCLUDED: 'KEEP',
  MISSING_HARD_FIELDS: 'RETRY',
  START_LIMIT: 'KEEP',
  START_BLOCKED: 'RETRY',
  MULTI_SCENARIO_DISABLED: 'KEEP',
  CAPACITY: 'RETRY',
};

/**
 * Returns the starts that are pending after the turn, in the order of their rejection (2.14). A pending start begins with
 * `pending_start_turns` turns left, and the count restarts when a candidate names the scenario again. Each further attempt on a MESSAGE
 * turn uses one turn. A start, a resume or a CANCEL drops the pending start.
 */
export function updatePendingStarts(
  context: SelectionContext,
  starts: readonly ScenarioStart[],
  rejected: readonly RejectedStart[],
  decisions: readonly InstanceDecision[],
): readonly PendingStart[] {
  const { session, settings, turn } = context;
  if (session.pendingStarts.length === 0 && rejected.length === 0) return session.pendingStarts;
  const startsOrResumes = (id: string): boolean =>
    starts.some(({ scenario }) => scenario.scenarioId === id) ||
    decisions.some(({ resumed, view }) => resumed && view.instance.scenarioId === id);
  const updated: PendingStart[] = [];
  for (const pending of session.pendingStarts) {
    const { scenarioId } = pending;
    if (startsOrResumes(scenarioId) || shouldDropPendingStart(turn.situation.signals, scenarioId)) continue;
    const attempt = rejected.find(({ candidate }) => candidate.scenarioId === scenarioId);
    const remaining = attempt ? countAttempt(pending, attempt, context) : pending;
    if (remaining) updated.push(remaining);
  }
  for (const { candidate, rejection } of rejected) {
    if (pendingEffects[rejection.reason] !== 'RETRY') continue;
    if (updated.some(({ scenarioId }) => scenarioId === candidate.scenarioId)) continue;
    updated.push(createPendingStart(candidate, rejection.reason, settings.pendingStartTurns));
  }
  return updated.filter(({ turnsLeft }) => turnsLeft > 0);
}

/** Updates a pending start that was tried again and rejected; undefined if it is dropped. */
function countAttempt(
  pending: PendingStart,
  { candidate, rejection }: RejectedStart,
  { turn, settings }: Pick<SelectionContext, 'turn' | 'settings'>,
): PendingStart | undefined {
  const { reason } = rejection;
  if (pendingEffects[reason] === 'DROP') return undefined;
  if (candidate.origin !== 'PENDING' && meetsStartThreshold(candidate, settings)) {
    return createPendingStart(candidate, reason, settings.pendingStartTurns);
  }
  if (turn.trigger !== 'MESSAGE') return pending;
  return { ...pending, reason, turnsLeft: pending.turnsLeft - 1 };
}

function createPendingStart(
  { scenarioId, score }: StartCandidate,
  reason: RejectionReason,
  turnsLeft: number,
): PendingStart {
  return { scenarioId, score, reason, turnsLeft };
}
