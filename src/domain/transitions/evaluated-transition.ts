import type { CompiledTransition } from '../compiled-scenario';
import type { ConditionVariables, Truth } from '../conditions';
import { canonicalJson, type JsonValue } from '../json';
import { missingOf } from '../known-data';
import type { StepOutcomeKind } from '../turn';

/** What a transition says under given variables. */
export interface EvaluatedTransition {
  readonly transition: CompiledTransition;
  readonly truth: Truth;
  /** UNKNOWN only: the fields that it misses; sorted. */
  readonly missing: readonly string[];
  /** Error of its condition; "" where there was none. */
  readonly error: string;
}

/**
 * TRUE when all that the transition states holds; any FALSE part makes it FALSE; else UNKNOWN where a part misses data (3.2, 3.3).
 * A missing intent is FALSE.
 */
export function evaluateTransition(
  transition: CompiledTransition,
  outcome: StepOutcomeKind | undefined,
  variables: ConditionVariables,
): EvaluatedTransition {
  const { intentLabel, outcomes, conditionFields } = transition.definition;
  const says = (truth: Truth, missing: readonly string[] = [], error = ''): EvaluatedTransition => ({
    transition,
    truth,
    missing,
    error,
  });
  if (intentLabel !== '' && intentLabel !== variables.intent) return says('FALSE');
  if (outcomes.length > 0 && (outcome === undefined || !outcomes.includes(outcome))) return says('FALSE');
  const missing = missingOf(conditionFields, variables.data);
  const condition = transition.condition?.evaluate(variables);
  if (condition?.truth === 'FALSE') return says('FALSE', [], condition.error);
  if (missing.length === 0 && condition?.truth !== 'UNKNOWN') return says('TRUE');
  return says('UNKNOWN', [...new Set([...missing, ...(condition?.missing ?? [])])].sort());
}

/**
 * What a transition reads, as canonical JSON: two equal texts mean that nothing that it reads has changed in between (3.2, global
 * transitions).
 */
export function readFingerprint(transition: CompiledTransition, variables: ConditionVariables): string {
  const { condition, definition } = transition;
  const read: Record<string, JsonValue> = {};
  if (definition.intentLabel !== '') read['intent'] = variables.intent;
  if (definition.outcomes.length > 0) read['outcome'] = variables.outcome;
  for (const field of transition.readsFields) read[`data.${field}`] = variables.data.get(field) ?? null;
  for (const name of condition?.reads.variables ?? []) {
    if (name === 'data' && !condition?.reads.dynamicData) continue;
    if (isVariable(name, variables)) read[name] = asJson(variables[name]);
  }
  return canonicalJson(read);
}

function isVariable(name: string, variables: ConditionVariables): name is keyof ConditionVariables & string {
  return Object.hasOwn(variables, name);
}

function asJson(value: ConditionVariables[keyof ConditionVariables]): JsonValue {
  if (typeof value === 'string' || typeof value === 'number') return value;
  return 'get' in value ? Object.fromEntries(value) : value;
}
