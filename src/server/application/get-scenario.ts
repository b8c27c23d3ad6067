import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { StoredScenario } from '../../core/model/scenario';
import type { Call } from '../ports/call';
import type { AgentKey, ScenarioCatalogue } from '../ports/scenario-catalogue';

export interface GetScenarioQuery {
  readonly agent: AgentKey;
  readonly scenarioId: string;
  /** 0 selects the latest version. */
  readonly version: number;
}

/**
 * Reads a version of a scenario.
 *
 * @throws OrchestratorError SCENARIO_NOT_FOUND.
 */
export async function getScenario(
  { scenarios }: { readonly scenarios: Pick<ScenarioCatalogue, 'get'> },
  { agent, scenarioId, version }: GetScenarioQuery,
  call: Call,
): Promise<StoredScenario> {
  const stored = await scenarios.get(agent, scenarioId, version, call);
  if (stored) return stored;
  const subject = version === 0 ? `Scenario ${scenarioId}` : `Version ${version} of scenario ${scenarioId}`;
  throw new OrchestratorError('SCENARIO_NOT_FOUND', `${subject} is not in the catalogue.`, {
    metadata: { scenario_id: scenarioId, ...(version === 0 ? {} : { version: String(version) }) },
  });
}
