import type { OrchestratorClient } from 'scenario-orchestrator-client';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Session } from '../../../gen/focal/orchestration/v1/session';
import {
  GetSessionRequest,
  TurnRecord,
  WatchSessionRequest,
} from '../../../gen/focal/orchestration/v1/session_service';
import { createScenarioNameLookup } from '../conversation-tests/conversation';
import { CommandError, type ExitCode, exitCodes } from '../exit-code';
import { messageToJson } from '../files';
import type { Output } from '../output/output';
import { formatSession } from '../output/session-lines';
import { formatTurn } from '../output/turn-lines';
import { withClient } from '../service';
import type { AgentOptions, ServiceOptions } from '../service-options';
import { listAllScenarios } from '../stored-scenarios';

/** Shows a session: what runs in it, where each stands, what it waits for, and why. */
export async function session(sessionId: string, options: ServiceOptions, output: Output): Promise<ExitCode> {
  return withClient(options, async (client) => {
    const found = await sessionOf(client, sessionId, options);
    if (output.json) output.writeJson(messageToJson('Session', Session.encode(found).finish()));
    else {
      const nameOf = await namesFor(client, { ...options, agent: found.agentId });
      const last = await lastResponse(client, found, options);
      for (const line of formatSession(output.terminal, found, last, nameOf)) output.writeLine(line);
    }
    return exitCodes.ok;
  });
}

export interface TailOptions extends ServiceOptions {
  /** Turns after this revision; undefined: from now on. */
  readonly after?: number;
  /** Ends after so many turns; undefined: never. */
  readonly count?: number;
}

/** Shows the turns of a session as they are committed. With --json a line a turn. */
export async function tail(sessionId: string, options: TailOptions, output: Output): Promise<ExitCode> {
  return withClient(options, async (client) => {
    const { tenant, after: afterRevision, count = Number.POSITIVE_INFINITY } = options;
    const request = WatchSessionRequest.fromPartial({ tenantId: tenant, sessionId, afterRevision });
    let nameOf: ((id: string) => string) | undefined;
    let seen = 0;
    if (seen >= count) return exitCodes.ok;
    for await (const record of client.watchSession(request)) {
      const { request: sent, response } = record;
      if (output.json)
        output.writeLine(JSON.stringify(messageToJson('TurnRecord', TurnRecord.encode(record).finish())));
      else if (sent?.turn !== undefined && response !== undefined) {
        nameOf ??= await namesFor(client, { ...options, agent: sent.turn.agentId });
        const title = `revision ${record.revision}, ${record.committedAt?.toISOString() ?? ''}`;
        for (const line of formatTurn(output.terminal, { title, turn: sent.turn, response }, nameOf))
          output.writeLine(line);
      }
      seen += 1;
      if (seen >= count) break;
    }
    return exitCodes.ok;
  });
}

async function sessionOf(client: OrchestratorClient, sessionId: string, { tenant }: ServiceOptions): Promise<Session> {
  const request = GetSessionRequest.fromPartial({ tenantId: tenant, sessionId });
  const { session: found } = await client.getSession(request);
  if (found !== undefined) return found;
  throw new CommandError(exitCodes.service, 'The service answered without a session.');
}

async function namesFor(client: OrchestratorClient, options: AgentOptions): Promise<(scenarioId: string) => string> {
  const stored = await listAllScenarios(client, options);
  return createScenarioNameLookup(
    stored.flatMap(({ scenario }) => (scenario === undefined ? [] : [{ message: scenario }])),
  );
}

/** The answer to the last turn, which tells why; undefined where there was none, or it is not recorded any more. */
async function lastResponse(
  client: OrchestratorClient,
  { sessionId, revision }: Session,
  { tenant }: ServiceOptions,
): Promise<ProcessTurnResponse | undefined> {
  if (revision === 0) return undefined;
  const request = { tenantId: tenant, sessionId, afterRevision: revision - 1 };
  for await (const record of client.watchSession(WatchSessionRequest.fromPartial(request))) return record.response;
  return undefined;
}
