import { compareText } from '../model/compare-text';
import { type DefinitionChange, getChangeKey } from './definition-change';
import { type DifferenceKind, differenceKinds } from './difference-kind';
import { type ExplainedDifference, explainDifference } from './explain-difference';
import type { SimulatedSession, SimulationProblem, TurnDifference } from './simulate-session';

/** The differences of one kind that one change causes. */
export interface DifferenceGroup {
  readonly kind: DifferenceKind;
  readonly cause: DefinitionChange;
  /** The number of turns that are not counterfactual. */
  readonly turnCount: number;
  readonly counterfactualCount: number;
  /** The number of sessions with such a turn, counterfactual or not. */
  readonly sessionCount: number;
  readonly example: DifferenceExample;
}

/** The first difference of a group that is not counterfactual, else the first one. */
export interface DifferenceExample
  extends Pick<
    TurnDifference,
    'sessionId' | 'turnId' | 'revision' | 'scenarioId' | 'isCounterfactual' | 'recorded' | 'simulated'
  > {
  readonly explanation: ExplainedDifference;
}

/** A session of which not all turns were decided. */
export interface IncompleteSession {
  readonly sessionId: string;
  readonly problem: SimulationProblem;
}

/** What a simulation found. */
export interface SimulationResult {
  /** The number of sessions of which turns were decided. */
  readonly sessionCount: number;
  readonly turnCount: number;
  readonly counterfactualCount: number;
  /** Turns with a difference that is not counterfactual. */
  readonly differingTurnCount: number;
  /** From the most to the least important kind, then by number of turns, then by change. */
  readonly groups: readonly DifferenceGroup[];
  readonly incomplete: readonly IncompleteSession[];
}

interface MutableGroup {
  readonly kind: DifferenceKind;
  readonly cause: DefinitionChange;
  readonly sessions: Set<string>;
  turns: number;
  counterfactual: number;
  example: TurnDifference;
}

/** Adds up simulated sessions. Sessions that are added in the same order give the same report. */
export class SimulationReport {
  readonly #groups = new Map<string, MutableGroup>();
  readonly #incomplete: IncompleteSession[] = [];
  #sessionCount = 0;
  #turnCount = 0;
  #counterfactualCount = 0;
  #differingTurnCount = 0;

  add({ sessionId, turnCount, counterfactualCount, differences, problem }: SimulatedSession): void {
    if (turnCount > 0) this.#sessionCount += 1;
    this.#turnCount += turnCount;
    this.#counterfactualCount += counterfactualCount;
    this.#differingTurnCount += new Set(
      differences.filter(({ isCounterfactual }) => !isCounterfactual).map(({ revision }) => revision),
    ).size;
    if (problem !== undefined) this.#incomplete.push({ sessionId, problem });
    const counted = new Set<string>();
    for (const difference of differences) this.#addDifference(difference, counted);
  }

  /** Adds a session of which no turn can be simulated. */
  addIncomplete(sessionId: string, problem: SimulationProblem): void {
    this.#incomplete.push({ sessionId, problem });
  }

  /** A turn counts once in a group, however many of its facets differ. */
  #addDifference(difference: TurnDifference, counted: Set<string>): void {
    const { kind, cause, isCounterfactual, sessionId, revision } = difference;
    const key = `${kind} ${getChangeKey(cause)}`;
    const group = this.#groups.get(key) ?? {
      kind,
      cause,
      sessions: new Set(),
      turns: 0,
      counterfactual: 0,
      example: difference,
    };
    this.#groups.set(key, group);
    group.sessions.add(sessionId);
    if (group.example.isCounterfactual && !isCounterfactual) group.example = difference;
    const turnKey = `${revision} ${key}`;
    if (counted.has(turnKey)) return;
    counted.add(turnKey);
    if (isCounterfactual) group.counterfactual += 1;
    else group.turns += 1;
  }

  getResult(): SimulationResult {
    return {
      sessionCount: this.#sessionCount,
      turnCount: this.#turnCount,
      counterfactualCount: this.#counterfactualCount,
      differingTurnCount: this.#differingTurnCount,
      groups: [...this.#groups.values()].map(toGroup).sort(compareGroups),
      incomplete: this.#incomplete,
    };
  }
}

function toGroup({ kind, cause, sessions, turns, counterfactual, example }: MutableGroup): DifferenceGroup {
  const { sessionId, turnId, revision, scenarioId, isCounterfactual, recorded, simulated } = example;
  return {
    kind,
    cause,
    turnCount: turns,
    counterfactualCount: counterfactual,
    sessionCount: sessions.size,
    example: {
      ...{ sessionId, turnId, revision, scenarioId, isCounterfactual, recorded, simulated },
      explanation: explainDifference(example),
    },
  };
}

/** Orders groups; the last key makes the order independent of that of the sessions. */
export function compareGroups(a: DifferenceGroup, b: DifferenceGroup): number {
  return (
    differenceKinds.indexOf(a.kind) - differenceKinds.indexOf(b.kind) ||
    b.turnCount - a.turnCount ||
    b.counterfactualCount - a.counterfactualCount ||
    compareText(getChangeKey(a.cause), getChangeKey(b.cause))
  );
}
