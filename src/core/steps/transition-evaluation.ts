import type { ConditionVariables } from '../conditions';
import { canonicalJson, type JsonValue } from '../model/json';
import { findMissingFields } from '../model/known-data';
import { mergeNames, sortNames } from '../model/sorting';
import type { Truth } from '../model/truth';
import type { StepOutcomeKind } from '../model/turn';
import type { CompiledTransition } from '../scenario/compiled-scenario';

/** What a transition says under given variables. */
export interface TransitionEvaluation {
  readonly transition: CompiledTransition;
  readonly truth: Truth;
  /** UNKNOWN only: the fields that it misses; sorted. */
  readonly missingFields: readonly string[];
  /** Error of its condition; "" where there was none. */
  readonly conditionError: string;
  /** UNKNOWN only: its condition in natural language could not be judged (3.4). */
  readonly isTextUnknown: boolean;
}

/**
 * TRUE when all that the transition states holds; any FALSE part makes it FALSE; else UNKNOWN where a part misses data (3.2, 3.3).
 * A missing intent is FALSE. `text` is what its condition in natural language says; undefined where that does not count (3.4).
 */
export function evaluateTransition(
  transition: CompiledTransition,
  outcome: StepOutcomeKind | undefined,
  variables: ConditionVariables,
  text?: Truth | undefined,
): TransitionEvaluation {
  const { intentLabel, outcomes, conditionFields } = transition.definition;
  const says = (truth: Truth, missing: readonly string[] = [], error = ''): TransitionEvaluation => ({
    transition,
    truth,
    missingFields: missing,
    conditionError: error,
    isTextUnknown: truth === 'UNKNOWN' && text === 'UNKNOWN',
  });
  if (intentLabel !== '' && intentLabel !== variables.intent) return says('FALSE');
  if (text === 'FALSE') return says('FALSE');
  if (outcomes.length > 0 && (outcome === undefined || !outcomes.includes(outcome))) return says('FALSE');
  const missing = findMissingFields(conditionFields, variables.data);
  const condition = transition.condition?.evaluate(variables);
  if (condition?.truth === 'FALSE') return says('FALSE', [], condition.error);
  if (missing.length === 0 && condition?.truth !== 'UNKNOWN' && text !== 'UNKNOWN') return says('TRUE');
  return says('UNKNOWN', mergeNames(sortNames(missing), condition?.missingFields ?? []));
}

/**
 * What a transition reads, as canonical JSON: two equal texts mean that nothing that it reads has changed in between (3.2, global
 * transitions). Of a condition in natural language that is what it said: it reads every message anew.
 */
export function computeReadFingerprint(
  transition: CompiledTransition,
  variables: ConditionVariables,
  text?: Truth | undefined,
): string {
  const { condition, definition } = transition;
  const read: Record<string, JsonValue> = {};
  if (definition.intentLabel !== '') read['intent'] = variables.intent;
  if (definition.outcomes.length > 0) read['outcome'] = variables.outcome;
  if (text !== undefined) read['condition_text'] = text;
  for (const field of transition.fieldsRead) read[`data.${field}`] = variables.data.get(field) ?? null;
  for (const name of condition?.reads.variables ?? []) {
    if (name === 'data' && !condition?.reads.hasDynamicDataReads) continue;
    if (isVariable(name, variables)) read[name] = asJson(variables[name]);
  }
  return canonicalJson(read);
}

function isVariable(name: string, variables: ConditionVariables): name is keyof ConditionVariables & string {
  return Object.hasOwn(variables, name);
}

function asJson(value: ConditionVariables[keyof ConditionVariables]): JsonValue {
  if (typeof value === 'string' || typeof value === 'number') return value;
  return 'get' in value
    ? Object.fromEntries(Array.from(value.keys(), (name) => [name, value.get(name) ?? null]))
    : value;
}
