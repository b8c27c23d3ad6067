import { CallError, type OrchestratorClient } from 'scenario-orchestrator-client';
import type { StoredScenario } from '../../gen/focal/orchestration/v1/scenario';
import {
  GetScenarioRequest,
  ListScenariosRequest,
  PutFieldsRequest,
  PutRelationshipRequest,
  PutScenarioRequest,
} from '../../gen/focal/orchestration/v1/scenario_service';
import { CommandError, exitCodes } from './exit-codes';
import {
  type FileProblem,
  FileProblemsError,
  findingToFileProblem,
  findNearestName,
  formatProblem,
  isUuid,
  type NamedScenario,
  normalizeUuid,
  type ScenarioFiles,
  type SourceMap,
  violationToFileProblem,
} from './files';
import type { AgentOptions } from './service-client';

// Functions that commands use to read and change the stored scenarios of an agent.

const pageSize = 100;

/** The owner of a catalogue. The property names are those of requests. */
export interface AgentKey {
  readonly tenantId: string;
  readonly agentId: string;
}

export function toAgentKey({ tenant, agent }: Pick<AgentOptions, 'tenant' | 'agent'>): AgentKey {
  return { tenantId: tenant, agentId: agent };
}

/** Lists the latest version of every scenario of an agent, sorted by id. A tag selects the scenarios that have it. */
export async function listAllScenarios(
  client: OrchestratorClient,
  agent: AgentKey,
  tag = '',
): Promise<readonly StoredScenario[]> {
  const all: StoredScenario[] = [];
  let pageToken = '';
  do {
    const page = await client.listScenarios(ListScenariosRequest.fromPartial({ ...agent, tag, pageSize, pageToken }));
    all.push(...page.scenarios);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return all;
}

/** Lists the latest version of every scenario of an agent, for lookups by name or id. */
export async function listNamedScenarios(
  client: OrchestratorClient,
  agent: AgentKey,
): Promise<readonly NamedScenario[]> {
  const all = await listAllScenarios(client, agent);
  return all.flatMap(({ scenario }) => (scenario === undefined ? [] : [{ message: scenario }]));
}

/** Resolves to the id of a stored scenario. Rejects with CommandError if no scenario, or more than one, has the name. */
export async function resolveScenarioId(
  client: OrchestratorClient,
  agent: AgentKey,
  idOrName: string,
): Promise<string> {
  if (isUuid(idOrName)) return normalizeUuid(idOrName);
  const all = await listAllScenarios(client, agent);
  const matches = all.flatMap(({ scenario }) => (scenario?.name === idOrName ? [scenario.scenarioId] : []));
  const [id] = matches;
  if (id !== undefined && matches.length === 1) return id;
  if (matches.length > 1) {
    throw new CommandError(exitCodes.service, `${matches.length} scenarios are named “${idOrName}”; use the id.`);
  }
  const nearest = findNearestName(
    idOrName,
    all.map(({ scenario }) => scenario?.name ?? ''),
  );
  const hint = nearest === undefined ? 'Run `list` to see the stored scenarios.' : `Did you mean “${nearest}”?`;
  throw new CommandError(exitCodes.service, `The catalogue has no scenario “${idOrName}”. ${hint}`);
}

/** Reads a version of a stored scenario. Version 0 is the latest. */
export async function getStoredScenario(
  client: OrchestratorClient,
  agent: AgentKey,
  scenarioId: string,
  version: number,
): Promise<StoredScenario> {
  const { stored } = await client.getScenario(GetScenarioRequest.fromPartial({ ...agent, scenarioId, version }));
  if (stored === undefined) throw new CommandError(exitCodes.service, 'The response of the service has no scenario.');
  return stored;
}

/**
 * Stores the fields, scenarios and relationships of files. Resolves to the warnings of the service, one line each with its position. Throws
 * FileProblemsError with all findings if the service refuses the fields or a scenario.
 */
export async function putScenarios(
  client: Pick<OrchestratorClient, 'putScenario' | 'putRelationship' | 'putFields'>,
  agent: AgentKey,
  files: ScenarioFiles,
): Promise<readonly string[]> {
  const problems: FileProblem[] = [];
  const warnings: string[] = [];
  // Before the scenarios, whose conditions are checked against the types of the fields.
  for (const { message: definitions, source } of files.fields) {
    try {
      const { findings } = await client.putFields(PutFieldsRequest.fromPartial({ ...agent, definitions }));
      warnings.push(...findings.map((finding) => formatProblem(findingToFileProblem(source, finding))));
    } catch (error) {
      problems.push(...toFileProblems(error, source));
    }
  }
  for (const { message: scenario, source } of files.scenarios) {
    try {
      const { findings } = await client.putScenario(PutScenarioRequest.fromPartial({ ...agent, scenario }));
      warnings.push(...findings.map((finding) => formatProblem(findingToFileProblem(source, finding))));
    } catch (error) {
      problems.push(...toFileProblems(error, source));
    }
  }
  if (problems.length > 0) throw new FileProblemsError(problems);
  for (const { message: relationship } of files.relationships) {
    await client.putRelationship(PutRelationshipRequest.fromPartial({ ...agent, relationship }));
  }
  return warnings;
}

/** The problems that the service found in a definition. Rethrows every other error. */
function toFileProblems(error: unknown, source: SourceMap): readonly FileProblem[] {
  if (!(error instanceof CallError) || error.violations.length === 0) throw error;
  return error.violations.map(({ field, description }) => violationToFileProblem(source, field, description));
}
