import { underLoad } from '../callers';
import type { Conditions, Outcome } from '../experiment';
import { type Installation, withInstallation } from '../installation';
import { outcomeOf } from '../outcome-of';
import { RedisProcess } from '../redis-process';
import { SeededRandom } from '../seeded-random';
import type { Failpoint, ServiceNode } from '../service-node';
import { untilAcknowledged } from '../until-acknowledged';
import type { Violation } from '../violation';

/** How often. */
export interface KilledServersParameters {
  /** kill -9 from outside, at least one for each of the two nodes. */
  readonly kills: number;
  /** A node that ends itself, at each of the failpoints. */
  readonly crashesOfFailpoint: number;
}

/** How a node ends: killed from outside, or at a failpoint. */
type Way = 'kill' | Failpoint;

const failpoints: readonly Failpoint[] = ['before-commit', 'after-commit', 'mid-stream'];

/** Turns that are acknowledged between two kills, at least and at most: the load is in full swing when one comes. */
const turnsBetween = { least: 5, most: 40 };

/** Turns, or events of a stream, that a failpoint lets through. */
const letThrough = 6;

/** Two nodes on one Redis; each of them is killed, again and again, while turns come in; at times both are away. */
export async function killedServers(
  { seed, progress }: Conditions,
  { kills, crashesOfFailpoint }: KilledServersParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start();
  try {
    return await withInstallation({ nodes: 2, store: { kind: 'redis', port: redis.port } }, async (installation) => {
      const random = new SeededRandom(seed);
      const ends = new Ends(progress);
      const planned: Way[] = [
        ...Array.from({ length: kills - installation.nodes.length }, () => 'kill' as const),
        ...failpoints.flatMap((at) => Array.from({ length: crashesOfFailpoint }, () => at)),
      ];
      await underLoad(installation, random.fork(), async () => {
        await Promise.all(installation.nodes.map((node) => endEach(node, planned, installation, random.fork(), ends)));
      });
      return outcomeOf(installation, ends.counts, ends.violations);
    });
  } finally {
    await redis.stop();
  }
}

/** What ended the nodes, and how often. */
class Ends {
  readonly counts: Record<string, number> = {};
  readonly violations: Violation[] = [];

  constructor(private readonly progress: Conditions['progress']) {}

  note(way: Way, signal: NodeJS.Signals | null): void {
    const what = way === 'kill' ? 'kill -9 of a server' : `crashes ${way}`;
    if (signal !== 'SIGKILL') this.violations.push({ kind: 'expectation', text: `${what}: the node ended by itself` });
    this.counts[what] = (this.counts[what] ?? 0) + 1;
    this.progress(`${what} ${this.counts[what]}`);
  }
}

/**
 * Ends a node from outside, then in each of the ways that are still planned, and starts it again each time. A failpoint is planted
 * when a node starts, so one restart is enough for each end.
 */
async function endEach(
  node: ServiceNode,
  planned: Way[],
  { ledger }: Installation,
  random: SeededRandom,
  ends: Ends,
): Promise<void> {
  let way: Way | undefined = 'kill';
  while (way !== undefined) {
    if (way === 'kill') {
      await untilAcknowledged(ledger, turnsBetween.least + random.below(turnsBetween.most - turnsBetween.least));
      await node.kill();
    }
    ends.note(way, await node.ended());
    way = planned.shift();
    await node.start(
      way === undefined || way === 'kill' ? undefined : { at: way, after: 1 + random.below(letThrough) },
    );
  }
}
