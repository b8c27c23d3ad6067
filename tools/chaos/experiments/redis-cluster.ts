import { underLoad } from '../callers';
import type { Conditions, Outcome } from '../experiment';
import { type Installation, withInstallation } from '../installation';
import { outcomeOf } from '../outcome-of';
import { lostTurns } from '../read-back';
import { RedisCluster } from '../redis-cluster';
import { SeededRandom } from '../seeded-random';
import { untilAcknowledged } from '../until-acknowledged';

/** How much. */
export interface RedisClusterParameters {
  readonly slots: number;
  /** At most three: a master that was killed comes back as a replica. */
  readonly failovers: number;
}

/** Many sessions, so that some of them lie in each part of the Cluster. */
const load = { callers: 12, sessions: 400, pauseMs: 80 };
/** Turns that are acknowledged before a master is killed. */
const turnsBefore = 60;

/**
 * Nodes on a Redis Cluster while slots move, and while masters are killed whose replicas lag behind: with
 * `durability = "replicated"` nothing that was acknowledged may be lost. The same again with `durability = "acknowledged"`, where
 * what the replica did not have is lost; that is counted, and no violation.
 */
export async function redisCluster(
  { seed, progress }: Conditions,
  { slots, failovers }: RedisClusterParameters,
): Promise<Outcome> {
  const random = new SeededRandom(seed);
  const replicated = await withCluster('replicated', async (installation, cluster) => {
    let moved = 0;
    let keys = 0;
    await underLoad(
      installation,
      random.fork(),
      async () => {
        await untilAcknowledged(installation.ledger, turnsBefore);
        keys = await cluster.moveSlots(slots, (done) => {
          moved = done;
          progress(`${done} of ${slots} slots`);
        });
        await killMasters(installation, cluster, failovers, progress);
      },
      load,
    );
    return outcomeOf(installation, { 'slots moved': moved, 'keys moved': keys, 'masters killed': failovers });
  });
  const asynchronous = await withCluster('acknowledged', async (installation, cluster) => {
    await underLoad(installation, random.fork(), () => killMasters(installation, cluster, failovers, progress), load);
    return { lost: await lostTurns(installation), acknowledged: installation.ledger.counts.acknowledged };
  });
  return {
    violations: replicated.violations,
    counts: {
      ...replicated.counts,
      'masters killed with asynchronous replication': failovers,
      'acknowledged by then': asynchronous.acknowledged,
      'of these lost, which is allowed': asynchronous.lost,
    },
  };
}

async function withCluster<T>(
  durability: string,
  work: (installation: Installation, cluster: RedisCluster) => Promise<T>,
): Promise<T> {
  const cluster = await RedisCluster.start();
  try {
    const store = { kind: 'cluster', ports: cluster.ports } as const;
    const settings = { ORCHESTRATOR__REDIS__DURABILITY: durability };
    return await withInstallation({ nodes: 2, store, settings }, (installation) => work(installation, cluster));
  } finally {
    await cluster.stop();
  }
}

async function killMasters(
  { ledger }: Installation,
  cluster: RedisCluster,
  failovers: number,
  progress: Conditions['progress'],
): Promise<void> {
  for (let index = 0; index < failovers; index += 1) {
    await untilAcknowledged(ledger, turnsBefore);
    await cluster.failOver(index);
    progress(`${index + 1} of ${failovers} masters killed`);
  }
}
