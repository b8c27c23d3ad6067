import { type CompiledField, createFieldRules, type FieldRules } from '../../core/fields/field-rules';
import type { StoredFields } from '../../core/model/field-definition';
import { fingerprint } from '../../core/model/fingerprint';
import type { StoredScenario } from '../../core/model/scenario';
import { listCalls } from '../../core/scenario/call-graph';
import type { Catalogue } from '../../core/scenario/catalogue';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { indexRelationships, type RelationshipIndex } from '../../core/scenario/relationships';
import type { CatalogueContent } from '../ports/scenario-catalogue';

/** Compiles what a catalogue holds. */
export interface CatalogueCompiler {
  /** Compiles a stored version in parts; undefined if it is invalid in this release of the service. */
  readonly compile: (stored: StoredScenario) => Promise<CompiledScenario | undefined>;
  /** Compiles a stored version without a pause. */
  readonly compileAtOnce: (stored: StoredScenario) => CompiledScenario | undefined;
  /** Compiles stored field definitions; empty if they are invalid in this release of the service. */
  readonly compileFields: (stored: StoredFields) => Promise<ReadonlyMap<string, CompiledField>>;
}

export interface VersionKey {
  readonly scenarioId: string;
  readonly version: number;
}

/** A catalogue at one revision, opened for a turn. */
export interface OpenedCatalogue extends Catalogue {
  /** Returns the latest version of a scenario; undefined if the catalogue does not contain the scenario. */
  getLatestVersion(scenarioId: string): number | undefined;
  /** An unsigned 32-bit number. Equal for equal relationships and field definitions. */
  readonly definitionsFingerprint: number;
}

type Fields = ReadonlyMap<string, CompiledField>;

/** The catalogue of an agent at one revision, with the latest version of every scenario. Immutable; compiles scenarios on demand. */
export class CatalogueSnapshot implements OpenedCatalogue {
  readonly relationships: RelationshipIndex;
  private readonly stored: ReadonlyMap<string, StoredScenario>;
  private readonly compiled = new Map<string, CompiledScenario | undefined>();
  private readonly pending = new Map<string, Promise<void>>();
  /** Scenarios that are compiled, with all that they can start. */
  private readonly prepared = new Set<string>();
  private fieldRules: FieldRules | undefined;
  private fingerprint: number | undefined;

  private constructor(
    readonly content: CatalogueContent,
    private readonly compiler: CatalogueCompiler,
    private readonly compiledFields: Fields,
    previous: CatalogueSnapshot | undefined,
  ) {
    this.relationships = indexRelationships(content.relationships);
    this.stored = new Map(content.scenarios.map((stored) => [stored.scenario.scenarioId, stored]));
    for (const [scenarioId, compiled] of previous?.compiled ?? []) {
      if (this.isUnchanged(scenarioId, previous)) this.compiled.set(scenarioId, compiled);
    }
  }

  /** Reuses what `previous` has compiled, if its version is the same. */
  static async create(
    content: CatalogueContent,
    compiler: CatalogueCompiler,
    previous?: CatalogueSnapshot,
  ): Promise<CatalogueSnapshot> {
    const { fields: stored } = content;
    const before = previous?.content.fields;
    const isSame = before?.version === stored?.version && before?.contentHash === stored?.contentHash;
    let fields: Fields = new Map();
    if (stored !== undefined) {
      fields = previous !== undefined && isSame ? previous.compiledFields : await compiler.compileFields(stored);
    }
    return new CatalogueSnapshot(content, compiler, fields, previous);
  }

  /**
   * Compiles scenarios that a turn may need, and those that they can start or call. Undefined if they are compiled. A scenario that is missing
   * here is compiled when the turn needs it, without a pause.
   */
  prepare(scenarioIds: Iterable<string>): Promise<void> | undefined {
    let missing: string[] | undefined;
    for (const id of scenarioIds) {
      if (!this.prepared.has(id)) missing = [...(missing ?? []), id];
    }
    return missing && this.compileAll(missing);
  }

  private async compileAll(scenarioIds: readonly string[]): Promise<void> {
    const ids = new Set(scenarioIds);
    // Iterating over a set includes the elements that are added during the iteration.
    for (const id of ids) {
      const stored = this.stored.get(id);
      if (stored === undefined || this.prepared.has(id)) continue;
      const { relationships } = this;
      for (const next of relationships.getDependencies(id)) ids.add(next);
      for (const next of relationships.getImpliedScenarios('SCENARIO', id)) ids.add(next);
      for (const next of relationships.getLeadTargets(id)) ids.add(next);
      for (const { targetScenarioId } of listCalls(stored.scenario)) ids.add(targetScenarioId);
      if (!this.compiled.has(id)) await this.compileOnce(stored);
    }
    for (const id of ids) this.prepared.add(id);
  }

  /** Turns that wait for the same scenario share its compilation. */
  private compileOnce(stored: StoredScenario): Promise<void> {
    const { scenarioId } = stored.scenario;
    const pending =
      this.pending.get(scenarioId) ??
      this.compiler
        .compile(stored)
        .then((compiled) => {
          this.compiled.set(scenarioId, compiled);
        })
        .finally(() => this.pending.delete(scenarioId));
    this.pending.set(scenarioId, pending);
    return pending;
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

  get definitionsFingerprint(): number {
    const { relationships, fields } = this.content;
    this.fingerprint ??= fingerprint(`${JSON.stringify(relationships)} ${fields?.contentHash ?? ''}`);
    return this.fingerprint;
  }

  getScenario(scenarioId: string): CompiledScenario | undefined {
    const cached = this.compiled.get(scenarioId);
    if (cached !== undefined || this.compiled.has(scenarioId)) return cached;
    const stored = this.stored.get(scenarioId);
    if (stored === undefined) return undefined;
    const compiled = this.compiler.compileAtOnce(stored);
    this.compiled.set(scenarioId, compiled);
    return compiled;
  }

  getScenarioVersion(scenarioId: string, version: number): CompiledScenario | undefined {
    return this.getLatestVersion(scenarioId) === version ? this.getScenario(scenarioId) : undefined;
  }

  getLatestVersion(scenarioId: string): number | undefined {
    return this.stored.get(scenarioId)?.version;
  }

  /**
   * Returns a catalogue that also has older versions, keyed by `toVersionName`. A version that does not exist maps to undefined.
   */
  withOlderVersions(older: ReadonlyMap<string, CompiledScenario | undefined>): OpenedCatalogue {
    return {
      revision: this.revision,
      relationships: this.relationships,
      fields: this.fields,
      definitionsFingerprint: this.definitionsFingerprint,
      getLatestVersion: (scenarioId) => this.getLatestVersion(scenarioId),
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
