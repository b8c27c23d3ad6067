import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  OrchestratorServiceService as orchestrator,
  ProcessTurnRequest,
  ResponseView,
} from '../../gen/focal/orchestration/v1/orchestrator_service';
import {
  PutFieldsRequest,
  PutRelationshipRequest,
  PutScenarioRequest,
  ScenarioServiceService as scenarioService,
} from '../../gen/focal/orchestration/v1/scenario_service';
import {
  DeleteSessionRequest,
  GetSessionRequest,
  ListTurnsRequest,
  SessionServiceService as sessionService,
} from '../../gen/focal/orchestration/v1/session_service';
import type { Conversation } from '../../src/cli/conversation-tests/conversation';
import { readConversation } from '../../src/cli/conversation-tests/conversation-file';
import { runConversation } from '../../src/cli/conversation-tests/run-conversation';
import { createInProcessTarget } from '../../src/cli/conversation-tests/run-in-process';
import { checkScenarios, loadScenarioFiles, readScenarioFiles, type ScenarioFiles } from '../../src/cli/files';
import type { RecordedCalls } from '../../src/server/warm-up/recorded-calls';

// Any ids: the calls are sent to a store that only the warm-up uses.
const agent = {
  tenantId: '3a6b0000-0000-4000-8000-000000000001',
  agentId: '3a6b0000-0000-4000-8000-000000000002',
} as const;
const startAt = new Date('2026-01-01T09:00:00Z');

type Call = RecordedCalls['catalogue'][number];

/**
 * Records the calls that store the example scenarios, and those of each example conversation that starts with a new session. A session ends
 * with reads and its deletion, so that its calls can be repeated.
 */
export async function recordCalls(examplesFolder: string): Promise<RecordedCalls> {
  const files = loadScenarioFiles([join(examplesFolder, 'scenarios')]);
  const folder = join(examplesFolder, 'conversations');
  const conversations = readdirSync(folder)
    .sort()
    .map((name) => readConversation(join(folder, name), readScenarioFiles))
    .filter(({ session, turns }) => session === undefined && turns.every((turn) => turn.catalogueChange === undefined));
  const sessions: (readonly Call[])[] = [];
  for (const conversation of conversations) sessions.push(await recordSession(conversation, files, sessions.length));
  return { catalogue: createCatalogueCalls(files), sessions };
}

async function recordSession(
  conversation: Conversation,
  files: ScenarioFiles,
  sessionNumber: number,
): Promise<readonly Call[]> {
  const sessionId = `3a6b0000-0000-4000-8000-1${sessionNumber.toString(16).padStart(11, '0')}`;
  // Callers use both: a turn without a view has the view BASIC.
  const responseView =
    sessionNumber % 2 === 0 ? ResponseView.RESPONSE_VIEW_UNSPECIFIED : ResponseView.RESPONSE_VIEW_FULL;
  const turns: Call[] = [];
  const target = createInProcessTarget(checkScenarios({ ...files, problems: [] }), conversation.settings);
  const recordingTarget = {
    ...target,
    processTurn(sent: ProcessTurnRequest) {
      const request = { ...sent, responseView };
      turns.push(encode(orchestrator.processTurn.path, ProcessTurnRequest.encode(request).finish()));
      return target.processTurn(sent);
    },
  };
  await runConversation(recordingTarget, conversation, { ...agent, sessionId, startAt });
  return [...turns, ...createSessionCalls(sessionId)];
}

function createCatalogueCalls({ fields, scenarios, relationships }: ScenarioFiles): readonly Call[] {
  return [
    ...fields.map(({ message: definitions }) =>
      encode(
        scenarioService.putFields.path,
        PutFieldsRequest.encode(PutFieldsRequest.fromPartial({ ...agent, definitions })).finish(),
      ),
    ),
    ...scenarios.map(({ message: scenario }) =>
      encode(
        scenarioService.putScenario.path,
        PutScenarioRequest.encode(PutScenarioRequest.fromPartial({ ...agent, scenario })).finish(),
      ),
    ),
    ...relationships.map(({ message: relationship }) =>
      encode(
        scenarioService.putRelationship.path,
        PutRelationshipRequest.encode(PutRelationshipRequest.fromPartial({ ...agent, relationship })).finish(),
      ),
    ),
  ];
}

function createSessionCalls(sessionId: string): readonly Call[] {
  const key = { tenantId: agent.tenantId, sessionId };
  return [
    encode(sessionService.getSession.path, GetSessionRequest.encode(GetSessionRequest.fromPartial(key)).finish()),
    encode(sessionService.listTurns.path, ListTurnsRequest.encode(ListTurnsRequest.fromPartial(key)).finish()),
    encode(
      sessionService.deleteSession.path,
      DeleteSessionRequest.encode(DeleteSessionRequest.fromPartial(key)).finish(),
    ),
  ];
}

function encode(path: string, request: Uint8Array): Call {
  return { path, request: Buffer.from(request).toString('base64') };
}

/** Formats the file with one call on each line, so that differences are small. */
export function formatRecordedCalls({ catalogue, sessions }: RecordedCalls): string {
  const format = (calls: readonly Call[]): string => `[\n${calls.map((call) => JSON.stringify(call)).join(',\n')}\n]`;
  return `{"catalogue":${format(catalogue)},\n"sessions":[${sessions.map(format).join(',\n')}]}\n`;
}
