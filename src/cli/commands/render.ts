import { existsSync, writeFileSync } from 'node:fs';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import { GetSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import { compileScenario } from '../../core/scenario/compile-scenario';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { renderMermaid } from '../../core/scenario/graph/mermaid';
import { buildScenarioGraph, type ScenarioGraph } from '../../core/scenario/graph/scenario-graph';
import { findSessionPath, type SessionPath } from '../../core/scenario/graph/session-path';
import { scenarioFromProto } from '../../server/codec/wire/scenario-codec';
import { sessionFromProto } from '../../server/codec/wire/session-codec';
import { checkScenarios } from '../conversation-tests/checked-scenarios';
import { CommandError, type ExitCode, exitCodes } from '../exit-code';
import { FileProblemsError, readScenarioFiles } from '../files';
import type { Output } from '../output/output';
import { formatScenarioGraph } from '../render/scenario-lines';
import { renderSvg } from '../render/svg';
import { withClient } from '../service';
import type { AgentOptions } from '../service-options';
import { getStoredScenario, resolveScenarioId } from '../stored-scenarios';

export interface RenderOptions extends Omit<AgentOptions, 'tenant' | 'agent'> {
  readonly tenant?: string;
  readonly agent?: string;
  readonly format: 'terminal' | 'mermaid' | 'svg';
  /** The one of a file that holds several, by name or id. */
  readonly scenario?: string;
  readonly session?: string;
  /** Of a stored scenario; 0: the newest, with a session the one that its instance runs on. */
  readonly version: number;
  readonly output?: string;
}

/** Draws the scenarios of a file, or a stored one, with the path of a session where one is named. */
export async function render(named: string, options: RenderOptions, output: Output): Promise<ExitCode> {
  const graphs = existsSync(named) ? await drawnFile(named, options) : [await drawnStored(named, options)];
  const [graph] = graphs;
  if (graph === undefined || (graphs.length > 1 && (options.format !== 'terminal' || options.output !== undefined))) {
    const names = graphs.map(({ title }) => `“${title}”`).join(', ');
    throw new CommandError(exitCodes.usage, `${named} holds ${names}: choose one with --scenario.`);
  }
  if (output.json) output.writeJson(graphs);
  else await write(graphs, graph, options, output);
  return exitCodes.ok;
}

async function write(
  graphs: readonly ScenarioGraph[],
  graph: ScenarioGraph,
  { format, output: path }: RenderOptions,
  output: Output,
): Promise<void> {
  const paper = path === undefined ? output.terminal : { ...output.terminal, colours: false };
  const text =
    format === 'svg'
      ? await renderSvg(graph)
      : format === 'mermaid'
        ? renderMermaid(graph)
        : graphs.map((each) => `${formatScenarioGraph(paper, each).join('\n')}\n`).join('\n');
  if (path === undefined) output.writeLine(text.trimEnd());
  else writeFileSync(path, text);
}

async function drawnFile(path: string, options: RenderOptions): Promise<readonly ScenarioGraph[]> {
  const { scenarios, problems } = checkScenarios(readScenarioFiles([path]));
  const errors = problems.filter(({ severity }) => severity === 'ERROR');
  if (errors.length > 0) throw new FileProblemsError(errors);
  const chosen = scenarios.filter(
    ({ name, scenarioId }) => options.scenario === undefined || [name, scenarioId].includes(options.scenario),
  );
  if (chosen.length === 0) {
    throw new CommandError(exitCodes.usage, `${path} holds no scenario “${options.scenario}”.`);
  }
  if (options.session === undefined) return chosen.map((scenario) => buildScenarioGraph(scenario));
  const owner = owned(options);
  return withClient(owner, (client) =>
    Promise.all(
      chosen.map(async (scenario) =>
        buildScenarioGraph(scenario, await trackOf(client, owner, scenario.scenarioId, options)),
      ),
    ),
  );
}

async function drawnStored(named: string, options: RenderOptions): Promise<ScenarioGraph> {
  if (/\.(ya?ml|json)$/.test(named)) throw new CommandError(exitCodes.usage, `There is no file ${named}.`);
  const owner = owned(options);
  return withClient(owner, async (client) => {
    const scenarioId = await resolveScenarioId(client, owner, named);
    const track = await trackOf(client, owner, scenarioId, options);
    const version = options.version || (track?.scenarioVersion ?? 0);
    const stored = await getStoredScenario(client, owner, scenarioId, version);
    const scenario = stored.scenario && compileScenario(scenarioFromProto(stored.scenario), stored.version).compiled;
    return buildScenarioGraph(compiledOr(scenario, named), track);
  });
}

function compiledOr(scenario: CompiledScenario | undefined, named: string): CompiledScenario {
  if (scenario !== undefined) return scenario;
  throw new CommandError(exitCodes.service, `The stored scenario ${named} is refused by this version of the program.`);
}

/** Options of a service with the tenant and agent that only a stored scenario or a session needs. */
function owned({ tenant, agent, ...options }: RenderOptions): AgentOptions {
  if (tenant !== undefined && agent !== undefined) return { ...options, tenant, agent };
  throw new CommandError(
    exitCodes.usage,
    'A stored scenario or a session needs --tenant and --agent. (To draw a file, name one that is there.)',
  );
}

async function trackOf(
  client: OrchestratorClient,
  { tenant }: AgentOptions,
  scenarioId: string,
  { session: sessionId }: RenderOptions,
): Promise<SessionPath | undefined> {
  if (sessionId === undefined) return undefined;
  const { session } = await client.getSession(GetSessionRequest.fromPartial({ tenantId: tenant, sessionId }));
  if (session === undefined) throw new CommandError(exitCodes.service, 'The service answered without a session.');
  return findSessionPath(sessionFromProto(session, { path: 'session', occurredAt: 0 }), scenarioId);
}
