import type { TurnDecision } from '../decide-turn';
import { OrchestratorError } from '../model/orchestrator-error';
import type { Catalogue } from '../scenario/catalogue';
import type { DefinitionChange } from './definition-change';
import type { DifferenceKind } from './difference-kind';
import { CauseFinder } from './find-cause';
import { describePosition, sameStep } from './session-position';
import { type RecordedSession, type RecordedTurn, SessionRun } from './session-run';
import { type ReplayedTurn, replayTurn, SimulatedRun, type SimulatedTurn } from './simulated-run';
import type { Simulation } from './simulation';

/** A difference of a turn, with the change that caused it. */
export interface TurnDifference {
  readonly kind: DifferenceKind;
  readonly sessionId: string;
  readonly turnId: string;
  /** The revision of the recorded session after the turn. */
  readonly revision: number;
  /** "" for what belongs to the session. */
  readonly scenarioId: string;
  /** What the customer answered belongs to another question; see `simulateSession`. */
  readonly isCounterfactual: boolean;
  readonly cause: DefinitionChange;
  /** What the recorded turn decided; "" for nothing. */
  readonly recorded: string;
  readonly simulated: string;
  readonly recordedDecision: TurnDecision;
  readonly simulatedDecision: TurnDecision;
}

/** The result of a simulated session. */
export interface SimulatedSession {
  readonly sessionId: string;
  /** The number of turns that were decided with both definitions. */
  readonly turnCount: number;
  /** How many of them are counterfactual. */
  readonly counterfactualCount: number;
  /** By turn, then from the most to the least important kind. */
  readonly differences: readonly TurnDifference[];
  /** Why the turns from one on were not decided; undefined if all were. */
  readonly problem?: SimulationProblem | undefined;
}

/** Why turns of a session are not simulated. `IncompleteReason` of the contract documents each value. */
export type IncompleteReason =
  | 'NOT_RECORDED'
  | 'STATE_NOT_KEPT'
  | 'OTHER_AGENT'
  | 'NOT_REPRODUCED'
  | 'NOT_DECIDED'
  | 'CATALOGUE_CHANGES';

export interface SimulationProblem {
  readonly reason: IncompleteReason;
  /** The first turn that was not simulated; "" if it is not known. */
  readonly turnId: string;
  readonly text: string;
}

/**
 * Decides the recorded turns of a session with other definitions, and compares each of them with the recorded one. Both run from the same
 * state, each on what its own decisions have led to. Yields after each decided turn.
 *
 * A turn is counterfactual if the recorded input may belong to another conversation: from the turn after the first one on which the open
 * questions (requests and CHOICEs) of both sessions differ, until both have the same questions and the same instances at the same steps again.
 */
export function* simulateSession(
  { sessionId, start, turns }: RecordedSession,
  simulation: Simulation,
  catalogue: Catalogue,
): Generator<void, SimulatedSession> {
  const recordedRun = new SessionRun(simulation.environment, start);
  const simulatedRun = new SimulatedRun(simulation.environment, catalogue, start, simulation.renames);
  const replayed: ReplayedTurn[] = [];
  const causes = new CauseFinder(simulation, start, replayed);
  const divergence = new Divergence(simulatedRun);
  const differences: TurnDifference[] = [];
  let counterfactualCount = 0;
  let problem: SimulationProblem | undefined;
  for (const [index, recorded] of turns.entries()) {
    const { turnId } = recorded.turn;
    const current = reproduce(recordedRun, recorded);
    yield;
    if (typeof current === 'string') {
      problem = { reason: 'NOT_REPRODUCED', turnId, text: current };
      break;
    }
    replayed.push(current);
    const simulated = simulatedRun.playNext(current);
    yield;
    if (simulated === undefined) {
      problem = { reason: 'NOT_DECIDED', turnId, text: simulatedRun.problem };
      break;
    }
    const { isCounterfactual } = divergence;
    if (isCounterfactual) counterfactualCount += 1;
    let firstCause: DefinitionChange | undefined;
    for (const facet of simulated.differences) {
      const inherits = isCounterfactual && facet.kind !== 'SKIPPED_CHECK';
      const cause = (inherits ? divergence.cause : undefined) ?? (yield* causes.find(facet, index));
      firstCause ??= cause;
      differences.push({
        kind: facet.kind,
        sessionId,
        turnId,
        revision: current.decision.result.revision,
        scenarioId: facet.scenarioId,
        isCounterfactual,
        cause,
        recorded: facet.recorded,
        simulated: facet.simulated,
        recordedDecision: current.decision,
        simulatedDecision: simulated.decision,
      });
    }
    divergence.update(current, simulated, firstCause);
  }
  return { sessionId, turnCount: simulatedRun.turns.length, counterfactualCount, differences, problem };
}

/** Decides a recorded turn again with its own definitions. Returns why the result is not the recorded one if it is not. */
function reproduce(run: SessionRun, recorded: RecordedTurn): ReplayedTurn | string {
  try {
    const current = replayTurn(run, recorded);
    const difference = recorded.findDifference(current.decision.result);
    if (difference === undefined) return current;
    return `The turn, decided again with its own definitions, has another ${difference || 'response'} than its record.`;
  } catch (error) {
    if (!(error instanceof OrchestratorError)) throw error;
    return error.message;
  }
}

/** Whether the recorded and the simulated session ask different questions, and since which change they do. */
class Divergence {
  isCounterfactual = false;
  /** The cause of the first difference of the turn on which the questions first differed. */
  cause: DefinitionChange | undefined;

  constructor(private readonly run: SimulatedRun) {}

  update(recorded: ReplayedTurn, simulated: SimulatedTurn, cause: DefinitionChange | undefined): void {
    if (!this.isCounterfactual && simulated.differences.length === 0) return;
    const before = describePosition(recorded.decision.session, this.run.toStep);
    const after = describePosition(simulated.decision.session, sameStep);
    const isSame = before.questions === after.questions && (!this.isCounterfactual || before.places === after.places);
    if (!isSame && !this.isCounterfactual) this.cause = cause;
    this.isCounterfactual = !isSame;
  }
}
