import type { ConditionFinding } from './condition-finding';
import type { ConditionLimits } from './condition-limits';
import type { ExpressionContext } from './walk';

/** What one expression is found guilty of; its position is added by whoever collects. */
export type ExpressionFinding = Omit<ConditionFinding, 'line' | 'column'>;

/** Looks at one expression of a condition. */
export type ExpressionCheck = (place: ExpressionContext, limits: ConditionLimits) => ExpressionFinding | undefined;
