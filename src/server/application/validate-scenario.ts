import type { Scenario } from '../../core/model/scenario';
import type { CompileOptions } from '../../core/scenario/compile-options';
import { compileScenario } from '../../core/scenario/compile-scenario';
import type { ScenarioFinding } from '../../core/scenario/scenario-finding';

/** What was found in a scenario. */
export interface ScenarioValidation {
  /** Whether it would be stored: no finding is an ERROR. */
  readonly valid: boolean;
  /** All of them, in the order of the scenario. */
  readonly findings: readonly ScenarioFinding[];
}

/** Checks a scenario as `putScenario` does and stores nothing. */
export function validateScenario(
  { compile }: { readonly compile: CompileOptions },
  scenario: Scenario,
): ScenarioValidation {
  const { findings } = compileScenario(scenario, 0, compile);
  return { valid: findings.every(({ severity }) => severity !== 'ERROR'), findings };
}
