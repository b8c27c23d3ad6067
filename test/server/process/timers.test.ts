import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, insecure, type OrchestratorClient } from 'scenario-orchestrator-client';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { PutScenarioRequest } from '../../../gen/focal/orchestration/v1/scenario_service';
import { ListTurnsRequest } from '../../../gen/focal/orchestration/v1/session_service';
import { TurnTrigger } from '../../../gen/focal/orchestration/v1/turn';
import { scenarioToProto } from '../../../src/server/codec/wire/scenario-codec';
import { findFreePort } from '../../../tools/redis/free-port';
import { type BuiltServer, startBuiltServer } from '../../support/built-server';
import { eventually } from '../../support/eventually';
import {
  isTimerMetric,
  listDocumentedMetrics,
  listServiceMetrics,
  parseSeries,
  scrape,
} from '../../support/scraped-metrics';
import { uuid } from '../../support/session-builder';
import { survey, toKey } from '../../support/timers-under-test';
import { RedisUnderTest } from '../stores/redis/redis-under-test';

jest.setTimeout(120_000);

const agent = { tenantId: uuid(1), agentId: uuid(2) };
const reminderMs = 5 * 60_000;
const sessions = 40;

/** Two nodes with one Redis. The first one has two workers, the second one exports its metrics. */
describe('nodes that fire timers', () => {
  let redis: RedisUnderTest;
  const servers: BuiltServer[] = [];
  const clients: OrchestratorClient[] = [];

  const startNode = async (settings: NodeJS.ProcessEnv = {}): Promise<OrchestratorClient> => {
    const server = await startBuiltServer({
      ORCHESTRATOR__REDIS__URL: redis.server.url,
      ORCHESTRATOR__REDIS__PARTITIONS: '16',
      ORCHESTRATOR__TIMERS__ENABLED: 'true',
      ORCHESTRATOR__TIMERS__POLL_INTERVAL_MS: '20',
      ORCHESTRATOR__TIMERS__LEASE_MS: '500',
      ...settings,
    });
    servers.push(server);
    const client = connect(server.address, { credentials: insecure(), timeoutMs: 60_000 });
    clients.push(client);
    return client;
  };

  beforeAll(async () => {
    redis = await RedisUnderTest.start();
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    for (const server of servers) server.process.kill('SIGKILL');
    await redis?.close();
  });

  /** Sends a message at a time. The reminder of the survey is due five minutes later. */
  const send = (client: OrchestratorClient, session: number, occurredAt: number) =>
    client.processTurn(
      ProcessTurnRequest.fromPartial({
        turn: {
          ...agent,
          sessionId: toKey(session).sessionId,
          turnId: uuid(50_000 + session),
          occurredAt: new Date(occurredAt),
          trigger: TurnTrigger.TURN_TRIGGER_MESSAGE,
          candidates: [{ scenarioId: survey.scenarioId, score: 0.9 }],
        },
      }),
    );
  const listTriggers = async (client: OrchestratorClient, session: number) => {
    const { turns } = await client.listTurns(ListTurnsRequest.fromPartial(toKey(session)));
    return turns.map(({ request }) => request?.turn?.trigger);
  };
  const countDue = async (): Promise<number> => {
    const keys = await redis.admin.keys('so:{p*}:due');
    const counts = await Promise.all(keys.map((key) => redis.admin.zcount(key, '-inf', Date.now())));
    return counts.reduce((sum, count) => sum + count, 0);
  };

  it('fire each timer once, also those of a node that is killed', async () => {
    const first = await startNode({ ORCHESTRATOR__SERVER__WORKERS: '2' });
    await first.putScenario(PutScenarioRequest.fromPartial({ ...agent, scenario: scenarioToProto(survey) }));
    const port = await findFreePort();
    const second = await startNode({
      OTEL_METRICS_EXPORTER: 'prometheus',
      OTEL_EXPORTER_PROMETHEUS_HOST: '127.0.0.1',
      OTEL_EXPORTER_PROMETHEUS_PORT: String(port),
    });
    const [killed] = servers;
    // Each of the two workers of the first node fires timers itself.
    await eventually(async () => (await redis.admin.zcard('so:timers')) === 3);
    // Half of the timers are due at once, the others while and after the node is killed.
    for (let session = 1; session <= sessions; session += 1) {
      await send(first, session, Date.now() - reminderMs + (session > sessions / 2 ? 1_500 : 0));
      if (session === sessions) killed?.process.kill('SIGKILL');
    }
    await eventually(async () => {
      const all = await Promise.all(Array.from({ length: sessions }, (_, index) => listTriggers(second, index + 1)));
      return all.every((turns) => turns.length > 1);
    });
    expect(await countDue()).toBe(0);
    for (let session = 1; session <= sessions; session += 1) {
      expect(await listTriggers(second, session)).toEqual([
        TurnTrigger.TURN_TRIGGER_MESSAGE,
        TurnTrigger.TURN_TRIGGER_TIMER,
      ]);
    }
    const scraped = await scrape(`http://127.0.0.1:${port}/metrics`);
    expect(parseSeries(scraped, 'orchestrator_timers_partitions')).toEqual({ '': 16 });
    expect(parseSeries(scraped, 'orchestrator_timers_lateness_count')['']).toBeGreaterThanOrEqual(sessions / 4);
    const served = new Set(listServiceMetrics(scraped).filter(isTimerMetric));
    served.add('orchestrator_timers_failures'); // nothing has failed
    expect([...served].sort()).toEqual(listDocumentedMetrics().filter(isTimerMetric));
  });

  it('give up their partitions when they are stopped', async () => {
    const stopped = servers[1];
    expect(await stopped?.stop()).toBe(0);
    for (const key of await redis.admin.keys('so:{p*}:timers')) expect(await redis.admin.hget(key, 'holder')).toBe('');
    expect(await redis.admin.zcard('so:timers')).toBe(0);
  });

  it('with the embedded store: a node fires timers, also those that were due while it did not run', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'timers-'));
    const embedded = { ORCHESTRATOR__REDIS__URL: '', ORCHESTRATOR__EMBEDDED__PATH: join(folder, 'data') };
    const killed = await startNode(embedded);
    await killed.putScenario(PutScenarioRequest.fromPartial({ ...agent, scenario: scenarioToProto(survey) }));
    await send(killed, 1, Date.now() - reminderMs);
    await eventually(async () => (await listTriggers(killed, 1)).length === 2);
    await send(killed, 2, Date.now() - reminderMs + 500);
    servers.at(-1)?.process.kill('SIGKILL');
    const restarted = await startNode(embedded);
    await eventually(async () => (await listTriggers(restarted, 2)).length === 2);
    for (const session of [1, 2]) {
      expect(await listTriggers(restarted, session)).toEqual([
        TurnTrigger.TURN_TRIGGER_MESSAGE,
        TurnTrigger.TURN_TRIGGER_TIMER,
      ]);
    }
    expect(await servers.at(-1)?.stop()).toBe(0);
    rmSync(folder, { recursive: true, force: true });
  });

  it('do nothing without `timers.enabled`', async () => {
    const client = await startNode({ ORCHESTRATOR__TIMERS__ENABLED: 'false' });
    await send(client, sessions + 1, Date.now() - 2 * reminderMs);
    expect(await countDue()).toBe(1);
    expect(await redis.admin.zcard('so:timers')).toBe(0);
  });
});
