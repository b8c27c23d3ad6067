import { randomUUID } from 'node:crypto';
import { CallError, type OrchestratorClient } from 'scenario-orchestrator-client';
import { ProcessTurnRequest, ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { GetSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import type { Turn } from '../../../gen/focal/orchestration/v1/turn';
import { createScenarioIdLookup, resolveScenarioIds } from '../conversation-tests/scenario-names';
import { parseTurnFile } from '../conversation-tests/turn-file';
import { CommandError, type ExitCode, exitCodes } from '../exit-code';
import { FileProblemsError, messageToJson, type ParseContext } from '../files';
import type { Output } from '../output/output';
import { formatTurn } from '../output/turn-lines';
import { readTextFile, withClient } from '../service';
import type { AgentOptions } from '../service-options';
import { listAllScenarios, toAgentKey } from '../stored-scenarios';

export interface TurnOptions extends AgentOptions {
  /** Overrules the file's. */
  readonly session?: string;
  readonly validateOnly: boolean;
  readonly expectedRevision?: number;
}

/** Sends the turn of a file, or of standard input for `-`, and shows what was decided. */
export async function turn(path: string, options: TurnOptions, output: Output): Promise<ExitCode> {
  const { context: reading, turn: given } = parseTurnFile(path, readTextFile(path === '-' ? '/dev/stdin' : path));
  return withClient(options, async (client) => {
    const scenarios = (await listAllScenarios(client, options)).flatMap(({ scenario }) =>
      scenario === undefined ? [] : [{ message: scenario }],
    );
    const sent = await addressed(client, reading, withIds(reading, given, scenarios), options);
    const { validateOnly, expectedRevision } = options;
    const request = ProcessTurnRequest.fromPartial({ turn: sent, validateOnly, expectedRevision });
    const { response, replayed } = await client.processTurn(request);
    if (output.json) {
      output.writeJson(messageToJson('ProcessTurnResponse', ProcessTurnResponse.encode(response).finish()));
      return exitCodes.ok;
    }
    const names = new Map(scenarios.map(({ message }) => [message.scenarioId, message.name]));
    const title = `revision ${response.revision}${replayed ? ', answered before' : ''}${validateOnly ? ', not stored' : ''}`;
    for (const line of formatTurn(output.terminal, { title, turn: sent, response }, (id) => names.get(id) ?? id))
      output.writeLine(line);
    return exitCodes.ok;
  });
}

type Named = Parameters<typeof createScenarioIdLookup>[0];

function withIds(reading: ParseContext, turn: Turn, scenarios: Named): Turn {
  const ids = new Set(turn.stepOutcomes.map(({ instanceId }) => instanceId));
  // An outcome may name its instance itself.
  const instances = [...ids].filter((id) => /^[0-9a-f-]{36}$/i.test(id));
  const idOf = createScenarioIdLookup(scenarios, (at, problem) => reading.reportAt(at, 'UNKNOWN_SCENARIO', problem));
  const named = resolveScenarioIds(turn, (name, at) => (instances.includes(name) ? name : idOf(name, at)), '');
  if (reading.problems.length > 0) throw new FileProblemsError(reading.problems);
  return named;
}

/** The turn as it is sent: whose it is, a turn id where it has none, and the running instances of the scenarios that outcomes name. */
async function addressed(
  client: OrchestratorClient,
  reading: ParseContext,
  turn: Turn,
  options: TurnOptions,
): Promise<Turn> {
  const sessionId = options.session ?? turn.sessionId;
  if (sessionId === '') {
    const { file } = reading.document.source;
    throw new CommandError(exitCodes.usage, `${file} has no session_id: give one, or --session.`);
  }
  const owner = { ...toAgentKey(options), sessionId };
  const instances = turn.stepOutcomes.length === 0 ? new Map() : await instancesOf(client, owner);
  return {
    ...turn,
    ...owner,
    turnId: turn.turnId || randomUUID(),
    stepOutcomes: turn.stepOutcomes.map((outcome) => ({
      ...outcome,
      instanceId: instances.get(outcome.instanceId) ?? outcome.instanceId,
    })),
  };
}

async function instancesOf(
  client: OrchestratorClient,
  key: { readonly tenantId: string; readonly sessionId: string },
): Promise<ReadonlyMap<string, string>> {
  try {
    const { session } = await client.getSession(GetSessionRequest.fromPartial(key));
    return new Map(session?.instances.map(({ scenarioId, instanceId }) => [scenarioId, instanceId]));
  } catch (error) {
    if (error instanceof CallError && error.reason === 'SESSION_NOT_FOUND') return new Map();
    throw error;
  }
}
