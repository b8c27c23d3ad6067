import { setMaxListeners } from 'node:events';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceService } from '../../../gen/focal/orchestration/v1/scenario_service';
import { SessionServiceService } from '../../../gen/focal/orchestration/v1/session_service';
import type { UseCases } from '../application/use-cases';
import type { Clock } from '../ports/clock';
import type { Logger } from '../ports/logger';
import type { Metrics } from '../ports/metrics';
import type { Telemetry } from '../ports/telemetry';
import { type DrainOptions, drain } from './drain';
import { transportErrorInterceptor } from './errors/transport-error-interceptor';
import { Health } from './health';
import { orchestratorHandlers } from './methods/orchestrator-service';
import { scenarioHandlers } from './methods/scenario-service';
import { sessionHandlers } from './methods/session-service';
import { Admission } from './middleware/admission';
import { authenticationInterceptor } from './middleware/authentication-interceptor';
import { allowAll, CredentialAuthorizer } from './middleware/authorizer';
import { orchestratorAccess, scenarioAccess, scopesByPath, sessionAccess } from './middleware/method-access';
import type { CallDependencies } from './middleware/unary';
import { addReflection } from './reflection';
import { type GrpcServerOptions, toRequestLimits, toTransportOptions } from './server-options';
import { addValidatedService } from './validated-service';
import { loadContract } from './validation/contract';
import { RequestValidators } from './validation/request-validator';

/** What the server stands on. */
export interface GrpcServerDependencies {
  readonly useCases: UseCases;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly metrics: Metrics;
  readonly log: Logger;
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
  const gate = new Admission(options, access ?? allowAll, deps.clock);
  const draining = new AbortController();
  setMaxListeners(0, draining.signal); // one a stream
  const surroundings: CallDependencies = {
    admission: gate,
    maxRequestsPerStream: options.maxRequestsPerStream,
    drainSignal: draining.signal,
    stallTimeoutMs: options.stallTimeoutMs,
    log: deps.log,
    telemetry: deps.telemetry,
  };
  const health = new Health(services);
  const server = new Server({
    ...toTransportOptions(options),
    // The innermost first: a call that is refused by the last one passes the others on its way out.
    interceptors: [
      transportErrorInterceptor({
        ...deps,
        maxPendingRequests: options.maxCallsInFlight,
        timeoutMs: options.turnTimeoutMs,
      }),
      health.trackWatches,
      ...(access === undefined ? [] : [authenticationInterceptor(access, deps)]),
    ],
  });
  const guards = new RequestValidators(contract, toRequestLimits(options));
  const { useCases, clock } = deps;
  const orchestrator = orchestratorHandlers(useCases, clock, surroundings);
  addValidatedService(server, OrchestratorServiceService, guards, orchestratorAccess, orchestrator);
  addValidatedService(server, SessionServiceService, guards, sessionAccess, sessionHandlers(useCases, surroundings));
  addValidatedService(server, ScenarioServiceService, guards, scenarioAccess, scenarioHandlers(useCases, surroundings));
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
      return gate.callsInFlight;
    },
    get openStreams() {
      return gate.openStreams;
    },
    drain: (how) => drain({ server, address, health, drainController: draining }, how),
  };
}

function accessOf(
  deps: GrpcServerDependencies,
  { authenticator, recheckIntervalMs }: GrpcServerOptions,
): CredentialAuthorizer | undefined {
  if (authenticator === undefined) return undefined;
  return new CredentialAuthorizer({ ...deps, authenticator }, scopesByPath(), recheckIntervalMs);
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
