import { compareText } from '../../core/model/compare-text';
import type { Relationship } from '../../core/model/scenario';
import { compileScenario } from '../../core/scenario/compile-scenario';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { findRelationshipProblem } from '../../core/scenario/relationship-problem';
import { findingToProto, relationshipFromProto, scenarioFromProto } from '../../server/codec/wire/scenario-codec';
import type { FileMessage, FileProblem, ScenarioFile } from '../files';
import { findingToFileProblem } from '../files';

/** Scenarios and relationships of files, checked as the service checks what is put into its catalogue. */
export interface CheckedScenarios {
  /** Those without an ERROR, in the order of the files, as version 1. */
  readonly scenarios: readonly CompiledScenario[];
  readonly relationships: readonly Relationship[];
  /** Everything that is wrong in the files or noteworthy in the scenarios: by file, then by place. */
  readonly problems: readonly FileProblem[];
}

/**
 * Checks what scenario files hold with the code and the default limits of the service: everything that PutScenario and
 * PutRelationship would refuse, and what ValidateScenario warns of, each at its place in the file.
 */
export function checkScenarios(files: ScenarioFile): CheckedScenarios {
  const compilations = files.scenarios.map(({ message, source }) => {
    const { compiled, findings } = compileScenario(scenarioFromProto(message), 1);
    return { compiled, problems: findings.map((finding) => findingToFileProblem(source, findingToProto(finding))) };
  });
  const { relationships, problems } = checkRelationships(files.relationships);
  return {
    scenarios: compilations.flatMap(({ compiled }) => (compiled === undefined ? [] : [compiled])),
    relationships,
    problems: byPlace([...files.problems, ...compilations.flatMap((each) => each.problems), ...problems]),
  };
}

function checkRelationships(
  files: ScenarioFile['relationships'],
): Pick<CheckedScenarios, 'relationships' | 'problems'> {
  const relationships: Relationship[] = [];
  const problems: FileProblem[] = [];
  for (const { message, source } of files) {
    const relationship = relationshipFromProto(message);
    const problem = findRelationshipProblem(relationship, relationships);
    if (problem === '') relationships.push(relationship);
    else problems.push(refusedRelationship(source, problem));
  }
  return { relationships, problems };
}

function refusedRelationship(source: FileMessage<unknown>['source'], message: string): FileProblem {
  const place = { file: source.file, ...source.positionAt(''), path: '' };
  return { ...place, severity: 'ERROR', code: 'RELATIONSHIP_REFUSED', message };
}

/** By file, then by place; at one place what the file itself says comes first. */
function byPlace(problems: readonly FileProblem[]): readonly FileProblem[] {
  return [...problems].sort((a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column);
}
