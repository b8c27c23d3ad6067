import type { ScenarioFinding } from '../../../gen/focal/orchestration/v1/scenario';
import type { FileProblem } from './file-problem';
import type { SourceMap } from './source-map';

/** What the service found in a scenario, at its place in the file that the scenario was read from. */
export function findingProblem(source: SourceMap, finding: ScenarioFinding): FileProblem {
  const { fieldPath: path, line, column, code, message } = finding;
  return { file: source.file, ...source.within(path, line, column), path, message: `${message} (${code})` };
}

/**
 * A field violation of a refused scenario, at its place in the file. `field` may begin with the request's own `scenario.`; a
 * place within a condition is read from the description, where the service tells it.
 */
export function violationProblem(source: SourceMap, field: string, description: string): FileProblem {
  const path = field.replace(/^scenario(\.|$)/, '');
  const place = /\(line (\d+), column (\d+) of the condition\)/.exec(description);
  const at = source.within(path, Number(place?.[1] ?? 0), Number(place?.[2] ?? 0));
  return { file: source.file, ...at, path, message: description };
}
