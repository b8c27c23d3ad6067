import { type Command, Option } from 'commander';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Session } from '../../../gen/focal/orchestration/v1/session';
import { TurnRecord, WatchSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { type ExitCode, exitCodes } from '../exit-codes';
import { explainRecord } from '../explain-turn';
import { messageToJson } from '../files';
import { formatSession } from '../output/format-session';
import { formatTurn } from '../output/format-turn';
import type { Output } from '../output/terminal';
import { loadNameLookup, readRecordedTurn, readSession, type SessionKey } from '../read-session';
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
    const key = { tenantId: options.tenant, sessionId };
    const session = await readSession(client, key);
    if (output.json) {
      output.writeJson(messageToJson('Session', Session.encode(session).finish()));
      return exitCodes.ok;
    }
    const getName = await loadNameLookup(client, { tenantId: options.tenant, agentId: session.agentId });
    const lastResponse = await getLastResponse(client, key, session.revision);
    const context = { lastResponse, now: Date.now(), getName };
    for (const line of formatSession(output.terminal, session, context)) output.writeLine(line);
    return exitCodes.ok;
  });
}

/** Returns the response to the last turn in the view FULL, or as it is recorded if the turn cannot be explained; undefined without turns. */
async function getLastResponse(
  client: OrchestratorClient,
  key: SessionKey,
  revision: number,
): Promise<ProcessTurnResponse | undefined> {
  if (revision === 0) return undefined;
  const record = await readRecordedTurn(client, key, revision);
  return record && (await explainRecord(client, key, record)).record.response;
}

interface TailOptions extends SessionOptions {
  /** Default: the current revision. */
  readonly after?: number;
  /** Default: unlimited. */
  readonly count?: number;
  /** Whether each turn is explained. */
  readonly explain: boolean;
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
    .option('--explain', 'show each turn with the reasons of its decisions as sentences', false)
    .addOption(createJsonOption('print each turn as JSON on one line'));
  return addServiceOptions(command).action((sessionId: string, options: TailOptions) =>
    runCommand(options, (output) => tailSession(sessionId, options, output)),
  );
}

async function tailSession(sessionId: string, options: TailOptions, output: Output): Promise<ExitCode> {
  const { tenant, after: afterRevision, count = Number.POSITIVE_INFINITY } = options;
  if (count === 0) return exitCodes.ok;
  return withClient(options, async (client) => {
    const key = { tenantId: tenant, sessionId };
    const request = WatchSessionRequest.fromPartial({ ...key, afterRevision });
    let getName: ((scenarioId: string) => string) | undefined;
    let shownCount = 0;
    for await (const recorded of client.watchSession(request)) {
      const record = options.explain ? await explainForOutput(client, key, recorded, output) : recorded;
      const { request: turnRequest, response } = record;
      if (output.json) {
        output.writeJsonLine(messageToJson('TurnRecord', TurnRecord.encode(record).finish()));
      } else if (turnRequest?.turn !== undefined && response !== undefined) {
        const { turn } = turnRequest;
        getName ??= await loadNameLookup(client, { tenantId: tenant, agentId: turn.agentId });
        const title = `revision ${record.revision}, ${record.committedAt?.toISOString() ?? ''}`;
        for (const line of formatTurn(output.terminal, { title, turn, response }, getName)) output.writeLine(line);
      }
      shownCount += 1;
      if (shownCount >= count) break;
    }
    return exitCodes.ok;
  });
}

/** Explains a turn. If it cannot be explained, reports why and returns it as it is recorded. */
async function explainForOutput(
  client: OrchestratorClient,
  key: SessionKey,
  recorded: TurnRecord,
  output: Output,
): Promise<TurnRecord> {
  const { record, problem } = await explainRecord(client, key, recorded);
  if (problem !== '') output.writeStatus(problem);
  return record;
}
