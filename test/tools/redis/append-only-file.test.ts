import { AppendOnlyFile } from '../../../tools/redis/append-only-file';
import { durableArguments, RedisProcess } from '../../../tools/redis/redis-process';

describe('the append-only file', () => {
  let redis: RedisProcess;

  beforeAll(async () => {
    redis = await RedisProcess.start(durableArguments);
  });

  afterAll(() => redis.stop());

  it.each([
    ['at the end of a write', () => 0],
    ['at the start of a transaction', () => 9],
    ['within a command of a transaction', (tail: number) => Math.floor(tail / 2)],
  ])('loads the writes before a cut %s, and keeps the writes after the restart', async (position, getCutLength) => {
    await redis.withClient((client) => client.del('log', 'lost'));
    await redis.withClient((client) => client.set('kept', position));
    const file = AppendOnlyFile.open(redis.folder);
    const offset = file.getSize();
    await redis.withClient((client) => client.multi().xadd('log', '4-0', 'turn', 'torn').set('lost', 'x').exec());
    await redis.kill();
    file.truncate(offset + getCutLength(file.getSize() - offset));
    file.repair();
    await redis.start();
    expect(await redis.withClient((client) => client.mget('kept', 'lost'))).toEqual([position, null]);
    await redis.withClient((client) => client.multi().xadd('log', '4-0', 'turn', 'acknowledged').exec());
    await redis.kill();
    file.repair();
    await redis.start();
    expect(await redis.withClient((client) => client.xrange('log', '-', '+'))).toEqual([
      ['4-0', ['turn', 'acknowledged']],
    ]);
  });
});
