import { setTimeout as sleep } from 'node:timers/promises';
import { Cluster, Command, Redis } from 'ioredis';
import { findFreePort } from './free-port';
import { RedisProcess } from './redis-process';

const slotCount = 16_384;
const masterCount = 3;
const agreementTimeoutMs = 60_000;
const migrateTimeoutMs = 5_000;

/** A node of a Redis Cluster, with a client for this node only. */
export interface ClusterMember {
  readonly process: RedisProcess;
  readonly admin: Redis;
  readonly id: string;
  /** The port of the cluster bus. */
  readonly busPort: number;
}

export interface RedisClusterOptions {
  /** Whether each master has a replica. Default: false. */
  readonly replicas?: boolean;
  /** Milliseconds until an unresponsive node is replaced. Default: 30,000, longer than a machine stalls under load. */
  readonly nodeTimeoutMs?: number;
}

/** A Redis Cluster on loopback ports: three masters that share the slots, optionally with one replica each. */
export class RedisCluster {
  /** A client for the whole Cluster. */
  readonly admin: Cluster;

  private constructor(
    readonly masters: readonly ClusterMember[],
    /** One replica per master, in the order of the masters, or none. */
    readonly replicas: readonly ClusterMember[],
  ) {
    this.admin = new Cluster([...this.seeds]);
    this.admin.on('error', () => undefined);
  }

  /** Resolves when all nodes agree and the replicas are synchronized. */
  static async start({ replicas = false, nodeTimeoutMs = 30_000 }: RedisClusterOptions = {}): Promise<RedisCluster> {
    const count = replicas ? 2 * masterCount : masterCount;
    const members = await Promise.all(Array.from({ length: count }, () => startMember(nodeTimeoutMs)));
    const masters = members.slice(0, masterCount);
    const replicaMembers = members.slice(masterCount);
    try {
      await Promise.all(masters.map(assignSlots));
      await meet(members);
      await Promise.all(replicaMembers.map((replica, index) => replicate(replica, masters[index])));
      return new RedisCluster(masters, replicaMembers);
    } catch (error) {
      await stopMembers(members);
      throw error;
    }
  }

  get members(): readonly ClusterMember[] {
    return [...this.masters, ...this.replicas];
  }

  get seeds(): readonly { readonly host: string; readonly port: number }[] {
    return this.members.map(({ process }) => ({ host: '127.0.0.1', port: process.port }));
  }

  /** Sets how soon a lost master is replaced, in milliseconds. */
  async setFailoverTimeout(milliseconds: number): Promise<void> {
    await Promise.all(this.members.map(({ admin }) => admin.config('SET', 'cluster-node-timeout', milliseconds)));
  }

  /** Lists the keys that match a pattern. */
  async listKeys(pattern: string): Promise<readonly string[]> {
    return (await Promise.all(this.masters.map(({ admin }) => admin.keys(pattern)))).flat();
  }

  /** Returns the slot of a key, the master that owned the slot when the cluster started, and another master. */
  findOwner(key: string): { readonly slot: number; readonly owner: ClusterMember; readonly other: ClusterMember } {
    const slot = getSlot(key);
    const index = this.masters.findIndex((_, each) => slot <= getLastSlot(each));
    const [owner, other] = [this.masters[index], this.masters[(index + 1) % masterCount]];
    if (owner === undefined || other === undefined) throw new Error(`No master has the slot ${slot}.`);
    return { slot, owner, other };
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    await stopMembers(this.members);
  }
}

export function getSlot(key: string): number {
  return new Command('exists', [key]).getSlot() ?? 0;
}

/** Starts to migrate a slot: existing keys stay until they are migrated, new keys go to the target node. */
export async function startSlotMigration(slot: number, from: ClusterMember, to: ClusterMember): Promise<void> {
  await to.admin.cluster('SETSLOT', slot, 'IMPORTING', from.id);
  await from.admin.cluster('SETSLOT', slot, 'MIGRATING', to.id);
}

/** Migrates at most `limit` keys of a slot. Resolves to the number of migrated keys. */
export async function migrateKeys(
  slot: number,
  from: ClusterMember,
  to: ClusterMember,
  limit = 1_000,
): Promise<number> {
  const keys = (await from.admin.cluster('GETKEYSINSLOT', slot, limit)).map(String);
  if (keys.length > 0) {
    await from.admin.migrate('127.0.0.1', to.process.port, '', 0, migrateTimeoutMs, 'KEYS', ...keys);
  }
  return keys.length;
}

/** Assigns a slot to the target node. */
export async function finishSlotMigration(slot: number, from: ClusterMember, to: ClusterMember): Promise<void> {
  for (const { admin } of [to, from]) await admin.cluster('SETSLOT', slot, 'NODE', to.id);
}

/** Resolves when all members report a healthy Cluster with all nodes. */
export async function waitForHealthyCluster(members: readonly ClusterMember[], nodeCount: number): Promise<void> {
  await waitUntilAgreed(async () => {
    const infos = await Promise.all(members.map(({ admin }) => admin.cluster('INFO')));
    return infos.every(
      (info) => info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${nodeCount}`),
    );
  });
}

export async function isMaster({ admin }: ClusterMember): Promise<boolean> {
  return (await admin.info('replication')).includes('role:master');
}

/** Whether a replica is connected to its master. */
export async function isSynchronized({ admin }: ClusterMember): Promise<boolean> {
  return (await admin.info('replication')).includes('master_link_status:up');
}

/** Waits until `holds` resolves to true. A rejection counts as false. */
export async function waitUntilAgreed(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + agreementTimeoutMs;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error('The nodes of the Redis Cluster did not agree within a minute.');
    await sleep(50);
  }
}

async function startMember(nodeTimeoutMs: number): Promise<ClusterMember> {
  // The default port of the cluster bus, 10,000 above the client port, may be in use.
  const busPort = await findFreePort();
  const process = await RedisProcess.start([
    ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', String(nodeTimeoutMs)],
    ...['--cluster-replica-validity-factor', '0', '--repl-diskless-sync-delay', '0'],
  ]);
  const admin = new Redis(process.url, { maxRetriesPerRequest: 0, disconnectTimeout: 50 });
  admin.on('error', () => undefined);
  return { process, admin, id: String(await admin.cluster('MYID')), busPort };
}

async function stopMembers(members: readonly ClusterMember[]): Promise<void> {
  await Promise.all(
    members.map(async ({ process, admin }) => {
      admin.disconnect();
      await process.stop();
    }),
  );
}

function getLastSlot(masterIndex: number): number {
  return Math.floor((slotCount * (masterIndex + 1)) / masterCount) - 1;
}

async function assignSlots({ admin }: ClusterMember, masterIndex: number): Promise<void> {
  await admin.call('CLUSTER', 'SET-CONFIG-EPOCH', masterIndex + 1);
  await admin.cluster('ADDSLOTSRANGE', getLastSlot(masterIndex - 1) + 1, getLastSlot(masterIndex));
}

async function meet(members: readonly ClusterMember[]): Promise<void> {
  for (const { process, busPort } of members) {
    for (const { admin } of members) {
      await admin.call('CLUSTER', 'MEET', '127.0.0.1', process.port, busPort);
    }
  }
  await waitForHealthyCluster(members, members.length);
}

async function replicate(replica: ClusterMember, master: ClusterMember | undefined): Promise<void> {
  if (master === undefined) return;
  // Redis rejects the command until the replica has discovered the master.
  await waitUntilAgreed(async () => (await replica.admin.call('CLUSTER', 'REPLICATE', master.id)) === 'OK');
  await waitUntilAgreed(() => isSynchronized(replica));
}
