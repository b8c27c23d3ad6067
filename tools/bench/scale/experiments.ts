import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClientReadableStream, credentials } from '@grpc/grpc-js';
import { connect, insecure } from 'scenario-orchestrator-client';
import { ProcessTurnRequest } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { WhenNotAddressed } from '../../../gen/focal/orchestration/v1/scenario';
import {
  SessionServiceClient,
  WatchSessionRequest,
  type WatchSessionResponse,
} from '../../../gen/focal/orchestration/v1/session_service';
import { decodeSession, encodeSession } from '../../../src/server/codec/stored/stored-values';
import { defaultPartitions, getSessionKeys } from '../../../src/server/stores/redis/redis-keys';
import { RedisProcess } from '../../redis/redis-process';
import type { CleanupStack } from '../cleanup';
import { showProgress } from '../command';
import { getCpuMicroseconds, getResidentBytes } from '../servers/process-cost';
import { type BenchServer, putScenarios, startBenchService } from '../servers/servers';
import { buildScenario, mainStepCount } from '../workload/scenarios';
import { agent, buildSessionTurns, defaultShape, turnsPerSession } from '../workload/session-turns';
import type { ScaleExperiment, ScaleRange, ScaleVariant } from './scale-cost';

/** Varies the number of sessions in Redis. */
const sessionsExperiment: ScaleExperiment = {
  name: 'sessions in Redis',
  async start(range, cleanup) {
    const variants: ScaleVariant[] = [];
    for (const count of selectSizes(range, [1_000, 10_000, 100_000], [1_000_000])) {
      const deployment = await startDeployment(cleanup);
      const before = await getUsedMemory(deployment.redis);
      await createSessions(deployment, count);
      const extraFigures = { 'B per session': ((await getUsedMemory(deployment.redis)) - before) / count };
      variants.push({ name: String(count), servers: [deployment.service], connections: 2, extraFigures });
    }
    return variants;
  },
};

/** Varies the number of scenarios of the agent. A session uses three of them. */
const catalogueExperiment: ScaleExperiment = {
  name: 'scenarios in the catalogue',
  async start(range, cleanup) {
    const variants: ScaleVariant[] = [];
    for (const size of selectSizes(range, [10, 1_000, 10_000])) {
      const count = Math.max(size, defaultShape.activeScenarios);
      const { redis, service: writer } = await startDeployment(cleanup, count);
      await writer.stop();
      // Starts another service, because the writer has already loaded the catalogue.
      const service = cleanup.add(await startBenchService({ redisPort: redis.port }), (started) => started.stop());
      const extraFigures = {
        'start CPU ms': getCpuMicroseconds(service.pid) / 1_000,
        'first turn CPU ms': await measureFirstTurn(service),
        'memory MiB': getResidentBytes(service.pid) / 2 ** 20,
      };
      variants.push({ name: String(count), servers: [service], connections: 2, extraFigures });
    }
    return variants;
  },
};

/** Varies the number of active scenarios, of which the turns address one or all. The others are QUIET. */
const activeExperiment: ScaleExperiment = {
  name: 'active scenarios',
  async start(_range, cleanup) {
    const { redis, service: writer } = await startDeployment(cleanup, 0);
    const quiet = Array.from({ length: maxActiveScenarios }, (_, index) =>
      buildScenario(index, mainStepCount, WhenNotAddressed.WHEN_NOT_ADDRESSED_QUIET),
    );
    await putScenarios(writer, quiet);
    await writer.stop();
    const settings = {
      ORCHESTRATOR__PIPELINE__SCENARIO_ORCHESTRATION__MAX_SIMULTANEOUS_SCENARIOS: String(maxActiveScenarios),
    };
    const variants: ScaleVariant[] = [];
    for (const [activeScenarios, addressedScenarios] of activeShapes) {
      // Each has its own process, so that V8 optimizes the code for this shape.
      const service = await startBenchService({ redisPort: redis.port, settings });
      cleanup.add(service, (started) => started.stop());
      variants.push({
        name: `${activeScenarios}, ${addressedScenarios} addressed`,
        servers: [service],
        connections: 2,
        shape: { ...defaultShape, activeScenarios, addressedScenarios },
        extraFigures: {},
      });
    }
    return variants;
  },
};

/** The upper limit of `max_simultaneous_scenarios` (2.15). */
const maxActiveScenarios = 20;

/** Active and addressed scenarios. */
const activeShapes: readonly (readonly [active: number, addressed: number])[] = [
  [1, 1],
  [5, 1],
  [5, 5],
  [20, 1],
  [20, 20],
];

/** Varies the number of connections that share the calls in flight. */
const connectionsExperiment: ScaleExperiment = {
  name: 'connections',
  async start(range, cleanup) {
    const { service } = await startDeployment(cleanup);
    const extraFigures = { 'memory MiB': getResidentBytes(service.pid) / 2 ** 20 };
    return selectSizes(range, [1, 10, 100, 1_000]).map((count) => ({
      name: String(count),
      servers: [service],
      connections: count,
      extraFigures,
    }));
  },
};

/** Compares one node with two nodes, on one Redis. */
const nodesExperiment: ScaleExperiment = {
  name: 'nodes',
  async start(_range, cleanup) {
    const { redis, service } = await startDeployment(cleanup);
    const other = cleanup.add(await startBenchService({ redisPort: redis.port }), (started) => started.stop());
    return [
      { name: '1', servers: [service], connections: 4, extraFigures: {} },
      { name: '2', servers: [service, other], connections: 4, extraFigures: {} },
    ];
  },
};

/** Milliseconds without turns. Longer than the poll interval of a stream (`watch_poll_interval_ms`). */
const idleMs = 15_000;
const shortIdleMs = 500;

/** Varies the number of WatchSession streams without new turns, each of its own session. */
const watchStreamsExperiment: ScaleExperiment = {
  name: 'idle watch streams',
  async start(range, cleanup) {
    const variants: ScaleVariant[] = [];
    for (const count of [0, ...selectSizes(range, [1_000, 5_000])]) {
      const deployment = await startDeployment(cleanup);
      const { service } = deployment;
      const sessionIds = await createSessions(deployment, count);
      const memoryBefore = getResidentBytes(service.pid);
      await openWatchStreams(service.address, sessionIds, cleanup);
      const memory = getResidentBytes(service.pid) - memoryBefore;
      showProgress('idle');
      const cpuBefore = getCpuMicroseconds(service.pid);
      const waitMs = range.short ? shortIdleMs : idleMs;
      await sleep(waitMs);
      const extraFigures = {
        'KiB per stream': count === 0 ? 0 : memory / count / 1_024,
        'idle CPU ms per second': (getCpuMicroseconds(service.pid) - cpuBefore) / waitMs,
      };
      variants.push({ name: String(count), servers: [service], connections: 2, extraFigures });
    }
    return variants;
  },
};

export const scaleExperiments: readonly ScaleExperiment[] = [
  sessionsExperiment,
  catalogueExperiment,
  activeExperiment,
  connectionsExperiment,
  nodesExperiment,
  watchStreamsExperiment,
];

function selectSizes(range: ScaleRange, sizes: readonly number[], fullOnly: readonly number[] = []): readonly number[] {
  if (range.short) return sizes.map((_, index) => (index + 1) * 2);
  return range.full ? [...sizes, ...fullOnly] : sizes;
}

/** A service with its own Redis. */
interface BenchDeployment {
  readonly redis: RedisProcess;
  readonly service: BenchServer;
}

/** Starts a deployment with scenarios in the catalogue, those of the workload first. */
async function startDeployment(
  cleanup: CleanupStack,
  scenarioCount: number = defaultShape.activeScenarios,
): Promise<BenchDeployment> {
  const redis = cleanup.add(await RedisProcess.start(), (started) => started.stop());
  const service = cleanup.add(await startBenchService({ redisPort: redis.port }), (started) => started.stop());
  await putScenarios(
    service,
    Array.from({ length: scenarioCount }, (_, index) => buildScenario(index)),
  );
  return { redis, service };
}

function getUsedMemory(redis: RedisProcess): Promise<number> {
  return redis.withClient(async (client) => Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]));
}

/** Measures the CPU of the first turn of an agent in milliseconds. The turn loads and compiles the catalogue. */
async function measureFirstTurn({ address, pid }: BenchServer): Promise<number> {
  const client = connect(address, { credentials: insecure(), timeoutMs: 600_000 });
  try {
    const [turn] = buildSessionTurns(defaultShape);
    const before = getCpuMicroseconds(pid);
    await client.processTurn(ProcessTurnRequest.fromPartial({ turn }));
    return (getCpuMicroseconds(pid) - before) / 1_000;
  } finally {
    client.close();
  }
}

/** Where config/default.toml has the keys. */
const keySpace = { prefix: 'so:', partitions: defaultPartitions };
const copiesPerBatch = 1_000;

/**
 * Creates completed sessions in Redis and returns their ids. Plays one session and copies it, which is faster than playing each
 * session. The copies have the same size and can be read, although their recorded turns have the id of the first session.
 */
async function createSessions({ service, redis }: BenchDeployment, count: number): Promise<readonly string[]> {
  const from = getSessionKeys(keySpace, { ...agent, sessionId: await playSession(service.address) });
  const sessionIds = Array.from({ length: count }, () => randomUUID());
  await redis.withClient(async (client) => {
    const state = await client.hgetBuffer(from.session, 's');
    if (state === null) throw new Error('The played session is not stored.');
    const session = decodeSession(state);
    for (let done = 0; done < count; done += copiesPerBatch) {
      showProgress(`${done} of ${count} sessions`);
      const commands = client.pipeline();
      for (const sessionId of sessionIds.slice(done, done + copiesPerBatch)) {
        const to = getSessionKeys(keySpace, { ...agent, sessionId });
        commands.copy(from.session, to.session).copy(from.turnLog, to.turnLog);
        commands.hset(to.session, 's', Buffer.from(encodeSession({ ...session, sessionId })));
      }
      await commands.exec();
    }
  });
  return sessionIds;
}

async function playSession(address: string): Promise<string> {
  const client = connect(address, { credentials: insecure() });
  try {
    const turns = buildSessionTurns(defaultShape);
    for (const turn of turns) await client.processTurn(ProcessTurnRequest.fromPartial({ turn }));
    return turns[0]?.sessionId ?? '';
  } finally {
    client.close();
  }
}

/** The revision before the last turn, so that each stream receives one message when it opens. */
const afterRevision = turnsPerSession - 1;

/** Below the limit of 1,000 streams per connection (docs/following-sessions.md). A client queues the streams above the limit. */
const streamsPerConnection = 500;

/** Opens one stream per session. Resolves when each stream has received a turn. */
async function openWatchStreams(address: string, sessionIds: readonly string[], cleanup: CleanupStack): Promise<void> {
  if (sessionIds.length === 0) return;
  const streams: ClientReadableStream<WatchSessionResponse>[] = [];
  for (let from = 0; from < sessionIds.length; from += streamsPerConnection) {
    // Without a local pool, clients of one address share a connection.
    const client = new SessionServiceClient(address, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
    });
    cleanup.add(client, (opened) => opened.close());
    for (const sessionId of sessionIds.slice(from, from + streamsPerConnection)) {
      const request = WatchSessionRequest.fromPartial({ tenantId: agent.tenantId, sessionId, afterRevision });
      streams.push(client.watchSession(request));
    }
  }
  cleanup.add(streams, (opened) => {
    for (const stream of opened) stream.cancel();
  });
  await Promise.all(streams.map(waitForMessage));
}

function waitForMessage(stream: ClientReadableStream<WatchSessionResponse>): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.once('data', () => resolve());
    stream.on('error', reject); // Stays registered, because the cancellation emits an error after the first message.
  });
}
