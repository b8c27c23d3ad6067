import type { Session } from '../model/session';
import { sortWith } from '../model/sorting';
import type { FacetDifference } from './compare-facets';
import type { DefinitionChange, RevertibleChange } from './definition-change';
import { type ReplayedTurn, SimulatedRun, type SimulatedTurn } from './simulated-run';
import { createScenarioCause, type Simulation, unknownCause } from './simulation';

/** The most changes that are tried for a difference, by how close they are to it. */
const maxTries = 40;

/**
 * Finds the changes of the definitions that cause the differences of a session. A change causes a difference if the difference disappears when
 * the session is played from its start without this change; if there is no such change, because several have the same effect, one that has it
 * alone. Each variant of the definitions is played once, as far as it is needed.
 */
export class CauseFinder {
  readonly #runs = new Map<string, SimulatedRun | undefined>();

  constructor(
    private readonly simulation: Simulation,
    private readonly start: Session | undefined,
    private readonly turns: readonly ReplayedTurn[],
  ) {}

  /** Finds the cause of a difference of a turn. Yields after each decided turn. */
  *find(difference: FacetDifference, turnIndex: number): Generator<void, DefinitionChange> {
    const { changes } = this.simulation;
    const memoKey = `${difference.kind} ${difference.scenarioId}`;
    const candidates = this.#sortByCloseness(difference, this.simulation.getLastCause(memoKey)).slice(0, maxTries);
    const differsWithout = (removed: readonly RevertibleChange[]): Generator<void, boolean | undefined> =>
      this.#differs(removed, difference, turnIndex);
    for (const change of candidates) {
      if ((yield* differsWithout([change])) !== false) continue;
      this.simulation.setLastCause(memoKey, change);
      return change;
    }
    for (const change of changes.length === 1 ? [] : candidates) {
      if (yield* differsWithout(changes.filter((other) => other !== change))) return change;
    }
    const ofScenario = changes.filter(({ scenarioId }) => scenarioId !== '' && scenarioId === difference.scenarioId);
    const [first] = ofScenario;
    if (first !== undefined && (yield* differsWithout(ofScenario)) === false) return createScenarioCause(first);
    return unknownCause;
  }

  /** Whether a turn has a difference without some of the changes; undefined if it cannot be decided without them. */
  *#differs(
    removed: readonly RevertibleChange[],
    { key, kind }: FacetDifference,
    turnIndex: number,
  ): Generator<void, boolean | undefined> {
    const turn = yield* this.#play(removed, turnIndex);
    const replayed = this.turns[turnIndex];
    if (turn === undefined || replayed === undefined) return undefined;
    if (kind === 'SKIPPED_CHECK') return turn.differences.some((difference) => difference.key === key);
    return turn.facets.get(key)?.text !== replayed.facets.get(key)?.text;
  }

  *#play(removed: readonly RevertibleChange[], turnIndex: number): Generator<void, SimulatedTurn | undefined> {
    const run = yield* this.#getRun(removed);
    if (run === undefined) return undefined;
    for (let index = run.turns.length; index <= turnIndex; index = run.turns.length) {
      const replayed = this.turns[index];
      if (replayed === undefined || run.playNext(replayed) === undefined) return undefined;
      yield;
    }
    return run.turns[turnIndex];
  }

  *#getRun(removed: readonly RevertibleChange[]): Generator<void, SimulatedRun | undefined> {
    const { simulation, start } = this;
    const key = removed.map((change) => simulation.changes.indexOf(change)).join(' ');
    if (this.#runs.has(key)) return this.#runs.get(key);
    const catalogue = yield* simulation.compileWithout(removed);
    const run = catalogue && new SimulatedRun(simulation.environment, catalogue, start, simulation.renames);
    this.#runs.set(key, run);
    return run;
  }

  /** Sorts the changes: the last cause of such a difference, then those of the same place, of the same scenario, and the others. */
  #sortByCloseness(
    { scenarioId, recorded, simulated }: FacetDifference,
    lastCause: RevertibleChange | undefined,
  ): readonly RevertibleChange[] {
    const text = `${recorded} ${simulated}`;
    const toRank = (change: RevertibleChange): number => {
      if (change === lastCause) return 0;
      const isNamed = [change.stepId, change.name].some((name) => name !== '' && text.includes(name));
      if (change.scenarioId !== '' && change.scenarioId === scenarioId) return isNamed ? 1 : 2;
      return isNamed || change.name.includes(scenarioId) ? 3 : 4;
    };
    const ranked = this.simulation.changes.map((change) => ({ change, rank: toRank(change) }));
    return sortWith(ranked, (a, b) => a.rank - b.rank).map(({ change }) => change);
  }
}
