import { setTimeout as sleep } from 'node:timers/promises';
import type { Ledger } from './ledger';

const withinMs = 60_000;

/** Resolves when so many turns more are acknowledged, or when callers seem to be stuck. */
export async function untilAcknowledged({ counts }: Ledger, more: number): Promise<void> {
  const enough = counts.acknowledged + more;
  const end = Date.now() + withinMs;
  while (counts.acknowledged < enough && Date.now() < end) await sleep(1);
}
