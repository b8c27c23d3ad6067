import { getStartTargets, shouldDropPendingStart } from '../context/instance-signals';
import { meetsStartThreshold, type SelectionContext } from '../context/selection-context';
import { compareText } from '../model/compare-text';
import type { FieldValues } from '../model/json';
import type { RejectionReason } from '../model/lifecycle-decision';
import { sortWith } from '../model/sorting';
import { hasEndOrPause } from './callers';
import { findConsent } from './consent';
import type { StartCandidate, StartRejection } from './scenario-start';
import { getScenarioId, hasEnded, hasSucceeded, type TurnInstance } from './turn-instance';
import type { TurnState } from './turn-state';

const noValues: FieldValues = new Map();

/**
 * Collects the candidates of a turn in start order (2.12): those of the request, those that a START is aimed at (0.2), those that the
 * customer agreed to (2.12), pending starts (2.14), and those that follow from ended instances and applied rules (1.3, 1.7).
 */
export function collectStartCandidates(context: SelectionContext, state: TurnState): readonly StartCandidate[] {
  const { settings, session, turn } = context;
  const byId = new Map<string, StartCandidate>();
  const add = (candidate: Pick<StartCandidate, 'scenarioId' | 'score' | 'origin'>, matchesMessage?: boolean): void => {
    const { scenarioId, score, origin } = candidate;
    byId.set(scenarioId, {
      scenarioId,
      score,
      origin,
      matchesMessage,
      localValues: getLocalValues(scenarioId, context),
    });
  };
  for (const { scenarioId, score, matchesMessage } of context.candidates) {
    add({ scenarioId, score, origin: 'CANDIDATE' }, matchesMessage);
  }
  for (const scenarioId of getStartTargets(turn.situation.signals)) {
    if (!isRunning(scenarioId, state)) add({ scenarioId, score: 1, origin: 'AIMED' });
  }
  for (const choice of session.choices) {
    const consent = findConsent(choice, byId, context);
    if (consent) add({ ...consent, origin: 'CONSENTED' }, true);
  }
  // Pending starts are tried on MESSAGE turns, and on any turn after an instance has ended or been paused on it (2.14).
  if (turn.trigger === 'MESSAGE' || hasEndOrPause(state)) {
    for (const { scenarioId, score } of session.pendingStarts) {
      const named = byId.get(scenarioId);
      if (named && meetsStartThreshold(named, settings)) continue;
      if (isPendingStartCanceled(scenarioId, context) || isPendingStartDropped(scenarioId, context, state)) continue;
      // A pending start passed the score test on the turn that rejected it, possibly because of the model.
      add({ scenarioId, score, origin: 'PENDING' }, true);
    }
  }
  const ordered = sortByStartOrder([...byId.values()], context);
  // Rules and completed runs name others only by relationships.
  if (context.catalogue.relationships.all.length === 0) return ordered;
  const followingIds = [...listImpliedByRules(context), ...listLeadTargets(state.instances, context)];
  return [...ordered, ...createImpliedCandidates(followingIds, byId.values(), context)];
}

/**
 * Collects the candidates that the ends and pauses of this turn made possible after the first selection, in start order: starts that it
 * rejected and that stay pending, earlier pending starts, and the scenarios that newly completed ones lead to (0.7, step 11).
 */
export function collectFurtherCandidates(
  context: SelectionContext,
  state: TurnState,
  newlyEnded: readonly TurnInstance[],
): readonly StartCandidate[] {
  const byId = new Map<string, StartCandidate>();
  for (const { scenarioId, score } of context.session.pendingStarts) {
    if (isPendingStartCanceled(scenarioId, context) || isPendingStartDropped(scenarioId, context, state)) continue;
    byId.set(scenarioId, {
      scenarioId,
      score,
      origin: 'PENDING',
      matchesMessage: true,
      localValues: getLocalValues(scenarioId, context),
    });
  }
  for (const { candidate, rejection } of state.rejected.values()) {
    if (isRetried(candidate, rejection)) byId.set(candidate.scenarioId, candidate);
  }
  for (const { scenarioId } of byId.values()) if (isRunning(scenarioId, state)) byId.delete(scenarioId);
  for (const { scenarioId, score, matchesMessage } of context.candidates) {
    if (!isNamedResumeRejected(scenarioId, state)) continue;
    byId.set(scenarioId, { scenarioId, score, origin: 'CANDIDATE', matchesMessage, localValues: noValues });
  }
  return [
    ...sortByStartOrder([...byId.values()], context),
    ...createImpliedCandidates(listLeadTargets(newlyEnded, context), byId.values(), context),
  ];
}

/** Whether a later round of the same turn tries a rejected candidate again. A call is tried again by its caller. */
function isRetried({ origin }: StartCandidate, { reason, hasLostToRival = false }: StartRejection): boolean {
  return origin !== 'CALLED' && pendingEffects[reason] === 'RETRY' && !hasLostToRival;
}

/** Whether the scenario has a paused instance that could not resume when the turn named it (2.11). */
function isNamedResumeRejected(scenarioId: string, { instances }: TurnState): boolean {
  return instances.some(
    (instance) =>
      getScenarioId(instance) === scenarioId && instance.view.isNamed && instance.staysPausedBecause !== undefined,
  );
}

function isRunning(scenarioId: string, { instances }: Pick<TurnState, 'instances'>): boolean {
  return instances.some((instance) => !hasEnded(instance) && getScenarioId(instance) === scenarioId);
}

/** Sorts by score, then by scenario priority, both in descending order, then by id (2.12). */
export function sortByStartOrder<T extends Pick<StartCandidate, 'scenarioId' | 'score'>>(
  candidates: readonly T[],
  { catalogue }: Pick<SelectionContext, 'catalogue'>,
): readonly T[] {
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
export function isPendingStartCanceled(
  scenarioId: string,
  { session, turn }: Pick<SelectionContext, 'session' | 'turn'>,
): boolean {
  return (
    session.pendingStarts.some((pending) => pending.scenarioId === scenarioId) &&
    shouldDropPendingStart(turn.situation.signals, scenarioId)
  );
}

/** Whether a scenario that the pending start depends on has ended on this turn without succeeding (1.1). */
export function isPendingStartDropped(
  scenarioId: string,
  { session, catalogue }: Pick<SelectionContext, 'session' | 'catalogue'>,
  { instances }: Pick<TurnState, 'instances'>,
): boolean {
  const pending = session.pendingStarts.find((each) => each.scenarioId === scenarioId);
  if (pending?.reason !== 'DEPENDENCY') return false;
  const dependencies = catalogue.relationships.getDependencies(scenarioId);
  return instances.some(
    (instance) => hasEnded(instance) && !hasSucceeded(instance) && dependencies.includes(getScenarioId(instance)),
  );
}

function getLocalValues(scenarioId: string, context: SelectionContext): FieldValues {
  const kept = findKeptValues(scenarioId, context);
  const given = context.localStartValues.get(scenarioId);
  return given && kept.size > 0 ? new Map([...kept, ...given]) : (given ?? kept);
}

function findKeptValues(scenarioId: string, { session }: Pick<SelectionContext, 'session'>): FieldValues {
  const pending = session.pendingStarts.find((each) => each.scenarioId === scenarioId);
  if (pending) return pending.localValues;
  for (const { localValues } of session.choices) {
    const values = localValues.get(scenarioId);
    if (values) return values;
  }
  return noValues;
}

function listImpliedByRules({ turn, catalogue }: SelectionContext): readonly string[] {
  const { relationships } = catalogue;
  return turn.appliedRules.flatMap(({ ruleId }) => relationships.getImpliedScenarios('RULE', ruleId));
}

/** Lists the scenarios that the runs which SUCCEEDED on this turn lead to (1.7). */
function listLeadTargets(
  instances: readonly TurnInstance[],
  { catalogue }: Pick<SelectionContext, 'catalogue'>,
): readonly string[] {
  return instances
    .filter(hasSucceeded)
    .flatMap((instance) => catalogue.relationships.getLeadTargets(getScenarioId(instance)));
}

/** Creates candidates with score 1. A scenario that passes the score test on its own keeps its score (1.3). */
export function createImpliedCandidates(
  scenarioIds: readonly string[],
  others: Iterable<StartCandidate>,
  context: SelectionContext,
): readonly StartCandidate[] {
  if (scenarioIds.length === 0) return [];
  const namedIds = new Set<string>();
  for (const other of others) if (meetsStartThreshold(other, context.settings)) namedIds.add(other.scenarioId);
  const implied = [...new Set(scenarioIds)]
    .filter((scenarioId) => !namedIds.has(scenarioId))
    .map(
      (scenarioId): StartCandidate => ({
        scenarioId,
        score: 1,
        origin: 'IMPLIED',
        matchesMessage: undefined,
        localValues: getLocalValues(scenarioId, context),
      }),
    );
  return sortByStartOrder(implied, context);
}

/**
 * How a rejection affects the pending start of its scenario (2.14). RETRY: the start becomes or stays pending. KEEP: a pending start stays
 * pending, but no new one begins. DROP: a pending start is dropped.
 */
export const pendingEffects: Readonly<Record<RejectionReason, 'RETRY' | 'KEEP' | 'DROP'>> = {
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
  EXCLUDED: 'RETRY',
  MISSING_HARD_FIELDS: 'RETRY',
  START_LIMIT: 'KEEP',
  START_BLOCKED: 'RETRY',
  MULTI_SCENARIO_DISABLED: 'RETRY',
  CAPACITY: 'RETRY',
  // The CHOICE then keeps the candidate (2.12).
  NEEDS_CONSENT: 'DROP',
};
