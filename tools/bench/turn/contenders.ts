import { join } from 'node:path';
import type { Closers } from '../closers';
import type { BenchServer } from '../servers/bench-server';
import { echoMethod, startEcho } from '../servers/echo';
import { putScenarios, startBenchService, turnMethod } from '../servers/service';
import { startStubs } from '../servers/stubs';
import { startTraceSink, type TraceSink } from '../servers/trace-sink';
import { scenarioOf } from '../workload/scenarios';
import { usualShape } from '../workload/session-turns';
import { type SessionSizes, sessionSizes } from './session-sizes';
import type { TelemetryMode, TurnArguments } from './turn-arguments';

/** A server that takes part. */
export interface Contender {
  readonly server: BenchServer;
  readonly method: string;
  /** Where its traces and metrics go. */
  readonly sink?: TraceSink;
}

/**
 * All on one Redis, with the scenarios of the workload: the bare server; under each telemetry mode a service, and a server that only
 * keeps its contract.
 */
export interface Contenders {
  readonly bare: Contender;
  readonly stubs: ReadonlyMap<TelemetryMode, Contender>;
  readonly services: ReadonlyMap<TelemetryMode, Contender>;
  readonly sizes: SessionSizes;
}

export async function startContenders(
  redisPort: number,
  { telemetry, profile }: Pick<TurnArguments, 'telemetry' | 'profile'>,
  closers: Closers,
): Promise<Contenders> {
  const observed = async (
    mode: TelemetryMode,
    start: (settings: { readonly settings?: NodeJS.ProcessEnv }) => Promise<BenchServer>,
  ): Promise<Contender> => {
    const sink = mode === 'off' ? undefined : closers.add(await startTraceSink(), (started) => started.close());
    const server = await start(sink ? { settings: telemetrySettings(mode, sink) } : {});
    closers.add(server, (started) => started.stop());
    return { server, method: turnMethod, ...(sink && { sink }) };
  };
  const services = new Map<TelemetryMode, Contender>();
  const stubs = new Map<TelemetryMode, Contender>();
  for (const mode of telemetry) {
    const path = profile === undefined ? undefined : join(profile, `turn-${mode}.cpuprofile`);
    services.set(mode, await observed(mode, (own) => startBenchService({ redisPort, profile: path, ...own })));
    stubs.set(mode, await observed(mode, (own) => startStubs({ redisPort, ...own })));
  }
  const [first] = services.values();
  if (first === undefined) throw new Error('No service takes part.');
  await putScenarios(
    first.server,
    Array.from({ length: usualShape.activeScenarios }, (_, index) => scenarioOf(index)),
  );
  const sizes = await sessionSizes(first.server, redisPort);
  // As many bytes to Redis as a commit has: state, request and answer.
  const valueBytes = Math.round(sizes.state + sizes.request + sizes.answer);
  const server = await startEcho({ redisPort, answerBytes: Math.round(sizes.answer), valueBytes });
  closers.add(server, (started) => started.stop());
  return { bare: { server, method: echoMethod }, stubs, services, sizes };
}

function telemetrySettings(mode: TelemetryMode, sink: TraceSink): NodeJS.ProcessEnv {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint,
    OTEL_METRIC_EXPORT_INTERVAL: '5000',
    ...(mode === 'sampled' && { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' }),
  };
}
