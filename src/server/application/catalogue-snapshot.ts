import type { StoredScenario } from '../../core/model/scenario';
import type { Catalogue } from '../../core/scenario/catalogue';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { indexRelationships, type RelationshipIndex } from '../../core/scenario/relationships';
import type { CatalogueContent } from '../ports/scenario-catalogue';

/** Compiles a stored version; undefined if it is invalid in this release of the service. */
export type CompileStoredScenario = (stored: StoredScenario) => CompiledScenario | undefined;

export interface VersionKey {
  readonly scenarioId: string;
  readonly version: number;
}

/** The catalogue of an agent at one revision, with the latest version of every scenario. Immutable; compiles scenarios on demand. */
export class CatalogueSnapshot implements Catalogue {
  readonly content: CatalogueContent;
  readonly relationships: RelationshipIndex;
  private readonly stored: ReadonlyMap<string, StoredScenario>;
  private readonly compiled = new Map<string, CompiledScenario | undefined>();
  private readonly compile: CompileStoredScenario;

  /** Reuses the scenarios that `previous` has compiled if their version and their content are the same. */
  constructor(content: CatalogueContent, compile: CompileStoredScenario, previous?: CatalogueSnapshot) {
    this.content = content;
    this.compile = compile;
    this.relationships = indexRelationships(content.relationships);
    this.stored = new Map(content.scenarios.map((stored) => [stored.scenario.scenarioId, stored]));
    for (const [scenarioId, compiled] of previous?.compiled ?? []) {
      if (this.isUnchanged(scenarioId, previous)) this.compiled.set(scenarioId, compiled);
    }
  }

  get revision(): number {
    return this.content.revision;
  }

  getScenario(scenarioId: string): CompiledScenario | undefined {
    const cached = this.compiled.get(scenarioId);
    if (cached !== undefined || this.compiled.has(scenarioId)) return cached;
    const stored = this.stored.get(scenarioId);
    if (stored === undefined) return undefined;
    const compiled = this.compile(stored);
    this.compiled.set(scenarioId, compiled);
    return compiled;
  }

  getScenarioVersion(scenarioId: string, version: number): CompiledScenario | undefined {
    return this.getLatestVersion(scenarioId) === version ? this.getScenario(scenarioId) : undefined;
  }

  /** Returns the latest version of a scenario; undefined if the catalogue does not contain the scenario. */
  getLatestVersion(scenarioId: string): number | undefined {
    return this.stored.get(scenarioId)?.version;
  }

  /**
   * Returns a catalogue that also has older versions, keyed by `toVersionName`. A version that does not exist maps to undefined.
   */
  withOlderVersions(older: ReadonlyMap<string, CompiledScenario | undefined>): Catalogue {
    return {
      revision: this.revision,
      relationships: this.relationships,
      getScenario: (scenarioId) => this.getScenario(scenarioId),
      getScenarioVersion: (scenarioId, version) =>
        this.getScenarioVersion(scenarioId, version) ?? older.get(toVersionName({ scenarioId, version })),
    };
  }

  private isUnchanged(scenarioId: string, previous: CatalogueSnapshot | undefined): boolean {
    const [current, earlier] = [this.stored.get(scenarioId), previous?.stored.get(scenarioId)];
    return current?.version === earlier?.version && current?.contentHash === earlier?.contentHash;
  }
}

export function toVersionName({ scenarioId, version }: VersionKey): string {
  return `${scenarioId}/${version}`;
}
