import { compileFieldsInParts } from '../fields/compile-fields';
import { type CompiledField, createFieldRules } from '../fields/field-rules';
import { Allowance } from '../model/allowance';
import type { FieldDefinition } from '../model/field-definition';
import type { Relationship, Scenario } from '../model/scenario';
import { type Catalogue, compareRelationships } from '../scenario/catalogue';
import { type CompileOptions, defaultCompileOptions } from '../scenario/compile-options';
import { compileInParts } from '../scenario/compile-scenario';
import type { CompiledScenario } from '../scenario/compiled-scenario';
import { indexRelationships } from '../scenario/relationships';

/** A definition with the version number that decisions name for it. */
export interface ScenarioVersion {
  readonly scenario: Scenario;
  readonly version: number;
}

/** All definitions of an agent that decide turns. */
export interface DefinitionSet {
  /** By scenario id. */
  readonly scenarios: ReadonlyMap<string, ScenarioVersion>;
  readonly relationships: readonly Relationship[];
  readonly fields: readonly FieldDefinition[];
}

/** Definitions to use instead of those of a set. */
export interface DefinitionUpdate {
  readonly scenarios: readonly ScenarioUpdate[];
  readonly relationships: readonly Relationship[];
  /** Undefined: those of the set. */
  readonly fields: readonly FieldDefinition[] | undefined;
  /** Whether the update is the whole set, so that what it does not have is left out. */
  readonly isComplete: boolean;
}

export interface ScenarioUpdate {
  readonly scenario: Scenario;
  /** Undefined: that of the set, or 1. */
  readonly version?: number | undefined;
}

/** Returns a set after an update was stored: scenarios and relationships are replaced or added, fields are replaced as a whole. */
export function updateDefinitions(set: DefinitionSet, update: DefinitionUpdate): DefinitionSet {
  const scenarios = new Map(update.isComplete ? [] : set.scenarios);
  for (const { scenario, version = set.scenarios.get(scenario.scenarioId)?.version ?? 1 } of update.scenarios) {
    scenarios.set(scenario.scenarioId, { scenario, version });
  }
  const isReplaced = (old: Relationship): boolean =>
    update.isComplete || update.relationships.some((added) => compareRelationships(old, added) === 0);
  return {
    scenarios,
    relationships: [...set.relationships.filter((old) => !isReplaced(old)), ...update.relationships],
    fields: update.fields ?? (update.isComplete ? [] : set.fields),
  };
}

/**
 * Compiles sets of definitions that share most of their definitions. Each definition is compiled once. Neither a set nor a definition may
 * change after it was compiled.
 */
export class DefinitionCompiler {
  readonly #scenarios = new WeakMap<Scenario, { readonly compiled: CompiledScenario | undefined }>();
  readonly #fields = new WeakMap<readonly FieldDefinition[], ReadonlyMap<string, CompiledField> | 'invalid'>();

  /** @param allowance counts the work */
  constructor(
    private readonly options: CompileOptions = defaultCompileOptions,
    private readonly allowance: Allowance = new Allowance(Number.POSITIVE_INFINITY),
  ) {}

  /**
   * Compiles a set to a catalogue in which every running instance has the definition of the set, whatever version it runs on. Yields where it can
   * pause. Undefined if a definition is invalid.
   */
  *compile({ scenarios, relationships, fields }: DefinitionSet): Generator<void, Catalogue | undefined> {
    const compiledFields = yield* this.#compileFields(fields);
    if (compiledFields === undefined) return undefined;
    const compiled = new Map<string, CompiledScenario>();
    for (const [scenarioId, version] of scenarios) {
      const scenario = yield* this.#compileScenario(version);
      if (scenario === undefined) return undefined;
      compiled.set(scenarioId, scenario);
    }
    const definitions = [...scenarios.values()].map(({ scenario }) => scenario);
    return {
      revision: 0,
      relationships: indexRelationships([...relationships].sort(compareRelationships)),
      fields: createFieldRules(compiledFields, definitions),
      getScenario: (scenarioId) => compiled.get(scenarioId),
      getScenarioVersion: (scenarioId) => compiled.get(scenarioId),
    };
  }

  *#compileScenario({ scenario, version }: ScenarioVersion): Generator<void, CompiledScenario | undefined> {
    const known = this.#scenarios.get(scenario);
    if (known !== undefined) return known.compiled;
    const { compiled } = yield* compileInParts(scenario, version, this.options, this.allowance);
    this.#scenarios.set(scenario, { compiled });
    return compiled;
  }

  *#compileFields(
    definitions: readonly FieldDefinition[],
  ): Generator<void, ReadonlyMap<string, CompiledField> | undefined> {
    let known = this.#fields.get(definitions);
    if (known === undefined) {
      const parts = compileFieldsInParts(definitions, this.options.conditionLimits, this.allowance);
      known = (yield* parts).compiled ?? 'invalid';
      this.#fields.set(definitions, known);
    }
    return known === 'invalid' ? undefined : known;
  }
}
