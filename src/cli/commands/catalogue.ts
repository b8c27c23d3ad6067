import { stringify } from 'yaml';
import { Scenario, StoredScenario } from '../../../gen/focal/orchestration/v1/scenario';
import { DeleteScenarioRequest } from '../../../gen/focal/orchestration/v1/scenario_service';
import { loadScenarioFiles, messageJson } from '../../adapters/files';
import { putScenarios } from '../../conversation/put-scenarios';
import { inked } from '../../terminal/paper';
import { type ExitCode, exitCodes } from '../exit-code';
import type { Output } from '../output';
import { withService } from '../service';
import type { AgentOptions } from '../service-options';
import { agentOf, listAll, scenarioIdOf, storedScenario } from '../stored-scenarios';

/** Puts the scenarios and relationships of files into the catalogue; nothing changes where a definition is the stored one. */
export async function put(paths: readonly string[], options: AgentOptions, output: Output): Promise<ExitCode> {
  const files = loadScenarioFiles(paths);
  return withService(options, async (client) => {
    for (const warning of await putScenarios(client, agentOf(options), files)) output.tell(warning);
    const names = new Set(files.scenarios.map(({ message }) => message.scenarioId));
    const stored = (await listAll(client, options)).filter(({ scenario }) => names.has(scenario?.scenarioId ?? ''));
    if (output.json)
      output.value(stored.map((each) => messageJson('StoredScenario', StoredScenario.encode(each).finish())));
    else {
      for (const { scenario, version } of stored)
        output.say(`${scenario?.scenarioId} ${scenario?.name} is version ${version}`);
      if (files.relationships.length > 0) output.say(`${files.relationships.length} relationships are put`);
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
  return withService(options, async (client) => {
    const scenarioId = await scenarioIdOf(client, options, named);
    const stored = await storedScenario(client, options, scenarioId, options.version);
    if (output.json) output.value(messageJson('StoredScenario', StoredScenario.encode(stored).finish()));
    else output.say(fileText(stored.scenario ?? Scenario.create()));
    return exitCodes.ok;
  });
}

function fileText(scenario: Scenario): string {
  const schema = '# yaml-language-server: $schema=schemas/scenario.schema.json';
  const fields = messageJson('Scenario', Scenario.encode(scenario).finish());
  return `${schema}\n${stringify(fields, { lineWidth: 120 }).trimEnd()}`;
}

/** Lists the newest versions. */
export async function list(options: AgentOptions & { readonly tag?: string }, output: Output): Promise<ExitCode> {
  return withService(options, async (client) => {
    const all = await listAll(client, options, options.tag);
    if (output.json) {
      output.value(all.map((each) => messageJson('StoredScenario', StoredScenario.encode(each).finish())));
      return exitCodes.ok;
    }
    const width = Math.max(4, ...all.map(({ scenario }) => scenario?.name.length ?? 0)) + 2;
    output.say(inked(output.paper, 'faint', `${'scenario_id'.padEnd(38)}${'name'.padEnd(width)}version  steps  tags`));
    for (const { scenario, version } of all) output.say(row(scenario ?? Scenario.create(), version, width));
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
  return withService(options, async (client) => {
    const removed: { readonly scenario_id: string; readonly existed: boolean }[] = [];
    for (const name of named) {
      const scenarioId = await scenarioIdOf(client, options, name);
      const { existed } = await client.deleteScenario(
        DeleteScenarioRequest.fromPartial({ ...agentOf(options), scenarioId }),
      );
      removed.push({ scenario_id: scenarioId, existed });
      if (!output.json) output.say(`${scenarioId} ${existed ? 'is deleted' : 'was not there'}`);
    }
    if (output.json) output.value(removed);
    return exitCodes.ok;
  });
}
