import { join } from 'node:path';
import { parentPort, Worker, workerData } from 'node:worker_threads';
import { OrchestratorError } from '../../src/core/model/orchestrator-error';
import type { RequestProcessor } from '../../src/server/ports/call-threads';
import { noopThreadRecorder } from '../../src/server/telemetry';
import { ThreadServer } from '../../src/server/threads/thread-server';

// A thread whose requests do what their path says. Its data is a shared lock: "block", and every method of the contract, block the event loop of the
// thread until the lock is open.

/** `maxHeapMb` limits the heap of the thread. */
export function startTestThread(lock: Int32Array, maxHeapMb?: number): Worker {
  const execArgv = ['--require', join(__dirname, 'typescript-hook.cjs')];
  const resourceLimits = maxHeapMb === undefined ? {} : { maxOldGenerationSizeMb: maxHeapMb };
  return new Worker(__filename, { workerData: lock, execArgv, resourceLimits });
}

export function createLock(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(4));
}

export function openLock(lock: Int32Array): void {
  Atomics.store(lock, 0, 1);
  Atomics.notify(lock, 0);
}

const tenant = { tenantId: 'tenant of the thread', agentId: 'agent' };

/** `changes` has the agents whose catalogue the server has reported as changed. */
function createProcessor(lock: Int32Array, changes: readonly string[]): RequestProcessor & { server?: ThreadServer } {
  const processor: RequestProcessor & { server?: ThreadServer } = {
    validate: (path, bytes) => Promise.resolve({ path, bytes, tenantId: 'validated', sessionId: undefined }),
    async process({ path, bytes, tenantId = '' }, call, onMessage) {
      if (path.startsWith('/')) {
        Atomics.wait(lock, 0, 0);
        return { body: new Uint8Array(), trailer: {} };
      }
      switch (path) {
        case 'block':
          Atomics.wait(lock, 0, 0);
          break;
        case 'use':
          processor.server?.recordUse(tenantId, 1_000);
          break;
        case 'change catalogue':
          processor.server?.reportCatalogueChange(tenant);
          break;
        case 'messages':
          for (const byte of bytes) onMessage(Uint8Array.of(byte));
          break;
        case 'fail':
          throw new OrchestratorError('WORK_LIMIT', 'Too much work.');
        case 'exit':
          return process.exit(1);
        case 'use all memory': {
          const kept: unknown[] = [];
          while (kept.length < Number.POSITIVE_INFINITY) kept.push(new Array(10_000).fill(kept.length).map(String));
          break;
        }
        case 'wait for cancellation':
          await new Promise((resolve) => call.signal.addEventListener('abort', resolve));
          throw new OrchestratorError('CANCELLED', 'Canceled in the thread.');
      }
      return { body: bytes, trailer: { path, changes: changes.join() } };
    },
  };
  return processor;
}

if (parentPort !== null && workerData instanceof Int32Array) {
  const port = parentPort;
  const changes: string[] = [];
  const processor = createProcessor(workerData, changes);
  const server = new ThreadServer({
    port,
    processor,
    recorder: noopThreadRecorder,
    onCatalogueChange: ({ agentId }) => void changes.push(agentId),
    onClose: () => Promise.resolve(),
  });
  processor.server = server;
  server.start();
}
