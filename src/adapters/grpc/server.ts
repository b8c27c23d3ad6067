import { setMaxListeners } from 'node:events';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceService } from '../../../gen/focal/orchestration/v1/scenario_service';
import { SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import type { UseCases } from '../../pipeline/use-cases';
import type { Clock } from '../../ports/clock';
import type { Log } from '../../ports/log';
import type { Metrics } from '../../ports/metrics';
import type { Telemetry } from '../../ports/telemetry';
import { CredentialAccess, openAccess } from './access/access';
import { authenticateCalls } from './access/authenticate-calls';
import { orchestratorAccess, scenarioAccess, scopesByPath, sessionAccess } from './access/method-access';
import { CallGate } from './calls/call-gate';
import type { CallSurroundings } from './calls/unary';
import { type DrainOptions, drain } from './drain';
import { explainTransportErrors } from './errors/transport-status';
import { loadContract } from './guard/contract';
import { RequestGuards } from './guard/request-guard';
import { addGuardedService } from './guarded-service';
import { orchestratorHandlers } from './handlers/orchestrator-service';
import { scenarioHandlers } from './handlers/scenario-service';
import { sessionHandlers } from './handlers/session-service';
import { Health } from './health';
import { addReflection } from './reflection';
import { type GrpcServerOptions, requestLimitsOf, transportOptionsOf } from './server-options';

/** What the server stands on. */
export interface GrpcServerDependencies {
  readonly useCases: UseCases;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly metrics: Metrics;
  readonly log: Log;
}

/** The service as callers reach it. */
export interface GrpcServer {
  /** Listens; resolves to the port. Health says NOT_SERVING until `setServing(true)`. Rejects where the address is taken. */
  start(): Promise<number>;
  /** What health answers for the server, each of its services and `readiness`; `liveness` is always SERVING. */
  setServing(serving: boolean): void;
  /** Handlers of calls, and of requests of long-lived streams, that run now. */
  readonly callsInFlight: number;
  /** Long-lived streams that are open now. */
  readonly openStreams: number;
  /** Says NOT_SERVING, waits, takes no more calls and lets those in flight end. Resolves to whether all of them did. */
  drain(options: DrainOptions): Promise<boolean>;
}

/** Every service of the contract, by its full name. */
const services = [
  'focal.orchestration.v1.OrchestratorService',
  'focal.orchestration.v1.SessionService',
  'focal.orchestration.v1.ScenarioService',
] as const;

/** Builds the server. Everything that is slow the first time happens here, before anybody waits: about a quarter second. */
export function createGrpcServer(deps: GrpcServerDependencies, options: GrpcServerOptions): GrpcServer {
  const contract = loadContract();
  const access = accessOf(deps, options);
  const gate = new CallGate(options, access ?? openAccess, deps.clock);
  const draining = new AbortController();
  setMaxListeners(0, draining.signal); // one a stream
  const surroundings: CallSurroundings = {
    gate,
    requestsPerStream: options.requestsPerStream,
    draining: draining.signal,
    stallTimeoutMs: options.stallTimeoutMs,
    log: deps.log,
    telemetry: deps.telemetry,
  };
  const health = new Health(services);
  const server = new Server({
    ...transportOptionsOf(options),
    // The innermost first: a call that is refused by the last one passes the others on its way out.
    interceptors: [
      explainTransportErrors({ ...deps, arriving: options.callsInFlight, timeoutMs: options.turnTimeoutMs }),
      health.noteWatches,
      ...(access === undefined ? [] : [authenticateCalls(access, deps)]),
    ],
  });
  const guards = new RequestGuards(contract, requestLimitsOf(options));
  const { useCases, clock } = deps;
  const orchestrator = orchestratorHandlers(useCases, clock, surroundings);
  addGuardedService(server, OrchestratorServiceService, guards, orchestratorAccess, orchestrator);
  addGuardedService(server, SessionServiceService, guards, sessionAccess, sessionHandlers(useCases, surroundings));
  addGuardedService(server, ScenarioServiceService, guards, scenarioAccess, scenarioHandlers(useCases, surroundings));
  health.addToServer(server);
  if (options.reflection) addReflection(server, contract, [...services, 'grpc.health.v1.Health']);
  let address = '';
  return {
    async start() {
      const port = await listen(server, options);
      address = addressOf(options.host, port);
      return port;
    },
    setServing: (serving) => health.setServing(serving),
    get callsInFlight() {
      return gate.running;
    },
    get openStreams() {
      return gate.openStreams;
    },
    drain: (how) => drain({ server, address, health, draining }, how),
  };
}

function accessOf(
  deps: GrpcServerDependencies,
  { authenticator, recheckIntervalMs }: GrpcServerOptions,
): CredentialAccess | undefined {
  if (authenticator === undefined) return undefined;
  return new CredentialAccess({ ...deps, authenticator }, scopesByPath(), recheckIntervalMs);
}

function listen(server: Server, { host, port, credentials }: GrpcServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(addressOf(host, port), credentials ?? ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
}

function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
