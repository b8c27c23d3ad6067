import { Redis } from 'ioredis';
import { eventually } from './eventually';
import { type RedisServer, startRedisServer } from './redis-server';

/** Starts a replica of a redis-server. Resolves when the replica is synchronized. */
export async function startReplica(master: RedisServer): Promise<RedisServer> {
  const replica = await startRedisServer(['--replicaof', '127.0.0.1', String(master.port)]);
  const admin = new Redis(master.url);
  await waitForReplica(admin, replica);
  admin.disconnect();
  return replica;
}

/** Resolves when the master that `admin` is connected to reports the replica as online. */
export async function waitForReplica(admin: Redis, replica: RedisServer): Promise<void> {
  await eventually(async () => (await admin.info('replication')).includes(`port=${replica.port},state=online`));
}
