import { fillStore } from './fill-store';
import { countSessions, firstPage } from './queries';

export interface IndexOptions {
  readonly sessions: number;
  readonly rounds: number;
}

export interface IndexCost {
  readonly sessions: number;
  /** Seconds to commit one turn of each session. */
  readonly fillSeconds: number;
  /** Bytes of Redis for each session, all keys included. */
  readonly bytesPerSession: number;
  /** Milliseconds of each round. */
  readonly count: readonly number[];
  readonly firstPage: readonly number[];
  readonly customerPage: readonly number[];
  /** The first page of a filter that selects one session in 800. */
  readonly filteredPage: readonly number[];
}

/** Fills a Redis of its own with sessions, and measures the queries of the index, alternating. */
export async function measureIndex(
  { sessions, rounds }: IndexOptions,
  onProgress: (text: string) => void,
): Promise<IndexCost> {
  const store = await fillStore(sessions, (done) => onProgress(`${done} of ${sessions} sessions`));
  try {
    const times = {
      count: [] as number[],
      firstPage: [] as number[],
      customerPage: [] as number[],
      filteredPage: [] as number[],
    };
    for (let round = 0; round < rounds; round += 1) {
      times.count.push(await time(() => countSessions(store)));
      times.firstPage.push(await time(() => firstPage(store, {})));
      times.customerPage.push(await time(() => firstPage(store, { customerId: `customer-${round}` })));
      times.filteredPage.push(
        await time(() => firstPage(store, { scenarioVersion: 1, stepId: 'step-3', status: 'PAUSED' })),
      );
    }
    return { sessions, fillSeconds: store.fillSeconds, bytesPerSession: store.bytes / sessions, ...times };
  } finally {
    await store.close();
  }
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
