import { setTimeout as sleep } from 'node:timers/promises';
import { ProcessTurnRequest, ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Turn, TurnTrigger } from '../../../gen/focal/orchestration/v1/turn';
import { AppendOnlyFile } from '../../redis/append-only-file';
import { durableArguments, RedisProcess } from '../../redis/redis-process';
import { type Deployment, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome, Violation } from '../experiment';
import { waitUntil } from '../load';
import { agent } from '../random-turns';
import { SeededRandom } from '../seeded-random';
import { TurnSender } from '../turn-sender';
import { listRecordedTurns, readSessionBytes } from '../verification';
import { verifySession } from '../verify-session';

export interface FireTimersParameters {
  /** The number of sessions, each with one timer that is due in the experiment. */
  readonly timers: number;
  /** Number of kills with SIGKILL: of each node, and of Redis, in turn. */
  readonly kills: number;
  /** Milliseconds over which the timers of sessions are due after they are set. */
  readonly spreadMs: number;
}

const settings = {
  // A node fires timers when it has warmed up.
  ORCHESTRATOR__SERVER__WARM_UP_TURNS: '0',
  ORCHESTRATOR__TIMERS__ENABLED: 'true',
  ORCHESTRATOR__TIMERS__POLL_INTERVAL_MS: '250',
  ORCHESTRATOR__TIMERS__LEASE_MS: '2000',
  // A quarter of it while the driver sends messages, which it does without a pause.
  ORCHESTRATOR__TIMERS__CONCURRENCY: '64',
};

/** The scenario of examples/scenarios that puts its question again, once, when the customer does not answer in this time. */
const scenarioName = 'Callback';
const remindAfterMs = 600_000;
const callers = 24;
const verifiers = 8;

/**
 * Sets timers in many sessions, which two nodes fire while they and Redis are killed. Each timer must be fired by exactly one TIMER turn, not
 * before it is due, and what the turn decides must be what the rules decide.
 */
export async function fireTimers(
  { seed, reportProgress }: ExperimentContext,
  { timers, kills, spreadMs }: FireTimersParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start(durableArguments);
  try {
    const store = { kind: 'redis', port: redis.port } as const;
    return await withDeployment({ nodeCount: 2, store, settings }, async (deployment) => {
      const random = new SeededRandom(seed);
      const sent = sendMessages(deployment, random.fork(), { timers, spreadMs });
      const restart = [
        ...deployment.nodes.map((node) => async () => {
          await node.kill();
          await node.start();
        }),
        async () => {
          await redis.kill();
          AppendOnlyFile.open(redis.folder).repair();
          await redis.start();
        },
      ];
      for (let killed = 0; killed < kills; killed += 1) {
        const target = Math.floor((timers * (killed + 1)) / (kills + 1));
        await waitUntil(() => deployment.turnLog.counts.acknowledged >= target);
        await restart[killed % restart.length]?.();
        reportProgress(`${killed + 1} of ${kills} kills`);
      }
      const lastDueAt = await sent;
      await sleep(Math.max(0, lastDueAt - Date.now()));
      return verify(deployment, kills);
    });
  } finally {
    await redis.stop();
  }
}

/** Sends a message to each session, after which it has a timer. Resolves to the time at which the last one is due. */
async function sendMessages(
  { turnLog, clients, scenarios }: Deployment,
  random: SeededRandom,
  { timers, spreadMs }: Pick<FireTimersParameters, 'timers' | 'spreadMs'>,
): Promise<number> {
  const scenarioId = scenarios.find(({ name }) => name === scenarioName)?.scenarioId ?? '';
  const sender = new TurnSender(turnLog);
  let remaining = timers;
  let lastDueAt = 0;
  const sendNext = async (): Promise<void> => {
    while (remaining > 0) {
      remaining -= 1;
      const dueAt = Date.now() + random.nextInt(spreadMs);
      lastDueAt = Math.max(lastDueAt, dueAt);
      const [sessionId, turnId] = [random.nextUuid(), random.nextUuid()];
      const turn = Turn.fromPartial({
        ...agent,
        sessionId,
        turnId,
        occurredAt: new Date(dueAt - remindAfterMs),
        trigger: TurnTrigger.TURN_TRIGGER_MESSAGE,
        customerData: { phone_number: '555 0100' },
        candidates: [{ scenarioId, score: 0.9, reasoning: 'chaos' }],
      });
      const request = ProcessTurnRequest.encode(ProcessTurnRequest.fromPartial({ turn })).finish();
      await sender.sendUntilAcknowledged(turnLog.add(sessionId, turnId, request), () => random.pick(clients));
    }
  };
  await Promise.all(Array.from({ length: callers }, sendNext));
  return lastDueAt;
}

/** Milliseconds after which a timer that was not fired counts as lost. */
const lostAfterMs = 60_000;
const retryPauseMs = 100;

/** Reads every session until its timer was fired, and verifies its turns and its state. */
async function verify({ clients, catalogue, turnLog }: Deployment, kills: number): Promise<Outcome> {
  const violations: Violation[] = [...turnLog.violations];
  const latenesses: number[] = [];
  const pending = [...turnLog.sessions];
  const lostAt = Date.now() + lostAfterMs;
  const verifyNext = async (worker: number): Promise<void> => {
    const client = clients[worker % clients.length];
    for (let next = pending.pop(); next !== undefined && client !== undefined; next = pending.pop()) {
      const [sessionId, sentTurns] = next;
      const add = (kind: Violation['kind'], problem: string): void =>
        void violations.push({ kind, text: `session ${sessionId}: ${problem}` });
      const readTurns = () => listRecordedTurns(sessionId, client);
      let recordedTurns = await readTurns();
      while (recordedTurns.length < 2 && Date.now() < lostAt) {
        await sleep(retryPauseMs);
        recordedTurns = await readTurns();
      }
      const [first, ...fired] = recordedTurns;
      const dueAt = first && ProcessTurnResponse.decode(first.response).nextTimerAt?.getTime();
      if (dueAt === undefined) add('expectation', 'it has no timer');
      if (fired.length === 0) add('lost', 'its timer was not fired');
      if (fired.length > 1) add('duplicate', `its timer was fired ${fired.length} times`);
      for (const { turnId, request } of fired) {
        const { trigger, occurredAt } = request?.turn ?? {};
        const lateness = (occurredAt?.getTime() ?? 0) - (dueAt ?? 0);
        if (trigger !== TurnTrigger.TURN_TRIGGER_TIMER) add('expectation', `turn ${turnId} is not a TIMER turn`);
        if (lateness < 0) add('expectation', `turn ${turnId} fired ${-lateness} ms before its timer was due`);
        latenesses.push(lateness);
      }
      // The nodes have sent these turns.
      const own = fired.map(({ turnId }) => [turnId, toSentTurn(sessionId, turnId)] as const);
      const state = await readSessionBytes(sessionId, client);
      const observed = { sessionId, sentTurns: new Map([...sentTurns, ...own]), recordedTurns, state };
      violations.push(...verifySession(observed, catalogue));
    }
  };
  await Promise.all(Array.from({ length: verifiers }, (_, worker) => verifyNext(worker)));
  latenesses.sort((first, second) => first - second);
  const getPercentile = (share: number): number => latenesses[Math.ceil(share * latenesses.length) - 1] ?? 0;
  const count = (kind: Violation['kind']): number => violations.filter((violation) => violation.kind === kind).length;
  return {
    counts: {
      timers: turnLog.sessions.size,
      'kill -9 of a server or Redis': kills,
      'lateness p50 in ms': getPercentile(0.5),
      'lateness p99 in ms': getPercentile(0.99),
      'lateness max in ms': getPercentile(1),
      turns: turnLog.turnCount,
      acknowledged: turnLog.counts.acknowledged,
      'verified turns': turnLog.sessions.size,
      'verified TIMER turns': latenesses.length,
      lost: count('lost'),
      duplicates: count('duplicate'),
      'replays that differ': count('replay'),
      violations: violations.length,
    },
    violations,
  };
}

function toSentTurn(sessionId: string, turnId: string) {
  return { sessionId, turnId, request: Buffer.alloc(0), acknowledgedResponse: undefined, appliedCount: 0 };
}
