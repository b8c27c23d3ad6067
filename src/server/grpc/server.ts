import { setMaxListeners } from 'node:events';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { eventLoopShare } from '../application/event-loop-share';
import type { UseCases } from '../application/use-cases';
import type { CallThreads, RequestProcessor } from '../ports/call-threads';
import type { Clock } from '../ports/clock';
import type { ContractCalls } from '../ports/contract-calls';
import type { Logger } from '../ports/logger';
import type { Metrics } from '../ports/metrics';
import type { Telemetry } from '../ports/telemetry';
import { replaceResetConnections } from './connection-resets';
import { refuseOtherContentTypes } from './content-type';
import { createContractCalls } from './contract-calls';
import { type DrainOptions, drain } from './drain';
import { Health } from './health';
import { connectInProcess, type InProcessConnection } from './in-process-connection';
import { type CallInProcess, createInProcessCalls } from './methods/in-process-calls';
import { createRequestProcessor } from './methods/request-processor';
import { addServices, createServices, getScopesByPath, type Service } from './methods/services';
import { createAdmission } from './middleware/admission';
import { CredentialAuthorizer } from './middleware/authorizer';
import { addReflection } from './reflection';
import { type GrpcServerOptions, toRequestLimits, toTransportOptions } from './server-options';
import { loadContract } from './validation/contract';
import { RequestValidators } from './validation/request-validator';

export interface GrpcServerDependencies {
  readonly useCases: UseCases;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly metrics: Metrics;
  readonly log: Logger;
  /** Threads that process heavy requests; undefined if there are none. */
  readonly threads?: CallThreads | undefined;
}

export interface GrpcServer {
  /**
   * Starts listening and resolves to the port. Health reports NOT_SERVING until `setServing(true)`. Rejects if the address is in
   * use.
   */
  start(): Promise<number>;
  /** Opens a connection that needs no port, whether the server listens or not. */
  connectInProcess(): InProcessConnection;
  readonly callInProcess: CallInProcess;
  /** Admits and processes the calls of another transport, with the limits of this server. Compiles its methods on each invocation. */
  createContractCalls(): ContractCalls;
  /** Sets the health of the server, its services and `readiness`. `liveness` is always SERVING. */
  setServing(isServing: boolean): void;
  /** Number of running handlers of calls and of requests of long-lived streams. */
  readonly callsInFlight: number;
  /** Number of open long-lived streams. */
  readonly openStreams: number;
  /** Number of bytes of the requests in flight, after decompression. */
  readonly requestBytesInFlight: number;
  /** Reports NOT_SERVING, waits, rejects new calls, and waits for calls in flight. Resolves to whether all of them ended in time. */
  drain(options: DrainOptions): Promise<boolean>;
}

/**
 * Creates the server. This takes about 250 ms, because the constraints of the contract are compiled here. Servers can share a contract, so
 * that they are compiled once.
 */
export function createGrpcServer(
  deps: GrpcServerDependencies,
  options: GrpcServerOptions,
  contract = loadContract(),
): GrpcServer {
  const drainController = new AbortController();
  setMaxListeners(0, drainController.signal); // One listener per stream.
  const services = createServices({ ...deps, ...options });
  const serviceNames = services.map(({ name }) => name);
  const health = new Health(serviceNames);
  const admission = createAdmission(
    { ...deps, trackWatches: health.trackWatches, authorizer: createAuthorizer(deps, services, options) },
    options,
  );
  const server = new Server({ ...toTransportOptions(options), interceptors: [...admission.interceptors] });
  refuseOtherContentTypes(server);
  replaceResetConnections(server, deps.clock);
  const validators = new RequestValidators(contract, toRequestLimits(options), deps.threads);
  const handlerDeps = {
    middlewares: admission.middlewares,
    telemetry: deps.telemetry,
    clock: deps.clock,
    turnTimeoutMs: options.turnTimeoutMs,
    drainSignal: drainController.signal,
  };
  addServices(server, services, validators, handlerDeps);
  health.addToServer(server);
  if (options.isReflectionEnabled) addReflection(server, contract, [...serviceNames, 'grpc.health.v1.Health']);
  let address = '';
  let callInProcess: CallInProcess | undefined;
  return {
    async start() {
      const port = await listen(server, options);
      address = formatAddress(options.host, port);
      return port;
    },
    connectInProcess: () => connectInProcess(server),
    callInProcess: (path, request) => {
      callInProcess ??= createInProcessCalls(services, validators, handlerDeps);
      return callInProcess(path, request);
    },
    createContractCalls: () =>
      createContractCalls(
        services,
        { contract, validators, handlers: handlerDeps },
        {
          ...deps,
          entrance: admission.entrance,
          startMeasurement: (method) => (deps.metrics.isEnabled ? deps.metrics.startCall(method) : undefined),
          turnTimeoutMs: options.turnTimeoutMs,
        },
      ),
    setServing: (isServing) => health.setServing(isServing),
    get callsInFlight() {
      return admission.callsInFlight;
    },
    get openStreams() {
      return admission.openStreams;
    },
    get requestBytesInFlight() {
      return admission.requestBytesInFlight;
    },
    drain: (drainOptions) => drain({ server, address, health, drainController }, drainOptions),
  };
}

/** Creates what a thread beside that of the server processes requests with. */
export function createThreadProcessor(
  deps: Omit<GrpcServerDependencies, 'threads'>,
  options: GrpcServerOptions,
): RequestProcessor {
  const services = createServices({ ...deps, ...options });
  return createRequestProcessor(
    services,
    new RequestValidators(loadContract(), toRequestLimits(options)),
    eventLoopShare,
  );
}

function createAuthorizer(
  deps: GrpcServerDependencies,
  services: readonly Service[],
  { authenticator, recheckIntervalMs }: GrpcServerOptions,
): CredentialAuthorizer | undefined {
  if (authenticator === undefined) return undefined;
  return new CredentialAuthorizer({ ...deps, authenticator }, getScopesByPath(services), recheckIntervalMs);
}

function listen(server: Server, { host, port, credentials }: GrpcServerOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync(formatAddress(host, port), credentials ?? ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
}

/** Formats `host:port`, with an IPv6 address in brackets. */
function formatAddress(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
