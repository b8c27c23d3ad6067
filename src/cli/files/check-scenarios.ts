import type { Relationship as RelationshipMessage, Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { compileFields } from '../../core/fields/compile-fields';
import { type CompiledField, createFieldRules, type FieldRules } from '../../core/fields/field-rules';
import { compareText } from '../../core/model/compare-text';
import type { Relationship } from '../../core/model/scenario';
import { catalogueFindingSeverities } from '../../core/scenario/catalogue-finding';
import { defaultCompileOptions } from '../../core/scenario/compile-options';
import { compileScenario } from '../../core/scenario/compile-scenario';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { checkCatalogue } from '../../core/scenario/findings/check-catalogue';
import { findRelationshipProblem } from '../../core/scenario/relationship-problem';
import { fieldFindingToProto, fieldsFromMessage } from '../../server/codec/wire/field-codec';
import { findingToProto, relationshipFromProto, scenarioFromProto } from '../../server/codec/wire/scenario-codec';
import type { FileMessage, ParsedScenarioFiles } from './file-message';
import { type FileProblem, findingToFileProblem } from './problems';
import type { NamedScenario } from './scenario-names';

/** The valid scenarios and relationships of files, and all problems. */
export interface CheckedScenarios {
  /** The scenarios without an ERROR, in the order of the files, as version 1. */
  readonly scenarios: readonly CompiledScenario[];
  readonly relationships: readonly Relationship[];
  /** The rules of the fields (section 10). */
  readonly fields: FieldRules;
  /** All problems of the files and findings in the scenarios: by file, then by position. */
  readonly problems: readonly FileProblem[];
}

/**
 * Checks scenario files with the code and the default limits of the service. Reports the errors and
 * warnings of PutScenario, PutRelationship and PutFields, and the findings in the whole catalogue, each at its position in the file.
 */
export function checkScenarios(files: ParsedScenarioFiles): CheckedScenarios {
  const { compiledFields, fieldProblems } = checkFields(files.fields);
  const options = { ...defaultCompileOptions, fields: { fields: compiledFields } };
  const compilations = files.scenarios.map(({ message, source }) => {
    const { compiled, findings } = compileScenario(scenarioFromProto(message), 1, options);
    return { compiled, problems: findings.map((finding) => findingToFileProblem(source, findingToProto(finding))) };
  });
  const { relationships, acceptedMessages, problems } = checkRelationships(files);
  const scenarios = compilations.flatMap(({ compiled }) => (compiled === undefined ? [] : [compiled]));
  return {
    scenarios,
    relationships,
    fields: createFieldRules(
      compiledFields,
      scenarios.map(({ definition }) => definition),
    ),
    problems: sortByFile([
      ...files.problems,
      ...compilations.flatMap((compilation) => compilation.problems),
      ...problems,
      ...fieldProblems,
      ...checkTogether(files.scenarios, acceptedMessages),
    ]),
  };
}

function checkFields(files: ParsedScenarioFiles['fields']): {
  readonly compiledFields: ReadonlyMap<string, CompiledField>;
  readonly fieldProblems: readonly FileProblem[];
} {
  const [file] = files;
  if (file === undefined) return { compiledFields: new Map(), fieldProblems: [] };
  const { compiled = new Map(), findings } = compileFields(fieldsFromMessage(file.message));
  const fieldProblems = findings.map((finding) => findingToFileProblem(file.source, fieldFindingToProto(finding)));
  return { compiledFields: compiled, fieldProblems };
}

/** Checks scenarios and relationships as one catalogue. Omits findings in scenarios that are not from a file. */
export function checkTogether(
  scenarios: readonly (NamedScenario & Partial<FileMessage<Scenario>>)[],
  relationships: readonly FileMessage<RelationshipMessage>[],
): readonly FileProblem[] {
  const findings = checkCatalogue(
    scenarios.map(({ message }) => scenarioFromProto(message)),
    relationships.map(({ message }) => relationshipFromProto(message)),
  );
  return findings.flatMap(({ code, message, kind, index, fieldPath }): readonly FileProblem[] => {
    const { source, path = '' } = (kind === 'SCENARIO' ? scenarios : relationships)[index] ?? {};
    if (source === undefined) return [];
    const severity = catalogueFindingSeverities[code];
    const fullPath = path === '' ? fieldPath : `${path}.${fieldPath}`;
    return [{ file: source.file, ...source.positionAt(fieldPath), path: fullPath, severity, code, message }];
  });
}

interface CheckedRelationships extends Pick<CheckedScenarios, 'relationships' | 'problems'> {
  /** The file message of each relationship, in the order of `relationships`. */
  readonly acceptedMessages: readonly FileMessage<RelationshipMessage>[];
}

function checkRelationships({ scenarios, relationships: files }: ParsedScenarioFiles): CheckedRelationships {
  const names = scenarios.map(({ message: { scenarioId, name } }) => ({ scenarioId, name }));
  const relationships: Relationship[] = [];
  const acceptedMessages: FileMessage<RelationshipMessage>[] = [];
  const problems: FileProblem[] = [];
  for (const file of files) {
    const { message: definition, source, path } = file;
    const relationship = relationshipFromProto(definition);
    const message = findRelationshipProblem(relationship, relationships);
    if (message === '') {
      relationships.push(relationship);
      acceptedMessages.push(file);
    } else {
      const location = { file: source.file, ...source.positionAt(''), path };
      // The validation message contains ids. Replace them with names.
      const messageWithNames = names.reduce(
        (text, { scenarioId, name }) => text.replaceAll(scenarioId, `“${name}”`),
        message,
      );
      problems.push({ ...location, severity: 'ERROR', code: 'RELATIONSHIP_REFUSED', message: messageWithNames });
    }
  }
  return { relationships, acceptedMessages, problems };
}

/** Sorts by file, then by position. The sort is stable, so at one position, problems of the file come before findings. */
function sortByFile(problems: readonly FileProblem[]): readonly FileProblem[] {
  return [...problems].sort((a, b) => compareText(a.file, b.file) || a.line - b.line || a.column - b.column);
}
