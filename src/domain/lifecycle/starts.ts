import type { SelectionContext } from '../context/selection-context';
import type { ScenarioChoice } from '../contribution';
import { compareText } from './contenders';
import { type Contest, type KeptOut, runContest } from './contest';
import type { Fate, Start } from './fate';

/** The contest of a turn with the choice that it leaves to the customer. */
export interface Starts {
  readonly contest: Contest;
  /** In start order; empty where nothing is ambiguous, or the same was offered on the last MESSAGE turn (1.5). */
  readonly choices: readonly ScenarioChoice[];
}

const nobodyKeptOut: KeptOut = { superseded: new Map(), ambiguous: new Map(), tolerateAmbiguousExclusion: false };

/**
 * Decides which contenders start (2.12). What specializes and what is ambiguous depends on who would start, so the contest is run
 * again with those kept out until nothing changes; each run keeps out at least one more, so it ends.
 */
export function decideStarts(context: SelectionContext, fates: readonly Fate[]): Starts {
  if (context.catalogue.relationships.all.length === 0) {
    return { contest: runContest(context, fates, nobodyKeptOut), choices: [] };
  }
  const tolerant = settleSuperseded(context, fates, { ...nobodyKeptOut, tolerateAmbiguousExclusion: true });
  const ambiguous = ambiguousStarts(tolerant.contest.starts, context);
  const strict = { ...tolerant.keptOut, ambiguous, tolerateAmbiguousExclusion: false };
  const { contest } = settleSuperseded(context, fates, strict);
  return { contest, choices: choicesOf(contest, ambiguous, context) };
}

/** Runs the contest until no starting scenario specializes a contender that is not kept out yet (1.4). */
function settleSuperseded(
  context: SelectionContext,
  fates: readonly Fate[],
  from: KeptOut,
): { readonly contest: Contest; readonly keptOut: KeptOut } {
  let keptOut = from;
  for (;;) {
    const contest = runContest(context, fates, keptOut);
    const superseded = newlySuperseded(contest, keptOut, context);
    if (!superseded) return { contest, keptOut };
    keptOut = { ...keptOut, superseded };
  }
}

/** Contenders that a starting scenario specializes, with those known before; undefined where there is no new one (1.4). */
function newlySuperseded(
  { starts, contenders }: Contest,
  keptOut: KeptOut,
  { catalogue }: SelectionContext,
): ReadonlyMap<string, readonly string[]> | undefined {
  const found = new Map(keptOut.superseded);
  for (const { scenario } of starts) {
    for (const target of catalogue.relationships.specializes(scenario.scenarioId)) {
      if (target === scenario.scenarioId || !contenders.has(target) || keptOut.superseded.has(target)) continue;
      found.set(target, [...(found.get(target) ?? []), scenario.scenarioId].sort(compareText));
    }
  }
  return found.size > keptOut.superseded.size ? found : undefined;
}

/** Scenarios that would start with scores that differ by less than the margin from one that they may be confused with (1.5). */
function ambiguousStarts(
  starts: readonly Start[],
  { catalogue, settings }: SelectionContext,
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const start of starts) {
    const { scenarioId } = start.scenario;
    const rivals = starts.filter(
      (other) =>
        other !== start &&
        catalogue.relationships.ambiguousWith(scenarioId).has(other.scenario.scenarioId) &&
        differenceOf(start.score, other.score) < settings.ambiguityMargin,
    );
    if (rivals.length > 0) found.set(scenarioId, rivals.map(({ scenario }) => scenario.scenarioId).sort(compareText));
  }
  return found;
}

/** Rounded, so that 0.9 and 0.8 differ by 0.1 and not by a little less. */
function differenceOf(a: number, b: number): number {
  return Math.round(Math.abs(a - b) * 1e9) / 1e9;
}

function choicesOf(
  { contenders }: Contest,
  ambiguous: ReadonlyMap<string, readonly string[]>,
  { catalogue, session }: SelectionContext,
): readonly ScenarioChoice[] {
  const ids = [...ambiguous.keys()];
  const offered = session.offeredChoiceScenarioIds;
  const sorted = [...ids].sort(compareText);
  if (sorted.length === offered.length && sorted.every((id, index) => id === offered[index])) return [];
  return ids.map((scenarioId) => ({
    scenarioId,
    scenarioName: catalogue.scenario(scenarioId)?.name ?? '',
    score: contenders.get(scenarioId)?.score ?? 0,
  }));
}
