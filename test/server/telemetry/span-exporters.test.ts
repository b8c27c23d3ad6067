import { OTLPTraceExporter as OtlpGrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as OtlpHttpExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ConsoleSpanExporter } from '@opentelemetry/sdk-trace-base';
import { createSpanExporters } from '../../../src/server/telemetry/start-sdk';

const cases: [env: NodeJS.ProcessEnv, exporters: (new () => object)[]][] = [
  [{}, [OtlpHttpExporter]],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, [OtlpGrpcExporter]],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' }, [OtlpHttpExporter]],
  [{ OTEL_TRACES_EXPORTER: 'console, otlp' }, [ConsoleSpanExporter, OtlpHttpExporter]],
];

it.each(cases)('%j chooses the exporters', (env, exporters) => {
  expect(createSpanExporters(env).map((exporter) => exporter.constructor)).toEqual(exporters);
});

it('refuses an exporter or a protocol that it does not have, by name', () => {
  expect(() => createSpanExporters({ OTEL_TRACES_EXPORTER: 'zipkin' })).toThrow(
    'OTEL_TRACES_EXPORTER: "zipkin" is unknown',
  );
  expect(() => createSpanExporters({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' })).toThrow(
    'OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" is unknown',
  );
});
