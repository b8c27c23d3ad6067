import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { connect, insecure, type OrchestratorClient } from 'scenario-orchestrator-client';
import { putScenarios } from '../../src/cli/catalogue-client';
import { readConversation } from '../../src/cli/conversation-tests/conversation-file';
import { listConversationFiles } from '../../src/cli/conversation-tests/list-conversations';
import { runConversation } from '../../src/cli/conversation-tests/run-conversation';
import { createInProcessTarget } from '../../src/cli/conversation-tests/run-in-process';
import { checkScenarios, readScenarioFiles } from '../../src/cli/files';
import { type BuiltServer, startBuiltServer } from '../support/built-server';

// A service stores the session and reads it again between two turns; in process it stays in memory.

const files = listConversationFiles(__dirname).map((file) => relative(__dirname, file));
let folder: string;
let server: BuiltServer;
let client: OrchestratorClient;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'reports-'));
  server = await startBuiltServer({ ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data') });
  client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
}, 120_000);
afterAll(async () => {
  client?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test.each(files.map((file, index) => [file, index] as const))(
  '%s has the same responses in process and with a service',
  async (file, index) => {
    const conversation = readConversation(join(__dirname, file), readScenarioFiles);
    const settings = {
      tenantId: 'd0d0d0d0-0000-4000-8000-000000000001',
      // Each file has its own agent, because scenarios of several reports have the same names.
      agentId: `d0d0d0d0-0000-4000-8000-000000001${index.toString().padStart(3, '0')}`,
      sessionId: `d0d0d0d0-0000-4000-8000-000000002${index.toString().padStart(3, '0')}`,
      startAt: new Date(1_763_800_000_000),
    };
    const checked = checkScenarios({ ...conversation.scenarios, problems: [] });
    const inProcess = await runConversation(createInProcessTarget(checked), conversation, settings);
    await putScenarios(client, settings, conversation.scenarios);
    const withService = await runConversation(client, conversation, settings);
    expect(withService.map(({ response }) => response)).toEqual(inProcess.map(({ response }) => response));
  },
);
