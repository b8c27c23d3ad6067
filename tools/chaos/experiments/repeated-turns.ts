import type { Conditions, Outcome } from '../experiment';
import { type Installation, withInstallation } from '../installation';
import type { SentTurn } from '../ledger';
import { outcomeOf } from '../outcome-of';
import { RandomTurns } from '../random-turns';
import { RedisProcess } from '../redis-process';
import { SeededRandom } from '../seeded-random';
import { TurnSender } from '../turn-sender';

/** How much is sent. */
export interface RepeatedTurnsParameters {
  readonly sessions: number;
  readonly turnsOfSession: number;
}

const mostSends = 4;
const callsInFlight = 64;

/** How often a repetition is sent right behind the send before it, so that both are under way at once. */
const besides = 0.5;

/** Each turn is sent one to four times, in any order, to any of two nodes. */
export async function repeatedTurns(
  { seed, progress }: Conditions,
  parameters: RepeatedTurnsParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start();
  try {
    return await withInstallation({ nodes: 2, store: { kind: 'redis', port: redis.port } }, async (installation) => {
      const random = new SeededRandom(seed);
      const sends = shuffledSends(allTurns(installation, random, parameters), random);
      await sendAll(installation, sends, random, progress);
      return outcomeOf(installation, {});
    });
  } finally {
    await redis.stop();
  }
}

function allTurns(
  { ledger, scenarios }: Installation,
  random: SeededRandom,
  { sessions, turnsOfSession }: RepeatedTurnsParameters,
): readonly SentTurn[] {
  return Array.from({ length: sessions }, () => {
    const turns = new RandomTurns(random.uuid(), scenarios, random.fork());
    return Array.from({ length: turnsOfSession }, () => {
      const { turnId, request } = turns.next();
      return ledger.add(turns.sessionId, turnId, request);
    });
  }).flat();
}

/** Every turn one to four times, in an order that has nothing to do with the one in which the turns were made. */
function shuffledSends(turns: readonly SentTurn[], random: SeededRandom): readonly SentTurn[] {
  const placed = turns.flatMap((turn) => {
    let place = random.next();
    return Array.from({ length: 1 + random.below(mostSends) }, () => {
      if (!random.chance(besides)) place = random.next();
      return { turn, place };
    });
  });
  return placed.sort((a, b) => a.place - b.place).map(({ turn }) => turn);
}

async function sendAll(
  { ledger, clients }: Installation,
  sends: readonly SentTurn[],
  random: SeededRandom,
  progress: Conditions['progress'],
): Promise<void> {
  const sender = new TurnSender(ledger);
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let turn = sends[next]; turn !== undefined; turn = sends[next]) {
      next += 1;
      if (next % 1_000 === 0) progress(`${next} of ${sends.length} sends`);
      await sender.deliver(turn, () => random.pick(clients));
    }
  };
  await Promise.all(Array.from({ length: callsInFlight }, caller));
}
