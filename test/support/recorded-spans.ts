import { resourceFromAttributes } from '@opentelemetry/resources';
import { RandomIdGenerator, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { RecordingTelemetry } from '../../src/server/telemetry/recording-telemetry';
import { createSampler } from '../../src/server/telemetry/sampler';
import { readSpanLimits } from '../../src/server/telemetry/span-limits';

/** The telemetry of a service, with the spans that it has exported. `env` has the standard variables. */
export function createRecordingTelemetry(env: NodeJS.ProcessEnv = {}) {
  const exported: ReadableSpan[] = [];
  const telemetry = new RecordingTelemetry(
    {
      resource: resourceFromAttributes({}),
      scope: { name: 'test' },
      limits: readSpanLimits(env),
      ids: new RandomIdGenerator(),
      export: (span) => void exported.push(span),
    },
    createSampler(env),
  );
  return { telemetry, exported };
}
