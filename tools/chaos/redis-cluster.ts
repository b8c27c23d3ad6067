import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from './free-port';
import { RedisProcess } from './redis-process';

const slots = 16_384;
const masters = 3;
const agreedWithinMs = 60_000;
const migrateTimeoutMs = 5_000;
const nodeTimeoutMs = 2_000;
/** Shorter than it takes until the others miss the replica. */
const cutOffMs = nodeTimeoutMs / 2;

/** A node of the Cluster: its process, a client that speaks to it alone, and the name that the others know it by. */
interface Member {
  readonly process: RedisProcess;
  readonly busPort: number;
  readonly admin: Redis;
  readonly id: string;
}

/** A Redis Cluster on loopback: three masters that share the slots, each with a replica. */
export class RedisCluster {
  private constructor(private readonly members: readonly Member[]) {}

  /** Resolves once all of them agree and the replicas follow. */
  static async start(): Promise<RedisCluster> {
    const cluster = new RedisCluster(await Promise.all(Array.from({ length: 2 * masters }, startMember)));
    try {
      await cluster.form();
      return cluster;
    } catch (error) {
      await cluster.stop();
      throw error;
    }
  }

  /** Of all nodes. */
  get ports(): readonly number[] {
    return this.members.map(({ process }) => process.port);
  }

  /** Moves the first `count` slots of the first master to the second, key by key; resolves to how many keys that were. */
  async moveSlots(count: number, moved: (slots: number) => void): Promise<number> {
    const [from, to] = this.members;
    if (from === undefined || to === undefined) throw new Error('There are no two masters.');
    let keys = 0;
    for (let slot = 0; slot < count; slot += 1) {
      keys += await moveSlot(slot, from, to);
      moved(slot + 1);
    }
    return keys;
  }

  /**
   * Kills one of the masters after its replica has been cut off from it for a while, waits until the replica has taken over, and
   * brings the master back as a replica. What the master took in between is on no other node.
   */
  async failOver(index: number): Promise<void> {
    const master = this.members[index % masters];
    const replica = this.members[(index % masters) + masters];
    if (master === undefined || replica === undefined || !(await isMaster(master))) {
      throw new Error('That node is no master any more.');
    }
    replica.process.pause();
    await master.admin.call('CLIENT', 'KILL', 'TYPE', 'replica'); // so that nothing more waits for it on the way
    await sleep(cutOffMs);
    await master.process.kill();
    replica.process.resume();
    const others = this.members.filter((member) => member !== master);
    await agreed(async () => (await isMaster(replica)) && (await allOk(others)));
    await master.process.start();
    await agreed(async () => (await allOk(this.members)) && (await isFollowing(master)));
  }

  async stop(): Promise<void> {
    for (const { admin, process } of this.members) {
      admin.disconnect();
      await process.stop();
    }
  }

  private async form(): Promise<void> {
    const [first, ...rest] = this.members;
    if (first === undefined) return;
    for (const [index, { admin }] of this.members.slice(0, masters).entries()) {
      const from = Math.floor((slots * index) / masters);
      const to = Math.floor((slots * (index + 1)) / masters) - 1;
      await admin.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
      await admin.cluster('ADDSLOTSRANGE', from, to);
    }
    for (const { process, busPort } of rest) {
      await first.admin.call('CLUSTER', 'MEET', '127.0.0.1', process.port, busPort);
    }
    await agreed(() => allOk(this.members));
    for (const [index, replica] of this.members.slice(masters).entries()) {
      const master = this.members[index]?.id ?? '';
      await agreed(() =>
        replica.admin.call('CLUSTER', 'REPLICATE', master).then(
          () => true,
          () => false,
        ),
      );
      await agreed(() => isFollowing(replica));
    }
  }
}

async function startMember(): Promise<Member> {
  const busPort = await freePort(); // by default one that may not exist
  const process = await RedisProcess.start([
    ...['--cluster-enabled', 'yes', '--cluster-port', String(busPort), '--cluster-node-timeout', String(nodeTimeoutMs)],
    ...['--cluster-replica-validity-factor', '0', '--repl-diskless-sync-delay', '0'],
  ]);
  const admin = new Redis(process.port, '127.0.0.1', { maxRetriesPerRequest: 0, disconnectTimeout: 50 });
  admin.on('error', () => undefined); // what was asked is rejected as well
  return { process, busPort, admin, id: String(await admin.cluster('MYID')) };
}

async function moveSlot(slot: number, from: Member, to: Member): Promise<number> {
  await to.admin.cluster('SETSLOT', slot, 'IMPORTING', from.id);
  await from.admin.cluster('SETSLOT', slot, 'MIGRATING', to.id);
  let moved = 0;
  for (let keys = await keysOf(slot, from); keys.length > 0; keys = await keysOf(slot, from)) {
    await from.admin.call('MIGRATE', '127.0.0.1', to.process.port, '', 0, migrateTimeoutMs, 'KEYS', ...keys);
    moved += keys.length;
  }
  for (const { admin } of [to, from]) await admin.cluster('SETSLOT', slot, 'NODE', to.id);
  return moved;
}

async function keysOf(slot: number, { admin }: Member): Promise<readonly string[]> {
  return (await admin.cluster('GETKEYSINSLOT', slot, 100)).map(String);
}

async function allOk(members: readonly Member[]): Promise<boolean> {
  const infos = await Promise.all(members.map(({ admin }) => admin.cluster('INFO')));
  return infos.every(
    (info) => info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${2 * masters}`),
  );
}

async function isMaster({ admin }: Member): Promise<boolean> {
  return (await admin.info('replication')).includes('role:master');
}

async function isFollowing({ admin }: Member): Promise<boolean> {
  return (await admin.info('replication')).includes('master_link_status:up');
}

/** Waits until something holds; who does not answer does not agree. */
async function agreed(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + agreedWithinMs;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > end) throw new Error('The nodes of the Redis Cluster do not agree within a minute.');
    await sleep(50);
  }
}
