import { RedisProcess } from '../../redis/redis-process';
import { type Deployment, type Failpoint, type ServiceNode, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome, Violation } from '../experiment';
import { waitForAcknowledged, withLoad } from '../load';
import { SeededRandom } from '../seeded-random';
import { toOutcome } from '../verification';

export interface KillServersParameters {
  /** Number of kills with SIGKILL, at least two: one for each node. */
  readonly kills: number;
  readonly crashesPerFailpoint: number;
}

type Cause = 'kill' | Failpoint;

const failpoints: readonly Failpoint[] = ['before-commit', 'after-commit', 'mid-stream'];

/** Number of acknowledged turns between two kills, so that the load reaches its full rate again. */
const turnsBetweenKills = { min: 5, range: 35 };

/** Maximum number of turns, or events of a stream, that pass a failpoint before the crash. The minimum is 1. */
const maxSkipCount = 6;

/** Kills two nodes on one Redis repeatedly under load. Sometimes, both nodes are down. */
export async function killServers(
  { seed, reportProgress }: ExperimentContext,
  { kills, crashesPerFailpoint }: KillServersParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start();
  try {
    const store = { kind: 'redis', port: redis.port } as const;
    return await withDeployment({ nodeCount: 2, store }, async (deployment) => {
      const { nodes } = deployment;
      const random = new SeededRandom(seed);
      const crashes = new CrashLog(reportProgress);
      const plannedCauses: Cause[] = [
        ...Array.from({ length: kills - nodes.length }, () => 'kill' as const),
        ...failpoints.flatMap((failpoint) => Array.from({ length: crashesPerFailpoint }, () => failpoint)),
      ];
      await withLoad(deployment, random.fork(), async () => {
        await Promise.all(
          nodes.map((node) => crashRepeatedly(node, plannedCauses, deployment, random.fork(), crashes)),
        );
      });
      return toOutcome(deployment, crashes.counts, crashes.violations);
    });
  } finally {
    await redis.stop();
  }
}

/** Counts the crashes by cause. */
class CrashLog {
  readonly counts: Record<string, number> = {};
  readonly violations: Violation[] = [];

  constructor(private readonly reportProgress: ExperimentContext['reportProgress']) {}

  add(cause: Cause, signal: NodeJS.Signals | null): void {
    const label = cause === 'kill' ? 'kill -9 of a server' : `crashes ${cause}`;
    if (signal !== 'SIGKILL') {
      this.violations.push({ kind: 'expectation', text: `${label}: the node exited before it was killed` });
    }
    this.counts[label] = (this.counts[label] ?? 0) + 1;
    this.reportProgress(`${label} ${this.counts[label]}`);
  }
}

/**
 * Kills a node, then crashes it for each cause that is still planned, and restarts it each time. A failpoint is set when a node
 * starts, so each crash needs only one restart.
 */
async function crashRepeatedly(
  node: ServiceNode,
  plannedCauses: Cause[],
  { turnLog }: Deployment,
  random: SeededRandom,
  crashes: CrashLog,
): Promise<void> {
  let cause: Cause | undefined = 'kill';
  while (cause !== undefined) {
    if (cause === 'kill') {
      await waitForAcknowledged(turnLog, turnsBetweenKills.min + random.nextInt(turnsBetweenKills.range));
      await node.kill();
    }
    crashes.add(cause, await node.waitForExit());
    cause = plannedCauses.shift();
    await node.start(
      cause === undefined || cause === 'kill'
        ? undefined
        : { failpoint: cause, skipCount: 1 + random.nextInt(maxSkipCount) },
    );
  }
}

/** Kills one node on the embedded store repeatedly under load. The node must open its database after each kill. */
export async function killEmbeddedServer(
  { seed, reportProgress }: ExperimentContext,
  { kills }: { readonly kills: number },
): Promise<Outcome> {
  return withDeployment({ nodeCount: 1, store: { kind: 'embedded' } }, async (deployment) => {
    const random = new SeededRandom(seed);
    let killed = 0;
    await withLoad(deployment, random.fork(), async () => {
      for (const [node] = deployment.nodes; node !== undefined && killed < kills; killed += 1) {
        await waitForAcknowledged(deployment.turnLog, turnsBetweenKills.min + random.nextInt(turnsBetweenKills.range));
        await node.kill();
        await node.start(); // Rejects if the database cannot be opened.
        reportProgress(`${killed + 1} of ${kills} kills`);
      }
    });
    return toOutcome(deployment, { 'kill -9 of the server': killed, 'opened again': killed });
  });
}
