import { AppendOnlyFile } from '../../redis/append-only-file';
import { durableArguments, RedisProcess } from '../../redis/redis-process';
import { withDeployment } from '../deployment';
import type { ExperimentContext, Outcome } from '../experiment';
import { FeedConsumer } from '../feed-consumer';
import { waitForAcknowledged, waitUntil, withLoad } from '../load';
import { SeededRandom } from '../seeded-random';
import { toOutcome } from '../verification';

export interface FollowFeedParameters {
  /** Number of kills with SIGKILL: of each node, and of Redis, in turn. */
  readonly kills: number;
}

/** Acknowledged turns between two kills. */
const turnsBetweenKills = { min: 5, range: 35 };

/**
 * Two consumers follow the feed while nodes and Redis are killed under load. They acknowledge some responses, and cancel their streams at any
 * moment. Each consumer must receive every turn, in the order of its session, and what it receives twice must have the same id.
 */
export async function followFeed(
  { seed, reportProgress }: ExperimentContext,
  { kills }: FollowFeedParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start(durableArguments);
  try {
    const store = { kind: 'redis', port: redis.port } as const;
    return await withDeployment({ nodeCount: 2, store }, async (deployment) => {
      const { nodes, clients, turnLog } = deployment;
      const random = new SeededRandom(seed);
      const consumers = ['one', 'two'].map((name) => new FeedConsumer(name, clients, random.fork()));
      const restart = [
        ...nodes.map((node) => async () => {
          await node.kill();
          await node.start();
        }),
        async () => {
          await redis.kill();
          AppendOnlyFile.open(redis.folder).repair();
          await redis.start();
        },
      ];
      try {
        await withLoad(deployment, random.fork(), async () => {
          for (let killed = 0; killed < kills; killed += 1) {
            await waitForAcknowledged(turnLog, turnsBetweenKills.min + random.nextInt(turnsBetweenKills.range));
            await restart[killed % restart.length]?.();
            reportProgress(`${killed + 1} of ${kills} kills`);
          }
        });
        const isComplete = () => consumers.every((consumer) => consumer.turnCount >= turnLog.turnCount);
        // Missing turns are reported below.
        await waitUntil(isComplete).catch(() => undefined);
      } finally {
        for (const consumer of consumers) consumer.stop();
      }
      const sum = (count: (consumer: FeedConsumer) => number) =>
        consumers.reduce((total, each) => total + count(each), 0);
      const counts = {
        'kill -9 of a server or Redis': kills,
        'turns received by consumers': sum(({ turnCount }) => turnCount),
        'received again': sum(({ repeatCount }) => repeatCount),
        'streams of consumers': sum(({ streamCount }) => streamCount),
        acknowledgments: sum(({ acknowledgmentCount }) => acknowledgmentCount),
      };
      return toOutcome(
        deployment,
        counts,
        consumers.flatMap((consumer) => consumer.findViolations(turnLog)),
      );
    });
  } finally {
    await redis.stop();
  }
}
