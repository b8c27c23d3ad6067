import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, insecure, type OrchestratorClient, type ProcessTurnResponse } from 'scenario-orchestrator-client';
import { putScenarios } from '../../../src/cli/catalogue-client';
import { demoAgent, examplesFolder, readExampleConversation } from '../../../src/cli/commands/demo';
import { parseConversation } from '../../../src/cli/conversation-tests/conversation-file';
import { runConversation } from '../../../src/cli/conversation-tests/run-conversation';
import { createInProcessTarget } from '../../../src/cli/conversation-tests/run-in-process';
import { checkScenarios, FileProblemsError, parseScenarioFile, readScenarioFiles } from '../../../src/cli/files';
import { RedisProcess } from '../../../tools/redis/redis-process';
import { type BuiltServer, startBuiltServer } from '../../support/built-server';

const conversations = readdirSync(join(examplesFolder, 'conversations'));
const sessionIds = new Map(
  conversations.map((name, index) => [name, `d0d0d0d0-0000-4000-8000-00000000010${index}`] as const),
);
let folder: string;
let redis: RedisProcess;
let servers: Readonly<Record<'embedded' | 'redis', BuiltServer>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'demo-stores-'));
  redis = await RedisProcess.start();
  const embedded = await startBuiltServer({ ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data') });
  servers = {
    embedded,
    redis: await startBuiltServer({
      ORCHESTRATOR__REDIS__URL: redis.url,
      ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '60000',
    }),
  };
}, 120_000);
afterAll(async () => {
  await Promise.all([servers?.embedded.stop(), servers?.redis.stop()]);
  await redis?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function withClient<Result>(
  server: BuiltServer,
  action: (client: OrchestratorClient) => Promise<Result>,
): Promise<Result> {
  const client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
  return action(client).finally(() => client.close());
}

/** Runs a conversation with a service. */
function runWithServer(name: string, server: BuiltServer) {
  return withClient(server, async (client) => {
    const conversation = readExampleConversation(name);
    expect(await putScenarios(client, demoAgent, conversation.scenarios)).toEqual([]);
    const results = await runConversation(client, conversation, {
      ...demoAgent,
      sessionId: sessionIds.get(name) ?? '',
      startAt: new Date(1_763_800_000_000),
    });
    const responses: readonly ProcessTurnResponse[] = results.map(({ response }) => response);
    const differences = results.flatMap((result) => result.differences.map(({ key }) => `${result.number}: ${key}`));
    return { responses, differences };
  });
}

test.each(conversations)('%s is as expected and has the same responses with both stores', async (name) => {
  const embedded = await runWithServer(name, servers.embedded);
  const onRedis = await runWithServer(name, servers.redis);
  expect(embedded.differences).toEqual([]);
  expect(onRedis.differences).toEqual([]);
  expect(onRedis.responses).toEqual(embedded.responses);
});

test('7: catalogue changes between turns have the same responses in process and with a service', async () => {
  const id = 'd0d0d0d0-0000-4000-8000-000000000405';
  const write = (name: string, field: string): void => {
    const steps = `[{step_id: a, collects_profile_fields: [${field}], transitions: [{target_step_id: b}]}, {step_id: b, is_terminal: true}]`;
    writeFileSync(join(folder, name), `scenario_id: ${id}\nname: Changing\nentry_step_id: a\nsteps: ${steps}\n`);
  };
  write('first.yaml', 'x');
  write('second.yaml', 'y');
  const start = 'message: Hello, candidates: [{scenario_id: Changing, score: 0.9}]';
  const stop = 'message: Stop, situation: {signals: [{signal: CANCEL}]}';
  const text = `name: Talk
given: {scenarios: [first.yaml]}
turns:
  - {${start}, expect: {asks: {Changing: [x]}}}
  - {${stop}, catalogue: {put: [second.yaml]}, expect: {cancelled: {Changing: USER_REQUEST}}}
  - {${start}, expect: {asks: {Changing: [y]}}}
  - {${start}, catalogue: {disable: [Changing]}, expect: {continued: [Changing]}}
  - {message: Hello, catalogue: {delete: [Changing]}, expect: {cancelled: {Changing: SCENARIO_NOT_FOUND}}}
`;
  const conversation = parseConversation(join(folder, 'talk.yaml'), text, readScenarioFiles);
  const settings = {
    ...demoAgent,
    sessionId: 'd0d0d0d0-0000-4000-8000-000000000200',
    startAt: new Date(1_763_800_000_000),
  };
  const target = createInProcessTarget(checkScenarios({ ...conversation.scenarios, problems: [] }));
  const inProcess = await runConversation(target, conversation, settings);
  const withServer = await withClient(servers.embedded, async (client) => {
    await putScenarios(client, demoAgent, conversation.scenarios);
    return runConversation(client, conversation, settings);
  });
  expect(inProcess.flatMap(({ differences }) => differences)).toEqual([]);
  expect(withServer.map(({ response }) => response)).toEqual(inProcess.map(({ response }) => response));
});

const invalidScenario = `scenario_id: d0d0d0d0-0000-4000-8000-000000000404
name: Invalid
entry_step_id: a
steps:
  - step_id: a
    transitions:
      - target_step_id: nowhere
      - target_step_id: b
        condition: |
          data.age > 18.0
            && dta.vip
  - step_id: b
    is_terminal: true
`;

test('the findings of a refused scenario are located in its file', async () => {
  const { scenarios } = parseScenarioFile('invalid.yaml', invalidScenario);
  const error: unknown = await withClient(servers.embedded, (client) =>
    putScenarios(client, demoAgent, { scenarios, relationships: [], fields: [] }).catch((reason: unknown) => reason),
  );
  const lines = error instanceof FileProblemsError ? error.message.split('\n') : [];
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^invalid\.yaml:7:25: error DANGLING_TRANSITION: steps\[0\]\.transitions\[0\]\.target_step_id: /,
    ),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(/^invalid\.yaml:11:16: error [A-Z_]+: steps\[0\]\.transitions\[1\]\.condition: /),
  );
});
