import { OTLPTraceExporter as OtlpGrpcExporter } from '@opentelemetry/exporter-trace-otlp-grpc';
import { OTLPTraceExporter as OtlpHttpExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { ConsoleSpanExporter, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { getOtlpProtocol, getRequestedExporters } from './otel-environment';

/**
 * The exporters that OTEL_TRACES_EXPORTER lists, `otlp` where it is unset. Endpoints, headers, certificates, compression and
 * time-outs are read from their standard variables by the exporters themselves.
 *
 * @throws Error for a name or a protocol that this service does not speak.
 */
export function createSpanExporters(env: NodeJS.ProcessEnv): readonly SpanExporter[] {
  return getRequestedExporters('TRACES', env).map((name) => {
    switch (name) {
      case 'otlp':
        return getOtlpProtocol('TRACES', env) === 'grpc' ? new OtlpGrpcExporter() : new OtlpHttpExporter();
      case 'console':
        return new ConsoleSpanExporter();
      default:
        throw new Error(`OTEL_TRACES_EXPORTER: "${name}" is unknown; otlp, console and none are known`);
    }
  });
}
