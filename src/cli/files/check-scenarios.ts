import { compareText } from '../../core/model/compare-text';
import type { Relationship } from '../../core/model/scenario';
import { compileScenario } from '../../core/scenario/compile-scenario';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { findRelationshipProblem } from '../../core/scenario/relationship-problem';
import { findingToProto, relationshipFromProto, scenarioFromProto } from '../../server/codec/wire/scenario-codec';
import type { ParsedScenarioFiles } from './file-message';
import { type FileProblem, findingToFileProblem } from './problems';

/** The scenarios and relationships of files after the checks of the service. */
export interface CheckedScenarios {
  /** The scenarios without an ERROR, in the order of the files, as version 1. */
  readonly scenarios: readonly CompiledScenario[];
  readonly relationships: readonly Relationship[];
  /** All problems of the files and findings in the scenarios: by file, then by position. */
  readonly problems: readonly FileProblem[];
}

/**
 * Checks scenario files with the code and the default limits of the service. Reports everything that PutScenario and
 * PutRelationship refuse and the warnings of ValidateScenario, each at its position in the file.
 */
export function checkScenarios(files: ParsedScenarioFiles): CheckedScenarios {
  const compilations = files.scenarios.map(({ message, source }) => {
    const { compiled, findings } = compileScenario(scenarioFromProto(message), 1);
    return { compiled, problems: findings.map((finding) => findingToFileProblem(source, findingToProto(finding))) };
  });
  const { relationships, problems } = checkRelationships(files.relationships);
  return {
    scenarios: compilations.flatMap(({ compiled }) => (compiled === undefined ? [] : [compiled])),
    relationships,
    problems: sortByFile([
      ...files.problems,
      ...compilations.flatMap((compilation) => compilation.problems),
      ...problems,
    ]),
  };
}

function checkRelationships(
  files: ParsedScenarioFiles['relationships'],
): Pick<CheckedScenarios, 'relationships' | 'problems'> {
  const relationships: Relationship[] = [];
  const problems: FileProblem[] = [];
  for (const { message: definition, source } of files) {
    const relationship = relationshipFromProto(definition);
    const message = findRelationshipProblem(relationship, relationships);
    if (message === '') relationships.push(relationship);
    else {
      const location = { file: source.file, ...source.positionAt(''), path: '' };
      problems.push({ ...location, severity: 'ERROR', code: 'RELATIONSHIP_REFUSED', message });
    }
  }
  return { relationships, problems };
}

/** Sorts by file, then by position. The sort is stable: at one position, problems of the file come before findings. */
function sortByFile(problems: readonly FileProblem[]): readonly FileProblem[] {
  return [...problems].sort((a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column);
}
