import { WatchSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import { RedisProcess } from '../../redis/redis-process';
import { type Deployment, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome, Violation } from '../experiment';
import { waitForAcknowledged, withLoad } from '../load';
import { agent, RandomTurns } from '../random-turns';
import { RawClient } from '../raw-client';
import { SeededRandom } from '../seeded-random';
import type { SentTurn } from '../turn-log';
import { TurnSender } from '../turn-sender';
import { toOutcome } from '../verification';

export interface CancelCallsParameters {
  /** Number of calls that are canceled when they have been sent. */
  readonly cancellations: number;
  /** Number of sessions to which these calls send turns. */
  readonly sessions: number;
}

const processTurnMethod = '/focal.orchestration.v1.OrchestratorService/ProcessTurn';
const watchSessionMethod = '/focal.orchestration.v1.SessionService/WatchSession';

/**
 * A client that, as gRPC clients do by default, sends a call again that the server has refused before it was started (REFUSED_STREAM): a
 * call may be sent at the moment at which the server replaces the connection. The channel has no other retries.
 */
const createClient = (port: number): RawClient => new RawClient(port, { 'grpc.enable_retries': 1 });

/** Canceled calls that are sent at once. */
const burst = 50;
const watchers = 8;
/**
 * First bound of the delay of a cancellation in milliseconds, so that some calls are canceled before they are decided and some after it. It
 * doubles after a burst of which no call was answered, however slow the machine is.
 */
const firstMaxDelayMs = 12;

/** The only status with which a call of another caller may fail: a busy machine may miss a deadline. */
const allowedStatus = 'DEADLINE_EXCEEDED';

/**
 * One caller cancels its calls rapidly on a connection that it shares with all other callers, as behind a proxy. No call and no stream of
 * the others may end. The canceled turns are sent again at the end.
 */
export async function cancelCalls(
  { seed, reportProgress }: ExperimentContext,
  { cancellations, sessions: sessionCount }: CancelCallsParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start();
  try {
    const store = { kind: 'redis', port: redis.port } as const;
    return await withDeployment({ nodeCount: 1, store, createClient }, async (deployment) => {
      const { turnLog } = deployment;
      const [client] = deployment.clients; // All callers use this client, and it has one connection.
      if (client === undefined) throw new Error('The deployment has no node.');
      const random = new SeededRandom(seed);
      const sessions = createSessions(deployment, random, sessionCount);
      const canceled: SentTurn[] = [];
      const streams = new OpenStreams(client);
      let answeredCount = 0;
      let maxDelayMs = firstMaxDelayMs;
      await withLoad(deployment, random.fork(), async () => {
        await waitForAcknowledged(turnLog, watchers);
        streams.open([...turnLog.sessions.keys()].slice(0, watchers));
        while (canceled.length < cancellations) {
          const turns = Array.from({ length: Math.min(burst, cancellations - canceled.length) }, () => {
            const session = random.pick(sessions);
            const { turnId, request } = session.next();
            return turnLog.add(session.sessionId, turnId, request);
          });
          canceled.push(...turns);
          const answers = await Promise.all(
            turns.map(({ request }) => client.cancelUnary(processTurnMethod, request, random.nextInt(maxDelayMs))),
          );
          answeredCount += answers.filter(Boolean).length;
          if (!answers.some(Boolean)) maxDelayMs *= 2;
          reportProgress(`${canceled.length} of ${cancellations} cancellations`);
        }
        await waitForAcknowledged(turnLog, watchers);
      });
      const violations = findEndedCalls(deployment, streams);
      streams.close();
      const { replays } = turnLog.counts;
      const sender = new TurnSender(turnLog);
      for (let at = 0; at < canceled.length; at += burst) {
        const turns = canceled.slice(at, at + burst);
        await Promise.all(turns.map((turn) => sender.sendUntilAcknowledged(turn, () => client)));
      }
      const ownCounts = {
        'calls canceled': cancellations,
        'of these answered before': answeredCount,
        'of these applied': turnLog.counts.replays - replays,
        'streams of others': watchers,
        'of these ended': streams.endedCount,
      };
      return toOutcome(deployment, ownCounts, violations);
    });
  } finally {
    await redis.stop();
  }
}

function createSessions({ scenarios }: Deployment, random: SeededRandom, count: number): readonly RandomTurns[] {
  return Array.from({ length: count }, () => new RandomTurns(random.nextUuid(), scenarios, random.fork()));
}

function findEndedCalls({ turnLog }: Deployment, { endedCount }: OpenStreams): readonly Violation[] {
  const violations: Violation[] = [];
  for (const [status, count] of turnLog.counts.failures) {
    if (status === allowedStatus) continue;
    violations.push({ kind: 'expectation', text: `${count} calls of other callers failed with ${status}` });
  }
  if (endedCount > 0) violations.push({ kind: 'expectation', text: `${endedCount} streams of other callers ended` });
  return violations;
}

/** WatchSession streams on the shared connection, which stay open until they are closed. */
class OpenStreams {
  endedCount = 0;
  private readonly cancels: (() => void)[] = [];

  constructor(private readonly client: RawClient) {}

  open(sessionIds: readonly string[]): void {
    for (const sessionId of sessionIds) {
      const request = WatchSessionRequest.fromPartial({ tenantId: agent.tenantId, sessionId });
      const listener = {
        onMessage: () => undefined,
        onEnd: () => {
          this.endedCount += 1;
        },
      };
      this.cancels.push(
        this.client.subscribe(watchSessionMethod, WatchSessionRequest.encode(request).finish(), listener),
      );
    }
  }

  close(): void {
    for (const cancel of this.cancels) cancel();
  }
}
