import type { ConditionLimits } from '../../core/conditions';
import type { Config } from './schema';

/** What the conditions of a scenario may cost. */
export function toConditionLimits({ limits }: Config): ConditionLimits {
  return {
    maxTextLength: limits.condition_text_length,
    maxDepth: limits.condition_depth,
    maxMacroDepth: limits.condition_macro_depth,
    maxLiteralSize: limits.condition_literal_size,
    maxListSize: limits.condition_list_size,
    maxPatternLength: limits.condition_pattern_length,
    maxPatternSize: limits.condition_pattern_size,
    maxWork: limits.condition_work,
  };
}
