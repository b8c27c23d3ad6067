import { type FieldViolation, OrchestratorError } from '../../core/model/orchestrator-error';
import type { Scenario } from '../../core/model/scenario';
import type { CompileOptions } from '../../core/scenario/compile-options';
import { compileScenario } from '../../core/scenario/compile-scenario';
import type { ScenarioFinding } from '../../core/scenario/scenario-finding';

export interface ScenarioValidation {
  /** Whether the scenario could be stored: no finding is an ERROR. */
  readonly valid: boolean;
  /** Sorted by position in the scenario. */
  readonly findings: readonly ScenarioFinding[];
}

/** Runs the checks of `putScenario` without storing the scenario. */
export function validateScenario(
  { compileOptions }: { readonly compileOptions: CompileOptions },
  scenario: Scenario,
): ScenarioValidation {
  const { findings } = compileScenario(scenario, 0, compileOptions);
  return { valid: findings.every(({ severity }) => severity !== 'ERROR'), findings };
}

/** A scenario of a request with its findings. */
export interface CheckedScenario {
  readonly scenario: Scenario;
  /** Field path in the request, for example `scenario`. */
  readonly path: string;
  readonly findings: readonly ScenarioFinding[];
}

/**
 * Refuses scenarios that have at least one ERROR.
 *
 * @throws OrchestratorError SCENARIO_REFUSED with all findings of the invalid scenarios, each under the path of its scenario.
 */
export function refuseInvalidScenarios(scenarios: readonly CheckedScenario[]): void {
  const invalid = scenarios.filter(({ findings }) => findings.some(isError));
  const [first] = invalid;
  if (first === undefined) return;
  const errorCount = invalid.flatMap(({ findings }) => findings.filter(isError)).length;
  const subject = invalid.length === 1 ? `Scenario "${first.scenario.name}" is` : `${invalid.length} scenarios are`;
  throw new OrchestratorError(
    'SCENARIO_REFUSED',
    `${subject} invalid: ${errorCount === 1 ? '1 error' : `${errorCount} errors`}.`,
    {
      metadata: { scenario_id: first.scenario.scenarioId },
      violations: invalid.flatMap(({ path, findings }) => findings.map((finding) => toViolation(finding, path))),
    },
  );
}

function isError({ severity }: ScenarioFinding): boolean {
  return severity === 'ERROR';
}

function toViolation(
  { severity, code, message, fieldPath, line, column }: ScenarioFinding,
  path: string,
): FieldViolation {
  const position = line > 0 ? ` (line ${line}, column ${column} of the condition)` : '';
  return {
    field: fieldPath === '' ? path : `${path}.${fieldPath}`,
    description: `${severity} ${code}: ${message}${position}`,
  };
}
