import type { Call } from '../ports/call';
import type { AgentKey, ScenarioCatalogue } from '../ports/scenario-catalogue';
import type { CompiledCatalogue } from './compiled-catalogue';
import { createVersionMismatchError } from './put-scenario';

/** Names a scenario to remove. */
export interface DeleteScenarioCommand {
  readonly agent: AgentKey;
  readonly scenarioId: string;
  /** The newest version that the caller has seen; undefined: any. */
  readonly expectedVersion: number | undefined;
}

/**
 * Removes a scenario with all versions and relationships; its instances are cancelled at their next turn (2.1). Resolves to
 * whether there was one; removing what does not exist succeeds.
 *
 * @throws OrchestratorError VERSION_MISMATCH; nothing is removed then.
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
