import { Allowance } from '../../core/model/allowance';
import { type FieldViolation, OrchestratorError } from '../../core/model/orchestrator-error';
import type { Scenario } from '../../core/model/scenario';
import type { CompileOptions } from '../../core/scenario/compile-options';
import { compileInParts, type ScenarioCompilation } from '../../core/scenario/compile-scenario';
import type { ScenarioFinding } from '../../core/scenario/scenario-finding';
import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import { runInParts } from './run-in-parts';

export interface ScenarioValidation {
  /** Whether the scenario could be stored: no finding is an ERROR. */
  readonly valid: boolean;
  /** ERRORs first. */
  readonly findings: readonly ScenarioFinding[];
  /** The number of findings that are not listed. */
  readonly omittedFindings: number;
}

export interface CompileDependencies {
  readonly compileOptions: CompileOptions;
  readonly clock: Clock;
}

/**
 * Runs the checks of `putScenario` without storing the scenario.
 *
 * @throws OrchestratorError WORK_LIMIT, CANCELLED or DEADLINE.
 */
export async function validateScenario(
  deps: CompileDependencies,
  scenario: Scenario,
  call: Call,
): Promise<ScenarioValidation> {
  const { compiled, findings, omittedFindings } = await compileForCall(deps, scenario, call);
  return { valid: compiled !== undefined, findings, omittedFindings };
}

/** Compiles a scenario that is not stored, with the allowance of a call. */
export function compileForCall(
  { compileOptions, clock }: CompileDependencies,
  scenario: Scenario,
  call: Call,
  allowance: Allowance = createDefinitionAllowance(compileOptions),
): Promise<ScenarioCompilation> {
  return runInParts(compileInParts(scenario, 0, compileOptions, allowance), allowance, { call, clock });
}

/** Creates the allowance of a call for its definitions. */
export function createDefinitionAllowance({ definitionWork }: Pick<CompileOptions, 'definitionWork'>): Allowance {
  return new Allowance(definitionWork, 'limits.definition_work');
}

/** A scenario of a request with its findings. */
export interface CheckedScenario {
  readonly scenario: Scenario;
  /** Field path in the request, for example `scenario`. */
  readonly path: string;
  readonly findings: readonly ScenarioFinding[];
  readonly omittedFindings: number;
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
  const omitted = invalid.reduce((sum, { omittedFindings }) => sum + omittedFindings, 0);
  const more = omitted === 0 ? '' : ` and ${omitted} more findings`;
  const subject = invalid.length === 1 ? `Scenario "${first.scenario.name}" is` : `${invalid.length} scenarios are`;
  throw new OrchestratorError(
    'SCENARIO_REFUSED',
    `${subject} invalid: ${errorCount === 1 ? '1 error' : `${errorCount} errors`}${more}.`,
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
