import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { getQuantile } from '../figures';
import { getCpuMicroseconds, getMainThreadMicroseconds } from '../servers/process-cost';
import type { BenchServer } from '../servers/servers';
import type { SessionShape } from '../workload/session-turns';

/** The calls that the load generators send. */
export interface LoadRequest {
  /** `HOST:PORT` of each server. The connections are distributed round-robin. */
  readonly addresses: readonly string[];
  readonly connections: number;
  /** Concurrent calls over all connections, each of its own session. */
  readonly inFlight: number;
  /** Full method, `/package.Service/Method`. */
  readonly method: string;
  readonly shape: SessionShape;
  /** Number of new sessions. All turns of a session are sent in order. */
  readonly sessions: number;
}

export interface LoadReport {
  readonly calls: number;
  /** Wall time from the first call to the last response, in seconds. */
  readonly seconds: number;
  /** The latency of each call in milliseconds. */
  readonly latenciesMs: readonly number[];
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** A message to a load generator. */
export type GeneratorCommand = { readonly kind: 'prepare'; readonly request: LoadRequest } | { readonly kind: 'run' };

/** A message from a load generator. */
export type GeneratorEvent =
  | { readonly kind: 'prepared' }
  | { readonly kind: 'done'; readonly report: LoadReport }
  | { readonly kind: 'failed'; readonly reason: string };

/** The cost of one round of load for one or more servers. */
export interface Round {
  readonly calls: number;
  /** CPU time of the server processes per call, all threads, in microseconds. */
  readonly cpuUsPerCall: number;
  /** The part of it that the main threads use, in microseconds. */
  readonly mainThreadUsPerCall: number;
  /** Throughput. Depends on the whole machine: clients, Redis and other processes. */
  readonly callsPerSecond: number;
  /** Latencies as seen by a client. They depend on the whole machine, too. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** CPU time divided by wall time. Well below 1 per server means that the servers waited for the clients. */
  readonly utilization: number;
  readonly requestBytes: number;
  readonly responseBytes: number;
}

/** Sends load to servers and measures their processes. */
export async function measureRound(
  load: LoadGenerators,
  servers: readonly BenchServer[],
  request: Omit<LoadRequest, 'addresses'>,
): Promise<Round> {
  const send = await load.prepare({ ...request, addresses: servers.map(({ address }) => address) });
  const sum = (getCpu: (pid: number) => number): number => servers.reduce((total, { pid }) => total + getCpu(pid), 0);
  const before = { all: sum(getCpuMicroseconds), main: sum(getMainThreadMicroseconds) };
  const { calls, seconds, latenciesMs, requestBytes, responseBytes } = await send();
  const cpu = sum(getCpuMicroseconds) - before.all;
  return {
    calls,
    cpuUsPerCall: cpu / calls,
    mainThreadUsPerCall: (sum(getMainThreadMicroseconds) - before.main) / calls,
    callsPerSecond: calls / seconds,
    p50Ms: getQuantile(latenciesMs, 0.5),
    p99Ms: getQuantile(latenciesMs, 0.99),
    utilization: cpu / (seconds * 1_000_000),
    requestBytes: requestBytes / calls,
    responseBytes: responseBytes / calls,
  };
}

/** More than one, because a single generator would be the bottleneck instead of the server. */
const generatorCount = 2;

/** Load generators in child processes. The processes are reused for all rounds, so that their code stays compiled. */
export class LoadGenerators {
  private readonly generators = Array.from({ length: generatorCount }, () => new GeneratorProcess());

  /**
   * Opens the connections and encodes the requests. Returns a function that sends the requests and can be called once. The function
   * rejects if a call fails, because the figures would not be valid.
   */
  async prepare(request: LoadRequest): Promise<() => Promise<LoadReport>> {
    const parts = splitRequest(request).flatMap((part, index) => {
      const generator = this.generators[index];
      return generator === undefined ? [] : [{ generator, part }];
    });
    await Promise.all(parts.map(({ generator, part }) => generator.prepare(part)));
    return async () => sumReports(await Promise.all(parts.map(({ generator }) => generator.run())));
  }

  /** The processes. */
  get pids(): readonly number[] {
    return this.generators.map(({ pid }) => pid);
  }

  stop(): void {
    for (const generator of this.generators) generator.end();
  }
}

/** Splits a request into one part per generator. */
function splitRequest(request: LoadRequest): readonly LoadRequest[] {
  const count = Math.min(generatorCount, request.connections, request.inFlight, request.sessions);
  const getShare = (total: number, index: number): number => Math.floor((total + index) / count);
  const { addresses } = request;
  return Array.from({ length: count }, (_, index) => ({
    ...request,
    addresses: addresses.map((_address, at) => addresses[(at + index) % addresses.length] ?? ''),
    connections: getShare(request.connections, index),
    inFlight: getShare(request.inFlight, index),
    sessions: getShare(request.sessions, index),
  }));
}

function sumReports(reports: readonly LoadReport[]): LoadReport {
  const sum = (getFigure: (report: LoadReport) => number): number =>
    reports.reduce((total, report) => total + getFigure(report), 0);
  return {
    calls: sum(({ calls }) => calls),
    seconds: Math.max(...reports.map(({ seconds }) => seconds)),
    latenciesMs: reports.flatMap(({ latenciesMs }) => latenciesMs),
    requestBytes: sum(({ requestBytes }) => requestBytes),
    responseBytes: sum(({ responseBytes }) => responseBytes),
  };
}

class GeneratorProcess {
  private readonly child: ChildProcess = fork(join(__dirname, 'generator.js'), { serialization: 'advanced' });
  private readonly exitEvent = once(this.child, 'exit').then(
    (): GeneratorEvent => ({ kind: 'failed', reason: 'the process exited' }),
  );

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async prepare(request: LoadRequest): Promise<void> {
    await this.execute({ kind: 'prepare', request });
  }

  async run(): Promise<LoadReport> {
    const event = await this.execute({ kind: 'run' });
    if (event.kind !== 'done') throw new Error('A load generator was run before it was prepared.');
    return event.report;
  }

  end(): void {
    if (this.child.connected) this.child.disconnect();
  }

  private async execute(command: GeneratorCommand): Promise<GeneratorEvent> {
    const reply = once(this.child, 'message').then(([event]): GeneratorEvent => event);
    this.child.send(command);
    const event = await Promise.race([reply, this.exitEvent]);
    if (event.kind === 'failed') throw new Error(`A load generator failed: ${event.reason}.`);
    return event;
  }
}
