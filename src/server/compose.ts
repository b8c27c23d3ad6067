import { resolve } from 'node:path';
import { CompiledCatalogue } from './application/compiled-catalogue';
import { createUseCases } from './application/use-cases';
import { ProtoTurnCodec } from './codec/stored/proto-turn-codec';
import { encodeStoredScenario } from './codec/stored/stored-values';
import { type AccessControl, createAccessControl } from './compose-access';
import { type Config, toConditionLimits, toModelOptions, toRedisEndpoint, toSettings } from './config';
import { createGrpcServer, type GrpcServer, type GrpcServerOptions } from './grpc';
import type { ChatModelDependencies } from './model';
import type { Clock } from './ports/clock';
import type { DecisionModel } from './ports/decision-model';
import type { LegacySessionStore } from './ports/legacy-session-store';
import type { Logger } from './ports/logger';
import type { ScenarioCatalogue } from './ports/scenario-catalogue';
import type { SessionStore } from './ports/session-store';
import { callWithTimeout, monitorStore, type Poller, poll } from './runtime';
import { Sha256ContentHasher, SystemClock, UuidV5InstanceIdGenerator } from './runtime/system';
import { shutdownTimeouts } from './shutdown-timeouts';
import { openEmbedded } from './stores/embedded/open-embedded';
import { RedisCatalogue } from './stores/redis/redis-catalogue';
import { connectRedis } from './stores/redis/redis-connection';
import { formatEndpoint, type RedisEndpoint } from './stores/redis/redis-endpoint';
import { RedisLegacySessionStore } from './stores/redis/redis-legacy-session-store';
import { RedisSessionStore } from './stores/redis/redis-session-store';
import { getProcessMetrics, getProcessTelemetry, withStoreMetrics } from './telemetry';

/** A service that listens. */
export interface RunningService {
  /** `host:port` */
  readonly address: string;
  /** Where its data lies, in a sentence without its full stop. */
  readonly storageDescription: string;
  /** Drains the server and closes the stores. Resolves to whether every call in flight could end. Idempotent. */
  stop(): Promise<boolean>;
}

/** Both stores of one kind. */
interface Stores {
  readonly sessions: SessionStore;
  readonly scenarios: ScenarioCatalogue;
  readonly olderSessions?: LegacySessionStore | undefined;
  readonly storedIn: string;
  /** Settles once they can be probed. Never rejects. */
  readonly opened: Promise<unknown>;
  close(): Promise<void>;
}

/** The embedded store is swept so often, milliseconds, of so many sessions at once whose time is over. */
const sweepIntervalMs = 60_000;
const sweptAtOnce = 1_000;

/** What a service is made of. */
interface Parts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly access: AccessControl;
  readonly stores: Stores;
  readonly catalogue: CompiledCatalogue;
  readonly server: GrpcServer;
}

/**
 * The model of P6.2, where one is to be asked. Only then is anything of it loaded, and at once: an `import` up there would load it
 * for everybody.
 */
function decisionModel(config: Config, surroundings: ChatModelDependencies): DecisionModel | undefined {
  const options = toModelOptions(config);
  if (options === undefined) return undefined;
  // biome-ignore lint/style/noCommonJs: there is no other synchronous way.
  const { ChatDecisionModel } = require('./model') as typeof import('./model');
  return new ChatDecisionModel(options, surroundings);
}

/**
 * Builds the service from its configuration and listens. Health says SERVING as soon as the store has taken a write, and
 * follows the store from then on; a store that is away keeps nobody from starting.
 *
 * @throws Error where the address is taken, another process has the folder of the embedded store, or a file of TLS, of the
 * credentials or the template of the model's prompt cannot be used.
 */
export async function startService(config: Config, log: Logger): Promise<RunningService> {
  const clock = new SystemClock();
  const parts = build(config, clock, log, createAccessControl(config, clock, log));
  const { server, stores } = parts;
  const port = await server.start().catch(async (error: unknown) => {
    await close(parts);
    throw error;
  });
  await stores.opened;
  const watch = watchReadiness(config, parts);
  await watch.firstRun;
  const { host, drain_grace_ms: graceMs, drain_timeout_ms: timeoutMs } = config.server;
  const stop = async (): Promise<boolean> => {
    watch.stop();
    const ended = await server.drain({ graceMs, timeoutMs, closeTimeoutMs: shutdownTimeouts.closingConnectionsMs });
    await close(parts);
    return ended;
  };
  let stopped: Promise<boolean> | undefined;
  return {
    address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    storageDescription: stores.storedIn,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

function build(config: Config, clock: Clock, log: Logger, access: AccessControl): Parts {
  const metrics = getProcessMetrics();
  const telemetry = getProcessTelemetry(metrics);
  const settings = toSettings(config);
  const compile = {
    conditionLimits: toConditionLimits(config),
    semanticEvaluation: settings.semanticEvaluation,
  };
  const endpoint = toRedisEndpoint(config);
  const stores = endpoint ? redisStores(endpoint, config, clock, log) : embeddedStores(config, clock, log);
  const catalogue = new CompiledCatalogue(
    { scenarios: stores.scenarios, clock, telemetry, log, compile },
    { stalenessMs: config.redis.catalogue_staleness_ms },
  );
  const useCases = createUseCases({
    store: withStoreMetrics(stores.sessions, metrics),
    olderSessions: stores.olderSessions,
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
    model: decisionModel(config, { clock, telemetry, metrics, log }),
    compile,
    maxPageBytes: config.server.max_message_bytes,
    measureScenarioBytes: (stored) => encodeStoredScenario(stored).length,
    watchPollIntervalMs: config.server.watch_poll_interval_ms,
  });
  const server = createGrpcServer({ useCases, clock, telemetry, metrics, log }, serverOptions(config, access));
  return { clock, log, access, stores, catalogue, server };
}

async function close({ access, catalogue, stores, clock, log }: Parts): Promise<void> {
  access.stop();
  catalogue.close();
  await callWithTimeout(clock, shutdownTimeouts.closingStoresMs, () => stores.close()).catch((error: unknown) => {
    log.warn({ error }, 'the store did not close in time');
  });
}

function serverOptions(
  { server, auth, limits }: Config,
  { authenticator, credentials }: AccessControl,
): GrpcServerOptions {
  return {
    host: server.host,
    port: server.port,
    credentials,
    authenticator,
    recheckIntervalMs: auth.recheck_interval_ms,
    reflection: server.reflection,
    maxMessageBytes: server.max_message_bytes,
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
    lists: {
      candidates: limits.candidates,
      rules: limits.rules,
      fields: limits.fields,
      stepsPerScenario: limits.steps_per_scenario,
    },
  };
}

function redisStores(endpoint: RedisEndpoint, { redis, limits }: Config, clock: Clock, log: Logger): Stores {
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
    olderSessions:
      keyTemplate === ''
        ? undefined
        : new RedisLegacySessionStore(connection, { keyTemplate, sessionTtlMs: limits.session_ttl, clock, log }),
    storedIn: `sessions and scenarios are in ${formatEndpoint(endpoint)}, under keys that begin with "${redis.key_prefix}"`,
    // For the first probe only: a Redis that is away keeps nobody from starting.
    opened: callWithTimeout(clock, redis.command_timeout_ms, (call) => connection.waitForReady(call)).catch(
      () => undefined,
    ),
    async close() {
      await scenarios.close();
      await sessions.close();
    },
  };
}

function embeddedStores({ embedded, limits }: Config, clock: Clock, log: Logger): Stores {
  const path = resolve(embedded.path);
  const { sessionStore, catalogue } = openEmbedded({
    path,
    sessionTtlMs: limits.session_ttl,
    recordedTurns: limits.recorded_turns,
    clock,
  });
  const sweeping = poll(sweepIntervalMs, () =>
    callWithTimeout(clock, sweepIntervalMs, (call) => sessionStore.sweep(sweptAtOnce, call)).then(
      () => undefined,
      (error: unknown) => log.warn({ error }, 'sessions whose time is over could not be swept'),
    ),
  );
  return {
    sessions: sessionStore,
    scenarios: catalogue,
    storedIn: `sessions and scenarios are in the folder ${path}, which this process alone may use; several nodes share a Redis`,
    opened: Promise.resolve(),
    async close() {
      sweeping.stop();
      await sessionStore.close();
    },
  };
}

function watchReadiness({ server: settings }: Config, { stores, server, clock, log }: Parts): Poller {
  return monitorStore({
    probe: (call) => stores.sessions.probe(call),
    clock,
    intervalMs: settings.probe_interval_ms,
    timeoutMs: settings.probe_timeout_ms,
    onReadinessChange(ready, error) {
      server.setServing(ready);
      if (ready) log.info({}, 'the store takes writes: serving');
      else log.error({ error }, 'the store takes no writes: not serving');
    },
  });
}
