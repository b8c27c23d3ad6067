import type { CompileOptions } from '../compile-options';
import type { CompiledStep, CompiledTransition } from '../compiled-scenario';
import type { Condition } from '../conditions';
import type { ScenarioFinding, ScenarioFindingCode } from '../finding';
import type { Scenario } from '../scenario';

/** A definition with everything of it that could be compiled; steps of a repeated id are compiled once. */
export interface CompiledDraft {
  readonly scenario: Scenario;
  readonly steps: ReadonlyMap<string, CompiledStep>;
  /** As written. */
  readonly globals: readonly CompiledTransition[];
  readonly entryCondition: Condition | undefined;
  readonly completionCondition: Condition | undefined;
  readonly conditionFindings: readonly ScenarioFinding[];
  readonly options: CompileOptions;
}

/** Where a finding is; what is left out is not concerned. */
export interface FindingSite {
  readonly fieldPath: string;
  readonly stepId?: string;
  readonly transitionId?: string;
}

export function error(code: ScenarioFindingCode, message: string, site: FindingSite): ScenarioFinding {
  return finding('ERROR', code, message, site);
}

export function warning(code: ScenarioFindingCode, message: string, site: FindingSite): ScenarioFinding {
  return finding('WARNING', code, message, site);
}

function finding(
  severity: ScenarioFinding['severity'],
  code: ScenarioFindingCode,
  message: string,
  { fieldPath, stepId = '', transitionId = '' }: FindingSite,
): ScenarioFinding {
  return { severity, code, message, fieldPath, stepId, transitionId, line: 0, column: 0 };
}
