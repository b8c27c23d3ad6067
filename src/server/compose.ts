import { CompiledCatalogue } from './application/compiled-catalogue';
import { createUseCases } from './application/use-cases';
import { ProtoTurnCodec } from './codec/stored/proto-turn-codec';
import { encodeStoredScenario } from './codec/stored/stored-values';
import { type AccessControl, createAccessControl } from './compose-access-control';
import { openEmbeddedStores } from './compose-embedded-stores';
import { type Config, toConditionLimits, toModelOptions, toRedisEndpoint, toSettings } from './config';
import { createGrpcServer, type GrpcServer, type GrpcServerOptions } from './grpc';
import type { ChatModelDependencies } from './model/chat-decision-model';
import type { Clock } from './ports/clock';
import type { DecisionModel } from './ports/decision-model';
import type { LegacySessionStore } from './ports/legacy-session-store';
import type { Logger } from './ports/logger';
import type { ScenarioCatalogue } from './ports/scenario-catalogue';
import type { SessionStore } from './ports/session-store';
import {
  callWithTimeout,
  monitorStore,
  type Poller,
  Sha256ContentHasher,
  SystemClock,
  UuidV5InstanceIdGenerator,
} from './runtime';
import { shutdownTimeouts } from './shutdown-timeouts';
import { RedisCatalogue } from './stores/redis/redis-catalogue';
import { connectRedis } from './stores/redis/redis-connection';
import { formatEndpoint, type RedisEndpoint } from './stores/redis/redis-endpoint';
import { RedisLegacySessionStore } from './stores/redis/redis-legacy-session-store';
import { RedisSessionStore } from './stores/redis/redis-session-store';
import { getProcessMetrics, getProcessTelemetry, withStoreMetrics } from './telemetry';

export interface RunningService {
  /** `host:port` */
  readonly address: string;
  /** Where the data is stored, for the operator. A sentence without the final period. */
  readonly storageDescription: string;
  /** Drains the server and closes the stores. Resolves to whether all calls in flight completed. Idempotent. */
  stop(): Promise<boolean>;
}

interface Stores {
  readonly sessions: SessionStore;
  readonly scenarios: ScenarioCatalogue;
  readonly legacySessions?: LegacySessionStore | undefined;
  readonly description: string;
  /** Resolves when the stores can be probed. Rejects with an Error if they can never be used. */
  readonly ready: Promise<unknown>;
  close(): Promise<void>;
}

interface Parts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly access: AccessControl;
  readonly stores: Stores;
  readonly catalogue: CompiledCatalogue;
  readonly server: GrpcServer;
}

/**
 * Creates the service and starts listening. Health is SERVING while the store accepts writes. An unavailable store does not prevent
 * the start.
 *
 * @throws Error if the address is in use, if another process uses the folder of the embedded store, if Redis is too old, or if a TLS
 * file, a credential file or the prompt template is invalid.
 */
export async function startService(config: Config, log: Logger): Promise<RunningService> {
  const clock = new SystemClock();
  const parts = await createParts(config, clock, log, createAccessControl(config, clock, log));
  const { server, stores } = parts;
  const [port] = await Promise.all([server.start(), stores.ready]).catch(async (error: unknown) => {
    await close(parts);
    throw error;
  });
  const monitor = monitorReadiness(config, parts);
  await monitor.firstRun;
  const { host, drain_grace_ms: graceMs, drain_timeout_ms: timeoutMs } = config.server;
  const stop = async (): Promise<boolean> => {
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

async function createParts(config: Config, clock: Clock, log: Logger, access: AccessControl): Promise<Parts> {
  const metrics = getProcessMetrics();
  const telemetry = getProcessTelemetry(metrics);
  const settings = toSettings(config);
  const compileOptions = {
    conditionLimits: toConditionLimits(config),
    semanticEvaluation: settings.semanticEvaluation,
  };
  const endpoint = toRedisEndpoint(config);
  const stores = endpoint
    ? createRedisStores(endpoint, config, clock, log)
    : await createEmbeddedStores(config, clock, log);
  const catalogue = new CompiledCatalogue(
    { scenarios: stores.scenarios, clock, telemetry, log, compileOptions },
    { stalenessMs: config.redis.catalogue_staleness_ms },
  );
  const useCases = createUseCases({
    store: withStoreMetrics(stores.sessions, metrics),
    legacySessions: stores.legacySessions,
    scenarios: stores.scenarios,
    catalogue,
    codec: new ProtoTurnCodec(),
    contentHasher: new Sha256ContentHasher(),
    ids: new UuidV5InstanceIdGenerator(),
    clock,
    telemetry,
    metrics,
    log,
    settings,
    model: createDecisionModel(config, { clock, telemetry, metrics, log }),
    compileOptions,
    maxPageBytes: config.server.max_message_bytes,
    measureScenarioBytes: (stored) => encodeStoredScenario(stored).length,
    watchPollIntervalMs: config.server.watch_poll_interval_ms,
  });
  const server = createGrpcServer({ useCases, clock, telemetry, metrics, log }, toServerOptions(config, access));
  return { clock, log, access, stores, catalogue, server };
}

/** Loads the model adapter and its libraries only if a model is configured. */
function createDecisionModel(config: Config, deps: ChatModelDependencies): DecisionModel | undefined {
  const options = toModelOptions(config.pipeline.scenario_filtering);
  if (options === undefined) return undefined;
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

function createRedisStores(endpoint: RedisEndpoint, { redis, limits }: Config, clock: Clock, log: Logger): Stores {
  const replicas = { replicas: redis.replicas_acknowledging, timeoutMs: redis.replication_timeout_ms };
  const replication = redis.durability === 'replicated' ? replicas : undefined;
  const connection = connectRedis({ endpoint, commandTimeoutMs: redis.command_timeout_ms, replication, clock, log });
  const sessions = new RedisSessionStore(connection, {
    keyPrefix: redis.key_prefix,
    sessionTtlMs: limits.session_ttl,
    recordedTurns: limits.recorded_turns,
    cachedSessions: redis.cached_sessions,
    clock,
  });
  const scenarios = new RedisCatalogue(connection, { keyPrefix: redis.key_prefix });
  const keyTemplate = redis.older_session_key;
  return {
    sessions,
    scenarios,
    legacySessions:
      keyTemplate === ''
        ? undefined
        : new RedisLegacySessionStore(connection, { keyTemplate, sessionTtlMs: limits.session_ttl, clock, log }),
    description: `sessions and scenarios are in ${formatEndpoint(endpoint)}, with the key prefix "${redis.key_prefix}"`,
    // Only the first probe waits for the connection. An unavailable Redis does not prevent the start, but one that is too old does.
    ready: callWithTimeout(clock, redis.command_timeout_ms, (call) => connection.waitForReady(call)).then(
      () => connection.requireSupportedVersion(),
      () => undefined,
    ),
    async close() {
      await scenarios.close();
      await sessions.close();
    },
  };
}

async function createEmbeddedStores(config: Config, clock: Clock, log: Logger): Promise<Stores> {
  const { path, sessionStore, catalogue, close } = await openEmbeddedStores(config, clock, log);
  return {
    sessions: sessionStore,
    scenarios: catalogue,
    description: `sessions and scenarios are in the folder ${path}, which only this process may use; use Redis for several nodes`,
    ready: Promise.resolve(),
    close,
  };
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
