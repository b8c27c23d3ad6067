import type { StoredScenario } from '../../core/model/scenario';
import type { Catalogue } from '../../core/scenario/catalogue';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { indexRelationships, type RelationshipIndex } from '../../core/scenario/relationships';
import type { CatalogueContent } from '../ports/scenario-catalogue';

/** Compiles a stored version; undefined where this version of the service refuses what an older one stored. */
export type CompileStoredScenario = (stored: StoredScenario) => CompiledScenario | undefined;

/** A version of a scenario, by name. */
export interface VersionKey {
  readonly scenarioId: string;
  readonly version: number;
}

/**
 * The catalogue of an agent at one revision: the newest version of every scenario. Never changes, but that a scenario is
 * compiled when it is asked for first.
 */
export class CatalogueSnapshot implements Catalogue {
  readonly content: CatalogueContent;
  readonly relationships: RelationshipIndex;
  private readonly stored: ReadonlyMap<string, StoredScenario>;
  private readonly compiled = new Map<string, CompiledScenario | undefined>();
  private readonly compile: CompileStoredScenario;

  /** What `previous` compiled is taken over where it is the same version. */
  constructor(content: CatalogueContent, compile: CompileStoredScenario, previous?: CatalogueSnapshot) {
    this.content = content;
    this.compile = compile;
    this.relationships = indexRelationships(content.relationships);
    this.stored = new Map(content.scenarios.map((stored) => [stored.scenario.scenarioId, stored]));
    for (const [scenarioId, compiled] of previous?.compiled ?? []) {
      if (this.isSame(scenarioId, previous)) this.compiled.set(scenarioId, compiled);
    }
  }

  get revision(): number {
    return this.content.revision;
  }

  getScenario(scenarioId: string): CompiledScenario | undefined {
    const known = this.compiled.get(scenarioId);
    if (known !== undefined || this.compiled.has(scenarioId)) return known;
    const stored = this.stored.get(scenarioId);
    if (stored === undefined) return undefined;
    const compiled = this.compile(stored);
    this.compiled.set(scenarioId, compiled);
    return compiled;
  }

  getScenarioVersion(scenarioId: string, version: number): CompiledScenario | undefined {
    return this.latestVersion(scenarioId) === version ? this.getScenario(scenarioId) : undefined;
  }

  /** Undefined where the catalogue does not hold the scenario. */
  latestVersion(scenarioId: string): number | undefined {
    return this.stored.get(scenarioId)?.version;
  }

  /** This catalogue with older versions beside the newest ones; undefined among them: that version is gone. */
  withOlderVersions(older: ReadonlyMap<string, CompiledScenario | undefined>): Catalogue {
    return {
      revision: this.revision,
      relationships: this.relationships,
      getScenario: (scenarioId) => this.getScenario(scenarioId),
      getScenarioVersion: (scenarioId, version) =>
        this.getScenarioVersion(scenarioId, version) ?? older.get(toVersionName({ scenarioId, version })),
    };
  }

  private isSame(scenarioId: string, previous: CatalogueSnapshot | undefined): boolean {
    const [mine, theirs] = [this.stored.get(scenarioId), previous?.stored.get(scenarioId)];
    return mine?.version === theirs?.version && mine?.contentHash === theirs?.contentHash;
  }
}

/** One text for a version, to look it up by. */
export function toVersionName({ scenarioId, version }: VersionKey): string {
  return `${scenarioId}/${version}`;
}
