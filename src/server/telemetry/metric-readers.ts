import { OTLPMetricExporter as OtlpGrpcExporter } from '@opentelemetry/exporter-metrics-otlp-grpc';
import { OTLPMetricExporter as OtlpHttpExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import {
  ConsoleMetricExporter,
  type IMetricReader,
  PeriodicExportingMetricReader,
  type PushMetricExporter,
} from '@opentelemetry/sdk-metrics';
import { getOtlpProtocol, getRequestedExporters } from './otel-environment';

/** The specification's defaults. */
const exportIntervalMs = 60_000;
const exportTimeoutMs = 30_000;
const prometheusPort = 9464;

/**
 * The readers that OTEL_METRICS_EXPORTER lists, `otlp` where it is unset. `prometheus` is an HTTP endpoint `/metrics` at
 * OTEL_EXPORTER_PROMETHEUS_HOST (localhost) and OTEL_EXPORTER_PROMETHEUS_PORT (9464). The others send every
 * OTEL_METRIC_EXPORT_INTERVAL (60,000 ms), each time for OTEL_METRIC_EXPORT_TIMEOUT (30,000 ms) at most.
 *
 * @throws Error for a name, a protocol or a number that is not known or allowed.
 */
export function createMetricReaders(env: NodeJS.ProcessEnv): readonly IMetricReader[] {
  return getRequestedExporters('METRICS', env).map((name) => {
    switch (name) {
      case 'otlp':
        return periodic(
          getOtlpProtocol('METRICS', env) === 'grpc' ? new OtlpGrpcExporter() : new OtlpHttpExporter(),
          env,
        );
      case 'console':
        return periodic(new ConsoleMetricExporter(), env);
      case 'prometheus':
        return new PrometheusExporter({
          host: env['OTEL_EXPORTER_PROMETHEUS_HOST']?.trim() || 'localhost',
          port: wholeNumber('OTEL_EXPORTER_PROMETHEUS_PORT', env, prometheusPort),
        });
      default:
        throw new Error(`OTEL_METRICS_EXPORTER: "${name}" is unknown; otlp, prometheus, console and none are known`);
    }
  });
}

function periodic(exporter: PushMetricExporter, env: NodeJS.ProcessEnv): IMetricReader {
  const exportIntervalMillis = wholeNumber('OTEL_METRIC_EXPORT_INTERVAL', env, exportIntervalMs);
  const timeout = wholeNumber('OTEL_METRIC_EXPORT_TIMEOUT', env, exportTimeoutMs);
  // The SDK refuses a time-out that is longer than the interval.
  const exportTimeoutMillis = Math.min(timeout, exportIntervalMillis);
  return new PeriodicExportingMetricReader({ exporter, exportIntervalMillis, exportTimeoutMillis });
}

function wholeNumber(variable: string, env: NodeJS.ProcessEnv, otherwise: number): number {
  const text = env[variable]?.trim() ?? '';
  if (text === '') return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${variable}: "${text}" is not a whole number`);
  return Number(text);
}
