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

it.each(cases)('%j selects the exporters', (env, exporters) => {
  expect(createSpanExporters(env).map((exporter) => exporter.constructor)).toEqual(exporters);
});

it('an unsupported exporter or protocol is an error with the variable and its value', () => {
  expect(() => createSpanExporters({ OTEL_TRACES_EXPORTER: 'zipkin' })).toThrow(
    'OTEL_TRACES_EXPORTER: "zipkin" is not supported',
  );
  expect(() => createSpanExporters({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' })).toThrow(
    'OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" is not supported',
  );
});
