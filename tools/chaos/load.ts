import { setTimeout as sleep } from 'node:timers/promises';
import type { Deployment } from './deployment';
import { RandomTurns } from './random-turns';
import type { SeededRandom } from './seeded-random';
import type { TurnLog } from './turn-log';
import { TurnSender } from './turn-sender';

export interface LoadOptions {
  /** Number of concurrent clients. Each client has one turn in flight at a time. */
  readonly clients: number;
  /** Number of sessions, which all clients share, so that their turns conflict. */
  readonly sessions: number;
  /** Longest pause of a client between two turns, in milliseconds. */
  readonly maxPauseMs: number;
}

const defaultOptions: LoadOptions = { clients: 12, sessions: 30, maxPauseMs: 80 };

/** Probability that a client sends a turn twice concurrently. */
const duplicateProbability = 0.1;
/** Probability that a turn is sent with StreamTurn. */
const streamProbability = 0.15;

/**
 * Sends turns continuously while `action` runs. Each turn is retried until it is acknowledged. Resolves when all turns that were sent
 * are acknowledged.
 */
export async function withLoad(
  deployment: Deployment,
  random: SeededRandom,
  action: () => Promise<void>,
  options: LoadOptions = defaultOptions,
): Promise<void> {
  const sessions = Array.from(
    { length: options.sessions },
    () => new RandomTurns(random.nextUuid(), deployment.scenarios, random.fork()),
  );
  const state = { isStopped: false };
  const clients = Array.from({ length: options.clients }, () =>
    sendTurns(deployment, sessions, random.fork(), options.maxPauseMs, state),
  );
  try {
    await action();
  } finally {
    state.isStopped = true;
    await Promise.all(clients);
  }
}

async function sendTurns(
  { turnLog, clients }: Deployment,
  sessions: readonly RandomTurns[],
  random: SeededRandom,
  maxPauseMs: number,
  state: { readonly isStopped: boolean },
): Promise<void> {
  const sender = new TurnSender(turnLog);
  while (!state.isStopped) {
    const session = random.pick(sessions);
    const { turnId, request } = session.next();
    const turn = turnLog.add(session.sessionId, turnId, request);
    const copies = random.nextBoolean(duplicateProbability) ? 2 : 1;
    const send = (): Promise<void> =>
      random.nextBoolean(streamProbability)
        ? sender.streamUntilAcknowledged(turn, () => random.pick(clients))
        : sender.sendUntilAcknowledged(turn, () => random.pick(clients));
    await Promise.all(Array.from({ length: copies }, send));
    await sleep(random.nextInt(maxPauseMs));
  }
}

const waitTimeoutMs = 180_000;

/** Resolves when `holds` returns true. Rejects after three minutes. */
export async function waitUntil(holds: () => boolean): Promise<void> {
  const end = Date.now() + waitTimeoutMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`Timed out after ${waitTimeoutMs / 1_000} s: the clients make no progress.`);
    await sleep(1);
  }
}

/** Resolves when `count` more turns are acknowledged. */
export async function waitForAcknowledged({ counts }: TurnLog, count: number): Promise<void> {
  const target = counts.acknowledged + count;
  await waitUntil(() => counts.acknowledged >= target);
}
