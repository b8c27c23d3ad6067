import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { RedisProcess } from '../../redis/redis-process';
import { type Deployment, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome, Violation } from '../experiment';
import type { NeighbourCounts, NeighbourOptions } from '../neighbour';
import { RandomTurns } from '../random-turns';
import { SeededRandom } from '../seeded-random';
import { TurnSender } from '../turn-sender';
import { toOutcome } from '../verification';

export interface LoadNeighbourParameters {
  /** Pairs of rounds, without the neighbour and with it. */
  readonly rounds: number;
  /** Duration of a round, in milliseconds. */
  readonly roundMs: number;
  readonly callers: NeighbourOptions['callers'];
  /** The setting server.max_calls_in_flight_per_tenant. */
  readonly maxCallsPerTenant: number;
  /** The highest allowed ratio of the p99 with the neighbour to the p99 without it; undefined if it is not evaluated. */
  readonly maxRatio?: number;
}

const clients = 4;
const sessionsPerClient = 5;
/** Longest pause of a client between two turns, in milliseconds. */
const maxPauseMs = 40;

/**
 * One tenant uses the service as much as its limits allow. Measures the turns of another tenant in alternating rounds, without and with that
 * neighbour.
 */
export async function loadNeighbour(
  { seed, reportProgress }: ExperimentContext,
  { rounds, roundMs, callers, maxCallsPerTenant, maxRatio }: LoadNeighbourParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start();
  try {
    const store = { kind: 'redis', port: redis.port } as const;
    const settings = { ORCHESTRATOR__SERVER__MAX_CALLS_IN_FLIGHT_PER_TENANT: String(maxCallsPerTenant) };
    return await withDeployment({ nodeCount: 1, store, settings }, async (deployment) => {
      const random = new SeededRandom(seed);
      const port = deployment.nodes[0]?.port ?? 0;
      const neighbour = await NeighbourThread.start({ port, callers });
      const alone: number[] = [];
      const together: number[] = [];
      let counts: NeighbourCounts = {};
      try {
        await sendTurns(deployment, random, roundMs); // Not measured: the JavaScript engine compiles the code.
        for (let round = 1; round <= rounds; round += 1) {
          alone.push(...(await sendTurns(deployment, random, roundMs)));
          neighbour.begin();
          together.push(...(await sendTurns(deployment, random, roundMs)));
          counts = await neighbour.end();
          reportProgress(`${round} of ${rounds} rounds`);
        }
      } finally {
        await neighbour.terminate();
      }
      const ratio = getPercentile(together, 99) / getPercentile(alone, 99);
      const violations: Violation[] = [];
      if (maxRatio !== undefined && ratio > maxRatio) {
        const text = `p99 with the neighbour is ${ratio.toFixed(2)} times the p99 without it`;
        violations.push({ kind: 'expectation', text });
      }
      return toOutcome(deployment, { ...describe(alone, together), ...counts }, violations);
    });
  } finally {
    await redis.stop();
  }
}

function describe(alone: readonly number[], together: readonly number[]): Readonly<Record<string, number>> {
  const count = (values: readonly number[], percentile: number) =>
    Math.round(getPercentile(values, percentile) * 10) / 10;
  return {
    'turns alone': alone.length,
    'turns with the neighbour': together.length,
    'p50 alone, ms': count(alone, 50),
    'p50 with the neighbour, ms': count(together, 50),
    'p99 alone, ms': count(alone, 99),
    'p99 with the neighbour, ms': count(together, 99),
    'ratio of p99': Math.round((getPercentile(together, 99) / getPercentile(alone, 99)) * 100) / 100,
  };
}

/** Sends turns for some time with a few clients. Returns the latency of each turn in milliseconds, retries included. */
async function sendTurns(
  { clients: [client], scenarios, turnLog }: Deployment,
  random: SeededRandom,
  durationMs: number,
): Promise<readonly number[]> {
  if (client === undefined) throw new Error('The deployment has no node.');
  const sender = new TurnSender(turnLog);
  const latencies: number[] = [];
  const end = performance.now() + durationMs;
  const send = async (own: SeededRandom): Promise<void> => {
    const sessions = Array.from(
      { length: sessionsPerClient },
      () => new RandomTurns(own.nextUuid(), scenarios, own.fork()),
    );
    while (performance.now() < end) {
      const session = own.pick(sessions);
      const { turnId, request } = session.next();
      const turn = turnLog.add(session.sessionId, turnId, request);
      const startedAt = performance.now();
      await sender.sendUntilAcknowledged(turn, () => client);
      latencies.push(performance.now() - startedAt);
      await sleep(own.nextInt(maxPauseMs));
    }
  };
  await Promise.all(Array.from({ length: clients }, () => send(random.fork())));
  return latencies;
}

/** Returns the value of a percentile; NaN if there are no values. */
function getPercentile(values: readonly number[], percentile: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percentile) / 100))] ?? Number.NaN;
}

/** The thread that sends the calls of the neighbour. */
class NeighbourThread {
  private constructor(private readonly worker: Worker) {}

  /** Resolves when the scenarios and sessions of the neighbour are stored. */
  static async start(options: NeighbourOptions): Promise<NeighbourThread> {
    const worker = new Worker(join(__dirname, '..', 'neighbour.js'), { workerData: options });
    await once(worker, 'message');
    return new NeighbourThread(worker);
  }

  begin(): void {
    this.worker.postMessage('start');
  }

  /** Resolves to the counts of all rounds when the last call has ended. */
  async end(): Promise<NeighbourCounts> {
    this.worker.postMessage('stop');
    const [counts] = await once(this.worker, 'message');
    return counts;
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
  }
}
