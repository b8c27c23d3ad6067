import { RedisProcess } from '../../redis/redis-process';
import { type Deployment, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome, Violation } from '../experiment';
import { waitUntil, withLoad } from '../load';
import { RandomTurns } from '../random-turns';
import { SeededRandom } from '../seeded-random';
import { TurnSender } from '../turn-sender';
import { readSessionBytes, toOutcome } from '../verification';

export interface ExhaustMemoryParameters {
  /** Turns that are refused under load before the sessions are compared. */
  readonly refusals: number;
  /** Sessions whose state is compared before and after a refused turn. */
  readonly sessions: number;
}

/** Memory in bytes that is still free when the limit is set. */
const freeBytes = 400_000;

/** Statuses that a client may get while Redis has no memory. */
const allowedStatuses: ReadonlySet<string> = new Set(['RESOURCE_EXHAUSTED', 'UNAVAILABLE']);

/**
 * Fills Redis up to `maxmemory` with `noeviction`. Redis must refuse turns without a change, and accept turns again when memory is free.
 */
export async function exhaustMemory(
  { seed, reportProgress }: ExperimentContext,
  { refusals, sessions }: ExhaustMemoryParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start(['--maxmemory-policy', 'noeviction']);
  try {
    const store = { kind: 'redis', port: redis.port } as const;
    return await withDeployment({ nodeCount: 2, store }, async (deployment) => {
      const random = new SeededRandom(seed);
      const { failures } = deployment.turnLog.counts;
      const violations: Violation[] = [];
      let unchangedCount = 0;
      await withLoad(deployment, random.fork(), async () => {
        reportProgress('filling the memory');
        await setMaxMemory(redis, (await getUsedMemory(redis)) + freeBytes);
        await waitUntil(() => (failures.get('RESOURCE_EXHAUSTED') ?? 0) >= refusals);
        reportProgress('comparing sessions');
        await setMaxMemory(redis, Math.floor((await getUsedMemory(redis)) / 2)); // Redis refuses every write.
        unchangedCount = await compareSessions(deployment, random, sessions, violations);
        await setMaxMemory(redis, 0);
      });
      for (const status of failures.keys()) {
        if (!allowedStatuses.has(status)) {
          violations.push({ kind: 'expectation', text: `a turn was refused with ${status}` });
        }
      }
      return toOutcome(deployment, { 'states unchanged by a refused turn': unchangedCount }, violations);
    });
  } finally {
    await redis.stop();
  }
}

/**
 * Sends a turn to each of the first `sessionCount` sessions. The turn must be refused and must not change the session. Resolves to the
 * number of sessions for which this holds.
 */
async function compareSessions(
  { turnLog, clients, scenarios }: Deployment,
  random: SeededRandom,
  sessionCount: number,
  violations: Violation[],
): Promise<number> {
  const sender = new TurnSender(turnLog);
  let unchangedCount = 0;
  for (const sessionId of [...turnLog.sessions.keys()].slice(0, sessionCount)) {
    const client = random.pick(clients);
    const before = await readSessionBytes(sessionId, client);
    const { turnId, request } = new RandomTurns(sessionId, scenarios, random.fork()).next();
    const failure = await sender.send(turnLog.add(sessionId, turnId, request), client);
    const after = await readSessionBytes(sessionId, client);
    if (failure === undefined) {
      violations.push({ kind: 'expectation', text: `turn ${turnId} was accepted without free memory` });
    } else if (Buffer.compare(before ?? Buffer.alloc(0), after ?? Buffer.alloc(0)) !== 0) {
      violations.push({ kind: 'state', text: `session ${sessionId} was changed by a refused turn` });
    } else {
      unchangedCount += 1;
    }
  }
  return unchangedCount;
}

function setMaxMemory(redis: RedisProcess, bytes: number): Promise<unknown> {
  return redis.withClient((client) => client.config('SET', 'maxmemory', bytes));
}

async function getUsedMemory(redis: RedisProcess): Promise<number> {
  const info = await redis.withClient((client) => client.info('memory'));
  return Number(/used_memory:(\d+)/.exec(info)?.[1]);
}
