import { randomUUID } from 'node:crypto';
import { ProcessTurnRequest, ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { GetSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import type { Turn } from '../../../gen/focal/orchestration/v1/turn';
import { FileProblemsError, messageJson, type Reading } from '../../adapters/files';
import { CallError, type OrchestratorClient } from '../../client';
import { parseTurn } from '../../conversation/read-turn';
import { idsByName, withScenarioIds } from '../../conversation/scenario-names';
import { turnLines } from '../../terminal/turn-lines';
import { CommandError, type ExitCode, exitCodes } from '../exit-code';
import type { Output } from '../output';
import { fileText, withService } from '../service';
import type { AgentOptions } from '../service-options';
import { agentOf, listAll } from '../stored-scenarios';

export interface TurnOptions extends AgentOptions {
  /** Overrules the file's. */
  readonly session?: string;
  readonly validateOnly: boolean;
  readonly expectedRevision?: number;
}

/** Sends the turn of a file, or of standard input for `-`, and shows what was decided. */
export async function turn(path: string, options: TurnOptions, output: Output): Promise<ExitCode> {
  const { reading, turn: given } = parseTurn(path, fileText(path === '-' ? '/dev/stdin' : path));
  return withService(options, async (client) => {
    const scenarios = (await listAll(client, options)).flatMap(({ scenario }) =>
      scenario === undefined ? [] : [{ message: scenario }],
    );
    const sent = await addressed(client, reading, withIds(reading, given, scenarios), options);
    const { validateOnly, expectedRevision } = options;
    const request = ProcessTurnRequest.fromPartial({ turn: sent, validateOnly, expectedRevision });
    const { response, replayed } = await client.processTurn(request);
    if (output.json) {
      output.value(messageJson('ProcessTurnResponse', ProcessTurnResponse.encode(response).finish()));
      return exitCodes.ok;
    }
    const names = new Map(scenarios.map(({ message }) => [message.scenarioId, message.name]));
    const title = `revision ${response.revision}${replayed ? ', answered before' : ''}${validateOnly ? ', not stored' : ''}`;
    for (const line of turnLines(output.paper, { title, turn: sent, response }, (id) => names.get(id) ?? id))
      output.say(line);
    return exitCodes.ok;
  });
}

type Named = Parameters<typeof idsByName>[0];

function withIds(reading: Reading, turn: Turn, scenarios: Named): Turn {
  const ids = new Set(turn.stepOutcomes.map(({ instanceId }) => instanceId));
  // An outcome may name its instance itself.
  const instances = [...ids].filter((id) => /^[0-9a-f-]{36}$/i.test(id));
  const idOf = idsByName(scenarios, (at, problem) => reading.reportAt(at, 'UNKNOWN_SCENARIO', problem));
  const named = withScenarioIds(turn, (name, at) => (instances.includes(name) ? name : idOf(name, at)), '');
  if (reading.problems.length > 0) throw new FileProblemsError(reading.problems);
  return named;
}

/** The turn as it is sent: whose it is, a turn id where it has none, and the running instances of the scenarios that outcomes name. */
async function addressed(
  client: OrchestratorClient,
  reading: Reading,
  turn: Turn,
  options: TurnOptions,
): Promise<Turn> {
  const sessionId = options.session ?? turn.sessionId;
  if (sessionId === '') {
    const { file } = reading.located.source;
    throw new CommandError(exitCodes.usage, `${file} has no session_id: give one, or --session.`);
  }
  const owner = { ...agentOf(options), sessionId };
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
