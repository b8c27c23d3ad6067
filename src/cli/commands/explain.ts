import { type Command, Option } from 'commander';
import type { OrchestratorClient } from 'scenario-orchestrator-client';
import { ExplainTurnResponse } from '../../../gen/focal/orchestration/v1/session_service';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes';
import { explainTurn, type TurnName } from '../explain-turn';
import { messageToJson } from '../files';
import { formatConsidered } from '../output/format-considered';
import { formatTurn } from '../output/format-turn';
import type { Output } from '../output/terminal';
import { loadNameLookup, readRecordedTurn, readSession } from '../read-session';
import { addServiceOptions, parseCount, parseUuid, type ServiceOptions, withClient } from '../service-client';

interface ExplainOptions extends ServiceOptions, JsonOptions {
  readonly revision?: number;
  readonly turn?: string;
}

export function createExplainCommand(): Command {
  const command = createCommand('explain', {
    summary: 'explain a recorded turn',
    description:
      'Shows a recorded turn with the reasons of its decisions as sentences, and with the transitions that were considered.',
  })
    .argument('<session>', 'session id', parseUuid)
    .addOption(
      new Option('--revision <number>', 'revision of the session after the turn; default: the last turn')
        .argParser(parseCount)
        .conflicts('turn'),
    )
    .addOption(new Option('--turn <uuid>', 'id of the turn; default: the last turn').argParser(parseUuid))
    .addOption(createJsonOption());
  return addServiceOptions(command).action((sessionId: string, options: ExplainOptions) =>
    runCommand(options, (output) => explain(sessionId, options, output)),
  );
}

async function explain(sessionId: string, options: ExplainOptions, output: Output): Promise<ExitCode> {
  return withClient(options, async (client) => {
    const explanation = await explainTurn(client, await toTurnName(client, sessionId, options));
    const { response, definitionsChanged } = explanation;
    if (output.json) {
      output.writeJson(messageToJson('ExplainTurnResponse', ExplainTurnResponse.encode(explanation).finish()));
      return exitCodes.ok;
    }
    if (response === undefined) throw new CommandError(exitCodes.service, 'The response of the service has no turn.');
    const record = await readRecordedTurn(client, { tenantId: options.tenant, sessionId }, response.revision);
    const turn = record?.request?.turn;
    if (turn === undefined) throw new CommandError(exitCodes.service, 'The turn is no longer recorded.');
    const getName = await loadNameLookup(client, { tenantId: options.tenant, agentId: turn.agentId });
    const title = `revision ${response.revision}, ${record?.committedAt?.toISOString() ?? ''}`;
    for (const line of formatTurn(output.terminal, { title, turn, response }, getName)) output.writeLine(line);
    for (const line of formatConsidered(output.terminal, response, getName)) output.writeLine(line);
    if (definitionsChanged) {
      output.writeStatus(
        'Relationships, field definitions, settings or the release have changed since this turn. The decisions are the recorded ones; sentences may describe what applies now.',
      );
    }
    return exitCodes.ok;
  });
}

/** Names the requested turn; without an option the last one. */
async function toTurnName(client: OrchestratorClient, sessionId: string, options: ExplainOptions): Promise<TurnName> {
  const { tenant: tenantId, turn: turnId, revision } = options;
  const key = { tenantId, sessionId };
  if (turnId !== undefined) return { ...key, turnId };
  if (revision === 0) throw new CommandError(exitCodes.usage, 'The first turn has --revision 1.');
  if (revision !== undefined) return { ...key, revision };
  const session = await readSession(client, key);
  if (session.revision === 0) throw new CommandError(exitCodes.usage, 'The session has no turns yet.');
  return { ...key, revision: session.revision };
}
