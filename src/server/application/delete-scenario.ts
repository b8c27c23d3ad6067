import type { Call } from '../ports/call';
import type { AgentKey, ScenarioCatalogue } from '../ports/scenario-catalogue';
import type { CompiledCatalogue } from './compiled-catalogue';
import { createVersionMismatchError } from './put-scenario';

export interface DeleteScenarioCommand {
  readonly agent: AgentKey;
  readonly scenarioId: string;
  /** The latest version that the caller expects; undefined if any version is accepted. */
  readonly expectedVersion: number | undefined;
}

/**
 * Deletes a scenario with all its versions and relationships. Its instances are canceled at their next turn (2.1). Idempotent:
 * resolves to whether the scenario existed.
 *
 * @throws OrchestratorError VERSION_MISMATCH. In this case, nothing is deleted.
 */
export async function deleteScenario(
  { scenarios, catalogue }: { readonly scenarios: ScenarioCatalogue; readonly catalogue: CompiledCatalogue },
  { agent, scenarioId, expectedVersion }: DeleteScenarioCommand,
  call: Call,
): Promise<boolean> {
  const outcome = await catalogue.applyChange(agent, () => scenarios.delete(agent, scenarioId, expectedVersion, call));
  if (outcome.kind === 'conflict')
    throw createVersionMismatchError(scenarioId, expectedVersion, outcome.currentVersion);
  return outcome.existed;
}
