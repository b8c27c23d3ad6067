import { setTimeout as sleep } from 'node:timers/promises';
import { RedisProcess } from '../../redis/redis-process';
import { type Deployment, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome, Violation } from '../experiment';
import { RandomTurns } from '../random-turns';
import type { RawClient, RawFailure } from '../raw-client';
import { SeededRandom } from '../seeded-random';
import type { SentTurn } from '../turn-log';
import { TurnSender } from '../turn-sender';
import { toOutcome } from '../verification';

/** A fault of Redis, in milliseconds: commands are delayed, or the process is suspended. */
type Fault = { readonly delayMs: number } | { readonly suspendedMs: number };

const faults: readonly Fault[] = [{ delayMs: 50 }, { delayMs: 500 }, { delayMs: 5_000 }, { suspendedMs: 5_000 }];

/** The deadlines of the turns, and the time by which a response may exceed its deadline. */
const deadlinesMs = [100, 300, 700];
const toleranceMs = 100;
/** Few, so that the load does not influence the measured times. */
const concurrentCalls = 4;

/** The timeout of the store probe with the default settings. With a longer delay the node is not ready. */
const probeTimeoutMs = 1_000;
/** Allows for the probe interval, one probe, and a reconnect. */
const readinessTimeoutMs = 15_000;

/** A call with a deadline. `start` and `end` are times of `performance.now()`. */
interface TimedCall {
  readonly start: number;
  readonly end: number;
  readonly deadlineMs: number;
}

/** Slows down Redis for one of two nodes. Checks deadlines, late commits and readiness. */
export async function slowDownRedis(
  { seed, reportProgress }: ExperimentContext,
  { turnsPerPhase }: { readonly turnsPerPhase: number },
): Promise<Outcome> {
  const redis = await RedisProcess.start();
  try {
    const store = { kind: 'redis', port: redis.port, proxied: true } as const;
    return await withDeployment({ nodeCount: 2, store }, async (deployment) => {
      const experiment = new SlowRedisExperiment(deployment, redis, new SeededRandom(seed), turnsPerPhase);
      try {
        for (const fault of faults) {
          reportProgress(
            'delayMs' in fault ? `delayed by ${fault.delayMs} ms` : `suspended for ${fault.suspendedMs} ms`,
          );
          await experiment.runPhase(fault);
        }
      } finally {
        await experiment.health.stop();
      }
      return toOutcome(deployment, experiment.counts, experiment.violations);
    });
  } finally {
    await redis.stop();
  }
}

class SlowRedisExperiment {
  readonly health: HealthMonitor;
  readonly violations: Violation[] = [];
  readonly counts = {
    'calls with a deadline': 0,
    'answered in time': 0,
    'failed at the deadline': 0,
    'failed before it': 0,
    'deadlines missed by more than 100 ms': 0,
    'longest overrun, ms': 0,
    'longest health check, ms': 0,
    'sent again to the other node and applied there': 0,
    'sent again and applied before': 0,
    'readiness changes': 0,
  };
  private readonly timedCalls: TimedCall[] = [];
  private readonly retries: Promise<void>[] = [];
  private readonly sender: TurnSender;
  private readonly slowClient: RawClient;
  private readonly otherClient: RawClient;

  constructor(
    private readonly deployment: Deployment,
    private readonly redis: RedisProcess,
    private readonly random: SeededRandom,
    private readonly turnsPerPhase: number,
  ) {
    const [slowClient, otherClient] = deployment.clients;
    if (slowClient === undefined || otherClient === undefined) throw new Error('The experiment needs two nodes.');
    this.slowClient = slowClient;
    this.otherClient = otherClient;
    this.sender = new TurnSender(deployment.turnLog);
    this.health = new HealthMonitor(slowClient);
  }

  async runPhase(fault: Fault): Promise<void> {
    const sessions = Array.from(
      { length: this.turnsPerPhase },
      () => new RandomTurns(this.random.nextUuid(), this.deployment.scenarios, this.random.fork()),
    );
    // Loads the sessions into the cache of the node, so that the next turn is a single command, which is in flight at the deadline.
    await Promise.all(
      sessions.map((session) => this.sender.sendUntilAcknowledged(this.addTurn(session), () => this.slowClient)),
    );
    await this.expectReadiness(true, 'before');
    const endFault = this.startFault(fault);
    await this.sendWithDeadlines(sessions);
    const isUnavailable = 'suspendedMs' in fault || fault.delayMs > probeTimeoutMs;
    await this.expectReadiness(!isUnavailable, 'during');
    await endFault();
    await this.expectReadiness(true, 'after');
    await Promise.all(this.retries.splice(0));
    for (const call of this.timedCalls.splice(0)) this.checkDeadline(call);
  }

  /** Starts the fault. Returns a function that resolves when it has ended. */
  private startFault(fault: Fault): () => Promise<void> {
    if ('suspendedMs' in fault) {
      this.redis.pause();
      const ended = sleep(fault.suspendedMs).then(() => this.redis.resume());
      return () => ended;
    }
    const [proxy] = this.deployment.proxies;
    if (proxy === undefined) throw new Error('The node has no proxy.');
    proxy.delay = { toTargetMs: fault.delayMs, toClientMs: 0 };
    return async () => {
      proxy.delay = { toTargetMs: 0, toClientMs: 0 };
      await sleep(fault.delayMs); // Waits until the delayed commands have arrived.
    };
  }

  /**
   * Sends a turn to each session, with a deadline that only the node enforces. If the call fails, the turn is sent to the other node
   * immediately, while the first commit may still be in flight.
   */
  private async sendWithDeadlines(sessions: readonly RandomTurns[]): Promise<void> {
    const pending = [...sessions.entries()];
    const sendNext = async (): Promise<void> => {
      for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
        const [index, session] = next;
        const turn = this.addTurn(session);
        const failure = await this.sendTimed(turn, deadlinesMs[index % deadlinesMs.length] ?? 0);
        if (failure === undefined) this.counts['answered in time'] += 1;
        else {
          this.counts[failure.status === 'DEADLINE_EXCEEDED' ? 'failed at the deadline' : 'failed before it'] += 1;
          this.retries.push(this.retryOnOtherNode(turn));
        }
      }
    };
    await Promise.all(Array.from({ length: concurrentCalls }, sendNext));
  }

  private async sendTimed(turn: SentTurn, deadlineMs: number): Promise<RawFailure | undefined> {
    const options = { timeoutMs: 60_000, serverTimeoutMs: deadlineMs, giveUpAfterMs: 0 };
    const sender = new TurnSender(this.deployment.turnLog, options);
    const start = performance.now();
    const failure = await sender.send(turn, this.slowClient);
    this.timedCalls.push({ start, end: performance.now(), deadlineMs });
    return failure;
  }

  private async retryOnOtherNode(turn: SentTurn): Promise<void> {
    await this.sender.sendUntilAcknowledged(turn, () => this.otherClient);
    const isApplied = turn.appliedCount > 0;
    this.counts[isApplied ? 'sent again to the other node and applied there' : 'sent again and applied before'] += 1;
  }

  private checkDeadline({ start, end, deadlineMs }: TimedCall): void {
    const { counts } = this;
    const overrunMs = end - start - deadlineMs;
    const healthCheckMs = this.health.getMaxLatency(start, end);
    counts['calls with a deadline'] += 1;
    counts['longest overrun, ms'] = Math.max(counts['longest overrun, ms'], Math.round(overrunMs));
    counts['longest health check, ms'] = Math.max(counts['longest health check, ms'], Math.round(healthCheckMs));
    if (overrunMs <= toleranceMs) return;
    counts['deadlines missed by more than 100 ms'] += 1;
    if (overrunMs <= toleranceMs + healthCheckMs) return; // A slow health check means that the machine stalled.
    const text = `a deadline was missed by ${overrunMs.toFixed(0)} ms; the longest health check took ${healthCheckMs.toFixed(0)} ms`;
    this.violations.push({ kind: 'expectation', text });
  }

  private async expectReadiness(isReady: boolean, when: string): Promise<void> {
    if (await this.health.waitForStatus(isReady, readinessTimeoutMs)) {
      // The node became not ready, and becomes ready again after the fault.
      if (!isReady) this.counts['readiness changes'] += 2;
      return;
    }
    const text = `the node is ${isReady ? 'not ' : ''}ready ${when} the fault`;
    this.violations.push({ kind: 'expectation', text });
  }

  private addTurn(session: RandomTurns): SentTurn {
    const { turnId, request } = session.next();
    return this.deployment.turnLog.add(session.sessionId, turnId, request);
  }
}

const healthCheckMethod = '/grpc.health.v1.Health/Check';
const healthCheckPauseMs = 20;
const healthCheckTimeoutMs = 10_000;
/** HealthCheckResponse with SERVING. */
const servingResponse = Buffer.from([0x08, 1]);

/**
 * Checks the health of a node continuously. The response does not depend on the store, so its latency is the
 * baseline of the measured times.
 */
class HealthMonitor {
  private readonly checks: { readonly start: number; readonly end: number }[] = [];
  private isServing: boolean | undefined;
  private isStopped = false;
  private readonly running: Promise<void>;

  constructor(private readonly client: RawClient) {
    this.running = this.run();
  }

  /** Returns the longest latency in milliseconds of the checks that overlap the period between two times of `performance.now()`. */
  getMaxLatency(start: number, end: number): number {
    const overlapping = this.checks.filter((check) => check.end >= start && check.start <= end);
    return overlapping.reduce((max, check) => Math.max(max, check.end - check.start), 0);
  }

  /** Resolves to whether the node reports the status within the timeout. */
  async waitForStatus(isServing: boolean, timeoutMs: number): Promise<boolean> {
    const end = performance.now() + timeoutMs;
    while (this.isServing !== isServing && performance.now() < end) await sleep(healthCheckPauseMs);
    return this.isServing === isServing;
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.isStopped) {
      const start = performance.now();
      const result = await this.client.callUnary(healthCheckMethod, Buffer.alloc(0), {
        timeoutMs: healthCheckTimeoutMs,
      });
      this.checks.push({ start, end: performance.now() });
      this.isServing = 'response' in result && result.response.bytes.equals(servingResponse);
      await sleep(healthCheckPauseMs);
    }
  }
}
