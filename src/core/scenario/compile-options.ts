import { type ConditionLimits, defaultConditionLimits } from '../conditions';
import type { SemanticEvaluation } from '../model/settings';

/** What a definition is checked against beside the contract. */
export interface CompileOptions {
  readonly conditionLimits: ConditionLimits;
  /** How natural-language conditions are judged; "off": they are never taken (3.4). */
  readonly semanticEvaluation: SemanticEvaluation;
}

export const defaultCompileOptions: CompileOptions = {
  conditionLimits: defaultConditionLimits,
  semanticEvaluation: 'off',
};
