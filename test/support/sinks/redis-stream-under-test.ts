import { Redis } from 'ioredis';
import { RedisProcess } from '../../../tools/redis/redis-process';
import type { SinkUnderTest } from './sink-under-test';

/** A stream in a redis-server that keeps acknowledged entries when it is killed. */
export async function startRedisStream(): Promise<SinkUnderTest> {
  const server = await RedisProcess.start(['--appendonly', 'yes', '--appendfsync', 'always']);
  const admin = new Redis(server.url, { maxRetriesPerRequest: null });
  admin.on('error', () => undefined);
  return {
    args: ['redis', '--url', server.url, '--stream', 'feed'],
    env: {},
    outage: { start: () => server.kill(), end: () => server.start() },
    async read() {
      const entries = await admin.xrange('feed', '-', '+');
      return entries.map(([, fields]) => {
        const event = JSON.parse(fields[fields.indexOf('event') + 1] ?? '');
        // A reader can recognize a repeated event without parsing it.
        if (fields[fields.indexOf('id') + 1] !== event.id) throw new Error('The field `id` is not that of the event.');
        return event;
      });
    },
    async close() {
      admin.disconnect();
      await server.stop();
    },
  };
}
