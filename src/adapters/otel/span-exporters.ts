import { OTLPTraceExporter as OtlpGrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as OtlpHttpExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ConsoleSpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { exporterNames } from './requested';

/**
 * The exporters that OTEL_TRACES_EXPORTER lists, `otlp` where it is unset. Endpoints, headers, certificates, compression and
 * time-outs are read from their standard variables by the exporters themselves.
 *
 * @throws Error for a name or a protocol that this service does not speak.
 */
export function spanExporters(env: NodeJS.ProcessEnv): readonly SpanExporter[] {
  const names = exporterNames(env).filter((name) => name !== 'none');
  return (names.length === 0 ? ['otlp'] : [...new Set(names)]).map((name) => {
    switch (name) {
      case 'otlp':
        return otlpExporter(env);
      case 'console':
        return new ConsoleSpanExporter();
      default:
        throw new Error(`OTEL_TRACES_EXPORTER: "${name}" is unknown; otlp, console and none are known`);
    }
  });
}

function otlpExporter(env: NodeJS.ProcessEnv): SpanExporter {
  const [variable, protocol] = otlpProtocol(env);
  switch (protocol) {
    case 'grpc':
      return new OtlpGrpcExporter();
    case 'http/protobuf':
      return new OtlpHttpExporter();
    default:
      throw new Error(`${variable}: "${protocol}" is unknown; grpc and http/protobuf are known`);
  }
}

function otlpProtocol(env: NodeJS.ProcessEnv): [variable: string, protocol: string] {
  for (const variable of ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL']) {
    const protocol = env[variable]?.trim();
    if (protocol !== undefined && protocol !== '') return [variable, protocol];
  }
  return ['OTEL_EXPORTER_OTLP_PROTOCOL', 'http/protobuf'];
}
