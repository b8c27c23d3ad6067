import { FindingSeverity, ScenarioFinding } from '../../../../gen/focal/orchestration/v1/scenario';
import { ValidateScenarioResponse } from '../../../../gen/focal/orchestration/v1/scenario_service';
import { fitFindings } from '../../../../src/server/grpc/methods/fit-findings';

const { FINDING_SEVERITY_ERROR: error, FINDING_SEVERITY_WARNING: warning } = FindingSeverity;
const createFindings = (severities: readonly FindingSeverity[]) =>
  severities.map((severity, index) =>
    ScenarioFinding.fromPartial({ severity, code: `C${index}`, message: 'x'.repeat(1_000) }),
  );
const getSize = (findings: ScenarioFinding[]) =>
  ValidateScenarioResponse.encode({ valid: false, findings }).finish().length;

test('findings that fit are all returned', () => {
  const findings = createFindings([warning, error, warning]);
  expect(fitFindings(findings, 10_000)).toEqual(findings);
});

test.each([0, 100, 300, 1_500, 5_000, 9_999])('findings in %d bytes end with the number of the others', (maxBytes) => {
  const findings = createFindings(Array.from({ length: 100 }, () => warning));
  const fitting = fitFindings(findings, maxBytes);
  expect(getSize(fitting)).toBeLessThanOrEqual(Math.max(maxBytes, 256));
  expect(fitting.slice(0, -1)).toEqual(findings.slice(0, fitting.length - 1));
  expect(fitting.at(-1)).toMatchObject({ code: 'FINDINGS_OMITTED', severity: warning });
  expect(fitting.at(-1)?.message).toMatch(new RegExp(`^${101 - fitting.length} more findings`));
});

test('the last finding is an ERROR if one of the others is', () => {
  const fitting = fitFindings(createFindings([warning, warning, warning, error]), 2_500);
  expect(fitting.at(-1)?.severity).toBe(error);
});
