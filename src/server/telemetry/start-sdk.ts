import { OTLPMetricExporter as OtlpGrpcMetricExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as OtlpHttpMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { OTLPTraceExporter as OtlpGrpcTraceExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as OtlpHttpTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import type { Instrumentation } from '@opentelemetry/instrumentation';
import { GrpcInstrumentation } from '@opentelemetry/instrumentation-grpc';
import { IORedisInstrumentation } from '@opentelemetry/instrumentation-ioredis';
import { RuntimeNodeInstrumentation } from '@opentelemetry/instrumentation-runtime-node';
import {
  defaultResource,
  detectResources,
  envDetector,
  hostDetector,
  processDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  ConsoleMetricExporter,
  type IMetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { NodeSDK } from '@opentelemetry/sdk-node';
import { BatchSpanProcessor, ConsoleSpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import { getOtlpProtocol, getRequestedExporters, isSignalRequested } from './otel-environment';
import { serializeRedisStatement, setRunningSdk } from './running-sdk';
import { RpcSpanNameProcessor, SessionIdProcessor } from './span-processors';

/**
 * The methods of grpc.health.v1.Health and grpc.reflection.*.ServerReflection. The instrumentation compares only the last part of
 * a method path, case-insensitively. A test checks that no method of the contract has one of these names.
 */
export const untracedMethods = ['Check', 'Watch', 'List', 'ServerReflectionInfo'];

/**
 * Starts the SDK as configured by the standard variables and instruments gRPC and Redis. Must run before either is loaded,
 * because the instrumentation wraps the result of `require`.
 */
export function startSdk(env: NodeJS.ProcessEnv): void {
  const [traces, metrics] = [isSignalRequested('TRACES', env), isSignalRequested('METRICS', env)];
  const tracing = traces ? createTracingInstrumentations() : [];
  const sdk = new NodeSDK({
    resource: createResource(env),
    autoDetectResources: hasOwnDetectors(env),
    spanProcessors: traces
      ? [
          new RpcSpanNameProcessor(),
          new SessionIdProcessor(),
          ...createSpanExporters(env).map((exporter) => new BatchSpanProcessor(exporter)),
        ]
      : [],
    metricReaders: metrics ? [...createMetricReaders(env)] : [],
    logRecordProcessors: [],
    instrumentations: [
      ...tracing,
      // Records event-loop delay, garbage collection and heap.
      ...(metrics ? [new RuntimeNodeInstrumentation()] : []),
    ],
  });
  sdk.start();
  setRunningSdk({
    exportsTraces: traces,
    exportsMetrics: metrics,
    withoutInstrumentation(work) {
      for (const instrumentation of tracing) instrumentation.disable();
      try {
        return work();
      } finally {
        for (const instrumentation of tracing) instrumentation.enable();
      }
    },
    stop: () => sdk.shutdown(),
  });
}

/** Whether the SDK selects the detectors of resource attributes, by their standard variable. */
function hasOwnDetectors(env: NodeJS.ProcessEnv): boolean {
  return (env['OTEL_NODE_RESOURCE_DETECTORS'] ?? '').trim() !== '';
}

/** Creates the resource with the attributes that the SDK detects by default. */
function createResource(env: NodeJS.ProcessEnv): Resource {
  // The default name. OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES override it.
  const base = defaultResource().merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'scenario-orchestrator' }));
  if (hasOwnDetectors(env)) return base;
  const resource = base.merge(detectResources({ detectors: [envDetector, processDetector, hostDetector] }));
  // Otherwise the Prometheus exporter logs an error at the first scrape, because only the other exporters wait for the id of the host.
  void resource.waitForAsyncAttributes?.();
  return resource;
}

function createTracingInstrumentations(): Instrumentation[] {
  return [
    new GrpcInstrumentation({ ignoreGrpcMethods: untracedMethods }),
    new IORedisInstrumentation({ dbStatementSerializer: serializeRedisStatement, requireParentSpan: true }),
  ];
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
        return getOtlpProtocol('TRACES', env) === 'grpc' ? new OtlpGrpcTraceExporter() : new OtlpHttpTraceExporter();
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
function createMetricReaders(env: NodeJS.ProcessEnv): readonly IMetricReader[] {
  return getRequestedExporters('METRICS', env).map((name) => {
    switch (name) {
      case 'otlp':
        return createPeriodicReader(
          getOtlpProtocol('METRICS', env) === 'grpc' ? new OtlpGrpcMetricExporter() : new OtlpHttpMetricExporter(),
          env,
        );
      case 'console':
        return createPeriodicReader(new ConsoleMetricExporter(), env);
      case 'prometheus':
        return new PrometheusExporter({
          host: env['OTEL_EXPORTER_PROMETHEUS_HOST']?.trim() || 'localhost',
          port: readWholeNumber('OTEL_EXPORTER_PROMETHEUS_PORT', env, defaultPrometheusPort),
        });
      default:
        throw new Error(`OTEL_METRICS_EXPORTER: "${name}" is not supported; use otlp, prometheus, console or none`);
    }
  });
}

function createPeriodicReader(exporter: PushMetricExporter, env: NodeJS.ProcessEnv): IMetricReader {
  const exportIntervalMillis = readWholeNumber('OTEL_METRIC_EXPORT_INTERVAL', env, defaultExportIntervalMs);
  const timeout = readWholeNumber('OTEL_METRIC_EXPORT_TIMEOUT', env, defaultExportTimeoutMs);
  // The SDK rejects a timeout that is longer than the interval.
  const exportTimeoutMillis = Math.min(timeout, exportIntervalMillis);
  return new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, exportTimeoutMillis });
}

function readWholeNumber(variable: string, env: NodeJS.ProcessEnv, defaultValue: number): number {
  const text = env[variable]?.trim() ?? '';
  if (text === '') return defaultValue;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${variable}: "${text}" is not a whole number of at most 9 digits`);
  return Number(text);
}
