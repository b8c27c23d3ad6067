import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Session } from '../../../gen/focal/orchestration/v1/session';
import {
  GetSessionRequest,
  TurnRecord,
  WatchSessionRequest,
} from '../../../gen/focal/orchestration/v1/session_service';
import { messageJson } from '../../adapters/files';
import type { OrchestratorClient } from '../../client';
import { scenarioNames } from '../../conversation/conversation';
import { sessionLines } from '../../terminal/session-lines';
import { turnLines } from '../../terminal/turn-lines';
import { CommandError, type ExitCode, exitCodes } from '../exit-code';
import type { Output } from '../output';
import { withService } from '../service';
import type { AgentOptions, ServiceOptions } from '../service-options';
import { listAll } from '../stored-scenarios';

/** Shows a session: what runs in it, where each stands, what it waits for, and why. */
export async function session(sessionId: string, options: ServiceOptions, output: Output): Promise<ExitCode> {
  return withService(options, async (client) => {
    const found = await sessionOf(client, sessionId, options);
    if (output.json) output.value(messageJson('Session', Session.encode(found).finish()));
    else {
      const nameOf = await namesFor(client, { ...options, agent: found.agentId });
      const last = await lastResponse(client, found, options);
      for (const line of sessionLines(output.paper, found, last, nameOf)) output.say(line);
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
  return withService(options, async (client) => {
    const { tenant, after: afterRevision, count = Number.POSITIVE_INFINITY } = options;
    const request = WatchSessionRequest.fromPartial({ tenantId: tenant, sessionId, afterRevision });
    let nameOf: ((id: string) => string) | undefined;
    let seen = 0;
    if (seen >= count) return exitCodes.ok;
    for await (const record of client.watchSession(request)) {
      const { request: sent, response } = record;
      if (output.json) output.say(JSON.stringify(messageJson('TurnRecord', TurnRecord.encode(record).finish())));
      else if (sent?.turn !== undefined && response !== undefined) {
        nameOf ??= await namesFor(client, { ...options, agent: sent.turn.agentId });
        const title = `revision ${record.revision}, ${record.committedAt?.toISOString() ?? ''}`;
        for (const line of turnLines(output.paper, { title, turn: sent.turn, response }, nameOf)) output.say(line);
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
  const stored = await listAll(client, options);
  return scenarioNames(stored.flatMap(({ scenario }) => (scenario === undefined ? [] : [{ message: scenario }])));
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
