/** A telemetry signal, spelled as in the standard variables. */
export type Signal = 'TRACES' | 'METRICS';

/**
 * Whether the standard variables request a signal: OTEL_<SIGNAL>_EXPORTER names an exporter, or it is unset and an OTLP endpoint is
 * set. OTEL_SDK_DISABLED=true overrides both. This differs from the SDK's default of exporting to localhost: without these
 * variables telemetry is off and has no cost. An empty variable counts as unset, as the specification requires.
 */
export function isSignalRequested(signal: Signal, env: NodeJS.ProcessEnv): boolean {
  if (env['OTEL_SDK_DISABLED']?.trim().toLowerCase() === 'true') return false;
  const exporters = getExporterNames(signal, env);
  if (exporters.length > 0) return exporters.some((name) => name !== 'none');
  return hasText(env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`]) || hasText(env['OTEL_EXPORTER_OTLP_ENDPOINT']);
}

function getExporterNames(signal: Signal, env: NodeJS.ProcessEnv): readonly string[] {
  return (env[`OTEL_${signal}_EXPORTER`] ?? '').split(',').flatMap((name) => (hasText(name) ? [name.trim()] : []));
}

/** Returns the exporters of a requested signal without duplicates; `otlp` if OTEL_<SIGNAL>_EXPORTER names none. */
export function getRequestedExporters(signal: Signal, env: NodeJS.ProcessEnv): readonly string[] {
  const names = getExporterNames(signal, env).filter((name) => name !== 'none');
  return names.length === 0 ? ['otlp'] : [...new Set(names)];
}

/**
 * Returns the OTLP protocol of a signal, default `http/protobuf`.
 *
 * @throws Error for a protocol that is not supported.
 */
export function getOtlpProtocol(signal: Signal, env: NodeJS.ProcessEnv): 'grpc' | 'http/protobuf' {
  for (const variable of [`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`, 'OTEL_EXPORTER_OTLP_PROTOCOL']) {
    const protocol = env[variable]?.trim() ?? '';
    if (protocol === 'grpc' || protocol === 'http/protobuf') return protocol;
    if (protocol !== '') throw new Error(`${variable}: "${protocol}" is not supported; use grpc or http/protobuf`);
  }
  return 'http/protobuf';
}

/** The samplers of the specification. Those with a ratio read OTEL_TRACES_SAMPLER_ARG. */
const samplers = {
  always_on: { hasRatio: false },
  always_off: { hasRatio: false },
  traceidratio: { hasRatio: true },
  parentbased_always_on: { hasRatio: false },
  parentbased_always_off: { hasRatio: false },
  parentbased_traceidratio: { hasRatio: true },
} as const satisfies Readonly<Record<string, { readonly hasRatio: boolean }>>;

export type SamplerName = keyof typeof samplers;

export interface SamplerSettings {
  readonly name: SamplerName;
  /** From 0 to 1; 1 if the sampler has none. */
  readonly ratio: number;
}

function isSamplerName(name: string): name is SamplerName {
  return Object.hasOwn(samplers, name);
}

/**
 * Returns the sampler of OTEL_TRACES_SAMPLER with its argument, default `parentbased_always_on`.
 *
 * @throws Error for a sampler or a ratio that is not supported.
 */
export function getSamplerSettings(env: NodeJS.ProcessEnv): SamplerSettings {
  const name = env['OTEL_TRACES_SAMPLER'] ?? '';
  if (!hasText(name)) return { name: 'parentbased_always_on', ratio: 1 };
  if (!isSamplerName(name)) {
    throw new Error(`OTEL_TRACES_SAMPLER: "${name}" is not supported; use ${Object.keys(samplers).join(', ')}`);
  }
  if (!samplers[name].hasRatio) return { name, ratio: 1 };
  const ratio = env['OTEL_TRACES_SAMPLER_ARG'] ?? '';
  if (hasText(ratio) && Number(ratio) >= 0 && Number(ratio) <= 1) return { name, ratio: Number(ratio) };
  throw new Error(`OTEL_TRACES_SAMPLER_ARG: "${ratio}" is not a number from 0 to 1, which ${name} requires`);
}

function hasText(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}
