import { InProcessCatalogue } from '../../src/cli/conversation-tests/in-process-catalogue';
import { checkScenarios, FileProblemsError, readScenarioFiles } from '../../src/cli/files';
import type { Catalogue } from '../../src/core/scenario/catalogue';
import type { CompiledScenario } from '../../src/core/scenario/compiled-scenario';

/** The scenarios of a policy with the names that the player uses for them. */
export interface PolicyCatalogue {
  readonly catalogue: Catalogue;
  readonly scenarios: readonly CompiledScenario[];
  /** Returns the scenario with a name. Throws if the policy has none. */
  getByName(name: string): CompiledScenario;
}

/** Reads the scenarios, relationships and fields of a folder. Throws FileProblemsError if the service would refuse one of them. */
export function readPolicy(folder: string): PolicyCatalogue {
  const { scenarios, relationships, fields, problems } = checkScenarios(readScenarioFiles([folder]));
  const errors = problems.filter(({ severity }) => severity === 'ERROR');
  if (errors.length > 0) throw new FileProblemsError(errors);
  const byName = new Map(scenarios.map((scenario) => [scenario.definition.name, scenario]));
  return {
    catalogue: new InProcessCatalogue(scenarios, relationships, fields.fields).getSnapshot(),
    scenarios,
    getByName(name) {
      const scenario = byName.get(name);
      if (scenario === undefined) throw new Error(`The policy has no scenario ${JSON.stringify(name)}.`);
      return scenario;
    },
  };
}
