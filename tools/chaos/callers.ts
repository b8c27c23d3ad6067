import { setTimeout as sleep } from 'node:timers/promises';
import type { Installation } from './installation';
import { RandomTurns } from './random-turns';
import type { SeededRandom } from './seeded-random';
import { TurnSender } from './turn-sender';

/** How hard an installation is worked while something is done to it. */
export interface LoadOptions {
  /** Callers that each have one turn under way at a time. */
  readonly callers: number;
  /** Sessions that all callers share, so that they meet. */
  readonly sessions: number;
  /** Longest pause of a caller between two turns, milliseconds. */
  readonly pauseMs: number;
}

const usual: LoadOptions = { callers: 12, sessions: 30, pauseMs: 80 };

/** How often a caller does not wait for the answer and sends the turn a second time at once. */
const impatience = 0.1;
/** How often a turn is streamed. */
const streaming = 0.15;

/**
 * Has callers send turns without end while `work` is done, each turn again and again until it is answered. Resolves once every
 * turn that was begun is answered.
 */
export async function underLoad(
  installation: Installation,
  random: SeededRandom,
  work: () => Promise<void>,
  options: LoadOptions = usual,
): Promise<void> {
  const sessions = Array.from(
    { length: options.sessions },
    () => new RandomTurns(random.uuid(), installation.scenarios, random.fork()),
  );
  const state = { over: false };
  const callers = Array.from({ length: options.callers }, () =>
    call(installation, sessions, random.fork(), options.pauseMs, state),
  );
  try {
    await work();
  } finally {
    state.over = true;
    await Promise.all(callers);
  }
}

async function call(
  { ledger, clients }: Installation,
  sessions: readonly RandomTurns[],
  random: SeededRandom,
  pauseMs: number,
  state: { readonly over: boolean },
): Promise<void> {
  const sender = new TurnSender(ledger);
  while (!state.over) {
    const session = random.pick(sessions);
    const { turnId, request } = session.next();
    const turn = ledger.add(session.sessionId, turnId, request);
    const tries = random.chance(impatience) ? 2 : 1;
    const deliver = (): Promise<void> =>
      random.chance(streaming)
        ? sender.deliverStream(turn, () => random.pick(clients))
        : sender.deliver(turn, () => random.pick(clients));
    await Promise.all(Array.from({ length: tries }, deliver));
    await sleep(random.below(pauseMs));
  }
}
