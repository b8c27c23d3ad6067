/** What the SDK sends, as the standard variables spell it. */
export type Signal = 'TRACES' | 'METRICS';

/**
 * Whether the standard variables ask for a signal: OTEL_<SIGNAL>_EXPORTER names an exporter, or is unset and an OTLP endpoint is
 * given. OTEL_SDK_DISABLED=true overrules both. The SDK's own default, to send to localhost unasked, is not followed: a
 * service that nobody observes shall not pay for it. As the specification has it, an empty variable is an unset one.
 */
export function isSignalRequested(signal: Signal, env: NodeJS.ProcessEnv): boolean {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return false;
  const exporters = getExporterNames(signal, env);
  if (exporters.length > 0) return exporters.some((name) => name !== 'none');
  return isSet(env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]) || isSet(env['OTEL_EXPORTER_OTLP_ENDPOINT']);
}

/** The names that OTEL_<SIGNAL>_EXPORTER lists. */
export function getExporterNames(signal: Signal, env: NodeJS.ProcessEnv): readonly string[] {
  return (env[`OTEL_${signal}_EXPORTER`] ?? '').split(',').flatMap((name) => (isSet(name) ? [name.trim()] : []));
}

/** The exporters of a signal that is requested, each once; OTLP where none is named. */
export function getRequestedExporters(signal: Signal, env: NodeJS.ProcessEnv): readonly string[] {
  const names = getExporterNames(signal, env).filter((name) => name !== 'none');
  return names.length === 0 ? ['otlp'] : [...new Set(names)];
}

/**
 * The protocol of OTLP for a signal.
 *
 * @throws Error for one that this service does not speak.
 */
export function getOtlpProtocol(signal: Signal, env: NodeJS.ProcessEnv): 'grpc' | 'http/protobuf' {
  for (const variable of [`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL']) {
    const protocol = env[variable]?.trim() ?? '';
    if (protocol === 'grpc' || protocol === 'http/protobuf') return protocol;
    if (protocol !== '') throw new Error(`${variable}: "${protocol}" is unknown; grpc and http/protobuf are known`);
  }
  return 'http/protobuf';
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}
