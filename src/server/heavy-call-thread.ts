import { getPriority, setPriority } from 'node:os';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { eventLoopShare } from './application/event-loop-share';
import type { ThreadData } from './compose-call-threads';
import { openNode, toServerOptions } from './compose-node';
import { createThreadProcessor } from './grpc';
import type { Logger } from './ports/logger';
import type { ThreadRecorder } from './ports/thread-telemetry';
import { FileReloader, poll, SystemClock } from './runtime';
import { noopThreadRecorder } from './telemetry';
import { createPinoLogger } from './telemetry/pino-logger';
import { installProcessLog, setProcessLogger } from './telemetry/process-log';
import { ThreadServer } from './threads/thread-server';

// The entry of a thread that processes heavy calls. It is a node without a server: it has a connection to the store and a catalogue of its own.

/**
 * What is added to the nice value of the thread: if all processors are busy, it gets a third of the time of the thread that serves the calls of
 * other tenants.
 */
const addedNiceness = 5;
const maxNiceness = 19;

async function main(port: MessagePort, { config, isTracing, isMeasuring }: ThreadData): Promise<void> {
  installProcessLog(); // the preload has done it already, unless the process was started without it
  const log = createPinoLogger({
    level: config.telemetry.log_level,
    isCustomerDataAllowed: config.telemetry.customer_data,
  });
  setProcessLogger(log);
  lowerPriority(log);
  const clock = new SystemClock();
  const files = new FileReloader(log);
  const recorder = createRecorder({ isTracing, isMeasuring });
  const { metrics, telemetry } = recorder;
  let server: ThreadServer | undefined;
  const node = await openNode(config, {
    clock,
    log,
    metrics,
    files,
    onCatalogueChange: (agent) => server?.reportCatalogueChange(agent),
  });
  const reloading = poll(config.server.reload_interval_ms, () => files.checkForChanges());
  const processor = createThreadProcessor(
    { useCases: node.useCases, clock, telemetry, metrics, log },
    toServerOptions(config),
  );
  await node.stores.waitForFirstAttempt();
  const started = new ThreadServer({
    port,
    processor,
    recorder,
    onCatalogueChange: (agent) => node.catalogue.invalidate(agent),
    async onClose() {
      reloading.stop();
      node.catalogue.close();
      await node.stores.close();
    },
  });
  server = started;
  eventLoopShare.onUse((tenantId, units) => started.recordUse(tenantId, units));
  started.start();
}

/** Linux has a nice value for every thread; other systems have one for the process. */
function lowerPriority(log: Logger): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(Math.min(maxNiceness, getPriority() + addedNiceness));
  } catch (error) {
    log.warn({ error }, 'the priority of a thread for heavy calls was not lowered');
  }
}

type RecorderModule = typeof import('./telemetry/thread-recorder');

/** Loads the libraries of telemetry only if something is exported. */
function createRecorder(exported: Pick<ThreadData, 'isTracing' | 'isMeasuring'>): ThreadRecorder {
  if (!exported.isTracing && !exported.isMeasuring) return noopThreadRecorder;
  // biome-ignore lint/style/noCommonJs: a conditional import must be synchronous here.
  const { createThreadRecorder } = require('./telemetry/thread-recorder') as RecorderModule;
  return createThreadRecorder({ ...exported, env: process.env });
}

if (parentPort !== null) void main(parentPort, workerData);
