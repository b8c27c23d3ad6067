import { setTimeout as sleep } from 'node:timers/promises';
import { AppendOnlyFile } from '../../redis/append-only-file';
import { durableArguments, RedisProcess } from '../../redis/redis-process';
import { type Deployment, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome } from '../experiment';
import { waitForAcknowledged, withLoad } from '../load';
import { RandomTurns } from '../random-turns';
import { SeededRandom } from '../seeded-random';
import type { SentTurn } from '../turn-log';
import { TurnSender } from '../turn-sender';
import { toOutcome } from '../verification';

export interface KillRedisParameters {
  readonly kills: number;
  /** Rounds in which the append-only file loses unsynced data. */
  readonly cuts: number;
}

/** Acknowledged turns between two kills. */
const turnsBetweenKills = { min: 5, range: 40 };
/** Number of turns that are acknowledged before a cut, and number of turns whose replies are held. */
const turnsPerBatch = 12;
const sessionsPerRound = 4;
/** Bytes by which the file must grow before a cut, about one turn. */
const minGrowthBytes = 2_000;
const growthTimeoutMs = 20_000;

interface CutCounts {
  rounds: number;
  /** Rounds that cut the file exactly at the synced offset. The other rounds cut it within the unsynced data. */
  atSyncedOffset: number;
  bytes: number;
}

/** Kills Redis with `appendonly yes` and `appendfsync always` under load. Then simulates power failures that lose unsynced data. */
export async function killRedis(
  { seed, reportProgress }: ExperimentContext,
  { kills, cuts }: KillRedisParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start(durableArguments);
  try {
    const store = { kind: 'redis', port: redis.port, proxied: true } as const;
    return await withDeployment({ nodeCount: 2, store }, async (deployment) => {
      const random = new SeededRandom(seed);
      let killed = 0;
      await withLoad(deployment, random.fork(), async () => {
        for (; killed < kills; killed += 1) {
          await waitForAcknowledged(
            deployment.turnLog,
            turnsBetweenKills.min + random.nextInt(turnsBetweenKills.range),
          );
          await redis.kill();
          AppendOnlyFile.open(redis.folder).repair();
          await redis.start();
          reportProgress(`${killed + 1} of ${kills} Redis kills`);
        }
      });
      const counts: CutCounts = { rounds: 0, atSyncedOffset: 0, bytes: 0 };
      while (counts.rounds < cuts) {
        await cutAppendOnlyFile(deployment, redis, random, counts);
        reportProgress(`${counts.rounds} of ${cuts} cuts of the append-only file`);
      }
      return toOutcome(deployment, {
        'kill -9 of Redis': killed,
        'cuts of the append-only file': counts.rounds,
        'at the synced offset': counts.atSyncedOffset,
        'bytes cut off': counts.bytes,
      });
    });
  } finally {
    await redis.stop();
  }
}

/**
 * Simulates a power failure. First, turns are acknowledged. Then the proxies hold all traffic. Redis replies after it has synced, so
 * after a PING the size of the file is the synced offset. Then the proxies hold the replies while more turns are sent, so that all new
 * bytes of the file belong to turns that are not acknowledged. Finally, Redis is killed and the file is cut: at the synced offset or
 * at a random byte after it.
 */
async function cutAppendOnlyFile(
  deployment: Deployment,
  redis: RedisProcess,
  random: SeededRandom,
  counts: CutCounts,
): Promise<void> {
  const { turnLog, clients, proxies, scenarios } = deployment;
  const sender = new TurnSender(turnLog);
  const sessions = Array.from(
    { length: sessionsPerRound },
    () => new RandomTurns(random.nextUuid(), scenarios, random.fork()),
  );
  const addTurns = (): SentTurn[] =>
    Array.from({ length: turnsPerBatch }, () => {
      const session = random.pick(sessions);
      const { turnId, request } = session.next();
      return turnLog.add(session.sessionId, turnId, request);
    });
  const sendAll = (turns: readonly SentTurn[]) =>
    Promise.all(turns.map((turn) => sender.sendUntilAcknowledged(turn, () => random.pick(clients))));

  await sendAll(addTurns());
  for (const proxy of proxies) proxy.hold('all');
  await redis.withClient((client) => client.ping());
  const file = AppendOnlyFile.open(redis.folder);
  const syncedOffset = file.getSize();
  for (const proxy of proxies) proxy.hold('replies');
  const unacknowledged = sendAll(addTurns());
  await waitForGrowth(file, syncedOffset + minGrowthBytes);
  await redis.kill();
  const isAtSyncedOffset = random.nextBoolean(0.5);
  const offset = isAtSyncedOffset ? syncedOffset : syncedOffset + random.nextInt(file.getSize() - syncedOffset);
  counts.bytes += file.getSize() - offset;
  file.truncate(offset);
  file.repair();
  for (const proxy of proxies) {
    proxy.cut(); // The held replies of the killed process are lost.
    proxy.release();
  }
  await redis.start();
  await unacknowledged;
  counts.rounds += 1;
  if (isAtSyncedOffset) counts.atSyncedOffset += 1;
}

async function waitForGrowth(file: AppendOnlyFile, size: number): Promise<void> {
  const end = Date.now() + growthTimeoutMs;
  while (file.getSize() <= size) {
    if (Date.now() > end) throw new Error(`The append-only file did not grow within ${growthTimeoutMs / 1_000} s.`);
    await sleep(1);
  }
}
