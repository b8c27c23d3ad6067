import { AppendOnlyFile } from '../../../tools/chaos/append-only-file';
import { durableArguments, RedisProcess } from '../../../tools/chaos/redis-process';

describe('the append-only file of a Redis', () => {
  let redis: RedisProcess;

  beforeAll(async () => {
    redis = await RedisProcess.start(durableArguments);
  });

  afterAll(() => redis.stop());

  it.each([
    ['where a write ended, without what came after', () => 0],
    ['at the beginning of a transaction', () => 9],
    ['in the middle of a transaction, within a command', (tail: number) => Math.floor(tail / 2)],
  ])('is read up to a cut %s, and takes new writes that last', async (where, lengthOf) => {
    await redis.ask((client) => client.del('log', 'lost'));
    await redis.ask((client) => client.set('kept', where));
    const file = AppendOnlyFile.of(redis.folder);
    const end = file.size();
    await redis.ask((client) => client.multi().xadd('log', '4-0', 'turn', 'torn').set('lost', 'x').exec());
    await redis.kill();
    file.cut(end + lengthOf(file.size() - end));
    file.repair();
    await redis.start();
    expect(await redis.ask((client) => client.mget('kept', 'lost'))).toEqual([where, null]);
    await redis.ask((client) => client.multi().xadd('log', '4-0', 'turn', 'acknowledged').exec());
    await redis.kill();
    file.repair();
    await redis.start();
    expect(await redis.ask((client) => client.xrange('log', '-', '+'))).toEqual([['4-0', ['turn', 'acknowledged']]]);
  });
});
