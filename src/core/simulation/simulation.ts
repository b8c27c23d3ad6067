import type { Catalogue } from '../scenario/catalogue';
import { type DefinitionChange, noChange, type RevertibleChange } from './definition-change';
import type { DefinitionCompiler, DefinitionSet } from './definitions';
import { diffDefinitions } from './diff-definitions';
import type { RunEnvironment } from './session-run';
import type { Renames } from './simulated-run';

/** The definitions of recorded turns and those of a simulation, with what differs between them. Many sessions share it. */
export class Simulation {
  readonly changes: readonly RevertibleChange[];
  readonly renames: Renames;
  readonly #catalogues = new Map<string, Catalogue | undefined>();
  /** The change that caused the last difference of a kind in a scenario: the first one to try for the next. */
  readonly #lastCauses = new Map<string, RevertibleChange>();

  /** @param before the definitions that the recorded turns were decided with @param after the definitions to decide them with */
  constructor(
    readonly environment: RunEnvironment,
    private readonly compiler: DefinitionCompiler,
    before: DefinitionSet,
    private readonly after: DefinitionSet,
  ) {
    this.changes = diffDefinitions(before, after);
    this.renames = indexRenames(this.changes);
  }

  /** Compiles the definitions of the simulation; undefined if one is invalid. */
  compile(): Generator<void, Catalogue | undefined> {
    return this.compileWithout([]);
  }

  /** Compiles the definitions without some of the changes; undefined if a definition is invalid without them. */
  *compileWithout(changes: readonly RevertibleChange[]): Generator<void, Catalogue | undefined> {
    const indexes = changes.map((change) => this.changes.indexOf(change)).sort((a, b) => a - b);
    const key = indexes.join(' ');
    if (this.#catalogues.has(key)) return this.#catalogues.get(key);
    const set = indexes.reduce((reverted, index) => this.changes[index]?.revert(reverted) ?? reverted, this.after);
    const catalogue = yield* this.compiler.compile(set);
    this.#catalogues.set(key, catalogue);
    return catalogue;
  }

  getLastCause(kind: string): RevertibleChange | undefined {
    return this.#lastCauses.get(kind);
  }

  setLastCause(kind: string, change: RevertibleChange): void {
    this.#lastCauses.set(kind, change);
  }
}

/** The cause of a difference that no single change explains, but those of a scenario together. */
export function createScenarioCause({ scenarioId, scenarioName }: DefinitionChange): DefinitionChange {
  return { ...noChange, scope: 'SCENARIO', action: 'CHANGED', scenarioId, scenarioName };
}

/** The cause of a difference that neither a change nor those of one scenario explain. */
export const unknownCause: DefinitionChange = { ...noChange, scope: 'DEFINITIONS', action: 'CHANGED' };

function indexRenames(changes: readonly DefinitionChange[]): Renames {
  const renames = new Map<string, Map<string, string>>();
  for (const { scope, action, scenarioId, before, after } of changes) {
    if (scope !== 'STEP' || action !== 'RENAMED') continue;
    const ofScenario = renames.get(scenarioId) ?? new Map<string, string>();
    renames.set(scenarioId, ofScenario.set(before, after));
  }
  return renames;
}
