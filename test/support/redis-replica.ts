import { Redis } from 'ioredis';
import { RedisProcess } from '../../tools/redis/redis-process';
import { eventually } from './eventually';

/** Starts a replica of a redis-server. Resolves when the replica is synchronized. */
export async function startReplica(master: RedisProcess): Promise<RedisProcess> {
  const replica = await RedisProcess.start(['--replicaof', '127.0.0.1', String(master.port)]);
  const admin = new Redis(master.url);
  await waitForReplica(admin, replica);
  admin.disconnect();
  return replica;
}

/** Resolves when the master that `admin` is connected to reports the replica as online. */
export async function waitForReplica(admin: Redis, replica: RedisProcess): Promise<void> {
  await eventually(async () => (await admin.info('replication')).includes(`port=${replica.port},state=online`));
}
