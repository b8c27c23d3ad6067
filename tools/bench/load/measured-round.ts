import type { BenchServer } from '../servers/bench-server';
import { getCpuMicroseconds } from '../servers/process-cost';
import { getQuantile } from '../statistics';
import type { LoadGenerators } from './load';
import type { LoadRequest } from './load-order';

/** What a round of load cost a server, or several that it was shared out among. */
export interface Round {
  readonly calls: number;
  /** CPU time of the servers' processes a call, all threads, microseconds. */
  readonly cpuUsPerCall: number;
  /** Calls a second. Of the whole machine: clients, Redis and whoever else is at work have their part in it. */
  readonly callsPerSecond: number;
  /** Milliseconds, as a client sees them; of the whole machine too. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Share of the wall time that the servers' processes were at work; well below 1 a server they were waiting for the clients. */
  readonly utilization: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** Sends a load and measures the processes of the servers that it is addressed to. */
export async function measureRound(
  load: LoadGenerators,
  servers: readonly BenchServer[],
  order: Omit<LoadRequest, 'addresses'>,
): Promise<Round> {
  const send = await load.prepare({ ...order, addresses: servers.map(({ address }) => address) });
  const used = (): number => servers.reduce((sum, { pid }) => sum + getCpuMicroseconds(pid), 0);
  const before = used();
  const { calls, seconds, latenciesMs: latencies, requestBytes, responseBytes } = await send();
  const cpu = used() - before;
  return {
    calls,
    cpuUsPerCall: cpu / calls,
    callsPerSecond: calls / seconds,
    p50Ms: getQuantile(latencies, 0.5),
    p99Ms: getQuantile(latencies, 0.99),
    utilization: cpu / (seconds * 1_000_000),
    requestBytes: requestBytes / calls,
    responseBytes: responseBytes / calls,
  };
}
