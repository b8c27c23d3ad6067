import { existsSync, writeFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import { toVisibleText } from '../../core/model/visible-text';
import { listCalls } from '../../core/scenario/call-graph';
import { compileScenario } from '../../core/scenario/compile-scenario';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { renderMermaid } from '../../core/scenario/graph/mermaid';
import { buildScenarioGraph, type ScenarioGraph } from '../../core/scenario/graph/scenario-graph';
import { findSessionPath, type SessionPath } from '../../core/scenario/graph/session-path';
import { scenarioFromProto } from '../../server/codec/wire/scenario-codec';
import { sessionFromProto } from '../../server/codec/wire/session-codec';
import { getStoredScenario, listNamedScenarios, resolveScenarioId, toAgentKey } from '../catalogue-client';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes';
import { checkScenarios, FileProblemsError, readScenarioFiles } from '../files';
import type { Output } from '../output/terminal';
import { readSession } from '../read-session';
import { renderSvg } from '../render/svg';
import { formatScenarioGraph } from '../render/terminal-drawing';
import {
  type AgentOptions,
  addAgentOptions,
  type ConnectionOptions,
  parseCount,
  parseUuid,
  withClient,
} from '../service-client';

interface RenderOptions extends ConnectionOptions, JsonOptions {
  readonly tenant?: string;
  readonly agent?: string;
  readonly format: 'terminal' | 'mermaid' | 'svg';
  /** The name or id of the scenario, if the file has several. */
  readonly scenario?: string;
  readonly session?: string;
  /** The version of a stored scenario. 0 means the version of the session's instance, if there is one, or the latest. */
  readonly version: number;
  readonly output?: string;
}

export function createRenderCommand(): Command {
  const command = createCommand('render', {
    summary: 'draw a scenario',
    description: 'Draws a scenario of a file or a stored scenario: in the terminal, as Mermaid text, or as SVG.',
  })
    .argument('<file-or-scenario>', 'scenario file, or id or name of a stored scenario')
    .addOption(
      new Option('--format <format>', 'output format').choices(['terminal', 'mermaid', 'svg']).default('terminal'),
    )
    .option('-o, --output <file>', 'write to a file')
    .option('--scenario <name>', 'name or id of the scenario, if the file has several')
    .addOption(
      new Option('--version <number>', 'version of a stored scenario').default(0, 'latest').argParser(parseCount),
    )
    .addOption(new Option('--session <uuid>', 'mark the path and the current step of a session').argParser(parseUuid))
    .addOption(createJsonOption('print the graphs as JSON'));
  return addAgentOptions(command, { isMandatory: false }).action((fileOrScenario: string, options: RenderOptions) =>
    runCommand(options, (output) => render(fileOrScenario, options, output)),
  );
}

async function render(fileOrScenario: string, options: RenderOptions, output: Output): Promise<ExitCode> {
  const graphs = existsSync(fileOrScenario)
    ? await loadFileGraphs(fileOrScenario, options)
    : [await loadStoredGraph(fileOrScenario, options)];
  const isSingle = options.format !== 'terminal' || options.output !== undefined;
  if (graphs.length > 1 && isSingle) {
    const titles = graphs.map(({ title }) => `“${title}”`).join(', ');
    throw new CommandError(exitCodes.usage, `${fileOrScenario} has ${titles}: select one with --scenario.`);
  }
  if (output.json) output.writeJson(graphs);
  else await writeDrawing(graphs, options, output);
  return exitCodes.ok;
}

async function writeDrawing(
  graphs: readonly ScenarioGraph[],
  { format, output: path }: RenderOptions,
  output: Output,
): Promise<void> {
  if (format === 'terminal' && path === undefined) {
    for (const [index, graph] of graphs.entries()) {
      if (index > 0) output.writeLine('');
      for (const line of formatScenarioGraph(output.terminal, graph)) output.writeLine(line);
    }
    return;
  }
  const plain = { ...output.terminal, hasColor: false };
  const drawings: Readonly<Record<typeof format, (graph: ScenarioGraph) => string | Promise<string>>> = {
    terminal: (graph: ScenarioGraph) => `${formatScenarioGraph(plain, graph).map(toVisibleText).join('\n')}\n`,
    mermaid: renderMermaid,
    svg: renderSvg,
  };
  const text = (await Promise.all(graphs.map(drawings[format]))).join('\n');
  if (path === undefined) output.writeFile(text);
  else writeFileSync(path, text);
}

/** Loads the graphs of the scenarios in a file. Throws CommandError if there are none. */
async function loadFileGraphs(path: string, options: RenderOptions): Promise<readonly ScenarioGraph[]> {
  const { scenarios, problems } = checkScenarios(readScenarioFiles([path]));
  const errors = problems.filter(({ severity }) => severity === 'ERROR');
  if (errors.length > 0) throw new FileProblemsError(errors);
  const { scenario: selected, session } = options;
  const selectedScenarios = scenarios.filter(
    ({ name, scenarioId }) => selected === undefined || name === selected || scenarioId === selected,
  );
  if (selectedScenarios.length === 0) {
    const missing = selected === undefined ? 'no scenario' : `no scenario “${selected}”`;
    throw new CommandError(exitCodes.usage, `${path} has ${missing}.`);
  }
  const names = new Map(scenarios.map(({ scenarioId, name }) => [scenarioId, name]));
  const build = (scenario: CompiledScenario, sessionPath?: SessionPath): ScenarioGraph =>
    buildScenarioGraph(scenario, sessionPath, (id) => names.get(id));
  if (session === undefined) return selectedScenarios.map((scenario) => build(scenario));
  const agentOptions = requireAgentOptions(options);
  return withClient(agentOptions, (client) =>
    Promise.all(
      selectedScenarios.map(async (scenario) => {
        return build(scenario, await loadSessionPath(client, agentOptions, session, scenario.scenarioId));
      }),
    ),
  );
}

async function loadStoredGraph(idOrName: string, options: RenderOptions): Promise<ScenarioGraph> {
  if (/\.(ya?ml|json)$/.test(idOrName)) throw new CommandError(exitCodes.usage, `${idOrName}: no such file.`);
  const agentOptions = requireAgentOptions(options);
  const agent = toAgentKey(agentOptions);
  return withClient(agentOptions, async (client) => {
    const scenarioId = await resolveScenarioId(client, agent, idOrName);
    const { session } = options;
    const path = session === undefined ? undefined : await loadSessionPath(client, agentOptions, session, scenarioId);
    const stored = await getStoredScenario(client, agent, scenarioId, options.version || (path?.scenarioVersion ?? 0));
    const definition = stored.scenario;
    const compiled = definition && compileScenario(scenarioFromProto(definition), stored.version).compiled;
    if (compiled !== undefined) {
      const named = listCalls(compiled.definition).length > 0 ? await listNamedScenarios(client, agent) : [];
      const names = new Map(named.map(({ message }) => [message.scenarioId, message.name]));
      return buildScenarioGraph(compiled, path, (id) => names.get(id));
    }
    throw new CommandError(
      exitCodes.service,
      `The stored scenario ${idOrName} is not valid in this release of the command.`,
    );
  });
}

/** Returns the options with tenant and agent. Throws CommandError if one of them is missing. */
function requireAgentOptions({ tenant, agent, ...options }: RenderOptions): AgentOptions {
  if (tenant !== undefined && agent !== undefined) return { ...options, tenant, agent };
  throw new CommandError(
    exitCodes.usage,
    'A stored scenario or a session needs --tenant and --agent. To draw a file, use the path of an existing file.',
  );
}

/** Loads the path of a session through a scenario; undefined if the session has no instance of the scenario. */
async function loadSessionPath(
  client: OrchestratorClient,
  { tenant }: AgentOptions,
  sessionId: string,
  scenarioId: string,
): Promise<SessionPath | undefined> {
  const session = await readSession(client, { tenantId: tenant, sessionId });
  return findSessionPath(sessionFromProto(session, { path: 'session', occurredAt: 0 }), scenarioId);
}
