import { ScenarioFinding } from '../../../../gen/focal/orchestration/v1/scenario';

/** Bytes of a finding in a list in addition to its content. */
const overheadBytes = 6;

/** Findings of a response. `omittedFindings` counts the ones that are not listed. */
export interface ListedFindings {
  readonly findings: ScenarioFinding[];
  readonly omittedFindings: number;
}

/** Lists the first findings that fit into `maxBytes`, and counts the others. */
export function fitFindings({ findings, omittedFindings }: ListedFindings, maxBytes: number): ListedFindings {
  let remainingBytes = maxBytes;
  const end = findings.findIndex((finding) => {
    remainingBytes -= ScenarioFinding.encode(finding).finish().length + overheadBytes;
    return remainingBytes < 0;
  });
  if (end === -1) return { findings, omittedFindings };
  return { findings: findings.slice(0, end), omittedFindings: omittedFindings + findings.length - end };
}
