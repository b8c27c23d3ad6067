import { isSignalRequested } from '../../../src/server/telemetry/otel-environment';

const cases: [isRequested: boolean, env: NodeJS.ProcessEnv][] = [
  [false, {}],
  [false, { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4317' }],
  [false, { OTEL_EXPORTER_OTLP_ENDPOINT: '' }],
  [false, { OTEL_SERVICE_NAME: 'x', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }],
  [false, { OTEL_SDK_DISABLED: 'TRUE', OTEL_TRACES_EXPORTER: 'otlp' }],
  [true, { OTEL_SDK_DISABLED: 'false', OTEL_TRACES_EXPORTER: 'otlp' }],
  [true, { OTEL_TRACES_EXPORTER: 'console' }],
  [true, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4317' }],
  [true, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://localhost:4318/v1/traces' }],
];

it.each(cases)('isSignalRequested returns %s for TRACES with the variables %j', (isRequested, env) => {
  expect(isSignalRequested('TRACES', env)).toBe(isRequested);
});

it.each(cases)('isSignalRequested returns %s for METRICS with the METRICS variables for %j', (isRequested, env) => {
  const metrics = Object.entries(env).map(([name, value]) => [name.replace('TRACES', 'METRICS'), value]);
  expect(isSignalRequested('METRICS', Object.fromEntries(metrics))).toBe(isRequested);
});

it('traces and metrics have separate variables', () => {
  const env = { OTEL_METRICS_EXPORTER: 'prometheus', OTEL_TRACES_EXPORTER: 'none' };
  expect([isSignalRequested('TRACES', env), isSignalRequested('METRICS', env)]).toEqual([false, true]);
});
