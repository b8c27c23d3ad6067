import { join } from 'node:path';
import type { Closers } from '../closers';
import type { BenchServer } from '../servers/bench-server';
import { echoMethod, startEcho } from '../servers/echo';
import { putScenarios, startBenchService, turnMethod } from '../servers/service';
import { startTraceSink, type TraceSink } from '../servers/trace-sink';
import { scenarioOf } from '../workload/scenarios';
import { usualShape } from '../workload/session-turns';
import { type SessionSizes, sessionSizes } from './session-sizes';
import type { TelemetryMode, TurnArguments } from './turn-arguments';

/** A server that takes part, and what it is called. */
export interface Contender {
  readonly name: 'bare' | TelemetryMode;
  readonly server: BenchServer;
  readonly method: string;
  /** Where its traces and metrics go. */
  readonly sink?: TraceSink;
}

/** The bare server and one service a telemetry mode, all on one Redis, with the scenarios of the workload. */
export interface Contenders {
  readonly bare: Contender;
  readonly services: readonly Contender[];
  readonly sizes: SessionSizes;
}

export async function startContenders(
  redisPort: number,
  { telemetry, profile }: Pick<TurnArguments, 'telemetry' | 'profile'>,
  closers: Closers,
): Promise<Contenders> {
  const services: Contender[] = [];
  for (const name of telemetry) {
    const sink = name === 'off' ? undefined : closers.add(await startTraceSink(), (started) => started.close());
    const path = profile === undefined ? undefined : join(profile, `turn-${name}.cpuprofile`);
    const settings = sink && telemetrySettings(name, sink);
    const server = await startBenchService({ redisPort, profile: path, ...(settings && { settings }) });
    closers.add(server, (started) => started.stop());
    services.push({ name, server, method: turnMethod, ...(sink && { sink }) });
  }
  const [first] = services;
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
  return { bare: { name: 'bare', server, method: echoMethod }, services, sizes };
}

function telemetrySettings(mode: TelemetryMode, sink: TraceSink): NodeJS.ProcessEnv {
  return {
    OTEL_EXPORTER_OTLP_ENDPOINT: sink.endpoint,
    OTEL_METRIC_EXPORT_INTERVAL: '5000',
    ...(mode === 'sampled' && { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' }),
  };
}
