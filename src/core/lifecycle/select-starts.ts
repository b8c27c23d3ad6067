import type { SelectionContext } from '../context/selection-context';
import { compareText } from '../model/compare-text';
import type { ScenarioChoice } from '../model/contribution';
import { findAmbiguousStarts } from './ambiguity';
import type { InstanceOutcome } from './instance-outcome';
import { runStartSelection, type SelectionConstraints, type StartSelection } from './start-selection';
import { findSuperseded } from './supersession';

/** The contest of a turn with the choice that it leaves to the customer. */
export interface SelectedStarts {
  readonly selection: StartSelection;
  /** In start order; empty where nothing is ambiguous, or the same was offered on the last MESSAGE turn (1.5). */
  readonly choices: readonly ScenarioChoice[];
}

type Ambiguous = SelectionConstraints['ambiguousWith'];

const nobodyKeptOut: SelectionConstraints = {
  supersededBy: new Map(),
  ambiguousWith: new Map(),
  ignoreAmbiguousExclusions: false,
};

/**
 * Decides which contenders start (2.12). What specializes and what is ambiguous depends on who would start, so the contest is run
 * again with those kept out until nothing changes; each run keeps out at least one more, so it ends.
 */
export function selectStarts(context: SelectionContext, fates: readonly InstanceOutcome[]): SelectedStarts {
  if (context.catalogue.relationships.all.length === 0) {
    return { selection: runStartSelection(context, fates, nobodyKeptOut), choices: [] };
  }
  const ambiguous = settleAmbiguous(context, fates);
  const contest = settleSuperseded(context, fates, { ...nobodyKeptOut, ambiguousWith: ambiguous });
  return { selection: contest, choices: choicesOf(contest, ambiguous, context) };
}

/** Runs the contest until no two that would start are ambiguous: those that start in place of others may be so themselves (1.5). */
function settleAmbiguous(context: SelectionContext, fates: readonly InstanceOutcome[]): Ambiguous {
  let ambiguous: Ambiguous = new Map();
  for (;;) {
    const keptOut = { ...nobodyKeptOut, ambiguous, tolerateAmbiguousExclusion: true };
    const more = findAmbiguousStarts(settleSuperseded(context, fates, keptOut).starts, context);
    if (more.size === 0) return ambiguous;
    ambiguous = new Map([...ambiguous, ...more]);
  }
}

/** Runs the contest until no starting scenario specializes a contender that is not kept out yet (1.4). */
function settleSuperseded(
  context: SelectionContext,
  fates: readonly InstanceOutcome[],
  from: SelectionConstraints,
): StartSelection {
  let keptOut = from;
  for (;;) {
    const contest = runStartSelection(context, fates, keptOut);
    const superseded = findSuperseded(contest, keptOut.supersededBy, context);
    if (superseded.size === 0) return contest;
    keptOut = { ...keptOut, supersededBy: new Map([...keptOut.supersededBy, ...superseded]) };
  }
}

/** Those that wait for each other; one that only gave way to a START that was aimed is no choice any more. */
function choicesOf(
  { candidates: contenders }: StartSelection,
  ambiguous: Ambiguous,
  { catalogue, session }: SelectionContext,
): readonly ScenarioChoice[] {
  const ids = [...ambiguous].filter(([, rivals]) => rivals.some((id) => ambiguous.has(id))).map(([id]) => id);
  const offered = session.offeredChoiceScenarioIds;
  const sorted = [...ids].sort(compareText);
  if (sorted.length === offered.length && sorted.every((id, index) => id === offered[index])) return [];
  return ids.map((scenarioId) => ({
    scenarioId,
    scenarioName: catalogue.getScenario(scenarioId)?.name ?? '',
    score: contenders.get(scenarioId)?.score ?? 0,
  }));
}
