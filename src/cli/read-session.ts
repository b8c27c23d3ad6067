import type { OrchestratorClient } from 'scenario-orchestrator-client';
import type { Session } from '../../gen/focal/orchestration/v1/session';
import {
  GetSessionRequest,
  type TurnRecord,
  WatchSessionRequest,
} from '../../gen/focal/orchestration/v1/session_service';
import { type AgentKey, listNamedScenarios } from './catalogue-client';
import { createScenarioNameLookup } from './conversation-tests/conversation';
import { CommandError, exitCodes } from './exit-codes';

// Reads what commands show of a session.

export interface SessionKey {
  readonly tenantId: string;
  readonly sessionId: string;
}

/** Reads a session. Rejects with CallError if the session does not exist. */
export async function readSession(client: OrchestratorClient, key: SessionKey): Promise<Session> {
  const { session } = await client.getSession(GetSessionRequest.fromPartial(key));
  if (session !== undefined) return session;
  throw new CommandError(exitCodes.service, 'The response of the service has no session.');
}

/** Reads the recorded turn that led to a revision from 1. Rejects with CallError if it is no longer recorded. */
export async function readRecordedTurn(
  client: OrchestratorClient,
  key: SessionKey,
  revision: number,
  settings?: { readonly signal: AbortSignal },
): Promise<TurnRecord | undefined> {
  const request = WatchSessionRequest.fromPartial({ ...key, afterRevision: revision - 1 });
  for await (const record of client.watchSession(request, settings)) return record;
  return undefined;
}

/** Loads the names of the agent's scenarios by id. */
export async function loadNameLookup(
  client: OrchestratorClient,
  agent: AgentKey,
): Promise<(scenarioId: string) => string> {
  return createScenarioNameLookup(await listNamedScenarios(client, agent));
}
