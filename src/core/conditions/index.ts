export type { ConditionResult } from '../model/condition-result';
export { type ConditionCompilation, compileCondition, compileFieldRule, getCompileWork } from './compile-condition';
export {
  type Condition,
  type ConditionFinding,
  type ConditionFindingCode,
  type ConditionLimits,
  type ConditionReads,
  type DataComparison,
  defaultConditionLimits,
  type FieldRule,
} from './condition';
export { type ConditionVariables, type FieldRuleVariables, isConditionVariableName } from './condition-variables';
