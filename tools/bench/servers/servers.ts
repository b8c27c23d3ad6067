import { type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { connect, insecure } from 'scenario-orchestrator-client';
import type { Scenario } from '../../../gen/focal/orchestration/v1/scenario';
import { PutScenarioRequest } from '../../../gen/focal/orchestration/v1/scenario_service';
import { startServiceProcess, stopProcess } from '../../../src/cli/local-service';
import { agent } from '../workload/session-turns';

// The measured servers. Each is a child process.

export interface BenchServer {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  readonly pid: number;
  /** Stops the process. Idempotent. */
  stop(): Promise<void>;
}

/** The full method that is measured on the service and on the stub server. */
export const turnMethod = '/focal.orchestration.v1.OrchestratorService/ProcessTurn';

export interface ServiceOptions {
  readonly redisPort: number;
  /** Settings in addition to those of the store, as environment variables. */
  readonly settings?: NodeJS.ProcessEnv;
  /** File for a CPU profile, which is written when the service exits. */
  readonly profile?: string | undefined;
}

/** Starts the built service on Redis, without the OpenTelemetry variables of this process. */
export async function startBenchService({ redisPort, settings, profile }: ServiceOptions): Promise<BenchServer> {
  const { address, child } = await startServiceProcess({
    env: removeTelemetryVariables(process.env),
    settings: {
      ORCHESTRATOR__REDIS__URL: `redis://127.0.0.1:${redisPort}`,
      // Long timeouts: a busy machine may slow down a round, but must not fail it.
      ORCHESTRATOR__REDIS__COMMAND_TIMEOUT_MS: '60000',
      ORCHESTRATOR__SERVER__TURN_TIMEOUT_MS: '600000',
      ...settings,
      ...(profile !== undefined && { BENCH_PROFILE: profile }),
    },
    ...(profile !== undefined && { preload: join(__dirname, 'cpu-profiler.js') }),
  });
  if (child.pid === undefined) throw new Error('The service did not start.');
  return { address, pid: child.pid, stop: () => stopProcess(child) };
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

/** The options of the echo server. Its sizes are those of the service. */
export interface EchoServerOptions {
  readonly redisPort: number;
  readonly responseBytes: number;
  /** Size of the value that the script stores. */
  readonly valueBytes: number;
}

/** Starts a grpc-js server that stores a value with one Redis script. */
export function startEchoServer(options: EchoServerOptions): Promise<BenchServer> {
  return startForkedServer(join(__dirname, 'echo-server.js'), options);
}

/** The message that starts the stub server. */
export interface StubServerMessage {
  readonly redisPort: number;
}

export interface StubServerOptions extends StubServerMessage {
  /** OpenTelemetry variables. Default: no telemetry. */
  readonly settings?: NodeJS.ProcessEnv;
}

const telemetryPreload = join(__dirname, '..', '..', '..', 'src', 'server', 'telemetry', 'preload.js');

/** Starts a server that has the contract and the telemetry of the service, but makes no decisions. */
export function startStubServer({ redisPort, settings }: StubServerOptions): Promise<BenchServer> {
  return startForkedServer(join(__dirname, 'stub-server.js'), { redisPort } satisfies StubServerMessage, {
    env: { ...removeTelemetryVariables(process.env), ...settings },
    execArgv: ['--require', telemetryPreload],
  });
}

/** The XState service of `tools/bench/peers`; it has dependencies of its own. */
const peerFolder = join(__dirname, '..', '..', '..', '..', 'tools', 'bench', 'peers');

/** Whether the dependencies of the peers are installed. */
export function isPeerInstalled(): boolean {
  return existsSync(join(peerFolder, 'node_modules', 'xstate'));
}

/** Starts a service with the same contract, scenarios and Redis, written by hand with XState. */
export function startPeerServer({ redisPort }: StubServerMessage): Promise<BenchServer> {
  return startForkedServer(join(peerFolder, 'xstate-service.mjs'), { redisPort } satisfies StubServerMessage, {
    env: removeTelemetryVariables(process.env),
  });
}

function removeTelemetryVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('OTEL_')));
}

/**
 * Starts a server. It exits with this process.
 *
 * @param file absolute path
 * @param message sent to the server, which replies with its port (forked-server.ts)
 */
async function startForkedServer(file: string, message: object, options: ForkOptions = {}): Promise<BenchServer> {
  const child = fork(file, options);
  child.send(message);
  const [port] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [])]);
  if (typeof port !== 'number' || child.pid === undefined) throw new Error(`${file} did not start.`);
  return {
    address: `127.0.0.1:${port}`,
    pid: child.pid,
    async stop() {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
    },
  };
}
