import { findDuplicates } from '../../core/model/duplicates';
import { type FieldViolation, OrchestratorError } from '../../core/model/orchestrator-error';
import type { Relationship, Scenario } from '../../core/model/scenario';
import type { Catalogue } from '../../core/scenario/catalogue';
import { compareRelationships } from '../../core/scenario/catalogue';
import type { CompileOptions } from '../../core/scenario/compile-options';
import { compileScenario } from '../../core/scenario/compile-scenario';
import { findCycleIndex, findRelationshipProblem } from '../../core/scenario/relationship-problem';
import { indexRelationships } from '../../core/scenario/relationships';
import { refuseInvalidScenarios } from './refuse-invalid-scenarios';

/** What a caller sends in place of a catalogue. */
export interface InlineDefinitions {
  readonly scenarios: readonly Scenario[];
  readonly relationships: readonly Relationship[];
}

const scenariosPath = 'input.scenarios';
const relationshipsPath = 'input.relationships';

/** A definition that was sent has no history: what starts of it runs on its first version. */
const inlineVersion = 1;

/**
 * A catalogue of what a caller sent, compiled for this one turn. It holds one definition of a scenario, on which instances run
 * whichever version they name: so a session can be decided with a definition that is not stored yet.
 *
 * @throws OrchestratorError INVALID_REQUEST for what comes twice, SCENARIO_REFUSED and RELATIONSHIP_REFUSED for what would not be
 * stored.
 */
export function createInlineCatalogue(
  { scenarios, relationships }: InlineDefinitions,
  options: CompileOptions,
): Catalogue {
  refuseRepetitions({ scenarios, relationships });
  const compilations = scenarios.map((scenario, index) => {
    const { compiled, findings } = compileScenario(scenario, inlineVersion, options);
    return { scenario, path: `${scenariosPath}[${index}]`, compiled, findings };
  });
  refuseInvalidScenarios(compilations);
  refuseRelationships(relationships);
  const byId = new Map(compilations.map(({ scenario, compiled }) => [scenario.scenarioId, compiled]));
  return {
    revision: 0,
    getScenario: (scenarioId) => byId.get(scenarioId),
    getScenarioVersion: (scenarioId) => byId.get(scenarioId),
    relationships: indexRelationships([...relationships].sort(compareRelationships)),
  };
}

function refuseRepetitions({ scenarios, relationships }: InlineDefinitions): void {
  const violations = [
    ...findDuplicates(scenarios, ({ scenarioId }) => scenarioId).map(({ index: at, firstIndex: first }) => ({
      field: `${scenariosPath}[${at}].scenario_id`,
      description: `is that of ${scenariosPath}[${first}] as well; send one definition of each scenario`,
    })),
    ...findDuplicates(relationships, endsOf).map(({ index: at, firstIndex: first }) => ({
      field: `${relationshipsPath}[${at}]`,
      description: `has kind, source and target of ${relationshipsPath}[${first}]; send it once`,
    })),
  ];
  if (violations.length === 0) return;
  throw new OrchestratorError('INVALID_REQUEST', 'Something was sent twice.', { violations });
}

function endsOf({ kind, sourceType, sourceId, targetScenarioId }: Relationship): string {
  return `${kind}/${sourceType}/${sourceId}/${targetScenarioId}`;
}

/** As they would be refused if they were stored one after the other; of cycles one is named. */
function refuseRelationships(relationships: readonly Relationship[]): void {
  const closing = findCycleIndex(relationships);
  const violations = relationships.flatMap((relationship, at): FieldViolation[] => {
    const others = at === closing ? relationships.toSpliced(at, 1) : [];
    const description = findRelationshipProblem(relationship, others);
    return description === '' ? [] : [{ field: `${relationshipsPath}[${at}]`, description }];
  });
  if (violations.length === 0) return;
  throw new OrchestratorError('RELATIONSHIP_REFUSED', 'A relationship was refused.', { violations });
}
