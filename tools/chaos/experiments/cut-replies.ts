import { RedisProcess } from '../../redis/redis-process';
import { type Deployment, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome, Violation } from '../experiment';
import { RandomTurns } from '../random-turns';
import { RawClient } from '../raw-client';
import { SeededRandom } from '../seeded-random';
import { type FilterAction, type ReplyFilter, TcpProxy } from '../tcp-proxy';
import { TurnSender } from '../turn-sender';
import { toOutcome } from '../verification';

const turnsPerSession = 20;

/**
 * Cuts the connection when the reply to a turn is sent, so that the turn is committed but the client gets no response. The first cuts are
 * between Redis and the node, the others between the node and the client. The retry must return a replay. `cuts` is the number of cuts per
 * connection.
 */
export async function cutReplies(
  { seed, reportProgress }: ExperimentContext,
  { cuts }: { readonly cuts: number },
): Promise<Outcome> {
  const redis = await RedisProcess.start();
  try {
    const store = { kind: 'redis', port: redis.port, proxied: true } as const;
    return await withDeployment({ nodeCount: 1, store }, async (deployment) => {
      const random = new SeededRandom(seed);
      const violations: Violation[] = [];
      const redisCutter = new ReplyCutter(createRedisCommitDetector);
      for (const proxy of deployment.proxies) {
        proxy.createFilter = redisCutter.createFilter;
        proxy.cut(); // The node reconnects with the filter.
      }
      await cutEachReply(deployment, deployment.clients[0], redisCutter, cuts, random, violations, (done) =>
        reportProgress(`${done} of ${cuts} Redis replies cut`),
      );
      const nodeCutter = new ReplyCutter(createGrpcResponseDetector);
      const proxy = await TcpProxy.start(deployment.nodes[0]?.port ?? 0);
      proxy.createFilter = nodeCutter.createFilter;
      const client = new RawClient(proxy.port);
      try {
        await cutEachReply(deployment, client, nodeCutter, cuts, random, violations, (done) =>
          reportProgress(`${done} of ${cuts} node replies cut`),
        );
      } finally {
        client.close();
        await proxy.stop();
      }
      const counts = {
        'replies of Redis cut after the commit': redisCutter.cutCount,
        'replies of the node cut': nodeCutter.cutCount,
      };
      return toOutcome(deployment, counts, violations);
    });
  } finally {
    await redis.stop();
  }
}

/** Sends turns one by one and cuts the first reply to each. The retry must find the turn committed. */
async function cutEachReply(
  { turnLog, scenarios }: Deployment,
  client: RawClient | undefined,
  cutter: ReplyCutter,
  cuts: number,
  random: SeededRandom,
  violations: Violation[],
  onCut: (done: number) => void,
): Promise<void> {
  if (client === undefined) return;
  const sender = new TurnSender(turnLog);
  let session = new RandomTurns(random.nextUuid(), scenarios, random.fork());
  const addTurn = () => {
    const { turnId, request } = session.next();
    return turnLog.add(session.sessionId, turnId, request);
  };
  for (let done = 0; done < cuts; done += 1) {
    if (done % turnsPerSession === 0) session = new RandomTurns(random.nextUuid(), scenarios, random.fork());
    const turn = addTurn();
    // Ensures that the connection works again. Otherwise, the next reply might not be the reply to a turn.
    await sender.sendUntilAcknowledged(addTurn(), () => client);
    cutter.cutNextReply();
    await sender.sendUntilAcknowledged(turn, () => client);
    if (turn.appliedCount > 0) {
      violations.push({ kind: 'replay', text: `turn ${turn.turnId} was applied again after its reply was cut` });
    }
    onCut(done + 1);
  }
}

/** Returns whether a chunk contains the reply to a turn. */
type ReplyDetector = (chunk: Buffer) => boolean;

/** Cuts a connection when the reply to a turn is sent. */
class ReplyCutter {
  cutCount = 0;
  private isArmed = false;

  /** @param createDetector called for each connection */
  constructor(private readonly createDetector: () => ReplyDetector) {}

  readonly createFilter = (): ReplyFilter => {
    const isReply = this.createDetector();
    return (chunk): FilterAction => {
      // Every chunk must reach the detector, which may keep state.
      if (!isReply(chunk) || !this.isArmed) return 'pass';
      this.isArmed = false;
      this.cutCount += 1;
      return 'cut';
    };
  };

  cutNextReply(): void {
    this.isArmed = true;
  }
}

/** Detects integers, because only the reply to a commit is an integer. Another reply may precede it in the chunk. */
function createRedisCommitDetector(): ReplyDetector {
  return (chunk) => chunk[0] === ':'.charCodeAt(0) || chunk.includes('\r\n:');
}

const frameHeaderBytes = 9;
const headersFrame = 1;

/** Detects HEADERS frames, because the server sends the HEADERS frame of a response when the response is complete. */
function createGrpcResponseDetector(): ReplyDetector {
  const frames = new FrameParser();
  return (chunk) => frames.parse(chunk).includes(headersFrame);
}

/** Parses the frame headers of an HTTP/2 connection (RFC 9113, section 4.1). */
class FrameParser {
  private incompleteHeader = Buffer.alloc(0);
  private remainingPayload = 0;

  /** Returns the types of the frames that start in this chunk. */
  parse(chunk: Buffer): readonly number[] {
    const bytes = Buffer.concat([this.incompleteHeader, chunk]);
    const types: number[] = [];
    let at = Math.min(this.remainingPayload, bytes.length);
    this.remainingPayload -= at;
    while (this.remainingPayload === 0 && at + frameHeaderBytes <= bytes.length) {
      types.push(bytes.readUInt8(at + 3));
      const end = at + frameHeaderBytes + bytes.readUIntBE(at, 3);
      at = Math.min(end, bytes.length);
      this.remainingPayload = end - at;
    }
    this.incompleteHeader = Buffer.from(bytes.subarray(at));
    return types;
  }
}
