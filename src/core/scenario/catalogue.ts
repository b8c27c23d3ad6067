import type { CompiledScenario } from './compiled-scenario';
import type { RelationshipIndex } from './relationships';

/** The catalogue of an agent as one turn sees it: compiled, and the same from the turn's first phase to its last. */
export interface Catalogue {
  /** Grows with every change of the catalogue. */
  readonly revision: number;
  /** The newest version of a scenario; undefined where the catalogue does not hold it. */
  getScenario(scenarioId: string): CompiledScenario | undefined;
  /** A version of a scenario that the turn's instances run on; undefined where it is gone. */
  getScenarioVersion(scenarioId: string, version: number): CompiledScenario | undefined;
  readonly relationships: RelationshipIndex;
}
