import { underLoad } from '../callers';
import type { Conditions, Outcome } from '../experiment';
import { type Installation, withInstallation } from '../installation';
import { outcomeOf } from '../outcome-of';
import { RandomTurns } from '../random-turns';
import { sessionBytes } from '../read-back';
import { RedisProcess } from '../redis-process';
import { SeededRandom } from '../seeded-random';
import { TurnSender } from '../turn-sender';
import { until } from '../until-acknowledged';
import type { Violation } from '../violation';

/** How much. */
export interface FullMemoryParameters {
  /** Turns that are refused while callers go on. */
  readonly refusals: number;
  /** Sessions whose state is compared around a refused turn. */
  readonly sessions: number;
}

/** Bytes that are left when the bound is set. */
const room = 400_000;

/** What a caller may hear while there is no memory. */
const allowed: ReadonlySet<string> = new Set(['RESOURCE_EXHAUSTED', 'UNAVAILABLE']);

/** Redis reaches `maxmemory` with `noeviction`: turns are refused, nothing changes, and it goes on when there is room again. */
export async function fullMemory(
  { seed, progress }: Conditions,
  { refusals, sessions }: FullMemoryParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start(['--maxmemory-policy', 'noeviction']);
  try {
    return await withInstallation({ nodes: 2, store: { kind: 'redis', port: redis.port } }, async (installation) => {
      const random = new SeededRandom(seed);
      const { failures } = installation.ledger.counts;
      const violations: Violation[] = [];
      let unchanged = 0;
      await underLoad(installation, random.fork(), async () => {
        progress('until the memory is full');
        await setMaxMemory(redis, (await usedMemory(redis)) + room);
        await until(() => (failures.get('RESOURCE_EXHAUSTED') ?? 0) >= refusals);
        progress('while it is full');
        await setMaxMemory(redis, Math.floor((await usedMemory(redis)) / 2)); // now nothing at all is taken
        unchanged = await refusedTurns(installation, random, sessions, violations);
        await setMaxMemory(redis, 0);
      });
      for (const status of failures.keys()) {
        if (!allowed.has(status)) violations.push({ kind: 'expectation', text: `a turn was refused with ${status}` });
      }
      return outcomeOf(installation, { 'states unchanged by a refused turn': unchanged }, violations);
    });
  } finally {
    await redis.stop();
  }
}

/** Sends a turn to sessions that exist: it must be refused, and the session must be the same before and after. */
async function refusedTurns(
  { ledger, clients, scenarios }: Installation,
  random: SeededRandom,
  sessions: number,
  violations: Violation[],
): Promise<number> {
  const sender = new TurnSender(ledger);
  let unchanged = 0;
  for (const sessionId of [...ledger.sessions.keys()].slice(0, sessions)) {
    const client = random.pick(clients);
    const before = await sessionBytes(sessionId, client);
    const { turnId, request } = new RandomTurns(sessionId, scenarios, random.fork()).next();
    const failure = await sender.send(ledger.add(sessionId, turnId, request), client);
    const after = await sessionBytes(sessionId, client);
    if (failure === undefined) {
      violations.push({ kind: 'expectation', text: `turn ${turnId} was taken while there was no memory` });
    } else if (Buffer.compare(before ?? Buffer.alloc(0), after ?? Buffer.alloc(0)) !== 0) {
      violations.push({ kind: 'state', text: `session ${sessionId} was changed by a refused turn` });
    } else {
      unchanged += 1;
    }
  }
  return unchanged;
}

function setMaxMemory(redis: RedisProcess, bytes: number): Promise<unknown> {
  return redis.ask((client) => client.config('SET', 'maxmemory', bytes));
}

async function usedMemory(redis: RedisProcess): Promise<number> {
  const info = await redis.ask((client) => client.info('memory'));
  return Number(/used_memory:(\d+)/.exec(info)?.[1]);
}
