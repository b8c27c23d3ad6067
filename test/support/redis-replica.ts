import { Redis } from 'ioredis';
import { eventually } from './eventually';
import { type RedisServer, startRedisServer } from './redis-server';

/** Starts a redis-server that replicates another. Resolves once it has everything and the other counts on it. */
export async function startReplica(master: RedisServer): Promise<RedisServer> {
  const replica = await startRedisServer(['--replicaof', '127.0.0.1', String(master.port)]);
  const admin = new Redis(master.url);
  await waitForReplica(admin, replica);
  admin.disconnect();
  return replica;
}

/** Resolves once a master, which `admin` speaks to, counts on a replica. */
export async function waitForReplica(admin: Redis, replica: RedisServer): Promise<void> {
  await eventually(async () => (await admin.info('replication')).includes(`port=${replica.port},state=online`));
}
