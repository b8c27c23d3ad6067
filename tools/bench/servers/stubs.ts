import { join } from 'node:path';
import type { BenchServer } from './bench-server';
import { withoutTelemetry } from './service';
import { startForkedServer } from './start-forked';

/** What the server with the stubs is told. */
export interface StubServerMessage {
  readonly redisPort: number;
}

/** How to start it. */
export interface StubServerOptions extends StubServerMessage {
  /** Of OpenTelemetry, as environment variables; none: nobody observes. */
  readonly settings?: NodeJS.ProcessEnv;
}

const preload = join(__dirname, '..', '..', '..', 'src', 'server', 'telemetry', 'preload.js');

/** Starts the server with the stubs in a process of its own, observed as the service is, which ends with this one. */
export function startStubServer({ redisPort, settings }: StubServerOptions): Promise<BenchServer> {
  return startForkedServer('stub-server', { redisPort } satisfies StubServerMessage, {
    env: { ...withoutTelemetry(process.env), ...settings },
    execArgv: ['--require', preload],
  });
}
