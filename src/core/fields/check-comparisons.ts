import type { Condition, DataComparison } from '../conditions';
import type { FieldType } from '../model/field-definition';
import type { CompiledField, FieldRules } from './field-rules';

/** A comparison that can never hold, because the values of the field have another type or notation (section 10). */
export interface ComparisonFinding {
  readonly severity: 'WARNING';
  readonly code: 'FIELD_TYPE';
  /** What is wrong and how to fix it. */
  readonly message: string;
  /** 1-based position in the condition; 0 if it is not known. */
  readonly line: number;
  readonly column: number;
}

/** Checks the values that a condition compares with fields against the types of the fields. Results are in text order. Skips fields without a type. */
export function checkComparisons(
  { comparisons }: Pick<Condition, 'comparisons'>,
  { fields }: Pick<FieldRules, 'fields'>,
): readonly ComparisonFinding[] {
  return comparisons.flatMap((comparison): readonly ComparisonFinding[] => {
    const field = fields.get(comparison.key);
    const message = field && findProblem(comparison, field);
    if (message === undefined) return [];
    const { line = 0, column = 0 } = comparison.position ?? {};
    return [{ severity: 'WARNING', code: 'FIELD_TYPE', message, line, column }];
  });
}

/** The CEL types of the values of each type. CEL compares ints and doubles with each other. */
const celKinds: Readonly<Record<FieldType, readonly DataComparison['kind'][]>> = {
  TEXT: ['TEXT'],
  NUMBER: ['INT', 'DOUBLE'],
  INTEGER: ['INT', 'DOUBLE'],
  BOOLEAN: ['BOOL'],
  DATE: ['TEXT'],
  TIME: ['TEXT'],
  DATETIME: ['TEXT'],
  EMAIL: ['TEXT'],
  PHONE: ['TEXT'],
  ENUM: ['TEXT'],
  LIST: ['LIST'],
  OBJECT: ['MAP'],
};

const kindNames: Readonly<Record<DataComparison['kind'], string>> = {
  BOOL: 'a bool',
  INT: 'a number',
  DOUBLE: 'a number',
  TEXT: 'a string',
  LIST: 'a list',
  MAP: 'a map',
};

function findProblem(
  { key, kind, operator, text }: DataComparison,
  { definition, normalize }: CompiledField,
): string | undefined {
  const { type } = definition;
  if (type === undefined) return undefined;
  if (!celKinds[type].includes(kind)) {
    return `Field "${key}" is ${withArticle(type)}, but is compared with ${kindNames[kind]}. Compare it with a value of its type.`;
  }
  // Conditions often compare with "" to test for a missing answer. Operators other than == and != compare the order of texts.
  if (text === undefined || text === '' || (operator !== '==' && operator !== '!=')) return undefined;
  const stored = normalize(text);
  if (stored === undefined) {
    return `Field "${key}" is ${withArticle(type)} and never has the value "${text}". Correct the value, or the definition of the field.`;
  }
  if (stored === text) return undefined;
  return `Field "${key}" is stored as "${String(stored)}" and never as "${text}". Compare it with "${String(stored)}".`;
}

function withArticle(type: FieldType): string {
  return /^[AEIO]/.test(type) ? `an ${type}` : `a ${type}`;
}
