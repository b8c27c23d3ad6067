import { copySessions } from './copied-sessions';
import { type ScaleExperiment, type ScaleVariant, selectSizes } from './experiment';
import { startDeployment } from './installation';

/** Sessions that lie in Redis while new ones come. */
export const sessionsExperiment: ScaleExperiment = {
  name: 'sessions in Redis',
  async start(extent, closers) {
    const variants: ScaleVariant[] = [];
    for (const count of selectSizes(extent, [1_000, 10_000, 100_000], [1_000_000])) {
      const installation = await startDeployment(closers);
      const usedBytes = (): Promise<number> =>
        installation.redis.withClient(async (client) =>
          Number(/^used_memory:(\d+)/m.exec(await client.info('memory'))?.[1]),
        );
      const before = await usedBytes();
      await copySessions(installation, count);
      const extraFigures = { 'B a session': ((await usedBytes()) - before) / count };
      variants.push({ name: String(count), servers: [installation.service], connections: 2, extraFigures: found });
    }
    return variants;
  },
};
