import { FindingSeverity, type ScenarioFinding } from '../../../gen/focal/orchestration/v1/scenario';
import type { FileProblem } from './file-problem';
import type { SourceMap } from './source-map';

/** What the service found in a scenario, at its place in the file that the scenario was read from. */
export function findingToFileProblem(source: SourceMap, finding: ScenarioFinding): FileProblem {
  const { fieldPath: path, line, column, severity, code, message } = finding;
  const at = source.positionWithin(path, line, column);
  return {
    file: source.file,
    ...at,
    path,
    severity: severity === FindingSeverity.FINDING_SEVERITY_WARNING ? 'WARNING' : 'ERROR',
    code,
    message,
  };
}

/**
 * A field violation of a refused scenario, at its place in the file. `field` may begin with the request's own `scenario.`; a
 * severity, the code and a place within a condition are read from the description, where the service tells them.
 */
export function violationToFileProblem(source: SourceMap, field: string, description: string): FileProblem {
  const path = field.replace(/^scenario(\.|$)/, '');
  const place = /\(line (\d+), column (\d+) of the condition\)/.exec(description);
  const at = source.positionWithin(path, Number(place?.[1] ?? 0), Number(place?.[2] ?? 0));
  const told = /^(ERROR|WARNING) ([A-Z_]+): (.*)$/s.exec(description);
  const [, severity, code = 'CONTRACT_RULE', message = description] = told ?? [];
  return { file: source.file, ...at, path, severity: severity === 'WARNING' ? 'WARNING' : 'ERROR', code, message };
}
