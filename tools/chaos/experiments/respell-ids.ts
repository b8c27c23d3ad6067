import { RedisProcess } from '../../redis/redis-process';
import { type Deployment, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome, Violation } from '../experiment';
import { waitForAcknowledged, withLoad } from '../load';
import { addOutcomes, withViolations } from '../outcome';
import type { RawClient } from '../raw-client';
import { RespellingClient } from '../respelling-client';
import { SeededRandom } from '../seeded-random';
import { TurnLog } from '../turn-log';
import { TurnSender } from '../turn-sender';
import { listRecordedTurns, readSessionBytes, toOutcome } from '../verification';

export interface RespellIdsParameters {
  /** Number of kills of a node on each store, each followed by a start. */
  readonly kills: number;
}

const turnsBetweenKills = { min: 5, range: 35 };
const concurrentSessions = 4;

/** Sends every id of every call in random spelling, retries included, while nodes are killed: two on one Redis, then one on the embedded store. */
export async function respellIds(context: ExperimentContext, parameters: RespellIdsParameters): Promise<Outcome> {
  const redis = await RedisProcess.start();
  let onRedis: Outcome;
  try {
    onRedis = await respellIdsOn({ kind: 'redis', port: redis.port }, 2, context, parameters);
  } finally {
    await redis.stop();
  }
  return addOutcomes(onRedis, await respellIdsOn({ kind: 'embedded' }, 1, context, parameters));
}

async function respellIdsOn(
  store: Parameters<typeof withDeployment>[0]['store'],
  nodeCount: number,
  { seed, reportProgress }: ExperimentContext,
  { kills }: RespellIdsParameters,
): Promise<Outcome> {
  const random = new SeededRandom(seed);
  const respellingClients: RespellingClient[] = [];
  const createClient = (port: number): RawClient => {
    const client = new RespellingClient(port, random.fork());
    respellingClients.push(client);
    return client;
  };
  return await withDeployment({ store, nodeCount, createClient }, async (deployment) => {
    await withLoad(deployment, random.fork(), async () => {
      for (let kill = 1; kill <= kills; kill += 1) {
        await waitForAcknowledged(deployment.turnLog, turnsBetweenKills.min + random.nextInt(turnsBetweenKills.range));
        const node = random.pick(deployment.nodes);
        await node.kill();
        await node.start();
        reportProgress(`${kill} of ${kills} kills on ${store.kind}`);
      }
    });
    const outcome = await toOutcome(deployment, { 'kill -9 of a server': kills });
    reportProgress(`twins of the sessions on ${store.kind}`);
    const twins = await compareWithTwins(deployment);
    const respelled = respellingClients.reduce((sum, { respelledCount }) => sum + respelledCount, 0);
    const ownCounts = { 'ids with capitals': respelled, 'states equal to the twin': twins.equalCount };
    return withViolations({ ...outcome, counts: { ...ownCounts, ...outcome.counts } }, twins.violations);
  });
}

interface TwinComparison {
  readonly equalCount: number;
  readonly violations: readonly Violation[];
}

/**
 * Sends the turns of each session in small letters to another deployment, in the order in which they were applied. Each response and each
 * state must be the same bytes.
 */
async function compareWithTwins({ turnLog, clients }: Deployment): Promise<TwinComparison> {
  const [client] = clients;
  if (client === undefined) throw new Error('The deployment has no node.');
  return await withDeployment({ store: { kind: 'embedded' }, nodeCount: 1 }, async ({ clients: [twinClient] }) => {
    if (twinClient === undefined) throw new Error('The deployment of the twins has no node.');
    const pending = [...turnLog.sessions.keys()];
    const violations: Violation[] = [];
    let equalCount = 0;
    const compareNext = async (): Promise<void> => {
      for (let sessionId = pending.pop(); sessionId !== undefined; sessionId = pending.pop()) {
        const problem = await findDifference(sessionId, turnLog, client, twinClient);
        if (problem === undefined) equalCount += 1;
        else violations.push({ kind: 'state', text: `session ${sessionId}: ${problem}` });
      }
    };
    await Promise.all(Array.from({ length: concurrentSessions }, compareNext));
    return { equalCount, violations };
  });
}

async function findDifference(
  sessionId: string,
  { sessions }: TurnLog,
  client: RawClient,
  twinClient: RawClient,
): Promise<string | undefined> {
  const twinLog = new TurnLog();
  const sender = new TurnSender(twinLog);
  for (const { turnId, response } of await listRecordedTurns(sessionId, client)) {
    const sent = sessions.get(sessionId)?.get(turnId);
    if (sent === undefined) return `turn ${turnId} was never sent in this spelling`;
    const twin = twinLog.add(sessionId, turnId, sent.request);
    await sender.sendUntilAcknowledged(twin, () => twinClient);
    if (twin.acknowledgedResponse?.equals(response) !== true) return `turn ${turnId} of the twin has another response`;
  }
  const state = await readSessionBytes(sessionId, client);
  const twinState = await readSessionBytes(sessionId, twinClient);
  if (state === undefined || twinState === undefined) return 'the session or its twin does not exist';
  return Buffer.compare(state, twinState) === 0 ? undefined : 'the state differs from that of the twin';
}
