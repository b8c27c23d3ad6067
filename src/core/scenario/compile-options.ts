import { type ConditionLimits, defaultConditionLimits } from '../conditions';
import type { FieldRules } from '../fields/field-rules';
import type { SemanticEvaluation } from '../model/settings';

/** The settings that a definition is checked against. */
export interface CompileOptions {
  readonly conditionLimits: ConditionLimits;
  /** Maximum work to compile and check the definitions of one call, in units of about 0.1 us; see `Allowance`. Default 40,000,000. */
  readonly definitionWork: number;
  /** How natural-language conditions are evaluated. With "off" they are never TRUE (3.4). */
  readonly semanticEvaluation: SemanticEvaluation;
  /** The definitions that the conditions are checked against (section 10). If absent, they are not checked. */
  readonly fields?: Pick<FieldRules, 'fields'>;
}

export const defaultCompileOptions: CompileOptions = {
  conditionLimits: defaultConditionLimits,
  definitionWork: 40_000_000,
  semanticEvaluation: 'off',
};
