import type { Conditions, Outcome } from '../experiment';
import { withInstallation } from '../installation';
import { outcomeOf } from '../outcome-of';
import { RandomTurns } from '../random-turns';
import { RedisProcess } from '../redis-process';
import { SeededRandom } from '../seeded-random';
import { TurnSender } from '../turn-sender';

/** How many turns of the one session, by how many callers at once. */
export interface OneSessionParameters {
  readonly turns: number;
  readonly callers: number;
}

/** Long enough for a turn that all others overtake. */
const waiting = { timeoutMs: 30_000, patienceMs: 120_000 };

/** Many callers on one session, each turn of them a different one, on two nodes. */
export async function oneSession(
  { seed, progress }: Conditions,
  { turns: count, callers }: OneSessionParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start();
  try {
    return await withInstallation({ nodes: 2, store: { kind: 'redis', port: redis.port } }, async (installation) => {
      const { ledger, clients, scenarios } = installation;
      const random = new SeededRandom(seed);
      const turns = new RandomTurns(random.uuid(), scenarios, random.fork());
      const waitingTurns = Array.from({ length: count }, () => {
        const { turnId, request } = turns.next();
        return ledger.add(turns.sessionId, turnId, request);
      });
      const sender = new TurnSender(ledger, waiting);
      const caller = async (): Promise<void> => {
        for (let turn = waitingTurns.pop(); turn !== undefined; turn = waitingTurns.pop()) {
          progress(`${count - waitingTurns.length} of ${count} turns`);
          await sender.deliver(turn, () => random.pick(clients));
        }
      };
      await Promise.all(Array.from({ length: callers }, caller));
      return outcomeOf(installation, { callers });
    });
  } finally {
    await redis.stop();
  }
}
