import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessTurnResponse } from '../../gen/focal/orchestration/v1/orchestrator_service';
import { connect } from '../../src/client';
import { demoAgent, examplesFolder, readDemo } from '../../src/demo/demo';
import { playConversation } from '../../src/demo/play-conversation';
import { putScenarios } from '../../src/demo/put-scenarios';
import { type BuiltServer, startBuiltServer } from '../support/built-server';
import { type RedisServer, startRedisServer } from '../support/redis-server';

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
  servers = { embedded, redis: await startBuiltServer({ ORCHESTRATOR__REDIS__URL: redis.url }) };
}, 120_000);
afterAll(async () => {
  await Promise.all([servers?.embedded.stop(), servers?.redis.stop()]);
  await redis?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What a service answered to a conversation, turn by turn, and what was not as expected. */
async function answersOf(name: string, server: BuiltServer) {
  const { files, conversation } = readDemo(name);
  const client = connect(server.address);
  try {
    expect(await putScenarios(client, demoAgent, files)).toEqual([]);
    const sessionId = sessions.get(name) ?? '';
    const played = await playConversation(client, conversation, {
      ...demoAgent,
      sessionId,
      startAt: new Date(1_763_800_000_000),
    });
    const responses: readonly ProcessTurnResponse[] = played.map(({ response }) => response);
    return { responses, unmet: played.flatMap(({ number, unmet }) => unmet.map((line) => `${number}: ${line}`)) };
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
