import { resolve } from 'node:path';
import { boundedCall, type Repetition, repeat, watchStore } from './adapters/background';
import { type Config, toConditionLimits, toModelOptions, toRedisEndpoint, toSettings } from './adapters/config';
import { openEmbedded } from './adapters/embedded/open-embedded';
import { createGrpcServer, type GrpcServer, type GrpcServerOptions } from './adapters/grpc';
import type { ChatModelSurroundings } from './adapters/model';
import { meteredSessionStore, processMetrics, processTelemetry } from './adapters/otel';
import { RedisCatalogue } from './adapters/redis/redis-catalogue';
import { connectRedis } from './adapters/redis/redis-connection';
import { endpointText, type RedisEndpoint } from './adapters/redis/redis-endpoint';
import { RedisOlderSessions } from './adapters/redis/redis-older-sessions';
import { RedisSessionStore } from './adapters/redis/redis-session-store';
import { Sha256ContentHash, SystemClock, UuidV5InstanceIds } from './adapters/system';
import { ProtoTurnCodec } from './codec/proto-turn-codec';
import { encodeStoredScenario } from './codec/scenario-codec';
import { openAccess, type ServiceAccess } from './compose-access';
import { CompiledCatalogue } from './pipeline/compiled-catalogue';
import { bindUseCases } from './pipeline/use-cases';
import type { Clock } from './ports/clock';
import type { DecisionModel } from './ports/decision-model';
import type { Log } from './ports/log';
import type { OlderSessions } from './ports/older-sessions';
import type { ScenarioCatalogue } from './ports/scenario-catalogue';
import type { SessionStore } from './ports/session-store';
import { stopTimes } from './stop-times';

/** A service that listens. */
export interface RunningService {
  /** `host:port` */
  readonly address: string;
  /** Where its data lies, in a sentence without its full stop. */
  readonly storedIn: string;
  /** Drains the server and closes the stores. Resolves to whether every call in flight could end. Idempotent. */
  stop(): Promise<boolean>;
}

/** Both stores of one kind. */
interface Stores {
  readonly sessions: SessionStore;
  readonly scenarios: ScenarioCatalogue;
  readonly olderSessions?: OlderSessions | undefined;
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
  readonly log: Log;
  readonly access: ServiceAccess;
  readonly stores: Stores;
  readonly catalogue: CompiledCatalogue;
  readonly server: GrpcServer;
}

/**
 * The model of P6.2, where one is to be asked. Only then is anything of it loaded, and at once: an `import` up there would load it
 * for everybody.
 */
function decisionModel(config: Config, surroundings: ChatModelSurroundings): DecisionModel | undefined {
  const options = toModelOptions(config);
  if (options === undefined) return undefined;
  // biome-ignore lint/style/noCommonJs: there is no other synchronous way.
  const { ChatDecisionModel } = require('./adapters/model') as typeof import('./adapters/model');
  return new ChatDecisionModel(options, surroundings);
}

/**
 * Builds the service from its configuration and listens. Health says SERVING as soon as the store has taken a write, and
 * follows the store from then on; a store that is away keeps nobody from starting.
 *
 * @throws Error where the address is taken, another process has the folder of the embedded store, or a file of TLS, of the
 * credentials or the template of the model's prompt cannot be used.
 */
export async function startService(config: Config, log: Log): Promise<RunningService> {
  const clock = new SystemClock();
  const parts = build(config, clock, log, openAccess(config, clock, log));
  const { server, stores } = parts;
  const port = await server.start().catch(async (error: unknown) => {
    await close(parts);
    throw error;
  });
  await stores.opened;
  const watch = watchReadiness(config, parts);
  await watch.first;
  const { host, drain_grace_ms: graceMs, drain_timeout_ms: timeoutMs } = config.server;
  const stop = async (): Promise<boolean> => {
    watch.stop();
    const ended = await server.drain({ graceMs, timeoutMs, closingMs: stopTimes.closingConnectionsMs });
    await close(parts);
    return ended;
  };
  let stopped: Promise<boolean> | undefined;
  return {
    address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    storedIn: stores.storedIn,
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

function build(config: Config, clock: Clock, log: Log, access: ServiceAccess): Parts {
  const metrics = processMetrics();
  const telemetry = processTelemetry(metrics);
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
  const useCases = bindUseCases({
    store: meteredSessionStore(stores.sessions, metrics),
    olderSessions: stores.olderSessions,
    scenarios: stores.scenarios,
    catalogue,
    codec: new ProtoTurnCodec(),
    contentHash: new Sha256ContentHash(),
    ids: new UuidV5InstanceIds(),
    clock,
    telemetry,
    metrics,
    log,
    settings,
    model: decisionModel(config, { clock, telemetry, metrics, log }),
    compile,
    pageBytes: config.server.max_message_bytes,
    scenarioBytes: (stored) => encodeStoredScenario(stored).length,
    watchPollIntervalMs: config.server.watch_poll_interval_ms,
  });
  const server = createGrpcServer({ useCases, clock, telemetry, metrics, log }, serverOptions(config, access));
  return { clock, log, access, stores, catalogue, server };
}

async function close({ access, catalogue, stores, clock, log }: Parts): Promise<void> {
  access.stop();
  catalogue.close();
  await boundedCall(clock, stopTimes.closingStoresMs, () => stores.close()).catch((error: unknown) => {
    log.warn({ error }, 'the store did not close in time');
  });
}

function serverOptions(
  { server, auth, limits }: Config,
  { authenticator, credentials }: ServiceAccess,
): GrpcServerOptions {
  return {
    host: server.host,
    port: server.port,
    credentials,
    authenticator,
    recheckIntervalMs: auth.recheck_interval_ms,
    reflection: server.reflection,
    messageBytes: server.max_message_bytes,
    metadataBytes: server.max_metadata_bytes,
    callsInFlight: server.max_calls_in_flight,
    callsInFlightPerTenant: server.max_calls_in_flight_per_tenant,
    streams: server.max_streams,
    streamsPerTenant: server.max_streams_per_tenant,
    requestsPerStream: server.turns_in_flight_per_stream,
    leastTimeMs: server.least_time_ms,
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

function redisStores(endpoint: RedisEndpoint, { redis, limits }: Config, clock: Clock, log: Log): Stores {
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
        : new RedisOlderSessions(connection, { keyTemplate, sessionTtlMs: limits.session_ttl, clock, log }),
    storedIn: `sessions and scenarios are in ${endpointText(endpoint)}, under keys that begin with "${redis.key_prefix}"`,
    // For the first probe only: a Redis that is away keeps nobody from starting.
    opened: boundedCall(clock, redis.command_timeout_ms, (call) => connection.untilReady(call)).catch(() => undefined),
    async close() {
      await scenarios.close();
      await sessions.close();
    },
  };
}

function embeddedStores({ embedded, limits }: Config, clock: Clock, log: Log): Stores {
  const path = resolve(embedded.path);
  const { sessionStore, catalogue } = openEmbedded({
    path,
    sessionTtlMs: limits.session_ttl,
    recordedTurns: limits.recorded_turns,
    clock,
  });
  const sweeping = repeat(sweepIntervalMs, () =>
    boundedCall(clock, sweepIntervalMs, (call) => sessionStore.sweep(sweptAtOnce, call)).then(
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

function watchReadiness({ server: settings }: Config, { stores, server, clock, log }: Parts): Repetition {
  return watchStore({
    probe: (call) => stores.sessions.probe(call),
    clock,
    intervalMs: settings.probe_interval_ms,
    timeoutMs: settings.probe_timeout_ms,
    onChange(ready, error) {
      server.setServing(ready);
      if (ready) log.info({}, 'the store takes writes: serving');
      else log.error({ error }, 'the store takes no writes: not serving');
    },
  });
}
