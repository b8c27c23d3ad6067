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
  /** kill -9 from outside. */
  readonly kills: number;
  /** A node that ends itself, at each of the failpoints. */
  readonly crashesOfFailpoint: number;
}

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
      const planned = [
        ...Array.from({ length: kills }, () => undefined),
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

  note(at: Failpoint | undefined, signal: NodeJS.Signals | null): void {
    const what = at === undefined ? 'kill -9 of a server' : `crashes ${at}`;
    if (signal !== 'SIGKILL') this.violations.push({ kind: 'expectation', text: `${what}: the node ended by itself` });
    this.counts[what] = (this.counts[what] ?? 0) + 1;
    this.progress(`${what} ${this.counts[what]}`);
  }
}

/** Ends a node in each of the ways that nobody has taken yet: from outside, or by a failpoint that it is started with. */
async function endEach(
  node: ServiceNode,
  planned: (Failpoint | undefined)[],
  { ledger }: Installation,
  random: SeededRandom,
  ends: Ends,
): Promise<void> {
  while (planned.length > 0) {
    const at = planned.shift();
    if (at === undefined) {
      await untilAcknowledged(ledger, turnsBetween.least + random.below(turnsBetween.most - turnsBetween.least));
      await node.kill();
    } else {
      await node.kill();
      await node.start({ at, after: 1 + random.below(letThrough) });
    }
    ends.note(at, await node.ended());
    await node.start();
  }
}
