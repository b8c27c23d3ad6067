import { randomUUID } from 'node:crypto';
import { type Command, Option } from 'commander';
import { CallError, type OrchestratorClient } from 'scenario-orchestrator-client';
import {
  ProcessTurnRequest,
  ProcessTurnResponse,
  ResponseView,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { GetSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import type { Turn } from '../../../gen/focal/orchestration/v1/turn';
import { listNamedScenarios, toAgentKey } from '../catalogue-client';
import { createCommand, createJsonOption, type JsonOptions, runCommand } from '../command';
import { createScenarioNameLookup } from '../conversation-tests/conversation';
import { type ParsedTurnFile, parseTurnFile, resolveScenarioIds } from '../conversation-tests/turn-file';
import { CommandError, type ExitCode, exitCodes } from '../exit-codes';
import { createScenarioIdLookup, FileProblemsError, isUuid, messageToJson } from '../files';
import { formatTurn } from '../output/format-turn';
import type { Output } from '../output/terminal';
import { type AgentOptions, addAgentOptions, parseCount, parseUuid, readTextFile, withClient } from '../service-client';

interface TurnOptions extends AgentOptions, JsonOptions {
  readonly session?: string;
  readonly validateOnly: boolean;
  readonly expectedRevision?: number;
  readonly supersedes?: string;
}

export function createTurnCommand(): Command {
  const command = createCommand('turn', {
    summary: 'send a turn',
    description:
      'Sends the turn of a YAML or JSON file and shows the decisions. The file can use scenario names instead of ids.',
  })
    .argument('<file>', 'file with the turn; - for standard input')
    .addOption(new Option('--session <uuid>', 'session id; default: session_id of the file').argParser(parseUuid))
    .addOption(
      new Option('--expected-revision <number>', 'fail if the session is at a different revision').argParser(
        parseCount,
      ),
    )
    .addOption(
      new Option(
        '--supersedes <uuid>',
        'replace the last turn, with this id; default: supersedes_turn_id of the file',
      ).argParser(parseUuid),
    )
    .option('--validate-only', 'decide the turn without storing it', false)
    .addOption(createJsonOption());
  return addAgentOptions(command).action((path: string, options: TurnOptions) =>
    runCommand(options, (output) => sendTurn(path, options, output)),
  );
}

async function sendTurn(path: string, options: TurnOptions, output: Output): Promise<ExitCode> {
  const file = parseTurnFile(path, readTextFile(path === '-' ? '/dev/stdin' : path));
  return withClient(options, async (client) => {
    const scenarios = await listNamedScenarios(client, toAgentKey(options));
    const turn = await completeTurn(client, file, resolveNames(file, scenarios), options);
    const { validateOnly, expectedRevision } = options;
    const responseView = ResponseView.RESPONSE_VIEW_FULL;
    const request = ProcessTurnRequest.fromPartial({ turn, validateOnly, expectedRevision, responseView });
    const { response, replayed } = await client.processTurn(request);
    if (output.json) {
      output.writeJson(messageToJson('ProcessTurnResponse', ProcessTurnResponse.encode(response).finish()));
      return exitCodes.ok;
    }
    const notes = `${replayed ? ', replayed' : ''}${validateOnly ? ', not stored' : ''}`;
    const title = `revision ${response.revision}${notes}`;
    const lines = formatTurn(output.terminal, { title, turn, response }, createScenarioNameLookup(scenarios));
    for (const line of lines) output.writeLine(line);
    return exitCodes.ok;
  });
}

/** Replaces scenario names by ids. An outcome may also have an instance id. Throws FileProblemsError for unknown names. */
function resolveNames({ context, turn }: ParsedTurnFile, scenarios: readonly { readonly message: Scenario }[]): Turn {
  const instanceIds = new Set(turn.stepOutcomes.map(({ instanceId }) => instanceId).filter(isUuid));
  const getId = createScenarioIdLookup(scenarios, (path, message) =>
    context.reportAt(path, 'UNKNOWN_SCENARIO', message),
  );
  const resolved = resolveScenarioIds(turn, (name, path) => (instanceIds.has(name) ? name : getId(name, path)), '');
  if (context.problems.length > 0) throw new FileProblemsError(context.problems);
  return resolved;
}

/** Adds tenant, agent, session and turn id. Replaces the scenario ids in step outcomes by the ids of running instances. */
async function completeTurn(
  client: OrchestratorClient,
  { context }: ParsedTurnFile,
  turn: Turn,
  options: TurnOptions,
): Promise<Turn> {
  const sessionId = options.session ?? turn.sessionId;
  if (sessionId === '') {
    const { file } = context.document.source;
    throw new CommandError(exitCodes.usage, `${file} has no session_id: add it, or set --session.`);
  }
  const owner = { ...toAgentKey(options), sessionId };
  const instanceIds = turn.stepOutcomes.length === 0 ? new Map() : await getInstanceIds(client, owner);
  return {
    ...turn,
    ...owner,
    turnId: turn.turnId || randomUUID(),
    supersedesTurnId: options.supersedes ?? turn.supersedesTurnId,
    stepOutcomes: turn.stepOutcomes.map((outcome) => ({
      ...outcome,
      instanceId: instanceIds.get(outcome.instanceId) ?? outcome.instanceId,
    })),
  };
}

/** Returns the ids of the running instances of a session by scenario id; empty for a new session. */
async function getInstanceIds(
  client: OrchestratorClient,
  { tenantId, sessionId }: { readonly tenantId: string; readonly sessionId: string },
): Promise<ReadonlyMap<string, string>> {
  try {
    const { session } = await client.getSession(GetSessionRequest.fromPartial({ tenantId, sessionId }));
    return new Map(session?.instances.map(({ scenarioId, instanceId }) => [scenarioId, instanceId]));
  } catch (error) {
    if (error instanceof CallError && error.reason === 'SESSION_NOT_FOUND') return new Map();
    throw error;
  }
}
