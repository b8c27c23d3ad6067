import { CompiledCatalogue } from './application/compiled-catalogue';
import { eventLoopShare } from './application/event-loop-share';
import { withEventLoopShare } from './application/shared-store';
import type { UseCases } from './application/use-cases';
import { measureSession } from './codec/stored/stored-values';
import { openSecretFile } from './compose-redis-access';
import { openStores, type Stores } from './compose-stores';
import { composeUseCases } from './compose-use-cases';
import { type Config, toConditionLimits, toModelOptions, toSessionLimits, toSettings } from './config';
import type { GrpcServerOptions } from './grpc';
import type { ChatModelDependencies } from './model/chat-decision-model';
import type { Clock } from './ports/clock';
import type { DecisionModel } from './ports/decision-model';
import type { Logger } from './ports/logger';
import type { Metrics } from './ports/metrics';
import type { AgentKey } from './ports/scenario-catalogue';
import type { FileReloader } from './runtime';
import { withStoreMetrics } from './telemetry';

export interface NodeDependencies {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly files: FileReloader;
  /** Called when an agent's catalogue may have been changed here. */
  readonly onCatalogueChange: (agent: AgentKey) => void;
}

/** What processes calls, without a server. */
export interface Node {
  readonly stores: Stores;
  readonly catalogue: CompiledCatalogue;
  readonly useCases: UseCases;
}

/** Opens the stores and creates the use cases. */
export async function openNode(config: Config, deps: NodeDependencies): Promise<Node> {
  const { clock, log, metrics, files, onCatalogueChange } = deps;
  const settings = toSettings(config);
  const compileOptions = {
    conditionLimits: toConditionLimits(config),
    definitionWork: config.limits.definition_work,
    semanticEvaluation: settings.semanticEvaluation,
  };
  const stores = await openStores(config, { clock, log, metrics, files });
  const catalogue = new CompiledCatalogue(
    { scenarios: stores.scenarios, clock, log, compileOptions },
    { stalenessMs: config.redis.catalogue_staleness_ms, onChange: onCatalogueChange },
  );
  const useCases = composeUseCases({
    store: withEventLoopShare(withStoreMetrics(stores.sessions, metrics), eventLoopShare, measureSession),
    feed: stores.feed,
    index: stores.index,
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
  return { stores, catalogue, useCases };
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

/** Returns the options of the server that do not concern credentials. */
export function toServerOptions({
  server,
  auth,
  limits,
}: Config): Omit<GrpcServerOptions, 'credentials' | 'authenticator'> {
  return {
    host: server.host,
    port: server.port,
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
