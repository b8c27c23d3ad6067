import type { OrchestratorClient } from 'scenario-orchestrator-client';
import type { StoredScenario } from '../../gen/focal/orchestration/v1/scenario';
import { GetScenarioRequest, ListScenariosRequest } from '../../gen/focal/orchestration/v1/scenario_service';
import { CommandError, exitCodes } from './exit-code';
import { findNearestName } from './files';
import type { AgentOptions } from './service-options';

const pageSize = 100;

/** Whose catalogue it is, in the contract's words. */
export function toAgentKey({ tenant, agent }: AgentOptions): { readonly tenantId: string; readonly agentId: string } {
  return { tenantId: tenant, agentId: agent };
}

/** The newest version of every scenario of an agent, by id; only those with a tag where one is given. */
export async function listAllScenarios(
  client: OrchestratorClient,
  options: AgentOptions,
  tag = '',
): Promise<StoredScenario[]> {
  const all: StoredScenario[] = [];
  let pageToken = '';
  do {
    const page = await client.listScenarios(
      ListScenariosRequest.fromPartial({ ...toAgentKey(options), tag, pageSize, pageToken }),
    );
    all.push(...page.scenarios);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return all;
}

/** The id of the scenario that a person names, by id or by name. */
export async function resolveScenarioId(
  client: OrchestratorClient,
  options: AgentOptions,
  named: string,
): Promise<string> {
  if (/^[0-9a-f-]{36}$/i.test(named)) return named;
  const all = await listAllScenarios(client, options);
  const found = all.flatMap(({ scenario }) => (scenario?.name === named ? [scenario.scenarioId] : []));
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  const near = findNearestName(
    named,
    all.map(({ scenario }) => scenario?.name ?? ''),
  );
  const hint = near === undefined ? 'The command `list` shows what there is.' : `Did you mean “${near}”?`;
  const problem =
    first === undefined
      ? `The catalogue holds no scenario “${named}”.`
      : `${found.length} scenarios are “${named}”: name one by its id.`;
  throw new CommandError(exitCodes.service, first === undefined ? `${problem} ${hint}` : problem);
}

/** A version of a scenario, 0 for the newest. */
export async function getStoredScenario(
  client: OrchestratorClient,
  options: AgentOptions,
  scenarioId: string,
  version: number,
): Promise<StoredScenario> {
  const { stored } = await client.getScenario(
    GetScenarioRequest.fromPartial({ ...toAgentKey(options), scenarioId, version }),
  );
  if (stored === undefined) throw new CommandError(exitCodes.service, 'The service answered without a scenario.');
  return stored;
}
