import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger';

const withinMs = 180_000;

/** Resolves when something that callers bring about holds; rejects after three minutes. */
export async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + withinMs;
  while (!holds()) {
    if (Date.now() > end) throw new Error('Nothing goes on: what was waited for did not come about in time.');
    await sleep(1);
  }
}

/** Resolves when so many turns more are acknowledged. */
export async function untilAcknowledged({ counts }: Ledger, more: number): Promise<void> {
  const enough = counts.acknowledged + more;
  await until(() => counts.acknowledged >= enough);
}
