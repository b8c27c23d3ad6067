import { type ConditionLimits, defaultConditionLimits } from '../conditions';
import type { SemanticEvaluation } from '../model/settings';

/** The settings that a definition is checked against. */
export interface CompileOptions {
  readonly conditionLimits: ConditionLimits;
  /** How natural-language conditions are evaluated. With "off" they are never TRUE (3.4). */
  readonly semanticEvaluation: SemanticEvaluation;
}

export const defaultCompileOptions: CompileOptions = {
  conditionLimits: defaultConditionLimits,
  semanticEvaluation: 'off',
};
