import type { TurnDecision } from '../decide-turn';
import { OrchestratorError } from '../model/orchestrator-error';
import type { Session } from '../model/session';
import { sortWith } from '../model/sorting';
import type { Catalogue } from '../scenario/catalogue';
import { compareFacets, type FacetDifference } from './compare-facets';
import { differenceKinds } from './difference-kind';
import { type Facets, listFacets } from './facets';
import { type RecordedTurn, type RunEnvironment, SessionRun } from './session-run';
import { SkippedCheckFinder } from './skipped-checks';
import { type ToSimulatedStep, translateTurn } from './translate-turn';

/** A recorded turn that was decided again with its own definitions. */
export interface ReplayedTurn extends RecordedTurn {
  /** The session before the turn. */
  readonly base: Session;
  /** The definitions of the decision. */
  readonly catalogue: Catalogue;
  readonly decision: TurnDecision;
  readonly facets: Facets;
}

/** A recorded turn, decided with other definitions. */
export interface SimulatedTurn {
  readonly decision: TurnDecision;
  readonly facets: Facets;
  /** From the most to the least important kind. */
  readonly differences: readonly FacetDifference[];
}

/** New ids of renamed steps by scenario id and old id. */
export type Renames = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Decides the turns of a recorded session with other definitions, one after the other, each on the session that these have led to. */
export class SimulatedRun {
  /** The turns that were decided. */
  readonly turns: SimulatedTurn[] = [];
  /** Why the run ended before the last turn; "" if it did not. */
  problem = '';
  readonly toStep: ToSimulatedStep;
  readonly #run: SessionRun;
  readonly #checks: SkippedCheckFinder;

  constructor(
    environment: RunEnvironment,
    private readonly catalogue: Catalogue,
    start: Session | undefined,
    renames: Renames,
  ) {
    this.toStep = createStepLookup(catalogue, renames);
    this.#run = new SessionRun(environment, start);
    this.#checks = new SkippedCheckFinder(this.toStep);
  }

  /** Decides the next turn. Undefined if the turn, or an earlier one, cannot be decided with the definitions. */
  playNext(replayed: ReplayedTurn): SimulatedTurn | undefined {
    if (this.problem !== '') return undefined;
    const simulated = this.#run.getBase(replayed.turn);
    const turn = translateTurn(replayed.turn, { recorded: replayed.base, simulated, toStep: this.toStep });
    try {
      const decision = this.#run.play(turn, this.catalogue, replayed.proposal);
      const facets = listFacets(decision.result);
      const played = { decision, facets, differences: this.#compare(replayed, decision, facets) };
      this.turns.push(played);
      return played;
    } catch (error) {
      if (!(error instanceof OrchestratorError)) throw error;
      this.problem = error.message;
      return undefined;
    }
  }

  #compare(replayed: ReplayedTurn, simulated: TurnDecision, facets: Facets): readonly FacetDifference[] {
    const differences = sortWith(compareFacets(replayed.facets, facets), compareKinds);
    const skipped = this.#checks.find(replayed.decision, replayed.catalogue, simulated);
    if (skipped.length === 0) return differences;
    return [
      ...skipped.map(({ scenarioId, stepId, text }) => ({
        kind: 'SKIPPED_CHECK' as const,
        scenarioId,
        subject: stepId,
        key: `SKIPPED_CHECK ${scenarioId} ${stepId}`,
        recorded: `asked for the confirmation of step ${stepId}`,
        simulated: text,
      })),
      ...differences,
    ];
  }
}

function compareKinds(a: FacetDifference, b: FacetDifference): number {
  return differenceKinds.indexOf(a.kind) - differenceKinds.indexOf(b.kind);
}

/** A step that the definitions still have keeps its id, so that a run in which a rename was taken back needs no other lookup. */
function createStepLookup(catalogue: Catalogue, renames: Renames): ToSimulatedStep {
  if (renames.size === 0) return (_scenarioId, stepId) => stepId;
  return (scenarioId, stepId) => {
    if (catalogue.getScenario(scenarioId)?.steps.has(stepId) === true) return stepId;
    return renames.get(scenarioId)?.get(stepId) ?? stepId;
  };
}

/** Decides a recorded turn again, with its own definitions. @throws OrchestratorError WORK_LIMIT. */
export function replayTurn(run: SessionRun, recorded: RecordedTurn): ReplayedTurn {
  const base = run.getBase(recorded.turn);
  const catalogue = recorded.getCatalogue(base);
  const decision = run.play(recorded.turn, catalogue, recorded.proposal);
  return { ...recorded, base, catalogue, decision, facets: listFacets(decision.result) };
}
