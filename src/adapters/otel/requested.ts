/**
 * Whether the standard variables ask for traces: OTEL_TRACES_EXPORTER names an exporter, or is unset and an OTLP endpoint is
 * given. OTEL_SDK_DISABLED=true overrules both. The SDK's own default, to send to localhost unasked, is not followed: a
 * service that nobody observes shall not pay for it. As the specification has it, an empty variable is an unset one.
 */
export function tracesRequested(env: NodeJS.ProcessEnv): boolean {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return false;
  const exporters = exporterNames(env);
  if (exporters.length > 0) return exporters.some((name) => name !== 'none');
  return isSet(env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT']) || isSet(env['OTEL_EXPORTER_OTLP_ENDPOINT']);
}

/** The names that OTEL_TRACES_EXPORTER lists. */
export function exporterNames(env: NodeJS.ProcessEnv): readonly string[] {
  return (env['OTEL_TRACES_EXPORTER'] ?? '').split(',').flatMap((name) => (isSet(name) ? [name.trim()] : []));
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}
