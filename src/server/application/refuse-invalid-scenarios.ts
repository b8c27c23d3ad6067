import { type FieldViolation, OrchestratorError } from '../../core/model/orchestrator-error';
import type { Scenario } from '../../core/model/scenario';
import type { ScenarioFinding } from '../../core/scenario/scenario-finding';

/** A definition that was sent, with what was found in it. */
export interface CheckedScenario {
  readonly scenario: Scenario;
  /** Where it stands in the request, for example `scenario`. */
  readonly path: string;
  readonly findings: readonly ScenarioFinding[];
}

/**
 * Lets definitions pass that have no ERROR.
 *
 * @throws OrchestratorError SCENARIO_REFUSED with every finding of those that have one, each under the path of its scenario.
 */
export function refuseInvalidScenarios(checked: readonly CheckedScenario[]): void {
  const refused = checked.filter(({ findings }) => findings.some(isError));
  const [first] = refused;
  if (first === undefined) return;
  const errors = refused.flatMap(({ findings }) => findings.filter(isError)).length;
  const what = refused.length === 1 ? `Scenario "${first.scenario.name}" was` : `${refused.length} scenarios were`;
  throw new OrchestratorError(
    'SCENARIO_REFUSED',
    `${what} refused: ${errors === 1 ? 'one error' : `${errors} errors`}.`,
    {
      metadata: { scenario_id: first.scenario.scenarioId },
      violations: refused.flatMap(({ path, findings }) => findings.map((finding) => violationOf(finding, path))),
    },
  );
}

function isError({ severity }: ScenarioFinding): boolean {
  return severity === 'ERROR';
}

function violationOf(
  { severity, code, message, fieldPath, line, column }: ScenarioFinding,
  path: string,
): FieldViolation {
  const place = line > 0 ? ` (line ${line}, column ${column} of the condition)` : '';
  return {
    field: fieldPath === '' ? path : `${path}.${fieldPath}`,
    description: `${severity} ${code}: ${message}${place}`,
  };
}
