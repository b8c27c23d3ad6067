import { join } from 'node:path';
import { connect, insecure } from 'scenario-orchestrator-client';
import type { Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { PutScenarioRequest } from '../../../gen/focal/orchestration/v1/scenario_service';
import { startServiceProcess, stopProcess } from '../../../src/cli/local-service';
import { agent } from '../workload/session-turns';
import type { BenchServer } from './bench-server';

/** Full method of a turn. */
export const turnMethod = '/focal.orchestration.v1.OrchestratorService/ProcessTurn';

/** How to start the service. */
export interface ServiceOptions {
  readonly redisPort: number;
  /** Besides those of the store, as environment variables. */
  readonly settings?: NodeJS.ProcessEnv;
  /** File that a CPU profile is written to when the service ends; loads after which that is of use are up to the caller. */
  readonly profile?: string | undefined;
}

/** Starts the built service on Redis, without the variables of OpenTelemetry that the caller may have. */
export async function startBenchService({ redisPort, settings, profile }: ServiceOptions): Promise<BenchServer> {
  const { address, child } = await startServiceProcess({
    env: withoutTelemetry(process.env),
    settings: {
      ORCHESTRATOR__REDIS__URL: `redis://127.0.0.1:${redisPort}`,
      // A busy machine makes a round slow; it shall not end it.
      ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '60000',
      ORCHESTRATOR__SERVER__TURN_TIMEOUT_MS: '600000',
      ...settings,
      ...(profile !== undefined && { BENCH_PROFILE: profile }),
    },
    ...(profile !== undefined && { preload: join(__dirname, 'profiled.js') }),
  });
  if (child.pid === undefined) throw new Error('The service did not start.');
  return { address, pid: child.pid, stop: () => stopProcess(child) };
}

/** An environment without the variables of OpenTelemetry that the caller may have. */
export function withoutTelemetry(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('OTEL_')));
}

/** Stores scenarios for the agent of the workload. */
export async function putScenarios({ address }: BenchServer, scenarios: readonly Scenario[]): Promise<void> {
  const client = connect(address, { credentials: insecure() });
  try {
    for (const scenario of scenarios) {
      await client.putScenario(PutScenarioRequest.fromPartial({ ...agent, scenario }));
    }
  } finally {
    client.close();
  }
}
