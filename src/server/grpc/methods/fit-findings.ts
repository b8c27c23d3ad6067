import { FindingSeverity, ScenarioFinding } from '../../../../gen/focal/orchestration/v1/scenario';

/** Bytes of a finding in a list in addition to its content. */
const overheadBytes = 6;
/** Bytes of the finding that counts the others. */
const summaryBytes = 256;

/**
 * Returns the first findings that fit into `maxBytes`. If some do not fit, the last finding counts them; its severity is the highest of
 * theirs.
 */
export function fitFindings(findings: readonly ScenarioFinding[], maxBytes: number): ScenarioFinding[] {
  let remainingBytes = maxBytes - summaryBytes;
  const end = findings.findIndex((finding) => {
    remainingBytes -= ScenarioFinding.encode(finding).finish().length + overheadBytes;
    return remainingBytes < 0;
  });
  return end === -1 ? findings.slice() : [...findings.slice(0, end), createSummary(findings.slice(end))];
}

function createSummary(omitted: readonly ScenarioFinding[]): ScenarioFinding {
  const error = FindingSeverity.FINDING_SEVERITY_ERROR;
  return ScenarioFinding.fromPartial({
    severity: omitted.some(({ severity }) => severity === error) ? error : FindingSeverity.FINDING_SEVERITY_WARNING,
    code: 'FINDINGS_OMITTED',
    message: `${omitted.length} more findings are not listed, because the answer would be too large. Fix the listed ones first.`,
  });
}
