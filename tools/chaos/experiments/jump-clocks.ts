import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, insecure } from 'scenario-orchestrator-client';
import { ListTurnsRequest } from '../../../gen/focal/orchestration/v1/session_service';
import { RedisProcess } from '../../redis/redis-process';
import { type Deployment, type DeploymentStore, type ServiceNode, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome } from '../experiment';
import { waitForAcknowledged, waitUntil, withLoad } from '../load';
import { addOutcomes } from '../outcome';
import { agent } from '../random-turns';
import { SeededRandom } from '../seeded-random';
import { toOutcome } from '../verification';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * Differences between the clock of a node and that of the driver. A clock that is set back by more than the time to live, and forward
 * again, must not end a session.
 */
const offsets: readonly number[] = [-10 * day, -day, -hour, -minute, 0, minute, hour];
const settings = { ORCHESTRATOR__LIMITS__SESSION_TTL: '12h' };

/** Number of acknowledged turns between two jumps. */
const turnsBetweenJumps = { min: 5, range: 20 };

/** A turn that was committed this far from the end of the run was committed by a clock that was set, by an hour or more. */
const longestRunMs = 50 * minute;

/** Restart a node at every n-th jump, because it starts with a clock that is behind what it has stored. */
const jumpsPerRestart = 4;

/** Sets the clock of the nodes forward and back under load: two nodes on one Redis, then one on the embedded store. */
export async function jumpClocks(context: ExperimentContext, parameters: { readonly jumps: number }): Promise<Outcome> {
  const redis = await RedisProcess.start();
  let onRedis: Outcome;
  try {
    onRedis = await jumpClocksOn({ kind: 'redis', port: redis.port }, context, parameters);
  } finally {
    await redis.stop();
  }
  const onEmbedded = await jumpClocksOn({ kind: 'embedded' }, context, parameters);
  return addOutcomes(onRedis, onEmbedded);
}

async function jumpClocksOn(
  store: DeploymentStore,
  { seed, reportProgress }: ExperimentContext,
  { jumps }: { readonly jumps: number },
): Promise<Outcome> {
  const nodeCount = store.kind === 'embedded' ? 1 : 2;
  const folder = mkdtempSync(join(tmpdir(), 'orchestrator-clock-'));
  const preload = join(__dirname, '..', 'settable-clock.js');
  const toClockFile = (node: number): string => join(folder, `${node}`);
  try {
    const nodeSettings = (node: number) => ({ CHAOS_CLOCK_FILE: toClockFile(node) });
    return await withDeployment({ nodeCount, store, settings, preload, nodeSettings }, async (deployment) => {
      const random = new SeededRandom(seed);
      let restarts = 0;
      await withLoad(deployment, random.fork(), async () => {
        for (let jump = 1; jump <= jumps; jump += 1) {
          await waitForAcknowledged(
            deployment.turnLog,
            turnsBetweenJumps.min + random.nextInt(turnsBetweenJumps.range),
          );
          const index = random.nextInt(nodeCount);
          const node = deployment.nodes[index];
          if (node === undefined) continue;
          await setClock(node, toClockFile(index), jump === 1 ? -10 * day : random.pick(offsets));
          if (jump % jumpsPerRestart === 0) {
            await node.kill();
            await node.start();
            restarts += 1;
          }
          reportProgress(`${jump} of ${jumps} jumps on ${store.kind}`);
        }
        await waitForAcknowledged(deployment.turnLog, turnsBetweenJumps.min);
      });
      const committed = await countTurnsOfSetClocks(deployment);
      const text = `${store.kind}: no turn was committed by a clock that was set`;
      return toOutcome(
        deployment,
        { 'clocks set': jumps, 'kill -9 and start': restarts, 'turns committed by a clock that was set': committed },
        committed === 0 ? [{ kind: 'expectation', text }] : [],
      );
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Sets the clock of a node, and waits until the node has confirmed it. */
async function setClock(node: ServiceNode, file: string, offsetMs: number): Promise<void> {
  // Never the same text twice, so that the confirmation belongs to this change.
  const text = `${offsetMs}.${process.hrtime.bigint()}`;
  writeFileSync(file, text);
  node.signal('SIGUSR2');
  await waitUntil(() => existsSync(`${file}.set`) && readFileSync(`${file}.set`, 'utf8') === text);
}

/** Counts the recorded turns whose time of commit differs from the time of the driver. */
async function countTurnsOfSetClocks({ nodes, turnLog }: Deployment): Promise<number> {
  const client = connect(`127.0.0.1:${nodes[0]?.port}`, { credentials: insecure() });
  const now = Date.now();
  let count = 0;
  try {
    for (const sessionId of turnLog.sessions.keys()) {
      let pageToken = '';
      do {
        const request = ListTurnsRequest.fromPartial({ tenantId: agent.tenantId, sessionId, pageSize: 500, pageToken });
        const page = await client.listTurns(request);
        for (const { committedAt } of page.turns) {
          const isRecent = committedAt !== undefined && Math.abs(committedAt.getTime() - now) < longestRunMs;
          if (!isRecent) count += 1;
        }
        pageToken = page.nextPageToken;
      } while (pageToken !== '');
    }
  } finally {
    client.close();
  }
  return count;
}
