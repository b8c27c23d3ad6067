import { meetsStartThreshold, type SelectionContext } from '../context/selection-context';
import { type ActiveInstance, sortUnique } from './active-set';
import { findAmbiguousScenarioIds, findAmbiguousStarts } from './ambiguity';
import { displace } from './displacement';
import { checkResume, isPauseRequested, resume } from './resumes';
import type { RejectedStart, ScenarioStart, StartCandidate, StartRejection } from './scenario-start';
import { createImpliedCandidates } from './start-candidates';
import { type StartTestInput, testStart } from './start-tests';
import { getInstanceId, getScenarioId, hasEnded, type TurnInstance } from './turn-instance';
import { findScenarioInstance, type RelatedScenarios, replaceInstance, type TurnState } from './turn-state';

/** The result of testing the candidates of a turn once. */
interface SelectionRun {
  readonly state: TurnState;
  /** The starts of this run, in start order. */
  readonly starts: readonly ScenarioStart[];
  /** Every candidate that was tested, implied candidates included. */
  readonly candidates: ReadonlyMap<string, StartCandidate>;
}

/** Candidates that are rejected before they are tested against the active instances (1.4, 1.5). */
interface SelectionConstraints {
  readonly supersededBy: RelatedScenarios;
  readonly ambiguousWith: RelatedScenarios;
  /** A trial run determines which candidates would start. It ignores exclusion between ambiguous scenarios and missing consent. */
  readonly isTrial: boolean;
}

const unconstrained: SelectionConstraints = {
  supersededBy: new Map(),
  ambiguousWith: new Map(),
  isTrial: false,
};
const noScenarios: ReadonlySet<string> = new Set();
const noIds: readonly string[] = [];

/**
 * Starts and resumes the candidates, in start order (2.12). Whether a candidate is superseded or ambiguous depends on which candidates would
 * start, so the selection is repeated with superseded and ambiguous candidates rejected until nothing changes. Each run rejects at least one
 * more candidate, so the loop ends.
 */
export function selectStarts(
  state: TurnState,
  candidates: readonly StartCandidate[],
  context: SelectionContext,
): TurnState {
  if (candidates.length === 0) return state;
  if (context.catalogue.relationships.all.length === 0) {
    return runSelection(state, candidates, unconstrained, context).state;
  }
  const ambiguousWith = resolveAmbiguity(state, candidates, context);
  const run = resolveSpecialization(state, candidates, { ...unconstrained, ambiguousWith }, context);
  if (ambiguousWith.size === 0) return run.state;
  return { ...run.state, ambiguousWith: new Map([...state.ambiguousWith, ...ambiguousWith]) };
}

/** Runs the selection until no two starts are ambiguous. Starts that replace ambiguous starts may themselves be ambiguous (1.5). */
function resolveAmbiguity(
  state: TurnState,
  candidates: readonly StartCandidate[],
  context: SelectionContext,
): RelatedScenarios {
  let ambiguousWith: RelatedScenarios = new Map();
  for (;;) {
    const constraints: SelectionConstraints = { ...unconstrained, ambiguousWith, isTrial: true };
    const { starts } = resolveSpecialization(state, candidates, constraints, context);
    const added = findAmbiguousStarts(starts, context);
    if (added.size === 0) return ambiguousWith;
    ambiguousWith = new Map([...ambiguousWith, ...added]);
  }
}

/** Runs the selection until no start specializes another candidate that is not rejected yet (1.4). */
function resolveSpecialization(
  state: TurnState,
  candidates: readonly StartCandidate[],
  initial: SelectionConstraints,
  context: SelectionContext,
): SelectionRun {
  let constraints = initial;
  for (;;) {
    const run = runSelection(state, candidates, constraints, context);
    const added = findSuperseded(run, constraints.supersededBy, context);
    if (added.size === 0) return run;
    constraints = { ...constraints, supersededBy: new Map([...constraints.supersededBy, ...added]) };
  }
}

/** Tests the candidates in start order. Each candidate starts, resumes the paused instance that it names, or is rejected. */
function runSelection(
  initial: TurnState,
  startOrder: readonly StartCandidate[],
  constraints: SelectionConstraints,
  context: SelectionContext,
): SelectionRun {
  // Copied once: the run adds to its own map, because a turn can have many candidates that do not start.
  const rejected = new Map(initial.rejected);
  let state: TurnState = { ...initial, rejected };
  const starts: ScenarioStart[] = [];
  const candidates = new Map<string, StartCandidate>();
  const queue = [...startOrder];
  for (let candidate = queue.shift(); candidate; candidate = queue.shift()) {
    const { scenarioId } = candidate;
    // Each scenario starts at most once a turn (0.7).
    if (findScenarioInstance(state, scenarioId)?.start) continue;
    candidates.set(scenarioId, candidate);
    const paused = findNamedPausedInstance(candidate, state, context);
    if (paused) {
      state = resumeNamed(state, paused, candidate, context);
      continue;
    }
    const result = testStart(candidate, toTestInput(candidate, state, starts, constraints, context), context);
    if (!result.hasPassed) {
      rejected.set(scenarioId, { candidate, rejection: result.rejection });
      const missing = listDependenciesToStart(candidate, result.rejection, state, context);
      if (missing.length > 0) {
        queue.push(...createImpliedCandidates(missing, [...candidates.values(), ...queue], context));
      }
      continue;
    }
    const { started, displaced } = result;
    rejected.delete(scenarioId);
    state = addStart(state, started, displaced);
    if (started.start) starts.push(started.start);
    const implied = context.catalogue.relationships.getImpliedScenarios('SCENARIO', scenarioId);
    if (implied.length > 0) {
      queue.push(...createImpliedCandidates(implied, [...candidates.values(), ...queue], context));
    }
  }
  return { state, starts, candidates };
}

function toTestInput(
  { scenarioId, score }: StartCandidate,
  state: TurnState,
  starts: readonly ScenarioStart[],
  { isTrial, supersededBy, ambiguousWith }: SelectionConstraints,
  context: SelectionContext,
): StartTestInput {
  return {
    state,
    supersededBy: supersededBy.get(scenarioId),
    ambiguousWith: ambiguousWith.get(scenarioId),
    toleratedScenarioIds: isTrial ? findAmbiguousScenarioIds({ scenarioId, score }, starts, context) : noScenarios,
    ignoresConsent: isTrial,
  };
}

/** Adds an instance that starts. The scenario may have been rejected as a candidate before (1.3, 2.14). */
export function addStart(
  state: TurnState,
  started: TurnInstance,
  displaced: readonly Pick<ActiveInstance, 'instanceId'>[],
): TurnState {
  const remaining = displace(state, displaced, getInstanceId(started));
  const instances = [...remaining.instances, started];
  if (!remaining.rejected.has(getScenarioId(started))) return { ...remaining, instances };
  const rejected = new Map(remaining.rejected);
  rejected.delete(getScenarioId(started));
  return { ...remaining, rejected, instances };
}

export function reject(state: TurnState, candidate: StartCandidate, rejection: StartRejection): TurnState {
  const rejectedStart: RejectedStart = { candidate, rejection };
  return { ...state, rejected: new Map(state.rejected).set(candidate.scenarioId, rejectedStart) };
}

/** Finds the paused instance of a candidate. The candidate resumes it instead of starting and is not rejected (2.11). */
function findNamedPausedInstance(
  candidate: StartCandidate,
  state: TurnState,
  { settings }: Pick<SelectionContext, 'settings'>,
): TurnInstance | undefined {
  const existing = findScenarioInstance(state, candidate.scenarioId);
  return existing?.reason === 'STAYS_PAUSED' && meetsStartThreshold(candidate, settings) ? existing : undefined;
}

function resumeNamed(
  state: TurnState,
  paused: TurnInstance,
  { origin }: StartCandidate,
  context: SelectionContext,
): TurnState {
  if (isPauseRequested(paused.view)) return state;
  const isNamed = origin !== 'PENDING' && origin !== 'IMPLIED';
  const check = checkResume(paused, state, { canDisplace: isNamed }, context);
  return check.canResume
    ? resume(state, paused, check.displaced, context, isNamed)
    : replaceInstance(state, { ...paused, staysPausedBecause: check.reason });
}

/** Lists the missing dependencies of a named scenario that its relationships start first (1.1). They become candidates. */
function listDependenciesToStart(
  { scenarioId, origin }: StartCandidate,
  { reason, blockingScenarioIds = [] }: StartRejection,
  state: TurnState,
  context: SelectionContext,
): readonly string[] {
  if (reason !== 'DEPENDENCY' || origin === 'PENDING') return noIds;
  const { relationships } = context.catalogue;
  return blockingScenarioIds.filter((dependencyId) => {
    const existing = findScenarioInstance(state, dependencyId);
    const canStart = !existing || hasEnded(existing) || existing.reason === 'STAYS_PAUSED';
    return canStart && relationships.isDependencyStarted(scenarioId, dependencyId);
  });
}

/**
 * Finds the candidates that a start specializes (1.4). A start that another start specializes is itself rejected and rejects no candidate.
 * If starts specialize each other in a cycle, only the first in start order counts.
 */
function findSuperseded(
  { starts, candidates }: Pick<SelectionRun, 'starts' | 'candidates'>,
  known: RelatedScenarios,
  { catalogue }: Pick<SelectionContext, 'catalogue'>,
): RelatedScenarios {
  const claims = starts
    .map(({ scenario: { scenarioId } }) => ({
      scenarioId,
      targetIds: catalogue.relationships
        .getSpecializedScenarios(scenarioId)
        .filter((id) => id !== scenarioId && candidates.has(id) && !known.has(id)),
    }))
    .filter(({ targetIds }) => targetIds.length > 0);
  const claimedIds = new Set(claims.flatMap(({ targetIds }) => targetIds));
  const unclaimed = claims.filter(({ scenarioId }) => !claimedIds.has(scenarioId));
  const superseded = new Map<string, readonly string[]>();
  for (const { scenarioId, targetIds } of unclaimed.length > 0 ? unclaimed : claims.slice(0, 1)) {
    for (const id of targetIds) superseded.set(id, sortUnique([...(superseded.get(id) ?? []), scenarioId]));
  }
  return superseded;
}
