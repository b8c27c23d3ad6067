import { AppendOnlyFile } from '../../src/chaos/append-only-file';
import { durableArguments, RedisProcess } from '../../src/chaos/redis-process';

describe('the append-only file of a Redis', () => {
  let redis: RedisProcess;

  beforeAll(async () => {
    redis = await RedisProcess.start(durableArguments);
  });

  afterAll(() => redis.stop());

  it.each([
    ['where a write ended, without what came after', 0],
    ['in the middle of a write, without any of it', 9],
  ])('is read up to a cut %s', async (_where, more) => {
    await redis.ask((client) => client.set('kept', String(more)));
    const file = AppendOnlyFile.of(redis.folder);
    const end = file.size();
    await redis.ask((client) => client.multi().set('kept', 'changed').set('lost', 'x').exec());
    await redis.kill();
    file.cut(end + more);
    await redis.start();
    expect(await redis.ask((client) => client.mget('kept', 'lost'))).toEqual([String(more), null]);
  });
});
