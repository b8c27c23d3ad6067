import type { BenchServer } from '../servers/bench-server';
import { cpuMicroseconds } from '../servers/process-cost';
import { quantileOf } from '../statistics';
import type { Load } from './load';
import type { LoadOrder } from './load-order';

/** What a round of load cost a server, or several that it was shared out among. */
export interface Round {
  readonly calls: number;
  /** CPU time of the servers' processes a call, all threads, microseconds. */
  readonly cpuPerCall: number;
  /** Calls a second. Of the whole machine: clients, Redis and whoever else is at work have their part in it. */
  readonly throughput: number;
  /** Milliseconds, as a client sees them; of the whole machine too. */
  readonly p50: number;
  readonly p99: number;
  /** Share of the wall time that the servers' processes were at work; well below 1 a server they were waiting for the clients. */
  readonly busy: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** Sends a load and measures the processes of the servers that it is addressed to. */
export async function measuredRound(
  load: Load,
  servers: readonly BenchServer[],
  order: Omit<LoadOrder, 'addresses'>,
): Promise<Round> {
  const send = await load.prepare({ ...order, addresses: servers.map(({ address }) => address) });
  const used = (): number => servers.reduce((sum, { pid }) => sum + cpuMicroseconds(pid), 0);
  const before = used();
  const { calls, seconds, latencies, requestBytes, responseBytes } = await send();
  const cpu = used() - before;
  return {
    calls,
    cpuPerCall: cpu / calls,
    throughput: calls / seconds,
    p50: quantileOf(latencies, 0.5),
    p99: quantileOf(latencies, 0.99),
    busy: cpu / (seconds * 1_000_000),
    requestBytes: requestBytes / calls,
    responseBytes: responseBytes / calls,
  };
}
