import { Allowance } from '../../core/model/allowance';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { SessionKey } from '../../core/model/session';
import { listCalls } from '../../core/scenario/call-graph';
import type { CompileOptions } from '../../core/scenario/compile-options';
import { compileInParts } from '../../core/scenario/compile-scenario';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { renderMermaid } from '../../core/scenario/graph/mermaid';
import { buildScenarioGraph } from '../../core/scenario/graph/scenario-graph';
import { findSessionPath, type SessionPath } from '../../core/scenario/graph/session-path';
import type { Call } from '../ports/call';
import type { AgentKey, ScenarioCatalogue } from '../ports/scenario-catalogue';
import type { LegacySessionDependencies } from './adopt-legacy-session';
import { type GetScenarioQuery, getScenario } from './get-scenario';
import { getSession } from './get-session';
import { runInParts } from './run-in-parts';

export interface RenderDependencies extends LegacySessionDependencies {
  readonly scenarios: ScenarioCatalogue;
  readonly compileOptions: CompileOptions;
}

export interface RenderScenarioQuery extends GetScenarioQuery {
  /** The session whose path and position are marked; "" for none. */
  readonly sessionId: string;
}

/**
 * Renders the graph of a scenario as Mermaid text. Version 0 selects the version of the session's instance, or the latest version
 * if there is no instance.
 *
 * @throws OrchestratorError SCENARIO_NOT_FOUND, SESSION_NOT_FOUND, AGENT_MISMATCH, and the errors of the store.
 */
export async function renderScenario(
  deps: RenderDependencies,
  { agent, scenarioId, version, sessionId }: RenderScenarioQuery,
  call: Call,
): Promise<string> {
  const key = { tenantId: agent.tenantId, sessionId };
  const path = sessionId === '' ? undefined : await readSessionPath(deps, key, agent.agentId, scenarioId, call);
  const renderedVersion = version === 0 ? (path?.scenarioVersion ?? 0) : version;
  const scenario = await compileStoredScenario(deps, { agent, scenarioId, version: renderedVersion }, call);
  const hasCalls = listCalls(scenario.definition).length > 0;
  const names = hasCalls ? await readScenarioNames(deps, agent, call) : undefined;
  return renderMermaid(buildScenarioGraph(scenario, path, (id) => names?.get(id)));
}

async function readSessionPath(
  deps: RenderDependencies,
  key: SessionKey,
  agentId: string,
  scenarioId: string,
  call: Call,
): Promise<SessionPath | undefined> {
  const session = await getSession(deps, key, call);
  if (session.agentId === agentId) return findSessionPath(session, scenarioId);
  throw new OrchestratorError('AGENT_MISMATCH', `The session belongs to agent ${session.agentId}.`, {
    metadata: { session_id: key.sessionId },
  });
}

async function readScenarioNames(
  { catalogue }: RenderDependencies,
  agent: AgentKey,
  call: Call,
): Promise<ReadonlyMap<string, string>> {
  const { scenarios } = await catalogue.getContent(agent, call);
  return new Map(scenarios.map(({ scenario }) => [scenario.scenarioId, scenario.name]));
}

/** Reads and compiles a scenario. As in turns, a stored scenario that is invalid in this release is treated as deleted. */
async function compileStoredScenario(
  deps: RenderDependencies,
  query: GetScenarioQuery,
  call: Call,
): Promise<CompiledScenario> {
  const stored = await getScenario(deps, query, call);
  const allowance = new Allowance(Number.POSITIVE_INFINITY);
  const parts = compileInParts(stored.scenario, stored.version, deps.compileOptions, allowance);
  const scenario = (await runInParts(parts, allowance, { call, clock: deps.clock })).compiled;
  if (scenario !== undefined) return scenario;
  const { scenarioId } = query;
  const message = `Scenario ${scenarioId} is invalid in this release of the service. Store a valid version.`;
  throw new OrchestratorError('SCENARIO_NOT_FOUND', message, { metadata: { scenario_id: scenarioId } });
}
