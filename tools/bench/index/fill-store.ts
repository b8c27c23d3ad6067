import { Redis } from 'ioredis';
import { createEmptySession, createInstance, type Session } from '../../../src/core/model/session';
import { createVisit } from '../../../src/core/model/visit';
import { createCall } from '../../../src/server/ports/call';
import { connectRedis } from '../../../src/server/stores/redis/redis-connection';
import { RedisSessionIndex } from '../../../src/server/stores/redis/redis-session-index';
import { RedisSessionStore } from '../../../src/server/stores/redis/redis-session-store';
import { RedisProcess } from '../../redis/redis-process';

export const tenantId = createId(1);

/** Commits at the same time. */
const concurrentCommits = 256;
const scenarios = 10;
const steps = 8;
/** Sessions of one customer. */
const sessionsPerCustomer = 5;
const start = 1_700_000_000_000;

export interface FilledStore {
  readonly index: RedisSessionIndex;
  readonly sessions: number;
  readonly fillSeconds: number;
  /** The memory of Redis that the fill added. */
  readonly bytes: number;
  close(): Promise<void>;
}

/** Starts a Redis, and commits one turn of each session with the store, so that all keys are those of the service. */
export async function fillStore(sessions: number, onProgress: (done: number) => void): Promise<FilledStore> {
  const redis = await RedisProcess.start();
  const noLog = { isDebug: false, debug: ignore, info: ignore, warn: ignore, error: ignore };
  const connection = connectRedis({ endpoint: redis.endpoint, commandTimeoutMs: 60_000, clock: Date, log: noLog });
  const call = createCall(Number.POSITIVE_INFINITY, new AbortController().signal);
  await connection.waitForReady(call);
  const options = { keyPrefix: 'so:', sessionTtlMs: 30 * 86_400_000, cachedSessions: 0, clock: Date };
  const store = new RedisSessionStore(connection, options);
  const admin = new Redis(redis.url);
  const readBytes = async () => Number(/^used_memory:(\d+)/m.exec(await admin.info('memory'))?.[1] ?? 0);
  const bytesBefore = await readBytes();
  const startedAt = performance.now();
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < sessions) {
      next += 1;
      if (next % 10_000 === 0) onProgress(next);
      await store.commit(createCommit(next), call);
    }
  };
  await Promise.all(Array.from({ length: concurrentCommits }, run));
  const fillSeconds = (performance.now() - startedAt) / 1_000;
  const bytes = (await readBytes()) - bytesBefore;
  return {
    index: new RedisSessionIndex(connection, { prefix: 'so:', partitions: 256 }, { clock: Date }),
    sessions,
    fillSeconds,
    bytes,
    async close() {
      admin.disconnect();
      await store.close();
      await redis.stop();
    },
  };
}

/** The first turn of a session with one instance; of 10 scenarios in two versions, 8 steps, one in ten paused. */
function createCommit(number: number): Parameters<RedisSessionStore['commit']>[0] {
  const committedAt = start + number;
  const isPaused = number % 10 === 0;
  const instance = createInstance(
    {
      instanceId: createId(number),
      scenarioId: createId(number % scenarios),
      scenarioVersion: 1 + (number % 2),
      startNumber: 1,
      currentStepId: `step-${Math.floor(number / scenarios) % steps}`,
    },
    1,
    committedAt,
  );
  const paused = isPaused ? ({ status: 'PAUSED', pauseReason: 'IDLE', pausedAt: committedAt } as const) : {};
  const session: Session = {
    ...createEmptySession({ tenantId, agentId: createId(2), sessionId: createId(number) }),
    revision: 1,
    turnCount: 1,
    instances: [{ ...instance, visit: createVisit(1, 1, committedAt), waitsFor: 'ANSWER', ...paused }],
    createdAt: committedAt,
    updatedAt: committedAt,
    lastMessageAt: committedAt,
    lastTurnId: createId(1),
    customerId: `customer-${Math.floor(number / sessionsPerCustomer)}`,
  };
  const record = {
    revision: 1,
    turnId: createId(1),
    occurredAt: committedAt,
    committedAt,
    request: noBytes,
    response: noBytes,
  };
  const summary = { trigger: 'MESSAGE' as const, decisions: [], rejections: [], supersedesTurnId: '' };
  return { previousSession: undefined, session, record, stateBefore: 'previous', isSupersedable: false, summary };
}

const noBytes = new Uint8Array();
const ignore = (): void => undefined;

function createId(number: number): string {
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`;
}
