import type { Worker } from 'node:worker_threads';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { CallThreads, EncodedRequest, Place, RequestProcessor } from '../ports/call-threads';
import type { Logger } from '../ports/logger';
import type { AgentKey } from '../ports/scenario-catalogue';
import type { ThreadTelemetry } from '../ports/thread-telemetry';
import type { ThreadCommand, ThreadReport } from './messages';
import { SessionPlaces } from './session-places';
import { ThreadClient } from './thread-client';

export interface CallThreadPoolOptions {
  /** Maximum number of threads; at least 1. */
  readonly threads: number;
  /** Starts a thread, which sends `ready` when it can process requests. */
  readonly startThread: () => Worker;
  /** Whether a tenant delays the calls of others. */
  readonly delaysOthers: (tenantId: string) => boolean;
  /** Called with the work that a thread has done for a tenant, in units. */
  readonly onUse: (tenantId: string, units: number) => void;
  /** Called when a thread has changed an agent's catalogue. */
  readonly onCatalogueChange: (agent: AgentKey) => void;
  readonly telemetry: ThreadTelemetry;
  readonly log: Logger;
}

/** Requests of at least this many bytes are processed by a thread, whatever else their tenant does. Decoding one takes about a millisecond. */
export const largeRequestBytes = 65_536;

/** Time in milliseconds after which a thread that has ended is replaced. */
const restartDelayMs = 1_000;

interface PooledThread {
  readonly worker: Worker;
  readonly client: ThreadClient;
  isReady: boolean;
}

/** Starts threads when they are first needed. Until a thread is ready, and after it has ended, the server processes the requests itself. */
export class CallThreadPool implements CallThreads {
  private readonly threads = new Set<PooledThread>();
  private readonly places = new SessionPlaces<ThreadClient>();
  private restartTimer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly options: CallThreadPoolOptions) {}

  enter({ tenantId, sessionId, bytes }: EncodedRequest): Place {
    const isHeavy = bytes.length >= largeRequestBytes || this.options.delaysOthers(tenantId ?? '');
    return this.places.enter(tenantId, sessionId, () => (isHeavy ? this.findThread() : undefined));
  }

  findValidator(size: number): RequestProcessor | undefined {
    return size < largeRequestBytes ? undefined : this.findThread();
  }

  /** Makes all threads read an agent's catalogue again. */
  notifyCatalogueChange({ tenantId, agentId }: AgentKey): void {
    for (const thread of this.threads) send(thread.worker, { kind: 'catalogue changed', agent: { tenantId, agentId } });
  }

  /** Ends all threads. Requests that are not answered fail. */
  async close(timeoutMs: number): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.restartTimer);
    await Promise.all([...this.threads].map((thread) => end(thread, timeoutMs)));
  }

  /** Returns the thread with the fewest requests; undefined if none is ready. Starts another thread if all of them are busy. */
  private findThread(): ThreadClient | undefined {
    let best: ThreadClient | undefined;
    let isStarting = false;
    for (const { client, isReady } of this.threads) {
      if (!isReady) isStarting = true;
      else if (best === undefined || client.size < best.size) best = client;
    }
    if (!isStarting && (best === undefined || best.size > 0)) this.addThread();
    return best;
  }

  private addThread(): void {
    const { threads, startThread, telemetry } = this.options;
    if (this.isClosed || this.restartTimer !== undefined || this.threads.size >= threads) return;
    const worker = startThread();
    const thread: PooledThread = {
      worker,
      client: new ThreadClient((command) => send(worker, command), telemetry),
      isReady: false,
    };
    this.threads.add(thread);
    let failure: unknown;
    worker.on('message', (report: ThreadReport) => this.receive(thread, report));
    worker.on('error', (error) => {
      failure = error;
    });
    worker.once('exit', () => this.remove(thread, failure));
    worker.unref();
  }

  private receive(thread: PooledThread, report: ThreadReport): void {
    switch (report.kind) {
      case 'ready':
        thread.isReady = true;
        return;
      case 'catalogue changed':
        this.options.onCatalogueChange(report.agent);
        this.notifyCatalogueChange(report.agent);
        return;
      case 'observed':
        this.options.telemetry.record(report.observations);
        return;
      case 'used':
        for (const [tenantId, units] of report.units) this.options.onUse(tenantId, units);
        return;
      case 'validated':
      case 'message':
      case 'span':
      case 'processed':
      case 'failed':
        thread.client.receive(report);
    }
  }

  private remove(thread: PooledThread, error: unknown): void {
    this.threads.delete(thread);
    thread.client.fail(createThreadEndedError);
    if (this.isClosed) return;
    this.options.log.error({ error }, 'a thread for heavy calls has ended; it is started again when it is needed');
    this.restartTimer = setTimeout(() => {
      this.restartTimer = undefined;
    }, restartDelayMs).unref();
  }
}

function send(worker: Worker, command: ThreadCommand): void {
  worker.postMessage(command, listBuffers(command));
}

/** The buffers that are handed over with a command, without a copy. */
function listBuffers(command: ThreadCommand): ArrayBuffer[] {
  switch (command.kind) {
    case 'validate':
      return [command.bytes.buffer];
    case 'process':
      return [command.request.bytes.buffer];
    case 'cancel':
    case 'catalogue changed':
    case 'close':
      return [];
  }
}

/** Ends a thread. One that has not started has nothing to close. */
async function end({ worker, isReady }: PooledThread, timeoutMs: number): Promise<void> {
  const ended = new Promise((resolve) => worker.once('exit', resolve));
  send(worker, { kind: 'close' });
  const timer = setTimeout(() => void worker.terminate(), isReady ? timeoutMs : 0);
  await ended;
  clearTimeout(timer);
}

function createThreadEndedError(): OrchestratorError {
  return new OrchestratorError(
    'COMMIT_UNKNOWN',
    'The thread that processed the call has ended, for example because the call needed too much memory. Retry with the same turn_id: the turn is applied once.',
    { retryAfterMs: restartDelayMs },
  );
}
