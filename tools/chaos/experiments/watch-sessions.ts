import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { TurnRecord, WatchSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import { RedisProcess } from '../../redis/redis-process';
import { type Deployment, type ServiceNode, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome, Violation } from '../experiment';
import { agent, RandomTurns } from '../random-turns';
import { type RawClient, readFieldBytes } from '../raw-client';
import { SeededRandom } from '../seeded-random';
import type { TurnLog } from '../turn-log';
import { TurnSender } from '../turn-sender';
import { toOutcome } from '../verification';

export interface WatchSessionsParameters {
  /** Number of watchers. Each watches its own session. */
  readonly watchers: number;
  readonly turnsPerSession: number;
}

const concurrentCalls = 16;
const catchUpTimeoutMs = 60_000;

/**
 * Watches sessions on two nodes while both nodes commit turns. Each watcher must receive every turn once, in order, with the response
 * that the client got.
 */
export async function watchSessions(
  { seed, reportProgress }: ExperimentContext,
  parameters: WatchSessionsParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start();
  try {
    const store = { kind: 'redis', port: redis.port } as const;
    return await withDeployment({ nodeCount: 2, store }, async (deployment) => {
      const random = new SeededRandom(seed);
      const sessions = Array.from(
        { length: parameters.watchers },
        () => new RandomTurns(random.nextUuid(), deployment.scenarios, random.fork()),
      );
      // Allocates the memory of the sessions before the memory of the watchers is measured.
      await sendTurns(deployment, sessions, random, 1, () => undefined);
      const before = getResidentBytes(deployment.nodes);
      const watchers = sessions.map(
        ({ sessionId }, index) => new SessionWatcher(sessionId, deployment.clients[index % 2]),
      );
      await waitForWatchers(watchers, 1);
      const after = getResidentBytes(deployment.nodes);
      await sendTurns(deployment, sessions, random, parameters.turnsPerSession - 1, reportProgress);
      await waitForWatchers(watchers, parameters.turnsPerSession);
      const violations = watchers.flatMap((watcher) => watcher.findViolations(deployment.turnLog));
      const counts = {
        watchers: parameters.watchers,
        'turns seen by watchers': watchers.reduce((sum, { seenCount }) => sum + seenCount, 0),
        'memory per watcher, bytes': Math.round((after - before) / parameters.watchers),
      };
      for (const watcher of watchers) watcher.stop();
      return toOutcome(deployment, counts, violations);
    });
  } finally {
    await redis.stop();
  }
}

/** Sends `turnCount` turns to each session, in order per session, to random nodes. */
async function sendTurns(
  { turnLog, clients }: Deployment,
  sessions: readonly RandomTurns[],
  random: SeededRandom,
  turnCount: number,
  reportProgress: ExperimentContext['reportProgress'],
): Promise<void> {
  const sender = new TurnSender(turnLog);
  for (let round = 1; round <= turnCount; round += 1) {
    const pending = [...sessions];
    const sendNext = async (): Promise<void> => {
      for (let session = pending.pop(); session !== undefined; session = pending.pop()) {
        const { turnId, request } = session.next();
        await sender.sendUntilAcknowledged(turnLog.add(session.sessionId, turnId, request), () => random.pick(clients));
      }
    };
    await Promise.all(Array.from({ length: concurrentCalls }, sendNext));
    reportProgress(`${round} of ${turnCount} turns of each session`);
  }
}

/** Waits at most a minute until each watcher has seen `turnCount` turns. `findViolations` reports the missing turns. */
async function waitForWatchers(watchers: readonly SessionWatcher[], turnCount: number): Promise<void> {
  const end = Date.now() + catchUpTimeoutMs;
  while (watchers.some(({ seenCount }) => seenCount < turnCount) && Date.now() < end) await sleep(20);
}

/** Sums the resident set sizes of the nodes. */
function getResidentBytes(nodes: readonly ServiceNode[]): number {
  const pids = nodes.flatMap(({ pid }) => pid ?? []).join(',');
  const kibibytes = execFileSync('ps', ['-o', 'rss=', '-p', pids], { encoding: 'utf8' }).trim().split(/\s+/);
  return kibibytes.reduce((sum, value) => sum + Number(value) * 1_024, 0);
}

const watchSessionMethod = '/focal.orchestration.v1.SessionService/WatchSession';
/** Field `turn` of WatchSessionResponse. */
const turnField = 1;
/** Field `response` of TurnRecord. */
const responseField = 5;

/** Watches one session from its first turn. Resumes after the last seen revision when a stream ends. */
class SessionWatcher {
  private readonly seen: { readonly revision: number; readonly turnId: string; readonly response: Uint8Array }[] = [];
  private cancel: () => void = () => undefined;
  private isStopped = false;

  constructor(
    readonly sessionId: string,
    private readonly client: RawClient | undefined,
  ) {
    this.subscribe();
  }

  get seenCount(): number {
    return this.seen.length;
  }

  stop(): void {
    this.isStopped = true;
    this.cancel();
  }

  /** Finds turns that were not seen exactly once, in order, with the acknowledged response. */
  findViolations({ sessions }: TurnLog): readonly Violation[] {
    const sent = sessions.get(this.sessionId);
    const prefix = `session ${this.sessionId}: a watcher`;
    const violations: Violation[] = [];
    const index = this.seen.findIndex(({ revision }, at) => revision !== at + 1);
    if (index !== -1) {
      const text = `${prefix} received revision ${this.seen[index]?.revision} at position ${index + 1}`;
      violations.push({ kind: 'gap', text });
    }
    for (const { turnId, response } of this.seen) {
      if (sent?.get(turnId)?.acknowledgedResponse?.equals(response)) continue;
      violations.push({ kind: 'response', text: `${prefix} received another response to turn ${turnId}` });
    }
    const seenIds = new Set(this.seen.map(({ turnId }) => turnId));
    if (seenIds.size < this.seen.length) {
      violations.push({ kind: 'duplicate', text: `${prefix} received a turn twice` });
    }
    const missed = [...(sent?.keys() ?? [])].filter((turnId) => !seenIds.has(turnId));
    if (missed.length > 0) violations.push({ kind: 'lost', text: `${prefix} missed ${missed.length} turns` });
    return violations;
  }

  private subscribe(): void {
    if (this.isStopped || this.client === undefined) return;
    const { tenantId } = agent;
    const afterRevision = this.seen.at(-1)?.revision ?? 0;
    const request = WatchSessionRequest.fromPartial({ tenantId, sessionId: this.sessionId, afterRevision });
    this.cancel = this.client.subscribe(watchSessionMethod, WatchSessionRequest.encode(request).finish(), {
      onMessage: (bytes) => this.record(bytes),
      onEnd: () => this.subscribe(),
    });
  }

  private record(message: Buffer): void {
    const [turn] = readFieldBytes(message, turnField);
    if (turn === undefined) return;
    const { revision, turnId } = TurnRecord.decode(turn);
    const [response] = readFieldBytes(turn, responseField);
    this.seen.push({ revision, turnId, response: Buffer.from(response ?? []) });
  }
}
