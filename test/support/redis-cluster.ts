import { Cluster, Command, Redis } from 'ioredis';
import { freePort } from '../../tools/chaos/free-port';
import { eventually } from './eventually';
import { waitForReplica } from './redis-replica';
import { type RedisServer, startRedisServer } from './redis-server';

const slots = 16_384;
/** A long timeout, so that no node is replaced when the machine stalls for seconds. */
const nodeTimeoutMs = 30_000;

/** A node of a Cluster, with a client for this node only. */
export interface ClusterMember {
  readonly server: RedisServer;
  readonly admin: Redis;
  readonly id: string;
  /** The port of the cluster bus. */
  readonly busPort: number;
}

/** A Redis Cluster of redis-server processes on loopback ports, for one test file. */
export class RedisCluster {
  private constructor(
    readonly masters: readonly ClusterMember[],
    /** One replica per master, in the order of the masters, or none. */
    readonly replicas: readonly ClusterMember[],
    /** A client for the whole Cluster. */
    readonly admin: Cluster,
  ) {}

  /** Starts three masters, and optionally a replica of each. Resolves when the Cluster is ready. */
  static async start({ replicas = false } = {}): Promise<RedisCluster> {
    const members = await Promise.all(Array.from({ length: replicas ? 6 : 3 }, startMember));
    const masters = members.slice(0, 3);
    await Promise.all(masters.map(({ admin }, index) => assignSlots(admin, index, masters.length)));
    await meet(members);
    await Promise.all(members.slice(3).map((replica, index) => replicate(replica, masters[index])));
    const admin = new Cluster(members.map(({ server }) => ({ host: '127.0.0.1', port: server.port })));
    admin.on('error', () => undefined);
    return new RedisCluster(masters, members.slice(3), admin);
  }

  get seeds(): readonly { readonly host: string; readonly port: number }[] {
    return this.members.map(({ server }) => ({ host: '127.0.0.1', port: server.port }));
  }

  get members(): readonly ClusterMember[] {
    return [...this.masters, ...this.replicas];
  }

  /** Sets how soon a lost master is replaced, in milliseconds. */
  async setFailoverTimeout(milliseconds: number): Promise<void> {
    await Promise.all(this.members.map(({ admin }) => admin.config('SET', 'cluster-node-timeout', milliseconds)));
  }

  /** Lists the keys that match a pattern. */
  async keys(pattern: string): Promise<readonly string[]> {
    return (await Promise.all(this.masters.map(({ admin }) => admin.keys(pattern)))).flat();
  }

  /** Returns the master that a key's slot was assigned to at the start, and another master. */
  findOwner(key: string): { readonly slot: number; readonly owner: ClusterMember; readonly other: ClusterMember } {
    const slot = getSlot(key);
    const index = this.masters.findIndex((_, each) => slot < lastSlot(each, this.masters.length) + 1);
    const [owner, other] = [this.masters[index], this.masters[(index + 1) % this.masters.length]];
    if (owner === undefined || other === undefined) throw new Error(`No master has the slot ${slot}.`);
    return { slot, owner, other };
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    await Promise.all(
      this.members.map(async ({ server, admin }) => {
        admin.disconnect();
        await server.stop();
      }),
    );
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

/** Migrates at most `count` keys of a slot. */
export async function migrateKeys(slot: number, from: ClusterMember, to: ClusterMember, count = 1_000): Promise<void> {
  const keys = (await from.admin.cluster('GETKEYSINSLOT', slot, count)).map(String);
  if (keys.length > 0) await from.admin.migrate('127.0.0.1', to.server.port, '', 0, 5_000, 'KEYS', ...keys);
}

/** Assigns a slot to the target node. */
export async function finishSlotMigration(slot: number, from: ClusterMember, to: ClusterMember): Promise<void> {
  for (const { admin } of [to, from]) await admin.cluster('SETSLOT', slot, 'NODE', to.id);
}

async function startMember(): Promise<ClusterMember> {
  // The default port of the cluster bus may be above 65535.
  const busPort = await freePort();
  const server = await startRedisServer([
    ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', String(nodeTimeoutMs)],
    ...['--cluster-replica-validity-factor', '0', '--repl-diskless-sync-delay', '0'],
  ]);
  const admin = new Redis(server.url, { maxRetriesPerRequest: null, disconnectTimeout: 100 });
  admin.on('error', () => undefined);
  return { server, admin, id: String(await admin.cluster('MYID')), busPort };
}

function lastSlot(index: number, masters: number): number {
  return Math.floor((slots * (index + 1)) / masters) - 1;
}

async function assignSlots(admin: Redis, index: number, masters: number): Promise<void> {
  await admin.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
  await admin.cluster('ADDSLOTSRANGE', index === 0 ? 0 : lastSlot(index - 1, masters) + 1, lastSlot(index, masters));
}

async function meet(members: readonly ClusterMember[]): Promise<void> {
  for (const { server, busPort } of members) {
    for (const { admin } of members) {
      await admin.call('CLUSTER', 'MEET', '127.0.0.1', server.port, busPort);
    }
  }
  const knows = async ({ admin }: ClusterMember) => {
    const info = await admin.cluster('INFO');
    return info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${members.length}`);
  };
  await eventually(async () => (await Promise.all(members.map(knows))).every(Boolean));
}

async function replicate({ admin, server }: ClusterMember, master: ClusterMember | undefined): Promise<void> {
  if (master === undefined) return;
  await admin.call('CLUSTER', 'REPLICATE', master.id);
  await waitForReplica(master.admin, server);
}
