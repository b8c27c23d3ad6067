import { type Command, Option } from 'commander';
import { Scenario, StoredScenario } from '../../../gen/focal/orchestration/v1/scenario';
import { DeleteScenarioRequest } from '../../../gen/focal/orchestration/v1/scenario_service';
import {
  getStoredScenario,
  listAllScenarios,
  listNamedScenarios,
  putScenarios,
  resolveScenarioId,
  toAgentKey,
} from '../catalogue-client';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { type ExitCode, exitCodes } from '../exit-codes';
import {
  checkTogether,
  FileProblemsError,
  formatProblem,
  messageToJson,
  parseScenarioFiles,
  resolveScenarioNames,
} from '../files';
import { type Output, styled } from '../output/terminal';
import { formatYamlFile } from '../output/yaml';
import { type AgentOptions, addAgentOptions, parseCount, withClient } from '../service-client';
import { storedFieldsToJson } from './fields';

// The commands `put`, `get`, `list` and `delete`: the stored scenarios of an agent.

type CatalogueOptions = AgentOptions & JsonOptions;

export function createPutCommand(): Command {
  const command = createCommand('put', {
    summary: 'store scenarios and fields',
    description: 'Stores the scenarios, relationships and field definitions of files in the catalogue of an agent.',
  })
    .argument('<paths...>', 'scenario files or folders')
    .addOption(createJsonOption());
  return addAgentOptions(command).action((paths: readonly string[], options: CatalogueOptions) =>
    runCommand(options, (output) => put(paths, options, output)),
  );
}

/** Stores files. An unchanged scenario keeps its version. Relationships and calls may name scenarios of the files and of the catalogue. */
async function put(paths: readonly string[], options: CatalogueOptions, output: Output): Promise<ExitCode> {
  const parsed = parseScenarioFiles(paths);
  if (parsed.problems.length > 0) throw new FileProblemsError(parsed.problems);
  const agent = toAgentKey(options);
  return withClient(options, async (client) => {
    const files = resolveScenarioNames(parsed, await listNamedScenarios(client, agent));
    if (files.problems.length > 0) throw new FileProblemsError(files.problems);
    for (const warning of await putScenarios(client, agent, files)) output.writeStatus(warning);
    const ids = new Set(files.scenarios.map(({ message }) => message.scenarioId));
    const all = await listAllScenarios(client, agent);
    const namedScenarios = all.flatMap(({ scenario }) => (scenario === undefined ? [] : [{ message: scenario }]));
    for (const problem of checkTogether(namedScenarios, files.relationships))
      output.writeStatus(formatProblem(problem));
    const stored = all.filter(({ scenario }) => ids.has(scenario?.scenarioId ?? ''));
    const fields = files.fields.length === 0 ? undefined : (await client.getFields(agent)).stored;
    if (output.json) {
      output.writeJson([...stored.map(toJson), ...(fields === undefined ? [] : [storedFieldsToJson(fields)])]);
      return exitCodes.ok;
    }
    for (const { scenario, version } of stored) {
      output.writeLine(`${scenario?.scenarioId} ${scenario?.name} stored as version ${version}`);
    }
    if (fields !== undefined) {
      const fieldCount = fields.definitions?.fields.length ?? 0;
      output.writeLine(`${fieldCount} ${fieldCount === 1 ? 'field' : 'fields'} stored as version ${fields.version}`);
    }
    const { length: relationshipCount } = files.relationships;
    if (relationshipCount > 0) {
      output.writeLine(`${relationshipCount} ${relationshipCount === 1 ? 'relationship' : 'relationships'} stored`);
    }
    return exitCodes.ok;
  });
}

interface GetOptions extends CatalogueOptions {
  /** The version of the scenario; 0 means the latest. */
  readonly version: number;
}

export function createGetCommand(): Command {
  const command = createCommand('get', {
    summary: 'print a stored scenario',
    description: 'Prints a stored scenario in the format of a scenario file.',
  })
    .argument('<scenario>', 'id or name of the scenario')
    .addOption(new Option('--version <number>', 'version of the scenario').default(0, 'latest').argParser(parseCount))
    .addOption(createJsonOption());
  return addAgentOptions(command).action((idOrName: string, options: GetOptions) =>
    runCommand(options, (output) => get(idOrName, options, output)),
  );
}

async function get(idOrName: string, options: GetOptions, output: Output): Promise<ExitCode> {
  const agent = toAgentKey(options);
  return withClient(options, async (client) => {
    const scenarioId = await resolveScenarioId(client, agent, idOrName);
    const stored = await getStoredScenario(client, agent, scenarioId, options.version);
    if (output.json) output.writeJson(toJson(stored));
    else output.writeFile(formatScenarioFile(stored.scenario ?? Scenario.create()));
    return exitCodes.ok;
  });
}

function toJson(stored: StoredScenario): unknown {
  return messageToJson('StoredScenario', StoredScenario.encode(stored).finish());
}

function formatScenarioFile(scenario: Scenario): string {
  const fields = messageToJson('Scenario', Scenario.encode(scenario).finish());
  return formatYamlFile('schemas/scenario.schema.json', fields);
}

interface ListOptions extends CatalogueOptions {
  readonly tag?: string;
}

export function createListCommand(): Command {
  const command = createCommand('list', {
    summary: 'list the stored scenarios',
    description: 'Lists the latest versions of the scenarios of an agent.',
  })
    .option('--tag <tag>', 'list only scenarios with this tag')
    .addOption(createJsonOption());
  return addAgentOptions(command).action((options: ListOptions) =>
    runCommand(options, (output) => list(options, output)),
  );
}

async function list(options: ListOptions, output: Output): Promise<ExitCode> {
  return withClient(options, async (client) => {
    const all = await listAllScenarios(client, toAgentKey(options), options.tag);
    if (output.json) {
      output.writeJson(all.map(toJson));
      return exitCodes.ok;
    }
    const nameWidth = Math.max(4, ...all.map(({ scenario }) => scenario?.name.length ?? 0)) + 2;
    const header = `${'scenario_id'.padEnd(38)}${'name'.padEnd(nameWidth)}version  steps  tags`;
    output.writeLine(styled(output.terminal, 'faint', header));
    for (const { scenario, version } of all) {
      output.writeLine(formatListRow(scenario ?? Scenario.create(), version, nameWidth));
    }
    return exitCodes.ok;
  });
}

function formatListRow(scenario: Scenario, version: number, nameWidth: number): string {
  const { scenarioId, name, enabled, steps, tags } = scenario;
  const counts = `${String(version).padStart(7)}${String(steps.length).padStart(7)}`;
  const notes = [...(enabled === false ? ['(disabled)'] : []), ...tags];
  return `${scenarioId.padEnd(38)}${name.padEnd(nameWidth)}${counts}  ${notes.join(', ')}`.trimEnd();
}

export function createDeleteCommand(): Command {
  const command = createCommand('delete', {
    summary: 'delete stored scenarios',
    description: 'Deletes all versions of scenarios. Running instances are canceled on their next turn.',
  })
    .argument('<scenarios...>', 'ids or names of scenarios')
    .addOption(createJsonOption());
  return addAgentOptions(command).action((idsOrNames: readonly string[], options: CatalogueOptions) =>
    runCommand(options, (output) => deleteScenarios(idsOrNames, options, output)),
  );
}

/** Deletes scenarios. An id that does not exist is not an error. */
async function deleteScenarios(
  idsOrNames: readonly string[],
  options: CatalogueOptions,
  output: Output,
): Promise<ExitCode> {
  const agent = toAgentKey(options);
  return withClient(options, async (client) => {
    const results: { readonly scenario_id: string; readonly existed: boolean }[] = [];
    for (const idOrName of idsOrNames) {
      const scenarioId = await resolveScenarioId(client, agent, idOrName);
      const { existed } = await client.deleteScenario(DeleteScenarioRequest.fromPartial({ ...agent, scenarioId }));
      results.push({ scenario_id: scenarioId, existed });
      if (!output.json) output.writeLine(`${scenarioId} ${existed ? 'deleted' : 'not found'}`);
    }
    if (output.json) output.writeJson(results);
    return exitCodes.ok;
  });
}
