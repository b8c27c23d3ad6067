import { copySessions } from './copied-sessions';
import { type Experiment, sizesOf, type Variant } from './experiment';
import { startInstallation } from './installation';

/** Sessions that lie in Redis while new ones come. */
export const sessions: Experiment = {
  name: 'sessions in Redis',
  async start(extent, closers) {
    const variants: Variant[] = [];
    for (const count of sizesOf(extent, [1_000, 10_000, 100_000], [1_000_000])) {
      const installation = await startInstallation(closers);
      const usedBytes = (): Promise<number> =>
        installation.redis.ask(async (client) => Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]));
      const before = await usedBytes();
      await copySessions(installation, count);
      const found = { 'B a session': ((await usedBytes()) - before) / count };
      variants.push({ name: String(count), servers: [installation.service], connections: 2, found });
    }
    return variants;
  },
};
