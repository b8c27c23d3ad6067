import { setTimeout as sleep } from 'node:timers/promises';
import { AppendOnlyFile } from '../append-only-file';
import { underLoad } from '../callers';
import type { Conditions, Outcome } from '../experiment';
import { type Installation, withInstallation } from '../installation';
import type { SentTurn } from '../ledger';
import { outcomeOf } from '../outcome-of';
import { RandomTurns } from '../random-turns';
import { durableArguments, RedisProcess } from '../redis-process';
import { SeededRandom } from '../seeded-random';
import { TurnSender } from '../turn-sender';
import { untilAcknowledged } from '../until-acknowledged';

/** How often. */
export interface KilledRedisParameters {
  readonly kills: number;
  /** Rounds in which the append-only file loses what was not synced. */
  readonly cuts: number;
}

const turnsBetween = { least: 5, most: 40 };
/** Turns of one round: some that are acknowledged, then some whose answers are held back. */
const turnsOfRound = 12;
/** Bytes that the file must have grown by, about one turn, and for how long that is waited for. */
const leastGrowth = 2_000;
const growsWithinMs = 20_000;

/** What the cut files lost. */
interface CutCounts {
  /** Rounds in which the file was cut exactly at the synced offset; in the others within what came after. */
  exactly: number;
  rounds: number;
  bytes: number;
}

/** Redis with `appendonly yes` and `appendfsync always` is killed under load, and then loses what it had not synced. */
export async function killedRedis(
  { seed, progress }: Conditions,
  { kills, cuts }: KilledRedisParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start(durableArguments);
  try {
    const store = { kind: 'redis', port: redis.port, proxied: true } as const;
    return await withInstallation({ nodes: 2, store }, async (installation) => {
      const random = new SeededRandom(seed);
      let killed = 0;
      await underLoad(installation, random.fork(), async () => {
        for (; killed < kills; killed += 1) {
          await untilAcknowledged(installation.ledger, turnsBetween.least + random.below(turnsBetween.most));
          await redis.kill();
          AppendOnlyFile.of(redis.folder).repair();
          await redis.start();
          progress(`${killed + 1} of ${kills} kills of Redis`);
        }
      });
      const cut: CutCounts = { exactly: 0, rounds: 0, bytes: 0 };
      while (cut.rounds < cuts) {
        await cutRound(installation, redis, random, cut);
        progress(`${cut.rounds} of ${cuts} cuts of the append-only file`);
      }
      return outcomeOf(installation, {
        'kill -9 of Redis': killed,
        'cuts of the append-only file': cut.rounds,
        'at the synced offset': cut.exactly,
        'bytes cut off': cut.bytes,
      });
    });
  } finally {
    await redis.stop();
  }
}

/**
 * One power failure. Turns are acknowledged; then nothing more reaches Redis, and once it has answered a PING the file's size is
 * the offset up to which it has synced, because it answers after it has. Then answers are held back while more turns come in, so
 * that whatever the file grows by belongs to turns that nobody was told of. Redis is killed, and the file is cut back: to the
 * synced offset, or somewhere behind it, in the middle of a command.
 */
async function cutRound(
  installation: Installation,
  redis: RedisProcess,
  random: SeededRandom,
  cut: CutCounts,
): Promise<void> {
  const { ledger, clients, proxies, scenarios } = installation;
  const sender = new TurnSender(ledger);
  const sessions = Array.from({ length: 4 }, () => new RandomTurns(random.uuid(), scenarios, random.fork()));
  const some = (): SentTurn[] =>
    Array.from({ length: turnsOfRound }, () => {
      const session = random.pick(sessions);
      const { turnId, request } = session.next();
      return ledger.add(session.sessionId, turnId, request);
    });
  const deliver = (turns: readonly SentTurn[]) =>
    Promise.all(turns.map((turn) => sender.deliver(turn, () => random.pick(clients))));

  await deliver(some());
  for (const proxy of proxies) proxy.hold('everything');
  await redis.ask((client) => client.ping());
  const file = AppendOnlyFile.of(redis.folder);
  const synced = file.size();
  for (const proxy of proxies) proxy.hold('answers');
  const unanswered = deliver(some());
  await grown(file, synced + leastGrowth);
  await redis.kill();
  const exactly = random.chance(0.5);
  const end = exactly ? synced : synced + random.below(file.size() - synced);
  cut.bytes += file.size() - end;
  file.cut(end);
  file.repair();
  for (const proxy of proxies) {
    proxy.cut(); // the answers of the killed process arrive nowhere
    proxy.release();
  }
  await redis.start();
  await unanswered;
  cut.rounds += 1;
  if (exactly) cut.exactly += 1;
}

async function grown(file: AppendOnlyFile, size: number): Promise<void> {
  const end = Date.now() + growsWithinMs;
  while (file.size() <= size) {
    if (Date.now() > end) throw new Error('The append-only file does not grow.');
    await sleep(1);
  }
}
