import { FindingSeverity, ScenarioFinding } from '../../../../gen/focal/orchestration/v1/scenario';
import { ValidateScenarioResponse } from '../../../../gen/focal/orchestration/v1/scenario_service';
import { fitFindings } from '../../../../src/server/grpc/methods/fit-findings';

const createFindings = (count: number) =>
  Array.from({ length: count }, (_, index) =>
    ScenarioFinding.fromPartial({
      severity: FindingSeverity.FINDING_SEVERITY_WARNING,
      code: `C${index}`,
      message: 'x'.repeat(1_000),
    }),
  );
const getSize = (findings: ScenarioFinding[]) =>
  ValidateScenarioResponse.encode({ valid: false, findings, omittedFindings: 0 }).finish().length;

test('findings that fit are all listed', () => {
  const findings = createFindings(3);
  expect(fitFindings({ findings, omittedFindings: 7 }, 10_000)).toEqual({ findings, omittedFindings: 7 });
});

test.each([0, 100, 1_500, 5_000, 9_999])(
  'findings in %d bytes are the first ones, and the others are counted',
  (maxBytes) => {
    const findings = createFindings(100);
    const fitting = fitFindings({ findings, omittedFindings: 7 }, maxBytes);
    expect(getSize(fitting.findings)).toBeLessThanOrEqual(maxBytes);
    expect(getSize(findings.slice(0, fitting.findings.length + 1))).toBeGreaterThan(maxBytes - 16);
    expect(fitting.findings).toEqual(findings.slice(0, fitting.findings.length));
    expect(fitting.omittedFindings).toBe(107 - fitting.findings.length);
  },
);
