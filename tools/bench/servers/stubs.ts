import { join } from 'node:path';
import type { BenchServer } from './bench-server';
import { withoutTelemetry } from './service';
import { startForked } from './start-forked';

/** What the server with the stubs is told. */
export interface StubsOrder {
  readonly redisPort: number;
}

/** How to start it. */
export interface StubsOptions extends StubsOrder {
  /** Of OpenTelemetry, as environment variables; none: nobody observes. */
  readonly settings?: NodeJS.ProcessEnv;
}

const preload = join(__dirname, '..', '..', '..', 'src', 'server', 'telemetry', 'preload.js');

/** Starts the server with the stubs in a process of its own, observed as the service is, which ends with this one. */
export function startStubs({ redisPort, settings }: StubsOptions): Promise<BenchServer> {
  return startForked('stub-server', { redisPort } satisfies StubsOrder, {
    env: { ...withoutTelemetry(process.env), ...settings },
    execArgv: ['--require', preload],
  });
}
