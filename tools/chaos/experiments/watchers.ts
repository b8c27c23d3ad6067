import { setTimeout as sleep } from 'node:timers/promises';
import type { Conditions, Outcome } from '../experiment';
import { type Installation, withInstallation } from '../installation';
import { outcomeOf } from '../outcome-of';
import { RandomTurns } from '../random-turns';
import { RedisProcess } from '../redis-process';
import { residentBytes } from '../resident-bytes';
import { SeededRandom } from '../seeded-random';
import { SessionWatcher } from '../session-watcher';
import { TurnSender } from '../turn-sender';

/** How much. */
export interface WatchersParameters {
  readonly watchers: number;
  readonly turnsOfSession: number;
}

const callsInFlight = 16;
const caughtUpWithinMs = 60_000;

/** A watcher on each session, spread over two nodes which both commit: each sees every turn once, in order, as it was answered. */
export async function watchers({ seed, progress }: Conditions, parameters: WatchersParameters): Promise<Outcome> {
  const redis = await RedisProcess.start();
  try {
    const store = { kind: 'redis', port: redis.port } as const;
    return await withInstallation({ nodes: 2, store }, async (installation) => {
      const random = new SeededRandom(seed);
      const sessions = Array.from(
        { length: parameters.watchers },
        () => new RandomTurns(random.uuid(), installation.scenarios, random.fork()),
      );
      // What a session costs by itself is there before the first watcher comes.
      await sendTurns(installation, sessions, random, 1, () => undefined);
      const before = residentBytes(installation.nodes);
      const watching = sessions.map(
        ({ sessionId }, index) => new SessionWatcher(sessionId, installation.clients[index % 2]),
      );
      await caughtUp(watching, 1);
      const after = residentBytes(installation.nodes);
      await sendTurns(installation, sessions, random, parameters.turnsOfSession - 1, progress);
      await caughtUp(watching, parameters.turnsOfSession);
      const violations = watching.flatMap((watcher) => watcher.check(installation.ledger));
      const seen = watching.reduce((sum, { turns }) => sum + turns, 0);
      for (const watcher of watching) watcher.stop();
      const bytes = Math.round((after - before) / parameters.watchers);
      const done = {
        watchers: parameters.watchers,
        'turns seen by watchers': seen,
        'bytes of memory a watcher': bytes,
      };
      return outcomeOf(installation, done, violations);
    });
  } finally {
    await redis.stop();
  }
}

/** So many turns to each session, in order within it, on whichever node. */
async function sendTurns(
  { ledger, clients }: Installation,
  sessions: readonly RandomTurns[],
  random: SeededRandom,
  turns: number,
  progress: Conditions['progress'],
): Promise<void> {
  const sender = new TurnSender(ledger);
  for (let round = 1; round <= turns; round += 1) {
    const waiting = [...sessions];
    const caller = async (): Promise<void> => {
      for (let session = waiting.pop(); session !== undefined; session = waiting.pop()) {
        const { turnId, request } = session.next();
        await sender.deliver(ledger.add(session.sessionId, turnId, request), () => random.pick(clients));
      }
    };
    await Promise.all(Array.from({ length: callsInFlight }, caller));
    progress(`${round} of ${turns} turns of each session`);
  }
}

async function caughtUp(watching: readonly SessionWatcher[], turns: number): Promise<void> {
  const end = Date.now() + caughtUpWithinMs;
  while (watching.some((watcher) => watcher.turns < turns) && Date.now() < end) await sleep(20);
}
