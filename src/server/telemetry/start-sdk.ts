import { OTLPMetricExporter as OtlpGrpcMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as OtlpHttpMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import type { Resource } from '@opentelemetry/resources';
import {
  AggregationTemporality,
  ConsoleMetricExporter,
  type IMetricReader,
  type MetricProducer,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import {
  BatchSpanProcessor,
  ConsoleSpanExporter,
  RandomIdGenerator,
  type ReadableSpan,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import type { Telemetry } from '../ports/telemetry';
import { AccumulatedMetrics } from './accumulated-metrics';
import { AccumulatorExport, type TemporalitySelector } from './metric-producer';
import { noContextManager } from './no-context-manager';
import { getOtlpProtocol, getRequestedExporters, isSignalRequested } from './otel-environment';
import { OtlpSpanExporter } from './otlp-span-exporter';
import { RecordingTelemetry } from './recording-telemetry';
import { createResource } from './resource';
import { setRunningSdk } from './running-sdk';
import { createSampler } from './sampler';
import { readSpanLimits } from './span-limits';
import { NodeMetrics, WorkerMetricReader } from './worker-metrics';

/** The instrumentation scope of the spans and metrics of the service. */
const scopeName = 'scenario-orchestrator';

/**
 * What a process does on its node. A service is the only process. A worker exports its spans and metrics, except to Prometheus: its supervisor
 * collects them, and serves the metrics of all workers at one endpoint.
 */
export type ProcessRole = { readonly kind: 'service' } | { readonly kind: 'worker'; readonly worker: number };

/**
 * Starts the SDK as configured by the standard variables. It exports the metrics and spans that the service records itself, and the
 * metrics of the runtime. It wraps no library and has no context that follows promises: spans travel with the `Call`.
 */
export function startSdk(env: NodeJS.ProcessEnv, role: ProcessRole): void {
  const [traces, metrics] = [isSignalRequested('TRACES', env), isSignalRequested('METRICS', env)];
  const resource = createResource(env, role.kind === 'worker' ? role.worker : undefined);
  const ownMetrics = metrics ? new AccumulatedMetrics() : undefined;
  const spanProcessors = traces ? createSpanExporters(env).map((exporter) => new BatchSpanProcessor(exporter)) : [];
  const metricReaders = ownMetrics ? createMetricReaders(env, ownMetrics, role) : [];
  const workerReader = metricReaders.find((reader) => reader instanceof WorkerMetricReader);
  const sdk = new NodeSDK({
    resource,
    autoDetectResources: false,
    contextManager: noContextManager,
    spanProcessors: [],
    metricReaders: [...metricReaders],
    logRecordProcessors: [],
    // Records event-loop delay, garbage collection and heap.
    instrumentations: metrics ? [new RuntimeNodeInstrumentation()] : [],
  });
  sdk.start();
  setRunningSdk({
    telemetry: traces ? createTelemetry(env, resource, spanProcessors) : undefined,
    metrics: ownMetrics,
    collectMetrics: workerReader && (() => workerReader.collectAll()),
    async stop() {
      await Promise.all([sdk.shutdown(), ...spanProcessors.map((processor) => processor.shutdown())]);
    },
  });
}

/**
 * Starts only the endpoint for Prometheus, if it is requested: a supervisor has no calls. `refresh` is called before the metrics of the
 * workers are read.
 */
export function startSupervisorSdk(env: NodeJS.ProcessEnv, refresh: () => Promise<void>): NodeMetrics | undefined {
  if (!isSignalRequested('METRICS', env) || !getRequestedExporters('METRICS', env).includes('prometheus'))
    return undefined;
  const workerMetrics = new NodeMetrics(refresh);
  const sdk = new NodeSDK({
    resource: createResource(env),
    autoDetectResources: false,
    contextManager: noContextManager,
    spanProcessors: [],
    metricReaders: [createPrometheusExporter(env, workerMetrics)],
    logRecordProcessors: [],
    instrumentations: [],
  });
  sdk.start();
  setRunningSdk({ telemetry: undefined, metrics: undefined, collectMetrics: undefined, stop: () => sdk.shutdown() });
  return workerMetrics;
}

function createTelemetry(env: NodeJS.ProcessEnv, resource: Resource, processors: readonly SpanProcessor[]): Telemetry {
  const environment = {
    resource,
    scope: { name: scopeName },
    limits: readSpanLimits(env),
    ids: new RandomIdGenerator(),
    export: (span: ReadableSpan) => {
      for (const processor of processors) processor.onEnd(span);
    },
  };
  return new RecordingTelemetry(environment, createSampler(env));
}

/**
 * Creates the exporters listed in OTEL_TRACES_EXPORTER, default `otlp`. The exporters read endpoints, headers, certificates,
 * compression and timeouts from their standard variables.
 *
 * @throws Error for an exporter or a protocol that is not supported.
 */
export function createSpanExporters(env: NodeJS.ProcessEnv): readonly SpanExporter[] {
  return getRequestedExporters('TRACES', env).map((name) => {
    switch (name) {
      case 'otlp':
        return new OtlpSpanExporter(getOtlpProtocol('TRACES', env));
      case 'console':
        return new ConsoleSpanExporter();
      default:
        throw new Error(`OTEL_TRACES_EXPORTER: "${name}" is not supported; use otlp, console or none`);
    }
  });
}

/** Defaults of the OpenTelemetry specification. */
const defaultExportIntervalMs = 60_000;
const defaultExportTimeoutMs = 30_000;
const defaultPrometheusPort = 9464;

/**
 * Creates the readers listed in OTEL_METRICS_EXPORTER, default `otlp`. `prometheus` serves `/metrics` over HTTP at
 * OTEL_EXPORTER_PROMETHEUS_HOST (localhost) and OTEL_EXPORTER_PROMETHEUS_PORT (9464). The others export every
 * OTEL_METRIC_EXPORT_INTERVAL (60,000 ms) with a timeout of OTEL_METRIC_EXPORT_TIMEOUT (30,000 ms).
 *
 * @throws Error for an exporter, a protocol or a number that is not supported.
 */
function createMetricReaders(
  env: NodeJS.ProcessEnv,
  { instruments }: AccumulatedMetrics,
  role: ProcessRole,
): readonly IMetricReader[] {
  const ownMetrics = new AccumulatorExport(scopeName, Object.values(instruments));
  return getRequestedExporters('METRICS', env).map((name) => {
    switch (name) {
      case 'otlp':
        return createPeriodicReader(
          getOtlpProtocol('METRICS', env) === 'grpc' ? new OtlpGrpcMetricExporter() : new OtlpHttpMetricExporter(),
          ownMetrics,
          env,
        );
      case 'console':
        return createPeriodicReader(new ConsoleMetricExporter(), ownMetrics, env);
      case 'prometheus': {
        const producer = ownMetrics.createProducer(() => AggregationTemporality.CUMULATIVE);
        if (role.kind === 'worker') return new WorkerMetricReader({ metricProducers: [producer] });
        return createPrometheusExporter(env, producer);
      }
      default:
        throw new Error(`OTEL_METRICS_EXPORTER: "${name}" is not supported; use otlp, prometheus, console or none`);
    }
  });
}

function createPrometheusExporter(env: NodeJS.ProcessEnv, producer: MetricProducer): PrometheusExporter {
  return new PrometheusExporter({
    host: env['OTEL_EXPORTER_PROMETHEUS_HOST']?.trim() || 'localhost',
    port: readWholeNumber('OTEL_EXPORTER_PROMETHEUS_PORT', env, defaultPrometheusPort),
    metricProducers: [producer],
  });
}

function createPeriodicReader(
  exporter: PushMetricExporter,
  ownMetrics: AccumulatorExport,
  env: NodeJS.ProcessEnv,
): IMetricReader {
  const exportIntervalMillis = readWholeNumber('OTEL_METRIC_EXPORT_INTERVAL', env, defaultExportIntervalMs);
  const timeout = readWholeNumber('OTEL_METRIC_EXPORT_TIMEOUT', env, defaultExportTimeoutMs);
  // The SDK rejects a timeout that is longer than the interval.
  const exportTimeoutMillis = Math.min(timeout, exportIntervalMillis);
  const selectTemporality: TemporalitySelector = (type) =>
    exporter.selectAggregationTemporality?.(type) ?? AggregationTemporality.CUMULATIVE;
  const metricProducers = [ownMetrics.createProducer(selectTemporality)];
  return new PeriodicExportingMetricReader({ exporter, metricProducers, exportIntervalMillis, exportTimeoutMillis });
}

function readWholeNumber(variable: string, env: NodeJS.ProcessEnv, defaultValue: number): number {
  const text = env[variable]?.trim() ?? '';
  if (text === '') return defaultValue;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${variable}: "${text}" is not a whole number of at most 9 digits`);
  return Number(text);
}
