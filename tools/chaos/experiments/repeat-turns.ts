import { RedisProcess } from '../../redis/redis-process';
import { type Deployment, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome } from '../experiment';
import { RandomTurns } from '../random-turns';
import { SeededRandom } from '../seeded-random';
import type { SentTurn } from '../turn-log';
import { TurnSender } from '../turn-sender';
import { toOutcome } from '../verification';

export interface RepeatTurnsParameters {
  readonly sessions: number;
  readonly turnsPerSession: number;
}

const maxSendsPerTurn = 4;
const concurrentCalls = 64;

/** Probability that a turn is sent again directly after the previous send, so that both calls are concurrent. */
const adjacentProbability = 0.5;

/** Sends each turn one to four times, in random order, to random nodes. */
export async function repeatTurns(
  { seed, reportProgress }: ExperimentContext,
  parameters: RepeatTurnsParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start();
  try {
    const store = { kind: 'redis', port: redis.port } as const;
    return await withDeployment({ nodeCount: 2, store }, async (deployment) => {
      const random = new SeededRandom(seed);
      const sends = shuffleSends(createTurns(deployment, random, parameters), random);
      await sendAll(deployment, sends, random, reportProgress);
      return toOutcome(deployment, {});
    });
  } finally {
    await redis.stop();
  }
}

function createTurns(
  { turnLog, scenarios }: Deployment,
  random: SeededRandom,
  { sessions, turnsPerSession }: RepeatTurnsParameters,
): readonly SentTurn[] {
  return Array.from({ length: sessions }, () => {
    const turns = new RandomTurns(random.nextUuid(), scenarios, random.fork());
    return Array.from({ length: turnsPerSession }, () => {
      const { turnId, request } = turns.next();
      return turnLog.add(turns.sessionId, turnId, request);
    });
  }).flat();
}

/** Repeats each turn one to four times and shuffles the result. */
function shuffleSends(turns: readonly SentTurn[], random: SeededRandom): readonly SentTurn[] {
  const sends = turns.flatMap((turn) => {
    let position = random.next();
    return Array.from({ length: 1 + random.nextInt(maxSendsPerTurn) }, () => {
      if (!random.nextBoolean(adjacentProbability)) position = random.next();
      return { turn, position };
    });
  });
  return sends.sort((a, b) => a.position - b.position).map(({ turn }) => turn);
}

async function sendAll(
  { turnLog, clients }: Deployment,
  sends: readonly SentTurn[],
  random: SeededRandom,
  reportProgress: ExperimentContext['reportProgress'],
): Promise<void> {
  const sender = new TurnSender(turnLog);
  let next = 0;
  const sendNext = async (): Promise<void> => {
    for (let turn = sends[next]; turn !== undefined; turn = sends[next]) {
      next += 1;
      if (next % 1_000 === 0) reportProgress(`${next} of ${sends.length} sends`);
      await sender.sendUntilAcknowledged(turn, () => random.pick(clients));
    }
  };
  await Promise.all(Array.from({ length: concurrentCalls }, sendNext));
}

export interface ContendForSessionParameters {
  readonly turns: number;
  readonly callers: number;
}

/** Long enough for a turn that loses the conflict with every other turn. */
const contendingSender = { timeoutMs: 30_000, giveUpAfterMs: 120_000 };

/** Sends different turns of one session concurrently, to random nodes. */
export async function contendForSession(
  { seed, reportProgress }: ExperimentContext,
  { turns: turnCount, callers }: ContendForSessionParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start();
  try {
    const store = { kind: 'redis', port: redis.port } as const;
    return await withDeployment({ nodeCount: 2, store }, async (deployment) => {
      const { turnLog, clients } = deployment;
      const random = new SeededRandom(seed);
      const pending = [...createTurns(deployment, random, { sessions: 1, turnsPerSession: turnCount })];
      const sender = new TurnSender(turnLog, contendingSender);
      const sendNext = async (): Promise<void> => {
        for (let turn = pending.pop(); turn !== undefined; turn = pending.pop()) {
          reportProgress(`${turnCount - pending.length} of ${turnCount} turns`);
          await sender.sendUntilAcknowledged(turn, () => random.pick(clients));
        }
      };
      await Promise.all(Array.from({ length: callers }, sendNext));
      return toOutcome(deployment, { callers });
    });
  } finally {
    await redis.stop();
  }
}
