import { type CompiledField, createFieldRules, type FieldRules } from '../../core/fields/field-rules';
import type { StoredFields } from '../../core/model/field-definition';
import type { StoredScenario } from '../../core/model/scenario';
import type { Catalogue } from '../../core/scenario/catalogue';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { indexRelationships, type RelationshipIndex } from '../../core/scenario/relationships';
import type { CatalogueContent } from '../ports/scenario-catalogue';

/** Compiles a stored version; undefined if it is invalid in this release of the service. */
export type CompileStoredScenario = (stored: StoredScenario) => CompiledScenario | undefined;

/** Compiles stored field definitions; empty if they are invalid in this release of the service. */
export type CompileStoredFields = (stored: StoredFields) => ReadonlyMap<string, CompiledField>;

/** Compiles what a catalogue holds. */
export interface CatalogueCompiler {
  readonly compile: CompileStoredScenario;
  readonly compileFields: CompileStoredFields;
}

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
  private readonly compiler: CatalogueCompiler;
  private readonly compiledFields: ReadonlyMap<string, CompiledField>;
  private fieldRules: FieldRules | undefined;

  /** Reuses what `previous` has compiled, if its version is the same. */
  constructor(content: CatalogueContent, compiler: CatalogueCompiler, previous?: CatalogueSnapshot) {
    this.content = content;
    this.compiler = compiler;
    this.compiledFields = CatalogueSnapshot.compileFields(content.fields, compiler, previous);
    this.relationships = indexRelationships(content.relationships);
    this.stored = new Map(content.scenarios.map((stored) => [stored.scenario.scenarioId, stored]));
    for (const [scenarioId, compiled] of previous?.compiled ?? []) {
      if (this.isUnchanged(scenarioId, previous)) this.compiled.set(scenarioId, compiled);
    }
  }

  get revision(): number {
    return this.content.revision;
  }

  get fields(): FieldRules {
    this.fieldRules ??= createFieldRules(
      this.compiledFields,
      this.content.scenarios.map(({ scenario }) => scenario),
    );
    return this.fieldRules;
  }

  getScenario(scenarioId: string): CompiledScenario | undefined {
    const cached = this.compiled.get(scenarioId);
    if (cached !== undefined || this.compiled.has(scenarioId)) return cached;
    const stored = this.stored.get(scenarioId);
    if (stored === undefined) return undefined;
    const compiled = this.compiler.compile(stored);
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
      fields: this.fields,
      getScenario: (scenarioId) => this.getScenario(scenarioId),
      getScenarioVersion: (scenarioId, version) =>
        this.getScenarioVersion(scenarioId, version) ?? older.get(toVersionName({ scenarioId, version })),
    };
  }

  /** The definitions as `previous` compiled them, where they are the same version. */
  private static compileFields(
    stored: StoredFields | undefined,
    { compileFields }: CatalogueCompiler,
    previous: CatalogueSnapshot | undefined,
  ): ReadonlyMap<string, CompiledField> {
    if (stored === undefined) return new Map();
    const before = previous?.content.fields;
    const isSame = before?.version === stored.version && before.contentHash === stored.contentHash;
    return previous !== undefined && isSame ? previous.compiledFields : compileFields(stored);
  }

  private isUnchanged(scenarioId: string, previous: CatalogueSnapshot | undefined): boolean {
    const [current, earlier] = [this.stored.get(scenarioId), previous?.stored.get(scenarioId)];
    return current?.version === earlier?.version && current?.contentHash === earlier?.contentHash;
  }
}

export function toVersionName({ scenarioId, version }: VersionKey): string {
  return `${scenarioId}/${version}`;
}
