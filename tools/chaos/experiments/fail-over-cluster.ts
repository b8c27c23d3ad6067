import { setTimeout as sleep } from 'node:timers/promises';
import {
  finishSlotMigration,
  isMaster,
  isSynchronized,
  migrateKeys,
  RedisCluster,
  startSlotMigration,
  waitForHealthyCluster,
  waitUntilAgreed,
} from '../../redis/redis-cluster';
import { type Deployment, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome } from '../experiment';
import { waitForAcknowledged, withLoad } from '../load';
import { SeededRandom } from '../seeded-random';
import { countLostTurns, toOutcome } from '../verification';

export interface FailOverClusterParameters {
  readonly slots: number;
  /** At most three, because a killed master comes back as a replica. */
  readonly failovers: number;
}

/** Many sessions, so that every master has some. */
const load = { clients: 12, sessions: 400, maxPauseMs: 80 };
/** Acknowledged turns before a master is killed. */
const turnsBeforeFailover = 60;
const nodeTimeoutMs = 2_000;
/** Time for which a replica is suspended before its master is killed. Below the node timeout, so that it is not marked as failed. */
const replicaLagMs = nodeTimeoutMs / 2;

/**
 * Migrates slots of a Redis Cluster, and kills masters whose replicas lag behind. With `durability = "replicated"` no acknowledged turn
 * may be lost. Repeats the kills with `durability = "acknowledged"`, which may lose turns that the replica did not receive. Lost
 * turns are then counted, but are not violations.
 */
export async function failOverCluster(
  { seed, reportProgress }: ExperimentContext,
  { slots, failovers }: FailOverClusterParameters,
): Promise<Outcome> {
  const random = new SeededRandom(seed);
  const replicatedOutcome = await withCluster('replicated', async (deployment, cluster) => {
    let moved = 0;
    let keys = 0;
    await withLoad(
      deployment,
      random.fork(),
      async () => {
        await waitForAcknowledged(deployment.turnLog, turnsBeforeFailover);
        keys = await moveSlots(cluster, slots, (done) => {
          moved = done;
          reportProgress(`${done} of ${slots} slots`);
        });
        await killMasters(deployment, cluster, failovers, reportProgress);
      },
      load,
    );
    return toOutcome(deployment, { 'slots moved': moved, 'keys moved': keys, 'masters killed': failovers });
  });
  const acknowledgedCounts = await withCluster('acknowledged', async (deployment, cluster) => {
    await withLoad(deployment, random.fork(), () => killMasters(deployment, cluster, failovers, reportProgress), load);
    return { lost: await countLostTurns(deployment), total: deployment.turnLog.counts.acknowledged };
  });
  return {
    violations: replicatedOutcome.violations,
    counts: {
      ...replicatedOutcome.counts,
      'masters killed with asynchronous replication': failovers,
      'turns acknowledged': acknowledgedCounts.total,
      'of these lost (allowed)': acknowledgedCounts.lost,
    },
  };
}

async function withCluster<T>(
  durability: string,
  action: (deployment: Deployment, cluster: RedisCluster) => Promise<T>,
): Promise<T> {
  const cluster = await RedisCluster.start({ replicas: true, nodeTimeoutMs });
  try {
    const store = { kind: 'cluster', ports: cluster.seeds.map(({ port }) => port) } as const;
    const settings = { ORCHESTRATOR__REDIS__DURABILITY: durability };
    return await withDeployment({ nodeCount: 2, store, settings }, (deployment) => action(deployment, cluster));
  } finally {
    await cluster.stop();
  }
}

/** Migrates the first `count` slots of the first master to the second. Resolves to the number of migrated keys. */
async function moveSlots(
  { masters: [from, to] }: RedisCluster,
  count: number,
  onMoved: (slots: number) => void,
): Promise<number> {
  if (from === undefined || to === undefined) throw new Error('The Redis Cluster has fewer than two masters.');
  let keys = 0;
  for (let slot = 0; slot < count; slot += 1) {
    await startSlotMigration(slot, from, to);
    for (let migrated = await migrateKeys(slot, from, to); migrated > 0; migrated = await migrateKeys(slot, from, to)) {
      keys += migrated;
    }
    await finishSlotMigration(slot, from, to);
    onMoved(slot + 1);
  }
  return keys;
}

async function killMasters(
  { turnLog }: Deployment,
  cluster: RedisCluster,
  failovers: number,
  reportProgress: ExperimentContext['reportProgress'],
): Promise<void> {
  for (let index = 0; index < failovers; index += 1) {
    await waitForAcknowledged(turnLog, turnsBeforeFailover);
    await failOver(cluster, index);
    reportProgress(`${index + 1} of ${failovers} masters killed`);
  }
}

/**
 * Suspends the replica of a master for a while, kills the master, waits for the failover, and restarts the master as a replica. No other
 * node has the writes that the master accepted while the replica was suspended.
 */
async function failOver(cluster: RedisCluster, index: number): Promise<void> {
  const [master, replica] = [cluster.masters[index], cluster.replicas[index]];
  if (master === undefined || replica === undefined || !(await isMaster(master))) {
    throw new Error(`Node ${index} is not a master.`);
  }
  replica.process.pause();
  await master.admin.call('CLIENT', 'KILL', 'TYPE', 'replica'); // Writes that wait in the connection are lost.
  await sleep(replicaLagMs);
  await master.process.kill();
  replica.process.resume();
  const nodeCount = cluster.members.length;
  await waitUntilAgreed(() => isMaster(replica));
  await waitForHealthyCluster(
    cluster.members.filter((member) => member !== master),
    nodeCount,
  );
  await master.process.start();
  await waitForHealthyCluster(cluster.members, nodeCount);
  await waitUntilAgreed(() => isSynchronized(master));
}
