import { meetsStartThreshold, type SelectionContext } from '../context/selection-context';
import { compareText } from '../model/compare-text';
import type { ScenarioChoice } from '../model/contribution';
import type { RejectionReason } from '../model/lifecycle-decision';
import {
  type ActivationCheck,
  type ActiveInstance,
  type ActiveSet,
  checkActivation,
  toActiveInstance,
  without,
} from './active-set';
import { type InstanceDecision, isActive } from './instance-decision';
import { type Displacements, isPauseRequested } from './pauses';
import {
  collectImpliedByScenario,
  collectStartCandidates,
  type RejectedStart,
  type ScenarioStart,
  type StartCandidate,
} from './start-candidates';
import { testStart } from './start-tests';

/** The result of testing all candidates of a turn once (0.7, step 7). */
export interface StartSelection {
  /** In start order. */
  readonly starts: readonly ScenarioStart[];
  /** In the order of evaluation; each scenario once. */
  readonly rejected: readonly RejectedStart[];
  /** Every candidate that was tested, implied candidates included. */
  readonly candidates: ReadonlyMap<string, StartCandidate>;
  /** Paused instances that resume because a candidate names them (2.11). */
  readonly resumedInstanceIds: ReadonlySet<string>;
  /** Paused instances that a candidate names and that cannot resume, with the reason. */
  readonly resumeRejections: ReadonlyMap<string, RejectionReason>;
  readonly displacements: Displacements;
  /** The active instances after starts, resumes and displacement. */
  readonly activeSet: ActiveSet;
}

/** The selection of a turn with the choice that it leaves to the customer. */
export interface SelectedStarts {
  readonly selection: StartSelection;
  /** In start order; empty if nothing is ambiguous or the last MESSAGE turn offered the same set (1.5). */
  readonly choices: readonly ScenarioChoice[];
}

/** Maps a scenario id to the sorted ids of related scenarios. */
type RelatedScenarios = ReadonlyMap<string, readonly string[]>;

/** Candidates that are rejected before they are tested against the active set (1.4, 1.5). */
interface SelectionConstraints {
  readonly supersededBy: RelatedScenarios;
  readonly ambiguousWith: RelatedScenarios;
  /** Ignores exclusion between ambiguous scenarios, to find out which of them would start. */
  readonly ignoresAmbiguousExclusions: boolean;
}

const unconstrained: SelectionConstraints = {
  supersededBy: new Map(),
  ambiguousWith: new Map(),
  ignoresAmbiguousExclusions: false,
};
const noScenarios: ReadonlySet<string> = new Set();

/**
 * Decides which candidates start (2.12). Whether a candidate is superseded or ambiguous depends on which candidates would start, so the
 * selection is repeated with superseded and ambiguous candidates rejected until nothing changes. Each run rejects at least one more
 * candidate, so the loop ends. Pure.
 */
export function selectStarts(context: SelectionContext, decisions: readonly InstanceDecision[]): SelectedStarts {
  if (context.catalogue.relationships.all.length === 0) {
    return { selection: runSelection(context, decisions, unconstrained), choices: [] };
  }
  const ambiguousWith = resolveAmbiguity(context, decisions);
  const selection = resolveSpecialization(context, decisions, { ...unconstrained, ambiguousWith });
  return { selection, choices: collectChoices(selection, ambiguousWith, context) };
}

/** Runs the selection until no two starts are ambiguous. Starts that replace ambiguous starts may themselves be ambiguous (1.5). */
function resolveAmbiguity(context: SelectionContext, decisions: readonly InstanceDecision[]): RelatedScenarios {
  let ambiguousWith: RelatedScenarios = new Map();
  for (;;) {
    const constraints: SelectionConstraints = { ...unconstrained, ambiguousWith, ignoresAmbiguousExclusions: true };
    const { starts } = resolveSpecialization(context, decisions, constraints);
    const added = findAmbiguousStarts(starts, context);
    if (added.size === 0) return ambiguousWith;
    ambiguousWith = new Map([...ambiguousWith, ...added]);
  }
}

/** Runs the selection until no start specializes another candidate that is not rejected yet (1.4). */
function resolveSpecialization(
  context: SelectionContext,
  decisions: readonly InstanceDecision[],
  initial: SelectionConstraints,
): StartSelection {
  let constraints = initial;
  for (;;) {
    const selection = runSelection(context, decisions, constraints);
    const added = findSuperseded(selection, constraints.supersededBy, context);
    if (added.size === 0) return selection;
    constraints = { ...constraints, supersededBy: new Map([...constraints.supersededBy, ...added]) };
  }
}

/** Tests the candidates in start order. Each candidate starts, resumes a paused instance that it names, or is rejected. */
function runSelection(
  context: SelectionContext,
  decisions: readonly InstanceDecision[],
  constraints: SelectionConstraints,
): StartSelection {
  const starts: ScenarioStart[] = [];
  const rejected = new Map<string, RejectedStart>();
  const candidates = new Map<string, StartCandidate>();
  const resumedInstanceIds = new Set<string>();
  const resumeRejections = new Map<string, RejectionReason>();
  const displacements = new Map<string, readonly string[]>();
  const queue = [...collectStartCandidates(context, decisions)];
  let activeSet = collectActiveInstances(decisions);
  const activate = (instance: ActiveInstance, displaced: readonly ActiveInstance[]): void => {
    for (const { instanceId } of displaced) displacements.set(instanceId, [instance.instanceId]);
    activeSet = [...without(activeSet, displaced), instance];
  };

  for (let candidate = queue.shift(); candidate; candidate = queue.shift()) {
    const { scenarioId } = candidate;
    if (starts.some(({ scenario }) => scenario.scenarioId === scenarioId)) continue;
    candidates.set(scenarioId, candidate);
    const pausedDecision = findNamedPausedInstance(candidate, decisions, context);
    if (pausedDecision) {
      if (isPauseRequested(pausedDecision.view)) continue;
      const { instanceId } = pausedDecision.view.instance;
      const check = checkNamedResume(pausedDecision, activeSet, context);
      if (check.canActivate) {
        resumedInstanceIds.add(instanceId);
        activate(check.activeInstance, check.displaced);
      } else resumeRejections.set(instanceId, check.reason);
      continue;
    }
    const toleratedScenarioIds = constraints.ignoresAmbiguousExclusions
      ? findAmbiguousScenarioIds(candidate, starts, context)
      : noScenarios;
    const supersededBy = constraints.supersededBy.get(scenarioId);
    const ambiguousWith = constraints.ambiguousWith.get(scenarioId);
    const result = testStart(
      candidate,
      { decisions, activeSet, supersededBy, ambiguousWith, toleratedScenarioIds },
      context,
    );
    if (!result.hasPassed) {
      rejected.set(scenarioId, { candidate, rejection: result.rejection });
      continue;
    }
    // The scenario may have been rejected as a candidate before another start implied it (1.3).
    rejected.delete(scenarioId);
    starts.push(result.start);
    activate(result.activeInstance, result.displaced);
    queue.push(...collectImpliedByScenario(scenarioId, [...candidates.values(), ...queue], context));
  }
  return {
    starts,
    rejected: [...rejected.values()],
    candidates,
    resumedInstanceIds,
    resumeRejections,
    displacements,
    activeSet,
  };
}

function collectActiveInstances(decisions: readonly InstanceDecision[]): ActiveSet {
  const active: ActiveInstance[] = [];
  for (const decision of decisions) {
    const { scenario } = decision.view;
    if (isActive(decision) && scenario) active.push(toActiveInstance(decision, scenario));
  }
  return active;
}

/** Finds the paused instance of a candidate. The candidate resumes it instead of starting and is not rejected (2.11). */
function findNamedPausedInstance(
  candidate: StartCandidate,
  decisions: readonly InstanceDecision[],
  { settings }: Pick<SelectionContext, 'settings'>,
): InstanceDecision | undefined {
  const existingDecision = decisions.find(({ view }) => view.instance.scenarioId === candidate.scenarioId);
  return existingDecision?.reason === 'STAYS_PAUSED' && meetsStartThreshold(candidate, settings)
    ? existingDecision
    : undefined;
}

type ResumeCheck =
  | {
      readonly canActivate: true;
      readonly activeInstance: ActiveInstance;
      readonly displaced: readonly ActiveInstance[];
    }
  | { readonly canActivate: false; readonly reason: RejectionReason };

function checkNamedResume(
  pausedDecision: InstanceDecision,
  activeSet: ActiveSet,
  context: SelectionContext,
): ResumeCheck {
  const { scenario } = pausedDecision.view;
  if (!scenario) return { canActivate: false, reason: 'NOT_FOUND' };
  const request = { scenario, mayDisplace: true, toleratedScenarioIds: noScenarios };
  const check: ActivationCheck = checkActivation(activeSet, request, context);
  if (!check.canActivate) return check;
  const activeInstance = { ...toActiveInstance(pausedDecision, scenario), isNew: true };
  return { canActivate: true, activeInstance, displaced: check.displaced };
}

/**
 * Finds the candidates that a start specializes (1.4). A start that another start specializes is itself rejected and rejects no candidate.
 * If starts specialize each other in a cycle, only the first in start order counts.
 */
function findSuperseded(
  { starts, candidates }: Pick<StartSelection, 'starts' | 'candidates'>,
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
    for (const id of targetIds) superseded.set(id, [...(superseded.get(id) ?? []), scenarioId].sort(compareText));
  }
  return superseded;
}

interface ScoredScenario {
  readonly scenarioId: string;
  readonly score: number;
}

/** Whether the scenarios are related as AMBIGUOUS and their scores differ by less than `ambiguity_margin` (1.5). */
function areAmbiguous(
  a: ScoredScenario,
  b: ScoredScenario,
  { catalogue, settings }: Pick<SelectionContext, 'catalogue' | 'settings'>,
): boolean {
  if (!catalogue.relationships.getAmbiguousScenarios(a.scenarioId).has(b.scenarioId)) return false;
  // Rounded, so that 0.9 and 0.8 differ by exactly 0.1.
  const difference = Math.round(Math.abs(a.score - b.score) * 1e9) / 1e9;
  return difference < settings.ambiguityMargin;
}

/**
 * Finds the starts that are ambiguous with other starts, each with the ids of the other starts, in start order (1.5). A START aimed at a
 * scenario means that the customer chose it, so only another scenario that a START is aimed at makes it ambiguous.
 */
function findAmbiguousStarts(starts: readonly ScenarioStart[], context: SelectionContext): RelatedScenarios {
  const ambiguous = new Map<string, readonly string[]>();
  for (const { scenario, score, origin } of starts) {
    const { scenarioId } = scenario;
    const rivals = starts.filter((other) => origin !== 'AIMED' || other.origin === 'AIMED');
    const ids = findAmbiguousScenarioIds({ scenarioId, score }, rivals, context);
    if (ids.size > 0) ambiguous.set(scenarioId, [...ids].sort(compareText));
  }
  return ambiguous;
}

function findAmbiguousScenarioIds(
  scenario: ScoredScenario,
  starts: readonly ScenarioStart[],
  context: SelectionContext,
): ReadonlySet<string> {
  const ids = starts.map(({ scenario: { scenarioId }, score }) => ({ scenarioId, score }));
  return new Set(ids.filter((other) => areAmbiguous(scenario, other, context)).map(({ scenarioId }) => scenarioId));
}

/**
 * Collects the scenarios that the customer must choose between. A scenario that is ambiguous only with a scenario that a START is aimed at
 * is not offered.
 */
function collectChoices(
  { candidates }: StartSelection,
  ambiguousWith: RelatedScenarios,
  { catalogue, session }: Pick<SelectionContext, 'catalogue' | 'session'>,
): readonly ScenarioChoice[] {
  const ids = [...ambiguousWith].filter(([, rivals]) => rivals.some((id) => ambiguousWith.has(id))).map(([id]) => id);
  const sorted = [...ids].sort(compareText);
  const offered = session.offeredChoiceScenarioIds;
  if (sorted.length === offered.length && sorted.every((id, index) => id === offered[index])) return [];
  return ids.map((scenarioId) => ({
    scenarioId,
    scenarioName: catalogue.getScenario(scenarioId)?.name ?? '',
    score: candidates.get(scenarioId)?.score ?? 0,
  }));
}
