import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { StoredScenario } from '../../core/model/scenario';
import type { Call } from '../ports/call';
import type { AgentKey, ScenarioCatalogue } from '../ports/scenario-catalogue';

/** Names a version of a scenario. */
export interface GetScenarioQuery {
  readonly agent: AgentKey;
  readonly scenarioId: string;
  /** 0: the newest. */
  readonly version: number;
}

/**
 * A version of a scenario as the catalogue holds it.
 *
 * @throws OrchestratorError SCENARIO_NOT_FOUND.
 */
export async function getScenario(
  { scenarios }: { readonly scenarios: ScenarioCatalogue },
  { agent, scenarioId, version }: GetScenarioQuery,
  call: Call,
): Promise<StoredScenario> {
  const stored = await scenarios.get(agent, scenarioId, version, call);
  if (stored) return stored;
  const which = version === 0 ? '' : ` version ${version} of`;
  throw new OrchestratorError('SCENARIO_NOT_FOUND', `The catalogue does not hold${which} scenario ${scenarioId}.`, {
    metadata: { scenario_id: scenarioId, ...(version === 0 ? {} : { version: String(version) }) },
  });
}
