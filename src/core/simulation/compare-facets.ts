import type { DifferenceKind } from './difference-kind';
import type { Facet, Facets } from './facets';

/** A facet in which two turns differ. */
export interface FacetDifference extends Omit<Facet, 'text' | 'kind'> {
  readonly kind: DifferenceKind;
  /** The key of the facet; see `getFacetKey`. */
  readonly key: string;
  /** "" if the recorded turn does not have the facet. */
  readonly recorded: string;
  /** "" if the simulated turn does not have it. */
  readonly simulated: string;
}

/**
 * Compares two turns. A facet that differs only because a more important one of the same scenario does is left out: the step of a scenario
 * that does not start, for example, or the wording of another question.
 */
export function compareFacets(recorded: Facets, simulated: Facets): readonly FacetDifference[] {
  const all: FacetDifference[] = [];
  for (const [key, { kind, scenarioId, subject, text }] of recorded) {
    const other = simulated.get(key)?.text ?? '';
    if (other !== text) all.push({ kind, scenarioId, subject, key, recorded: text, simulated: other });
  }
  for (const [key, { kind, scenarioId, subject, text }] of simulated) {
    if (!recorded.has(key)) all.push({ kind, scenarioId, subject, key, recorded: '', simulated: text });
  }
  if (all.length <= 1) return all;
  const main = all.filter((difference) => !isConsequence(difference, all));
  return main.length > 0 ? main : all;
}

/** The kinds of which a one-sided difference of another kind is only a consequence. */
const causes: Readonly<Record<DifferenceKind, readonly DifferenceKind[]>> = {
  SKIPPED_CHECK: [],
  CONFIRM: [],
  HINT: [],
  START: [],
  LIFECYCLE: ['START'],
  STEP: ['START', 'LIFECYCLE'],
  ASK: [],
  WORDING: ['START', 'LIFECYCLE', 'STEP', 'ASK', 'CONFIRM', 'HINT'],
};

function isConsequence(difference: FacetDifference, all: readonly FacetDifference[]): boolean {
  const { kind, scenarioId, recorded, simulated, subject } = difference;
  // The order of the plan and the next timer follow from all other decisions.
  if (scenarioId === '' && (subject === 'order' || subject === 'timer'))
    return all.some((each) => each.scenarioId !== '');
  const isOneSided = recorded === '' || simulated === '';
  if (!isOneSided && kind !== 'WORDING') return false;
  return all.some((each) => each.scenarioId === scenarioId && each.subject === '' && causes[kind].includes(each.kind));
}
