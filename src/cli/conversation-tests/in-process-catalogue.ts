import { isDeepStrictEqual } from 'node:util';
import { compileFields } from '../../core/fields/compile-fields';
import { type CompiledField, createFieldRules } from '../../core/fields/field-rules';
import type { FieldDefinition } from '../../core/model/field-definition';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Relationship, Scenario } from '../../core/model/scenario';
import type { Catalogue } from '../../core/scenario/catalogue';
import { compileScenario } from '../../core/scenario/compile-scenario';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { findRelationshipProblem } from '../../core/scenario/relationship-problem';
import { indexRelationships } from '../../core/scenario/relationships';

/** An in-process catalogue for one conversation. Changes apply between turns, as with a service. */
export class InProcessCatalogue {
  /** The versions of each scenario by id, oldest first. */
  readonly #versions = new Map<string, readonly CompiledScenario[]>();
  #relationships: readonly Relationship[];
  #fields: ReadonlyMap<string, CompiledField>;
  #snapshot: Catalogue | undefined;
  #revision = 0;

  constructor(
    scenarios: readonly CompiledScenario[],
    relationships: readonly Relationship[],
    fields: ReadonlyMap<string, CompiledField>,
  ) {
    for (const scenario of scenarios) this.#versions.set(scenario.scenarioId, [scenario]);
    this.#relationships = relationships;
    this.#fields = fields;
  }

  /** Returns the current catalogue. Later changes do not affect it. */
  getSnapshot(): Catalogue {
    this.#snapshot ??= this.#createSnapshot();
    return this.#snapshot;
  }

  /** Adds a version, unless the latest one is equal. Throws if the definition has an ERROR. */
  putScenario(definition: Scenario): void {
    const versions = this.#versions.get(definition.scenarioId) ?? [];
    const latest = versions.at(-1);
    if (latest !== undefined && isDeepStrictEqual(latest.definition, definition)) return;
    const { compiled, findings } = compileScenario(definition, (latest?.version ?? 0) + 1);
    if (compiled === undefined) throw new Error(findings[0]?.message ?? 'The scenario is not valid.');
    this.#versions.set(definition.scenarioId, [...versions, compiled]);
    this.#snapshot = undefined;
  }

  /** Deletes all versions of a scenario and its relationships. */
  deleteScenario(scenarioId: string): void {
    this.#versions.delete(scenarioId);
    this.#relationships = this.#relationships.filter(
      ({ sourceType, sourceId, targetScenarioId }) =>
        targetScenarioId !== scenarioId && (sourceType === 'RULE' || sourceId !== scenarioId),
    );
    this.#snapshot = undefined;
  }

  /**
   * Adds a relationship, or replaces one of the same kind, source and target. Throws RELATIONSHIP_REFUSED for an invalid one
   * (1.1).
   */
  putRelationship(relationship: Relationship): void {
    const others = this.#relationships.filter((other) => !isSameRelationship(other, relationship));
    const problem = findRelationshipProblem(relationship, others);
    if (problem !== '') throw new OrchestratorError('RELATIONSHIP_REFUSED', problem);
    this.#relationships = [...others, relationship];
    this.#snapshot = undefined;
  }

  /** Replaces the field definitions. Throws OrchestratorError if they have an ERROR. */
  putFields(definitions: readonly FieldDefinition[]): void {
    const { compiled, findings } = compileFields(definitions);
    if (compiled === undefined) throw new OrchestratorError('FIELDS_REFUSED', findings[0]?.message ?? '');
    this.#fields = compiled;
    this.#snapshot = undefined;
  }

  #createSnapshot(): Catalogue {
    const versions = new Map(this.#versions);
    this.#revision += 1;
    return {
      revision: this.#revision,
      getScenario: (id) => versions.get(id)?.at(-1),
      getScenarioVersion: (id, number) => versions.get(id)?.find(({ version }) => version === number),
      relationships: indexRelationships(this.#relationships),
      fields: createFieldRules(
        this.#fields,
        [...versions.values()].flatMap((stored) => stored.slice(-1).map(({ definition }) => definition)),
      ),
    };
  }
}

function isSameRelationship(a: Relationship, b: Relationship): boolean {
  return (
    a.kind === b.kind &&
    a.sourceType === b.sourceType &&
    a.sourceId === b.sourceId &&
    a.targetScenarioId === b.targetScenarioId
  );
}
