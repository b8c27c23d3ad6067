import type { Call } from '../../../src/server/ports/call';
import { createCall } from '../../../src/server/ports/call';
import type { EncodedRequest, EncodedResponse } from '../../../src/server/ports/call-threads';
import { noSpan } from '../../../src/server/ports/span';
import type { ThreadTelemetry } from '../../../src/server/ports/thread-telemetry';
import {
  CallThreadPool,
  type CallThreadPoolOptions,
  largeRequestBytes,
} from '../../../src/server/threads/call-thread-pool';
import { unboundedCall } from '../../support/calls';
import { eventually } from '../../support/eventually';
import { silentLog } from '../../support/silent-log';
import { createLock, openLock, startTestThread } from '../../support/thread-entry';

const telemetry: ThreadTelemetry = {
  describeSpan: () => undefined,
  addToSpan: () => undefined,
  record: () => undefined,
};

let lock: Int32Array;
let pools: CallThreadPool[] = [];
beforeEach(() => {
  lock = createLock();
});
afterEach(async () => {
  openLock(lock);
  await Promise.all(pools.map((pool) => pool.close(1_000)));
  pools = [];
});

function createPool(options: Partial<CallThreadPoolOptions> = {}): CallThreadPool {
  const pool = new CallThreadPool({
    threads: 1,
    startThread: () => startTestThread(lock),
    delaysOthers: (tenantId) => tenantId === 'heavy',
    onUse: () => undefined,
    onCatalogueChange: () => undefined,
    telemetry,
    log: silentLog,
    ...options,
  });
  pools.push(pool);
  return pool;
}

const request = (path: string, fields: Partial<EncodedRequest> = {}): EncodedRequest => ({
  path,
  bytes: Uint8Array.of(1, 2, 3),
  tenantId: 'heavy',
  sessionId: undefined,
  ...fields,
});

const isInThread = (pool: CallThreadPool, { tenantId = 'heavy', bytes = 3 } = {}): boolean => {
  const place = pool.enter(request('echo', { tenantId, bytes: new Uint8Array(bytes) }));
  place.leave();
  return place.thread !== undefined;
};

const waitForThread = (pool: CallThreadPool): Promise<void> => eventually(async () => isInThread(pool));

async function processInThread(
  pool: CallThreadPool,
  path: string,
  {
    call = unboundedCall,
    onMessage = () => undefined,
    ...fields
  }: Partial<EncodedRequest> & {
    readonly call?: Call;
    readonly onMessage?: (message: Uint8Array) => void;
  } = {},
): Promise<EncodedResponse> {
  await waitForThread(pool);
  const entered = request(path, fields);
  const place = pool.enter(entered);
  if (place.thread === undefined) throw new Error('The request is not in a thread.');
  return place.thread.process(entered, call, onMessage).finally(() => place.leave());
}

describe('CallThreadPool', () => {
  it('passes on large requests, and all requests of tenants that delay others', async () => {
    const pool = createPool();
    await waitForThread(pool);
    expect(isInThread(pool, { tenantId: 'light' })).toBe(false);
    expect(isInThread(pool, { tenantId: 'light', bytes: largeRequestBytes - 1 })).toBe(false);
    expect(isInThread(pool, { tenantId: 'light', bytes: largeRequestBytes })).toBe(true);
    expect(isInThread(pool, { tenantId: 'heavy' })).toBe(true);
    expect(pool.findValidator(largeRequestBytes - 1)).toBeUndefined();
    const validator = pool.findValidator(largeRequestBytes);
    await expect(validator?.validate('path', Uint8Array.of(4))).resolves.toMatchObject({
      path: 'path',
      bytes: Uint8Array.of(4),
      tenantId: 'validated',
    });
  });

  it('starts no thread before it is needed, and none beyond the maximum', async () => {
    let started = 0;
    const startThread = () => {
      started += 1;
      return startTestThread(lock);
    };
    const pool = createPool({ threads: 2, startThread });
    expect(isInThread(pool, { tenantId: 'light' })).toBe(false);
    expect(started).toBe(0);
    await waitForThread(pool);
    expect(started).toBe(1);
    const blocked = [processInThread(pool, 'block'), processInThread(pool, 'block'), processInThread(pool, 'block')];
    await eventually(async () => isInThread(pool) && started === 2);
    for (let index = 0; index < 5; index += 1) isInThread(pool);
    expect(started).toBe(2);
    openLock(lock);
    await Promise.all(blocked);
  });

  it('returns the response, its trailer and the messages of a stream in their order', async () => {
    const pool = createPool();
    const messages: number[] = [];
    const onMessage = (message: Uint8Array) => void messages.push(...message);
    await expect(processInThread(pool, 'messages', { onMessage })).resolves.toEqual({
      body: Uint8Array.of(1, 2, 3),
      trailer: { path: 'messages', changes: '' },
    });
    expect(messages).toEqual([1, 2, 3]);
  });

  it('passes errors on, and cancels requests in the thread', async () => {
    const pool = createPool();
    await expect(processInThread(pool, 'fail')).rejects.toMatchObject({ reason: 'WORK_LIMIT' });
    const controller = new AbortController();
    const call = createCall(Number.POSITIVE_INFINITY, controller.signal, noSpan);
    const waiting = processInThread(pool, 'wait for cancellation', { call });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ reason: 'CANCELLED', message: 'Canceled in the thread.' });
    await expect(processInThread(pool, 'wait for cancellation', { call })).rejects.toMatchObject({
      reason: 'CANCELLED',
    });
  });

  it('reports the work and the catalogue changes of a thread before its answer', async () => {
    const reports: string[] = [];
    const pool = createPool({
      onUse: (tenantId, units) => void reports.push(`${tenantId} used ${units}`),
      onCatalogueChange: ({ agentId }) => void reports.push(`${agentId} changed`),
    });
    await processInThread(pool, 'use').then(() => reports.push('answer'));
    await processInThread(pool, 'change catalogue').then(() => reports.push('answer'));
    expect(reports).toEqual(['heavy used 1000', 'answer', 'agent changed', 'answer']);
  });

  it('reports changes of a catalogue by the server and by a thread to all threads', async () => {
    const pool = createPool();
    await processInThread(pool, 'change catalogue');
    const { tenantId, agentId, ...rest } = { tenantId: 'tenant', agentId: 'second agent', turn: 'a whole turn' };
    pool.notifyCatalogueChange({ tenantId, agentId, ...rest });
    await expect(processInThread(pool, 'echo')).resolves.toMatchObject({ trailer: { changes: 'agent,second agent' } });
  });

  for (const end of ['exit', 'use all memory']) {
    it(`fails the requests of a thread that has ended (${end}) with COMMIT_UNKNOWN, and replaces it`, async () => {
      const errors: unknown[] = [];
      const log = { ...silentLog, error: (fields: object) => void errors.push(fields) };
      const options = end === 'exit' ? {} : { startThread: () => startTestThread(lock, 16) };
      const pool = createPool({ log, ...options });
      const waiting = processInThread(pool, 'wait for cancellation');
      waiting.catch(() => undefined);
      await expect(processInThread(pool, end)).rejects.toMatchObject({ reason: 'COMMIT_UNKNOWN' });
      await expect(waiting).rejects.toMatchObject({ reason: 'COMMIT_UNKNOWN' });
      expect(errors).toHaveLength(1);
      expect(isInThread(pool)).toBe(false);
      await expect(processInThread(pool, 'echo')).resolves.toMatchObject({ trailer: { path: 'echo' } });
    });
  }

  it('ends a thread that does not respond, and starts no other one', async () => {
    const pool = createPool();
    const blocked = processInThread(pool, 'block');
    blocked.catch(() => undefined);
    await eventually(async () => isInThread(pool));
    await pool.close(10);
    await expect(blocked).rejects.toMatchObject({ reason: 'COMMIT_UNKNOWN' });
    expect(isInThread(pool)).toBe(false);
  });
});
