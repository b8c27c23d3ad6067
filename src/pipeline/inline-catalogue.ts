import type { Catalogue } from '../domain/catalogue';
import { byKindAndEnds } from '../domain/catalogue-order';
import type { CompileOptions } from '../domain/compile-options';
import { compileScenario } from '../domain/compile-scenario';
import { type FieldViolation, OrchestratorError } from '../domain/orchestrator-error';
import { cyclePlace } from '../domain/relationship-cycle';
import { relationshipProblem } from '../domain/relationship-problem';
import { indexRelationships } from '../domain/relationships';
import { repetitions } from '../domain/repetitions';
import type { Relationship, Scenario } from '../domain/scenario';
import { refuseScenarios } from './scenario-refusal';

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
export function inlineCatalogue({ scenarios, relationships }: InlineDefinitions, options: CompileOptions): Catalogue {
  refuseRepetitions({ scenarios, relationships });
  const compilations = scenarios.map((scenario, index) => {
    const { compiled, findings } = compileScenario(scenario, inlineVersion, options);
    return { scenario, path: `${scenariosPath}[${index}]`, compiled, findings };
  });
  refuseScenarios(compilations);
  refuseRelationships(relationships);
  const byId = new Map(compilations.map(({ scenario, compiled }) => [scenario.scenarioId, compiled]));
  return {
    revision: 0,
    scenario: (scenarioId) => byId.get(scenarioId),
    version: (scenarioId) => byId.get(scenarioId),
    relationships: indexRelationships([...relationships].sort(byKindAndEnds)),
  };
}

function refuseRepetitions({ scenarios, relationships }: InlineDefinitions): void {
  const violations = [
    ...repetitions(scenarios, ({ scenarioId }) => scenarioId).map(({ at, first }) => ({
      field: `${scenariosPath}[${at}].scenario_id`,
      description: `is that of ${scenariosPath}[${first}] as well; send one definition of each scenario`,
    })),
    ...repetitions(relationships, endsOf).map(({ at, first }) => ({
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
  const closing = cyclePlace(relationships);
  const violations = relationships.flatMap((relationship, at): FieldViolation[] => {
    const others = at === closing ? relationships.toSpliced(at, 1) : [];
    const description = relationshipProblem(relationship, others);
    return description === '' ? [] : [{ field: `${relationshipsPath}[${at}]`, description }];
  });
  if (violations.length === 0) return;
  throw new OrchestratorError('RELATIONSHIP_REFUSED', 'A relationship was refused.', { violations });
}
