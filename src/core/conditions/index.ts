export { type ConditionCompilation, compileCondition } from './compile-condition';
export {
  type Condition,
  type ConditionFinding,
  type ConditionFindingCode,
  type ConditionLimits,
  type ConditionReads,
  type ConditionResult,
  defaultConditionLimits,
} from './condition';
export { type ConditionVariables, isVariableName } from './condition-variables';
