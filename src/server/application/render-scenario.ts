import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { SessionKey } from '../../core/model/session';
import type { CompileOptions } from '../../core/scenario/compile-options';
import { compileScenario } from '../../core/scenario/compile-scenario';
import type { CompiledScenario } from '../../core/scenario/compiled-scenario';
import { renderMermaid } from '../../core/scenario/graph/mermaid';
import { buildScenarioGraph } from '../../core/scenario/graph/scenario-graph';
import { findSessionPath, type SessionPath } from '../../core/scenario/graph/session-path';
import type { Call } from '../ports/call';
import type { ScenarioCatalogue } from '../ports/scenario-catalogue';
import type { LegacySessionDependencies } from './adopt-legacy-session';
import { type GetScenarioQuery, getScenario } from './get-scenario';
import { readSession } from './read-session';

export interface RenderDependencies extends LegacySessionDependencies {
  readonly scenarios: ScenarioCatalogue;
  readonly compile: CompileOptions;
}

/** What to draw. */
export interface RenderScenarioQuery extends GetScenarioQuery {
  /** The session whose path and position are marked; "" for none. */
  readonly sessionId: string;
}

/**
 * The graph of a scenario as Mermaid text. Version 0 is the newest, with a session the one that its instance runs on.
 *
 * @throws OrchestratorError SCENARIO_NOT_FOUND, SESSION_NOT_FOUND, AGENT_MISMATCH, and what the store throws.
 */
export async function renderScenario(
  deps: RenderDependencies,
  { agent, scenarioId, version, sessionId }: RenderScenarioQuery,
  call: Call,
): Promise<string> {
  const key = { tenantId: agent.tenantId, sessionId };
  const track = sessionId === '' ? undefined : await trackOf(deps, key, agent.agentId, scenarioId, call);
  const drawn = version === 0 ? (track?.scenarioVersion ?? 0) : version;
  return renderMermaid(buildScenarioGraph(await compiled(deps, { agent, scenarioId, version: drawn }, call), track));
}

async function trackOf(
  deps: RenderDependencies,
  key: SessionKey,
  agentId: string,
  scenarioId: string,
  call: Call,
): Promise<SessionPath | undefined> {
  const session = await readSession(deps, key, call);
  if (session.agentId === agentId) return findSessionPath(session, scenarioId);
  throw new OrchestratorError('AGENT_MISMATCH', `The session belongs to agent ${session.agentId}.`, {
    metadata: { session_id: key.sessionId },
  });
}

/** A stored definition that this version of the service refuses counts as gone, as it does in turns. */
async function compiled(deps: RenderDependencies, query: GetScenarioQuery, call: Call): Promise<CompiledScenario> {
  const stored = await getScenario(deps, query, call);
  const scenario = compileScenario(stored.scenario, stored.version, deps.compile).compiled;
  if (scenario !== undefined) return scenario;
  const { scenarioId } = query;
  throw new OrchestratorError(
    'SCENARIO_NOT_FOUND',
    `Scenario ${scenarioId} is refused by this version of the service.`,
    {
      metadata: { scenario_id: scenarioId },
    },
  );
}
