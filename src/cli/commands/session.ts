import { type Command, Option } from 'commander';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Session } from '../../../gen/focal/orchestration/v1/session';
import {
  GetSessionRequest,
  TurnRecord,
  WatchSessionRequest,
} from '../../../gen/focal/orchestration/v1/session_service';
import { listNamedScenarios } from '../catalogue-client';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { createScenarioNameLookup } from '../conversation-tests/conversation';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes';
import { messageToJson } from '../files';
import { formatSession } from '../output/format-session';
import { formatTurn } from '../output/format-turn';
import type { Output } from '../output/terminal';
import { addServiceOptions, parseCount, parseUuid, type ServiceOptions, withClient } from '../service-client';

// The commands `session` and `tail`: the state of a session and its turns.

type SessionOptions = ServiceOptions & JsonOptions;

export function createSessionCommand(): Command {
  const command = createCommand('session', {
    summary: 'show a session',
    description: 'Shows the instances of a session: their steps, what they wait for, and why.',
  })
    .argument('<session>', 'session id', parseUuid)
    .addOption(createJsonOption());
  return addServiceOptions(command).action((sessionId: string, options: SessionOptions) =>
    runCommand(options, (output) => showSession(sessionId, options, output)),
  );
}

async function showSession(sessionId: string, options: SessionOptions, output: Output): Promise<ExitCode> {
  return withClient(options, async (client) => {
    const session = await getSession(client, options.tenant, sessionId);
    if (output.json) {
      output.writeJson(messageToJson('Session', Session.encode(session).finish()));
      return exitCodes.ok;
    }
    const getName = await loadNameLookup(client, options.tenant, session.agentId);
    const lastResponse = await getLastResponse(client, options.tenant, session);
    const context = { lastResponse, now: Date.now(), getName };
    for (const line of formatSession(output.terminal, session, context)) output.writeLine(line);
    return exitCodes.ok;
  });
}

/** Reads a session. Rejects with CallError if the session does not exist. */
export async function getSession(client: OrchestratorClient, tenantId: string, sessionId: string): Promise<Session> {
  const { session } = await client.getSession(GetSessionRequest.fromPartial({ tenantId, sessionId }));
  if (session !== undefined) return session;
  throw new CommandError(exitCodes.service, 'The response of the service has no session.');
}

/** Returns the response to the last turn; undefined if the session has no turns or the turn is no longer recorded. */
async function getLastResponse(
  client: OrchestratorClient,
  tenantId: string,
  { sessionId, revision }: Session,
): Promise<ProcessTurnResponse | undefined> {
  if (revision === 0) return undefined;
  const request = WatchSessionRequest.fromPartial({ tenantId, sessionId, afterRevision: revision - 1 });
  for await (const record of client.watchSession(request)) return record.response;
  return undefined;
}

async function loadNameLookup(
  client: OrchestratorClient,
  tenantId: string,
  agentId: string,
): Promise<(scenarioId: string) => string> {
  return createScenarioNameLookup(await listNamedScenarios(client, { tenantId, agentId }));
}

interface TailOptions extends SessionOptions {
  /** Default: the current revision. */
  readonly after?: number;
  /** Default: unlimited. */
  readonly count?: number;
}

export function createTailCommand(): Command {
  const command = createCommand('tail', {
    summary: 'follow a session',
    description: 'Shows the turns of a session as they are committed, on any node, until the command is interrupted.',
  })
    .argument('<session>', 'session id', parseUuid)
    .addOption(
      new Option(
        '--after <revision>',
        'start after this revision; 0: all recorded turns; default: the current revision',
      ).argParser(parseCount),
    )
    .addOption(new Option('-n, --count <turns>', 'stop after this number of turns').argParser(parseCount))
    .addOption(createJsonOption('print each turn as JSON on one line'));
  return addServiceOptions(command).action((sessionId: string, options: TailOptions) =>
    runCommand(options, (output) => tailSession(sessionId, options, output)),
  );
}

async function tailSession(sessionId: string, options: TailOptions, output: Output): Promise<ExitCode> {
  const { tenant, after: afterRevision, count = Number.POSITIVE_INFINITY } = options;
  if (count === 0) return exitCodes.ok;
  return withClient(options, async (client) => {
    const request = WatchSessionRequest.fromPartial({ tenantId: tenant, sessionId, afterRevision });
    let getName: ((scenarioId: string) => string) | undefined;
    let shownCount = 0;
    for await (const record of client.watchSession(request)) {
      const { request: turnRequest, response } = record;
      if (output.json) {
        output.writeJsonLine(messageToJson('TurnRecord', TurnRecord.encode(record).finish()));
      } else if (turnRequest?.turn !== undefined && response !== undefined) {
        const { turn } = turnRequest;
        getName ??= await loadNameLookup(client, tenant, turn.agentId);
        const title = `revision ${record.revision}, ${record.committedAt?.toISOString() ?? ''}`;
        for (const line of formatTurn(output.terminal, { title, turn, response }, getName)) output.writeLine(line);
      }
      shownCount += 1;
      if (shownCount >= count) break;
    }
    return exitCodes.ok;
  });
}
