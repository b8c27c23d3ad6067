import { Redis } from 'ioredis';

const script = "return redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])";
const keys = 1_000;
const timeToLiveMs = 3_600_000;

/** Stores a value with one script, under one of a thousand keys, in the order of the calls. */
export type StoreValue = (value: Buffer, call: number) => Promise<unknown>;

/** `prepare` is given the client before it connects. */
export async function connectStoreValue(
  redisPort: number,
  prepare: (redis: Redis) => void = () => undefined,
): Promise<StoreValue> {
  const redis = new Redis(redisPort, '127.0.0.1', { lazyConnect: true });
  prepare(redis);
  await redis.connect();
  const sha = String(await redis.script('LOAD', script));
  return (value, call) => redis.evalsha(sha, 1, `echo:${call % keys}`, value, timeToLiveMs);
}
