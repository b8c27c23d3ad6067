import { CompiledCatalogue } from './application/compiled-catalogue';
import { eventLoopShare } from './application/event-loop-share';
import { withEventLoopShare } from './application/shared-store';
import { measureSession } from './codec/stored/stored-values';
import { type AccessControl, createAccessControl } from './compose-access-control';
import { openSecretFile } from './compose-redis-access';
import { openStores, type Stores } from './compose-stores';
import { composeUseCases } from './compose-use-cases';
import { type WarmUpSettings, warmUpCode } from './compose-warm-up';
import { type Config, toConditionLimits, toModelOptions, toSessionLimits, toSettings } from './config';
import { type Contract, createGrpcServer, type GrpcServer, type GrpcServerOptions, loadContract } from './grpc';
import type { ChatModelDependencies } from './model/chat-decision-model';
import type { Clock } from './ports/clock';
import type { DecisionModel } from './ports/decision-model';
import type { Logger } from './ports/logger';
import { callWithTimeout, FileReloader, monitorStore, type Poller, poll, SystemClock } from './runtime';
import { shutdownTimeouts } from './shutdown-timeouts';
import { getProcessMetrics, getProcessTelemetry, withStoreMetrics } from './telemetry';

export interface RunningService {
  /** `host:port` */
  readonly address: string;
  /** Where the data is stored, for the operator. A sentence without the final period. */
  readonly storageDescription: string;
  /** Drains the server and closes the stores. Resolves to whether all calls in flight completed. Idempotent. */
  stop(): Promise<boolean>;
}

interface BaseParts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly files: FileReloader;
  readonly access: AccessControl;
}

interface Parts extends BaseParts {
  readonly stores: Stores;
  readonly catalogue: CompiledCatalogue;
  readonly server: GrpcServer;
  readonly contract: Contract;
}

/**
 * Creates the service, starts listening and warms up. Health is SERVING after that, while the store accepts writes. An unavailable store does
 * not prevent the start. `stopSignal` ends the warm-up early, because the service is going to be stopped.
 *
 * @throws Error if the address is in use, if another process uses the folder of the embedded store, if Redis is too old, or if a TLS
 * file, a credential file or the prompt template is invalid.
 */
export async function startService(
  config: Config,
  log: Logger,
  stopSignal: AbortSignal = new AbortController().signal,
): Promise<RunningService> {
  const clock = new SystemClock();
  const files = new FileReloader(log);
  const access = createAccessControl(config, files, clock, log);
  const parts = await createParts(config, { clock, log, files, access });
  const { server, stores } = parts;
  const [port] = await Promise.all([server.start(), stores.waitForFirstAttempt()]).catch(async (error: unknown) => {
    await close(parts);
    throw error;
  });
  const reloading = poll(config.server.reload_interval_ms, () => files.checkForChanges());
  await warmUpCode(toWarmUpSettings(config, stopSignal), parts);
  const monitor = monitorReadiness(config, parts);
  await monitor.firstRun;
  const { host, drain_grace_ms: graceMs, drain_timeout_ms: timeoutMs } = config.server;
  const stop = async (): Promise<boolean> => {
    reloading.stop();
    monitor.stop();
    const drained = await server.drain({ graceMs, timeoutMs, closeTimeoutMs: shutdownTimeouts.closeConnectionsMs });
    await close(parts);
    return drained;
  };
  let shutdown: Promise<boolean> | undefined;
  return {
    address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    storageDescription: stores.description,
    stop: () => {
      shutdown ??= stop();
      return shutdown;
    },
  };
}

async function createParts(config: Config, { clock, log, files, access }: BaseParts): Promise<Parts> {
  const metrics = getProcessMetrics();
  const telemetry = getProcessTelemetry();
  const settings = toSettings(config);
  const compileOptions = {
    conditionLimits: toConditionLimits(config),
    definitionWork: config.limits.definition_work,
    semanticEvaluation: settings.semanticEvaluation,
  };
  const stores = await openStores(config, { clock, log, metrics, files });
  const catalogue = new CompiledCatalogue(
    { scenarios: stores.scenarios, clock, log, compileOptions },
    { stalenessMs: config.redis.catalogue_staleness_ms },
  );
  const useCases = composeUseCases({
    store: withEventLoopShare(withStoreMetrics(stores.sessions, metrics), eventLoopShare, measureSession),
    feed: stores.feed,
    legacySessions: stores.legacySessions,
    scenarios: stores.scenarios,
    catalogue,
    clock,
    metrics,
    log,
    settings,
    model: createDecisionModel(config, files, { clock, metrics, log }),
    compileOptions,
    sessionLimits: toSessionLimits(config),
    maxResponseBytes: config.server.max_response_bytes,
    watchPollIntervalMs: config.server.watch_poll_interval_ms,
  });
  const contract = loadContract();
  const options = toServerOptions(config, access);
  const server = createGrpcServer({ useCases, clock, telemetry, metrics, log }, options, contract);
  return { clock, log, files, access, stores, catalogue, server, contract };
}

/** Loads the model adapter and its libraries only if a model is configured. */
function createDecisionModel(
  { pipeline: { scenario_filtering: filtering } }: Config,
  files: FileReloader,
  deps: ChatModelDependencies,
): DecisionModel | undefined {
  if (!filtering.use_llm) return undefined;
  const keyFile = openSecretFile(files, 'pipeline.scenario_filtering.api_key_file', filtering.api_key_file);
  const options = { ...toModelOptions(filtering), getApiKey: () => keyFile?.current ?? filtering.api_key };
  // biome-ignore lint/style/noCommonJs: a conditional import must be synchronous here.
  const { ChatDecisionModel } = require('./model/chat-decision-model') as typeof import('./model/chat-decision-model');
  return new ChatDecisionModel(options, deps);
}

async function close({ access, catalogue, stores, clock, log }: Parts): Promise<void> {
  access.stop();
  catalogue.close();
  await callWithTimeout(clock, shutdownTimeouts.closeStoresMs, () => stores.close()).catch((error: unknown) => {
    log.warn({ error }, 'the store was not closed');
  });
}

function toServerOptions(
  { server, auth, limits }: Config,
  { authenticator, credentials }: AccessControl,
): GrpcServerOptions {
  return {
    host: server.host,
    port: server.port,
    credentials,
    authenticator,
    recheckIntervalMs: auth.recheck_interval_ms,
    isReflectionEnabled: server.reflection,
    maxMessageBytes: server.max_message_bytes,
    maxRequestBytesInFlight: server.max_request_bytes_in_flight,
    maxRequestBytesInFlightPerTenant: server.max_request_bytes_in_flight_per_tenant,
    maxResponseBytes: server.max_response_bytes,
    maxMetadataBytes: server.max_metadata_bytes,
    maxCallsInFlight: server.max_calls_in_flight,
    maxCallsInFlightPerTenant: server.max_calls_in_flight_per_tenant,
    maxStreams: server.max_streams,
    maxStreamsPerTenant: server.max_streams_per_tenant,
    maxRequestsPerStream: server.turns_in_flight_per_stream,
    minRemainingMs: server.least_time_ms,
    turnTimeoutMs: server.turn_timeout_ms,
    stallTimeoutMs: server.watch_stall_timeout_ms,
    keepaliveIntervalMs: server.keepalive_interval_ms,
    keepaliveTimeoutMs: server.keepalive_timeout_ms,
    maxConnectionAgeMs: server.max_connection_age_ms,
    maxConnectionAgeGraceMs: server.max_connection_age_grace_ms,
    lists: {
      candidates: limits.candidates,
      rules: limits.rules,
      fields: limits.fields,
      stepsPerScenario: limits.steps_per_scenario,
    },
  };
}

function toWarmUpSettings({ server }: Config, signal: AbortSignal): WarmUpSettings {
  return { turns: server.warm_up_turns, timeoutMs: server.warm_up_timeout_ms, signal };
}

function monitorReadiness({ server: settings }: Config, { stores, server, clock, log }: Parts): Poller {
  return monitorStore({
    probe: (call) => stores.sessions.probe(call),
    clock,
    intervalMs: settings.probe_interval_ms,
    timeoutMs: settings.probe_timeout_ms,
    onReadinessChange(isReady, error) {
      server.setServing(isReady);
      if (isReady) log.info({}, 'the store accepts writes: serving');
      else log.error({ error }, 'the store does not accept writes: not serving');
    },
  });
}
