import type { Conditions, Outcome } from '../experiment';
import { type Installation, withInstallation } from '../installation';
import { outcomeOf } from '../outcome-of';
import { RandomTurns } from '../random-turns';
import { RawClient } from '../raw-client';
import { RedisProcess } from '../redis-process';
import { ReplyCutter } from '../reply-cutter';
import { SeededRandom } from '../seeded-random';
import { TcpProxy } from '../tcp-proxy';
import { TurnSender } from '../turn-sender';
import type { Violation } from '../violation';

/** How often, at each of the two places. */
export interface CutRepliesParameters {
  readonly cuts: number;
}

const turnsOfSession = 20;

/**
 * The connection is cut when the answer of a turn is on its way, so the turn is committed and its caller does not know: between
 * Redis and the node, then between node and caller. The turn is sent again, and must be answered as a repetition.
 */
export async function cutReplies({ seed, progress }: Conditions, { cuts }: CutRepliesParameters): Promise<Outcome> {
  const redis = await RedisProcess.start();
  try {
    const store = { kind: 'redis', port: redis.port, proxied: true } as const;
    return await withInstallation({ nodes: 1, store }, async (installation) => {
      const random = new SeededRandom(seed);
      const violations: Violation[] = [];
      const ofRedis = new ReplyCutter();
      for (const proxy of installation.proxies) {
        proxy.judge = ofRedis.ofRedis;
        proxy.cut(); // so that the node connects anew, under judgement
      }
      await cutEach(installation, installation.clients[0], ofRedis, cuts, random, violations, (done) =>
        progress(`${done} of ${cuts} replies of Redis`),
      );
      const ofNode = new ReplyCutter();
      const proxy = await TcpProxy.start(installation.nodes[0]?.port ?? 0);
      proxy.judge = ofNode.ofGrpc;
      const client = new RawClient(proxy.port);
      try {
        await cutEach(installation, client, ofNode, cuts, random, violations, (done) =>
          progress(`${done} of ${cuts} replies of the node`),
        );
      } finally {
        client.close();
        await proxy.stop();
      }
      const done = { 'replies of Redis cut after the commit': ofRedis.cuts, 'replies of the node cut': ofNode.cuts };
      return outcomeOf(installation, done, violations);
    });
  } finally {
    await redis.stop();
  }
}

/** Sends turns one by one, each with its answer cut; each must be known when it is sent again. */
async function cutEach(
  { ledger, scenarios }: Installation,
  client: RawClient | undefined,
  cutter: ReplyCutter,
  cuts: number,
  random: SeededRandom,
  violations: Violation[],
  progress: (done: number) => void,
): Promise<void> {
  if (client === undefined) return;
  const sender = new TurnSender(ledger);
  let session = new RandomTurns(random.uuid(), scenarios, random.fork());
  for (let done = 0; done < cuts; done += 1) {
    if (done % turnsOfSession === 0) session = new RandomTurns(random.uuid(), scenarios, random.fork());
    const { turnId, request } = session.next();
    const turn = ledger.add(session.sessionId, turnId, request);
    // Until the node answers again, what is cut would be no answer to a turn.
    await sender.deliver(ledger.add(session.sessionId, ...another(session)), () => client);
    cutter.arm();
    await sender.deliver(turn, () => client);
    if (turn.fresh > 0)
      violations.push({ kind: 'replay', text: `turn ${turnId} was answered as new after its answer was cut` });
    progress(done + 1);
  }
}

function another(session: RandomTurns): [turnId: string, request: Uint8Array] {
  const { turnId, request } = session.next();
  return [turnId, request];
}
