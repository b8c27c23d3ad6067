import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { RedisProcess } from '../../redis/redis-process';
import { type Deployment, withDeployment } from '../deployment';
import type { ExperimentContext, Outcome, Violation } from '../experiment';
import type { NeighbourCall, NeighbourCounts, NeighbourMessage, NeighbourOptions } from '../neighbour';
import { RandomTurns } from '../random-turns';
import { SeededRandom } from '../seeded-random';
import { TurnSender } from '../turn-sender';
import { toOutcome } from '../verification';

export interface LoadNeighbourParameters {
  /** Number of rounds in which each load is measured once. */
  readonly rounds: number;
  /** Duration of a measurement, in milliseconds. */
  readonly roundMs: number;
  readonly callers: NeighbourOptions['callers'];
  /** The setting server.max_calls_in_flight_per_tenant. */
  readonly maxCallsPerTenant: number;
  /** The highest allowed ratio of the p99 with the neighbour to the p99 without it; undefined if it is not evaluated. */
  readonly maxRatio?: number;
}

/**
 * Where the neighbour sends its calls while turns of the other tenant are measured: nowhere, to the same node, or to another node. The last one
 * shows what the machine and Redis, which the nodes share, add without the measured node.
 */
type Load = 'alone' | 'with the neighbour' | 'with the neighbour on another node';

type Latencies = Readonly<Record<Load, readonly number[]>>;

const clients = 4;
const sessionsPerClient = 5;
/** Longest pause of a client between two turns, in milliseconds. */
const maxPauseMs = 40;
const measuredNode = 0;
const otherNode = 1;

/**
 * One tenant uses the service as much as its limits allow. Measures the turns of another tenant in rounds: without that neighbour, with it, and
 * with the same calls of the neighbour at the same rate on another node.
 */
export async function loadNeighbour(
  { seed, reportProgress }: ExperimentContext,
  { rounds, roundMs, callers, maxCallsPerTenant, maxRatio }: LoadNeighbourParameters,
): Promise<Outcome> {
  const redis = await RedisProcess.start();
  try {
    const store = { kind: 'redis', port: redis.port } as const;
    const settings = { ORCHESTRATOR__SERVER__MAX_CALLS_IN_FLIGHT_PER_TENANT: String(maxCallsPerTenant) };
    return await withDeployment({ nodeCount: 2, store, settings }, async (deployment) => {
      const random = new SeededRandom(seed);
      const neighbour = await NeighbourThread.start({ ports: deployment.nodes.map(({ port }) => port), callers });
      const measured: Latencies[] = [];
      let counts: NeighbourCounts = {};
      const measure = (): Promise<readonly number[]> => sendTurns(deployment, random, roundMs);
      try {
        await measure(); // Not evaluated: the JavaScript engine compiles the code.
        for (let round = 1; round <= rounds; round += 1) {
          const alone = await measure();
          neighbour.begin({ kind: 'start', node: measuredNode });
          const together = await measure();
          const calls = await neighbour.end();
          neighbour.begin({ kind: 'start', node: otherNode, intervalsMs: toIntervals(calls, callers, roundMs) });
          const elsewhere = await measure();
          await neighbour.end();
          counts = addCounts(counts, calls);
          measured.push({
            alone,
            'with the neighbour': together,
            'with the neighbour on another node': elsewhere,
          });
          reportProgress(`${round} of ${rounds} rounds`);
        }
      } finally {
        await neighbour.terminate();
      }
      const ratios = measureRatios(measured);
      const violations = maxRatio === undefined ? [] : checkRatios(ratios, maxRatio);
      return toOutcome(deployment, { ...describe(measured), ...ratios, ...counts }, violations);
    });
  } finally {
    await redis.stop();
  }
}

/** Returns the intervals in which each caller of a kind has to start its calls, so that as many calls are sent as in another round. */
function toIntervals(
  calls: NeighbourCounts,
  callers: NeighbourOptions['callers'],
  roundMs: number,
): Readonly<Record<NeighbourCall, number>> {
  const getInterval = (kind: NeighbourCall): number => {
    const labels = Object.keys(calls).filter((label) => label.startsWith(`${kind}:`));
    const count = labels.reduce((sum, label) => sum + (calls[label] ?? 0), 0);
    return (roundMs * callers[kind]) / Math.max(1, count);
  };
  return {
    'work-limit turns': getInterval('work-limit turns'),
    'turns of sessions of 1 MiB': getInterval('turns of sessions of 1 MiB'),
    'reads of sessions of 1 MiB': getInterval('reads of sessions of 1 MiB'),
    'small turns': getInterval('small turns'),
  };
}

function addCounts(first: NeighbourCounts, second: NeighbourCounts): NeighbourCounts {
  const sums: Record<string, number> = { ...first };
  for (const [label, count] of Object.entries(second)) sums[label] = (sums[label] ?? 0) + count;
  return sums;
}

const ratioToAlone = 'ratio of p99 to alone';
const ratioToOtherNode = 'ratio of p99 to the neighbour on another node';

/** The medians of the ratios of all rounds, because other load on the machine affects some rounds. */
function measureRatios(measured: readonly Latencies[]): Readonly<Record<string, number>> {
  const getMedian = (base: Load): number =>
    getPercentile(
      measured.map((round) => getPercentile(round['with the neighbour'], 99) / getPercentile(round[base], 99)),
      50,
    );
  return {
    [ratioToAlone]: roundTo(getMedian('alone'), 100),
    [ratioToOtherNode]: roundTo(getMedian('with the neighbour on another node'), 100),
  };
}

/**
 * The p99 must stay within a multiple of the p99 alone. If the machine has too few processors for that, it must stay within the same multiple of
 * the p99 while the neighbour uses another node of the same machine in the same way.
 */
function checkRatios(ratios: Readonly<Record<string, number>>, maxRatio: number): readonly Violation[] {
  const toAlone = ratios[ratioToAlone] ?? Number.NaN;
  const toOtherNode = ratios[ratioToOtherNode] ?? Number.NaN;
  if (toAlone <= maxRatio || toOtherNode <= maxRatio) return [];
  const text = `p99 with the neighbour is ${toAlone} times the p99 alone, and ${toOtherNode} times that with the neighbour on another node`;
  return [{ kind: 'expectation', text }];
}

function describe(measured: readonly Latencies[]): Readonly<Record<string, number>> {
  const loads = ['alone', 'with the neighbour', 'with the neighbour on another node'] as const;
  const counts: Record<string, number> = {};
  for (const load of loads) {
    const latencies = measured.flatMap((round) => round[load]);
    counts[`turns ${load}`] = latencies.length;
    counts[`p50 ${load}, ms`] = roundTo(getPercentile(latencies, 50), 10);
    counts[`p99 ${load}, ms`] = roundTo(getPercentile(latencies, 99), 10);
  }
  return counts;
}

function roundTo(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}

/** Sends turns for some time with a few clients. Returns the latency of each turn in milliseconds, retries included. */
async function sendTurns(
  { clients: [client], scenarios, turnLog }: Deployment, // the first client, that of the measured node
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

  begin(message: NeighbourMessage & { readonly kind: 'start' }): void {
    this.worker.postMessage(message);
  }

  /** Ends a round. Resolves to the counts of the round when the last call has ended. */
  async end(): Promise<NeighbourCounts> {
    const stop: NeighbourMessage = { kind: 'stop' };
    this.worker.postMessage(stop);
    const [counts] = await once(this.worker, 'message');
    return counts;
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
  }
}
