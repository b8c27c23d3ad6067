export { type ConditionCompilation, compileCondition, compileFieldRule, getCompileWork } from './compile-condition';
export {
  type Condition,
  type ConditionFinding,
  type ConditionFindingCode,
  type ConditionLimits,
  type ConditionReads,
  type ConditionResult,
  type DataComparison,
  defaultConditionLimits,
  type FieldRule,
} from './condition';
export { type ConditionVariables, type FieldRuleVariables, isConditionVariableName } from './condition-variables';
