import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { CompiledCatalogue } from './application/compiled-catalogue';
import { eventLoopShare } from './application/event-loop-share';
import { type Config, usesRedis } from './config';
import type { Logger } from './ports/logger';
import { getProcessMetrics, getProcessTelemetry, noopMetrics, noopTelemetry } from './telemetry';
import { ProcessThreadTelemetry } from './telemetry/thread-telemetry';
import { CallThreadPool } from './threads/call-thread-pool';

/** What a thread for heavy calls receives when it starts. */
export interface ThreadData {
  readonly config: Config;
  /** Whether the process exports spans. */
  readonly isTracing: boolean;
  /** Whether the process exports metrics. */
  readonly isMeasuring: boolean;
}

/**
 * Creates the threads for heavy calls; undefined if there are none. The embedded store has none: only one thread can write to it at a time, and one
 * with a low priority would delay the others.
 */
export function createCallThreads(
  config: Config,
  { catalogue, log }: { readonly catalogue: CompiledCatalogue; readonly log: Logger },
): CallThreadPool | undefined {
  const threads = config.redis.heavy_call_threads;
  if (threads === 0 || !usesRedis(config)) return undefined;
  const metrics = getProcessMetrics();
  const workerData: ThreadData = {
    config,
    isTracing: getProcessTelemetry() !== noopTelemetry,
    isMeasuring: metrics !== noopMetrics,
  };
  return new CallThreadPool({
    threads,
    startThread: () => new Worker(join(__dirname, 'heavy-call-thread.js'), { workerData }),
    delaysOthers: (tenantId) => eventLoopShare.delaysOthers(tenantId),
    onUse: (tenantId, units) => eventLoopShare.charge(tenantId, units),
    onCatalogueChange: (agent) => catalogue.invalidate(agent),
    telemetry: new ProcessThreadTelemetry(metrics),
    log,
  });
}
