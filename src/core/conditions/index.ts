export type { Truth } from '../model/truth';
export { type ConditionCompilation, compileCondition } from './compile-condition';
export type { Condition, ConditionReads, ConditionResult } from './condition';
export type { ConditionFinding, ConditionFindingCode } from './condition-finding';
export { type ConditionLimits, defaultConditionLimits } from './condition-limits';
export type { ConditionVariables, KnownValues } from './condition-variables';
