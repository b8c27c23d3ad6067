import { ConsoleSpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { OtlpSpanExporter } from '../../../src/server/telemetry/otlp-span-exporter';
import { createSpanExporters } from '../../../src/server/telemetry/start-sdk';

const cases: [env: NodeJS.ProcessEnv, exporters: string[]][] = [
  [{}, ['http/protobuf']],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, ['grpc']],
  [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/protobuf' }, ['http/protobuf']],
  [{ OTEL_TRACES_EXPORTER: 'console, otlp' }, ['console', 'http/protobuf']],
];

function describeExporter(exporter: SpanExporter): string {
  if (exporter instanceof OtlpSpanExporter) return exporter.protocol;
  return exporter instanceof ConsoleSpanExporter ? 'console' : exporter.constructor.name;
}

it.each(cases)('%j selects the exporters', (env, exporters) => {
  expect(createSpanExporters(env).map(describeExporter)).toEqual(exporters);
});

it('an unsupported exporter or protocol is an error with the variable and its value', () => {
  expect(() => createSpanExporters({ OTEL_TRACES_EXPORTER: 'zipkin' })).toThrow(
    'OTEL_TRACES_EXPORTER: "zipkin" is not supported',
  );
  expect(() => createSpanExporters({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json' })).toThrow(
    'OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" is not supported',
  );
});
