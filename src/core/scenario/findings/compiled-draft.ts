import type { Condition } from '../../conditions';
import type { Scenario } from '../../model/scenario';
import type { CompileOptions } from '../compile-options';
import type { CompiledStep, CompiledTransition } from '../compiled-scenario';
import type { ScenarioFinding, ScenarioFindingCode } from '../scenario-finding';

/** A definition with everything of it that could be compiled; steps of a repeated id are compiled once. */
export interface CompiledDraft {
  readonly scenario: Scenario;
  readonly steps: ReadonlyMap<string, CompiledStep>;
  /** As written. */
  readonly globalTransitions: readonly CompiledTransition[];
  readonly entryCondition: Condition | undefined;
  readonly completionCondition: Condition | undefined;
  readonly conditionFindings: readonly ScenarioFinding[];
  readonly options: CompileOptions;
}

/** Where a finding is; what is left out is not concerned. */
export interface FindingLocation {
  readonly fieldPath: string;
  readonly stepId?: string;
  readonly transitionId?: string;
}

export function errorFinding(code: ScenarioFindingCode, message: string, site: FindingLocation): ScenarioFinding {
  return finding('ERROR', code, message, site);
}

export function warningFinding(code: ScenarioFindingCode, message: string, site: FindingLocation): ScenarioFinding {
  return finding('WARNING', code, message, site);
}

function finding(
  severity: ScenarioFinding['severity'],
  code: ScenarioFindingCode,
  message: string,
  { fieldPath, stepId = '', transitionId = '' }: FindingLocation,
): ScenarioFinding {
  return { severity, code, message, fieldPath, stepId, transitionId, line: 0, column: 0 };
}
