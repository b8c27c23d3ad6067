import { OrchestratorError } from '../core/model/orchestrator-error';
import { openEmbeddedStores, packIdleIntervalMs, sweepIntervalMs } from './compose-embedded-stores';
import { connectConfiguredRedis } from './compose-redis-connection';
import { type Config, toFeedLimits, toSessionLimits, toTurnLimits } from './config';
import type { Clock } from './ports/clock';
import type { LegacySessionStore } from './ports/legacy-session-store';
import type { Logger } from './ports/logger';
import type { Metrics } from './ports/metrics';
import type { ScenarioCatalogue } from './ports/scenario-catalogue';
import type { SessionIndex } from './ports/session-index';
import type { SessionStore } from './ports/session-store';
import type { TimerStore } from './ports/timer-store';
import type { TurnFeed } from './ports/turn-feed';
import { callWithTimeout, type FileReloader, type Poller, poll, pollWhenNotBusy } from './runtime';
import { RedisCatalogue } from './stores/redis/redis-catalogue';
import { RedisLegacySessionStore } from './stores/redis/redis-legacy-session-store';
import { RedisSessionIndex } from './stores/redis/redis-session-index';
import { type LostRevision, RedisSessionStore } from './stores/redis/redis-session-store';
import { RedisTimerStore } from './stores/redis/redis-timer-store';
import { RedisTurnFeed } from './stores/redis/redis-turn-feed';
import { limitRepeats } from './telemetry';

export interface Stores {
  readonly sessions: SessionStore;
  readonly scenarios: ScenarioCatalogue;
  readonly feed: TurnFeed;
  readonly index: SessionIndex;
  readonly timers: TimerStore;
  readonly legacySessions?: LegacySessionStore | undefined;
  readonly description: string;
  /**
   * Resolves when the first probe is meaningful: the store is connected, or is known to be unavailable. Rejects with an Error if the store can
   * never be used.
   */
  waitForFirstAttempt(): Promise<void>;
  close(): Promise<void>;
}

export interface StoreDependencies {
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly files: FileReloader;
}

/** Interval in milliseconds in which one loss of data is logged. */
const lossLogIntervalMs = 60_000;
/** Interval in milliseconds in which one failure to pack turns is logged. */
const packingLogIntervalMs = 60_000;
/** Interval in milliseconds in which one failure to remove expired sessions is logged. */
const sweepLogIntervalMs = 600_000;
/** Maximum time in milliseconds that the first probe waits for the connection to Redis. */
const maxFirstAttemptMs = 5_000;

/** Opens the stores that the configuration selects. An unavailable Redis does not prevent the start, but one that is too old does. */
export async function openStores(config: Config, deps: StoreDependencies): Promise<Stores> {
  return createRedisStores(config, deps) ?? createEmbeddedStores(config, deps);
}

function createRedisStores(config: Config, { clock, log, metrics, files }: StoreDependencies): Stores | undefined {
  const configured = connectConfiguredRedis(config, { files, clock, log });
  if (configured === undefined) return undefined;
  const { connection, address } = configured;
  const { redis, limits } = config;
  const sessions = new RedisSessionStore(connection, {
    keyPrefix: redis.key_prefix,
    partitions: redis.partitions,
    sessionTtlMs: limits.session_ttl,
    turnLimits: toTurnLimits({ limits }),
    feedLimits: toFeedLimits({ limits }),
    cachedSessions: redis.cached_sessions,
    sessionLimits: toSessionLimits({ limits }),
    clock,
    onLostRevision: createLossReport(log, metrics),
    onPackingError: createPackingReport(log),
  });
  const packer = pollWhenNotBusy(packIdleIntervalMs, () => sessions.packIdle());
  const keySpace = { prefix: redis.key_prefix, partitions: redis.partitions };
  const index = new RedisSessionIndex(connection, keySpace, { clock, feedLimits: toFeedLimits({ limits }) });
  const sweeper = sweepPeriodically(index, clock, log);
  const scenarios = new RedisCatalogue(connection, { keyPrefix: redis.key_prefix });
  const keyTemplate = redis.older_session_key;
  return {
    sessions,
    scenarios,
    feed: new RedisTurnFeed(connection, keySpace),
    index,
    timers: new RedisTimerStore(connection, keySpace, limits.session_ttl),
    legacySessions:
      keyTemplate === ''
        ? undefined
        : new RedisLegacySessionStore(connection, { keyTemplate, sessionTtlMs: limits.session_ttl, clock, log }),
    description: `sessions and scenarios are in ${address}, with the key prefix "${redis.key_prefix}"`,
    waitForFirstAttempt: () =>
      callWithTimeout(clock, maxFirstAttemptMs, () => connection.firstAttempt)
        .catch(() => undefined)
        .then(() => connection.requireUsableServer()),
    async close() {
      packer.stop();
      sweeper.stop();
      await scenarios.close();
      await sessions.close();
    },
  };
}

/** Removes expired sessions from the index. While Redis does not respond, nothing is logged, because readiness reports it. */
function sweepPeriodically(index: RedisSessionIndex, clock: Clock, log: Logger): Poller {
  const logError = limitRepeats((fields, message) => log.warn(fields, message), sweepLogIntervalMs);
  return poll(sweepIntervalMs, () =>
    callWithTimeout(clock, sweepIntervalMs, (call) => index.sweep(call)).then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof OrchestratorError && error.reason === 'STORE_UNAVAILABLE') return;
        logError({ error }, 'expired sessions were not removed from the index');
      },
    ),
  );
}

/** Logs at most one error per interval. */
function createPackingReport(log: Logger): (error: unknown) => void {
  const logError = limitRepeats((fields, message) => log.warn(fields, message), packingLogIntervalMs);
  return (error) =>
    logError({ error }, 'older turns were not packed; they stay as they are until a later turn of the session');
}

/** Counts every loss, and logs at most one per interval. */
function createLossReport(log: Logger, metrics: Metrics): (loss: LostRevision) => void {
  const logLoss = limitRepeats((fields, message) => log.error(fields, message), lossLogIntervalMs);
  return ({ key, expectedRevision, storedRevision }) => {
    metrics.recordLostRevision();
    const revisions = { expected_revision: expectedRevision, stored_revision: storedRevision ?? 'none' };
    const fields = { tenant_id: key.tenantId, session_id: key.sessionId, ...revisions };
    logLoss(fields, 'redis has lost data: it no longer has the revision of a session that this node has read');
  };
}

async function createEmbeddedStores(config: Config, { clock, log }: StoreDependencies): Promise<Stores> {
  const embedded = await openEmbeddedStores(config, clock, log);
  const { path, sessionStore, catalogue, turnFeed, sessionIndex, timers, close } = embedded;
  return {
    sessions: sessionStore,
    scenarios: catalogue,
    feed: turnFeed,
    index: sessionIndex,
    timers,
    description: `sessions and scenarios are in the folder ${path}, which only this process may use; use Redis for several nodes`,
    waitForFirstAttempt: () => Promise.resolve(),
    close,
  };
}
