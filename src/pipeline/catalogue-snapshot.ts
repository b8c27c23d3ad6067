import type { Catalogue } from '../domain/catalogue';
import type { CompiledScenario } from '../domain/compiled-scenario';
import { indexRelationships, type Relationships } from '../domain/relationships';
import type { StoredScenario } from '../domain/scenario';
import type { CatalogueContent } from '../ports/scenario-catalogue';

/** Compiles a stored version; undefined where this version of the service refuses what an older one stored. */
export type Compile = (stored: StoredScenario) => CompiledScenario | undefined;

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
  readonly relationships: Relationships;
  private readonly stored: ReadonlyMap<string, StoredScenario>;
  private readonly compiled = new Map<string, CompiledScenario | undefined>();
  private readonly compile: Compile;

  /** What `previous` compiled is taken over where it is the same version. */
  constructor(content: CatalogueContent, compile: Compile, previous?: CatalogueSnapshot) {
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

  scenario(scenarioId: string): CompiledScenario | undefined {
    const known = this.compiled.get(scenarioId);
    if (known !== undefined || this.compiled.has(scenarioId)) return known;
    const stored = this.stored.get(scenarioId);
    if (stored === undefined) return undefined;
    const compiled = this.compile(stored);
    this.compiled.set(scenarioId, compiled);
    return compiled;
  }

  version(scenarioId: string, version: number): CompiledScenario | undefined {
    return this.newestVersion(scenarioId) === version ? this.scenario(scenarioId) : undefined;
  }

  /** Undefined where the catalogue does not hold the scenario. */
  newestVersion(scenarioId: string): number | undefined {
    return this.stored.get(scenarioId)?.version;
  }

  /** This catalogue with older versions beside the newest ones; undefined among them: that version is gone. */
  withOlder(older: ReadonlyMap<string, CompiledScenario | undefined>): Catalogue {
    return {
      revision: this.revision,
      relationships: this.relationships,
      scenario: (scenarioId) => this.scenario(scenarioId),
      version: (scenarioId, version) => this.version(scenarioId, version) ?? older.get(nameOf({ scenarioId, version })),
    };
  }

  private isSame(scenarioId: string, previous: CatalogueSnapshot | undefined): boolean {
    const [mine, theirs] = [this.stored.get(scenarioId), previous?.stored.get(scenarioId)];
    return mine?.version === theirs?.version && mine?.contentHash === theirs?.contentHash;
  }
}

/** One text for a version, to look it up by. */
export function nameOf({ scenarioId, version }: VersionKey): string {
  return `${scenarioId}/${version}`;
}
