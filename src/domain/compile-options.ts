import { type ConditionLimits, defaultConditionLimits } from './conditions';

/** What a definition is checked against beside the contract. */
export interface CompileOptions {
  readonly conditionLimits: ConditionLimits;
  /** Whether natural-language conditions are judged; where not, they are never taken (3.4). */
  readonly semanticEvaluation: boolean;
}

export const defaultCompileOptions: CompileOptions = {
  conditionLimits: defaultConditionLimits,
  semanticEvaluation: false,
};
