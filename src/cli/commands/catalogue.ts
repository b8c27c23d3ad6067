import { stringify } from 'yaml';
import { Scenario, StoredScenario } from '../../../gen/focal/orchestration/v1/scenario';
import { DeleteScenarioRequest } from '../../../gen/focal/orchestration/v1/scenario_service';
import { putScenarios } from '../conversation-tests/put-scenarios';
import { type ExitCode, exitCodes } from '../exit-code';
import { loadScenarioFiles, messageToJson } from '../files';
import type { Output } from '../output/output';
import { styled } from '../output/styled-text';
import { withClient } from '../service';
import type { AgentOptions } from '../service-options';
import { getStoredScenario, listAllScenarios, resolveScenarioId, toAgentKey } from '../stored-scenarios';

/** Puts the scenarios and relationships of files into the catalogue; nothing changes where a definition is the stored one. */
export async function put(paths: readonly string[], options: AgentOptions, output: Output): Promise<ExitCode> {
  const files = loadScenarioFiles(paths);
  return withClient(options, async (client) => {
    for (const warning of await putScenarios(client, toAgentKey(options), files)) output.writeStatus(warning);
    const names = new Set(files.scenarios.map(({ message }) => message.scenarioId));
    const stored = (await listAllScenarios(client, options)).filter(({ scenario }) =>
      names.has(scenario?.scenarioId ?? ''),
    );
    if (output.json)
      output.writeJson(stored.map((each) => messageToJson('StoredScenario', StoredScenario.encode(each).finish())));
    else {
      for (const { scenario, version } of stored)
        output.writeLine(`${scenario?.scenarioId} ${scenario?.name} is version ${version}`);
      if (files.relationships.length > 0) output.writeLine(`${files.relationships.length} relationships are put`);
    }
    return exitCodes.ok;
  });
}

/** Writes a stored scenario in the form of a scenario file. */
export async function get(
  named: string,
  options: AgentOptions & { readonly version: number },
  output: Output,
): Promise<ExitCode> {
  return withClient(options, async (client) => {
    const scenarioId = await resolveScenarioId(client, options, named);
    const stored = await getStoredScenario(client, options, scenarioId, options.version);
    if (output.json) output.writeJson(messageToJson('StoredScenario', StoredScenario.encode(stored).finish()));
    else output.writeLine(fileText(stored.scenario ?? Scenario.create()));
    return exitCodes.ok;
  });
}

function fileText(scenario: Scenario): string {
  const schema = '# yaml-language-server: $schema=schemas/scenario.schema.json';
  const fields = messageToJson('Scenario', Scenario.encode(scenario).finish());
  return `${schema}\n${stringify(fields, { lineWidth: 120 }).trimEnd()}`;
}

/** Lists the newest versions. */
export async function list(options: AgentOptions & { readonly tag?: string }, output: Output): Promise<ExitCode> {
  return withClient(options, async (client) => {
    const all = await listAllScenarios(client, options, options.tag);
    if (output.json) {
      output.writeJson(all.map((each) => messageToJson('StoredScenario', StoredScenario.encode(each).finish())));
      return exitCodes.ok;
    }
    const width = Math.max(4, ...all.map(({ scenario }) => scenario?.name.length ?? 0)) + 2;
    output.writeLine(
      styled(output.terminal, 'faint', `${'scenario_id'.padEnd(38)}${'name'.padEnd(width)}version  steps  tags`),
    );
    for (const { scenario, version } of all) output.writeLine(row(scenario ?? Scenario.create(), version, width));
    return exitCodes.ok;
  });
}

function row({ scenarioId, name, enabled, steps, tags }: Scenario, version: number, width: number): string {
  const counts = `${String(version).padStart(7)}${String(steps.length).padStart(7)}`;
  const words = [...(enabled === false ? ['(disabled)'] : []), ...tags];
  return `${scenarioId.padEnd(38)}${name.padEnd(width)}${counts}  ${words.join(', ')}`.trimEnd();
}

/** Removes scenarios with all their versions; one that is not there is no error. */
export async function remove(named: readonly string[], options: AgentOptions, output: Output): Promise<ExitCode> {
  return withClient(options, async (client) => {
    const removed: { readonly scenario_id: string; readonly existed: boolean }[] = [];
    for (const name of named) {
      const scenarioId = await resolveScenarioId(client, options, name);
      const { existed } = await client.deleteScenario(
        DeleteScenarioRequest.fromPartial({ ...toAgentKey(options), scenarioId }),
      );
      removed.push({ scenario_id: scenarioId, existed });
      if (!output.json) output.writeLine(`${scenarioId} ${existed ? 'is deleted' : 'was not there'}`);
    }
    if (output.json) output.writeJson(removed);
    return exitCodes.ok;
  });
}
