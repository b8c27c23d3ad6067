import type { FieldRule } from '../conditions';
import type { FieldDefinition, FieldSource } from '../model/field-definition';
import type { Scenario } from '../model/scenario';
import type { Normalize } from './normalize-value';

/** A field definition, compiled. */
export interface CompiledField {
  readonly definition: FieldDefinition;
  readonly normalize: Normalize;
  /** Undefined if `valid` is empty. */
  readonly rule: FieldRule | undefined;
}

/** The rules that the field values of an agent must fulfill (section 10). They do not change during a turn. */
export interface FieldRules {
  /** By name. */
  readonly fields: ReadonlyMap<string, CompiledField>;
  /** Names that tools of the agent's scenarios return and no step collects. By default, the customer cannot set them. */
  readonly toolFields: ReadonlySet<string>;
  /** `max_age` of the fields that have one, in ms. */
  readonly maxAges: ReadonlyMap<string, number>;
  /** Whether any rule reads `data`, so that any value of a turn can affect the check of another value. */
  readonly readsData: boolean;
}

/** Builds the rules of an agent from its compiled definitions and its scenarios. */
export function createFieldRules(
  fields: ReadonlyMap<string, CompiledField>,
  scenarios: Iterable<Pick<Scenario, 'steps'>>,
): FieldRules {
  const maxAges = new Map<string, number>();
  for (const [name, { definition }] of fields) {
    if (definition.maxAgeMs !== undefined) maxAges.set(name, definition.maxAgeMs);
  }
  const readsData = [...fields.values()].some(({ rule }) => rule?.reads.variables.includes('data'));
  return { fields, toolFields: findToolFields(scenarios), maxAges, readsData };
}

/** The rules of an agent without definitions and without scenarios. */
export const noFieldRules: FieldRules = createFieldRules(new Map(), []);

/** Whether a source may set a field. If its definition lists no sources, every source may, except the customer for a tool field. */
export function isSourceAllowed(
  { fields, toolFields }: Pick<FieldRules, 'fields' | 'toolFields'>,
  name: string,
  source: FieldSource,
): boolean {
  const sources = fields.get(name)?.definition.sources ?? [];
  if (sources.length > 0) return sources.includes(source);
  return source !== 'CUSTOMER' || !toolFields.has(name);
}

/** Finds the names that tools of the scenarios return and that no step of any scenario collects. */
function findToolFields(scenarios: Iterable<Pick<Scenario, 'steps'>>): ReadonlySet<string> {
  const filled = new Set<string>();
  const collected = new Set<string>();
  for (const { steps } of scenarios) {
    for (const { toolBindings, collectsProfileFields } of steps) {
      for (const { variableNames } of toolBindings) for (const name of variableNames) filled.add(name);
      for (const name of collectsProfileFields) collected.add(name);
    }
  }
  for (const name of collected) filled.delete(name);
  return filled;
}
