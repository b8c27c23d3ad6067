import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, insecure } from 'scenario-orchestrator-client';
import type { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { putScenarios } from '../../../src/cli/conversation-tests/put-scenarios';
import { runConversation } from '../../../src/cli/conversation-tests/run-conversation';
import { demoAgent, examplesFolder, readExampleConversation } from '../../../src/cli/demo/demo';
import { FileProblemsError, parseScenarioFile } from '../../../src/cli/files';
import { type BuiltServer, startBuiltServer } from '../../support/built-server';
import { type RedisServer, startRedisServer } from '../../support/redis-server';

const conversations = readdirSync(join(examplesFolder, 'conversations'));
const sessions = new Map(
  conversations.map((name, index) => [name, `d0d0d0d0-0000-4000-8000-00000000010${index}`] as const),
);
let folder: string;
let redis: RedisServer;
let servers: Readonly<Record<'embedded' | 'redis', BuiltServer>>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'demo-stores-'));
  redis = await startRedisServer();
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

/** What a service answered to a conversation, turn by turn, and what was not as expected. */
async function answersOf(name: string, server: BuiltServer) {
  const conversation = readExampleConversation(name);
  const client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
  try {
    expect(await putScenarios(client, demoAgent, conversation.scenarios)).toEqual([]);
    const sessionId = sessions.get(name) ?? '';
    const played = await runConversation(client, conversation, {
      ...demoAgent,
      sessionId,
      startAt: new Date(1_763_800_000_000),
    });
    const responses: readonly ProcessTurnResponse[] = played.map(({ response }) => response);
    return {
      responses,
      unmet: played.flatMap(({ number, differences: unmet }) => unmet.map(({ key }) => `${number}: ${key}`)),
    };
  } finally {
    client.close();
  }
}

test.each(conversations)(
  '%s is decided the same on the embedded store and on Redis, and as it expects',
  async (name) => {
    const embedded = await answersOf(name, servers.embedded);
    const onRedis = await answersOf(name, servers.redis);
    expect(embedded.unmet).toEqual([]);
    expect(onRedis.unmet).toEqual([]);
    expect(onRedis.responses).toEqual(embedded.responses);
  },
);

const broken = `scenario_id: d0d0d0d0-0000-4000-8000-000000000404
name: Broken
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

test('a scenario that the service refuses is told at its lines', async () => {
  const { scenarios } = parseScenarioFile('broken.yaml', broken);
  const client = connect(servers.embedded.address, { credentials: insecure(), timeoutMs: 60_000 });
  const refused = putScenarios(client, demoAgent, { scenarios, relationships: [] });
  const error: unknown = await refused.catch((reason: unknown) => reason);
  client.close();
  const lines = error instanceof FileProblemsError ? error.message.split('\n') : [];
  expect(lines).toContainEqual(
    expect.stringMatching(
      /^broken\.yaml:7:25: error DANGLING_TRANSITION: steps\[0\]\.transitions\[0\]\.target_step_id: /,
    ),
  );
  expect(lines).toContainEqual(
    expect.stringMatching(/^broken\.yaml:11:16: error [A-Z_]+: steps\[0\]\.transitions\[1\]\.condition: /),
  );
});
