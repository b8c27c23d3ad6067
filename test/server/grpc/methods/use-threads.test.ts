import { OrchestratorServiceService as orchestrator } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { SessionServiceService as sessionService } from '../../../../gen/focal/orchestration/v1/session_service';
import type { UseCases } from '../../../../src/server/application/use-cases';
import { createThreadProcessor, defaultServerOptions } from '../../../../src/server/grpc';
import type { CallThreads, RequestProcessor } from '../../../../src/server/ports/call-threads';
import { noopMetrics, noopTelemetry } from '../../../../src/server/telemetry';
import { CallThreadPool, largeRequestBytes } from '../../../../src/server/threads/call-thread-pool';
import { createHeavyCalls, readExampleCalls } from '../../../../src/server/warm-up';
import { eventually } from '../../../support/eventually';
import { FakeClock } from '../../../support/fake-clock';
import {
  callMethod,
  callRaw,
  type GrpcUnderTest,
  getCallError,
  startGrpc,
  streamRaw,
} from '../../../support/grpc-under-test';
import { delimited, turnRequest } from '../../../support/request-bytes';
import { openService } from '../../../support/service-under-test';
import { aSession, uuid } from '../../../support/session-builder';
import { silentLog } from '../../../support/silent-log';
import { createLock, openLock, startTestThread } from '../../../support/thread-entry';
import { TurnStream } from '../../../support/turn-stream';

jest.setTimeout(180_000);

const turnPath = orchestrator.processTurn.path;

/** Passes all requests to a processor in the same thread, and counts those that it has processed by method. */
class AllInThread implements CallThreads {
  readonly counts: Record<string, number> = {};
  private readonly thread: RequestProcessor;

  constructor(processor: RequestProcessor) {
    this.thread = {
      validate: (path, bytes) => processor.validate(path, bytes),
      process: (request, call, onMessage) => {
        this.counts[request.path] = (this.counts[request.path] ?? 0) + 1;
        return processor.process(request, call, onMessage);
      },
    };
  }

  enter() {
    return { thread: this.thread, ready: undefined, leave: () => undefined };
  }

  findValidator(size: number): RequestProcessor | undefined {
    return size < largeRequestBytes ? undefined : this.thread;
  }
}

function createAllInThread(useCases: UseCases, clock: FakeClock): AllInThread {
  const deps = { useCases, clock, telemetry: noopTelemetry, metrics: noopMetrics, log: silentLog };
  return new AllInThread(createThreadProcessor(deps, defaultServerOptions));
}

/** What a client receives: the bytes and the trailer, or the error. */
async function call(grpc: GrpcUnderTest, path: string, request: Uint8Array) {
  try {
    if (path === orchestrator.streamTurn.path) return { messages: await streamRaw(grpc, path, request) };
    const { bytes, trailer } = await callRaw(grpc, path, request);
    return { bytes, replayed: trailer.get('x-turn-replayed') };
  } catch (error) {
    const { status, reason, message, violations } = await getCallError(Promise.reject(error));
    return { status, reason, message, violations };
  }
}

describe('a request that a thread processes', () => {
  it('has the same response bytes, trailer and error as one that the server processes', async () => {
    const [own, threaded] = [new FakeClock(), new FakeClock()].map((clock) => ({ clock, service: openService(clock) }));
    if (own === undefined || threaded === undefined) throw new Error('no services');
    const threads = createAllInThread(threaded.service.useCases, threaded.clock);
    const servers = [
      await startGrpc(own.service.useCases, {}, noopTelemetry, { clock: own.clock }),
      await startGrpc(threaded.service.useCases, {}, noopTelemetry, { clock: threaded.clock, threads }),
    ];
    const { catalogue, sessions } = readExampleCalls();
    const conversations = sessions.slice(0, 2).flatMap((calls) =>
      calls.flatMap((each) => {
        if (each.path !== turnPath) return [each];
        return [each, each, { ...each, path: orchestrator.streamTurn.path }]; // The second and third are replays.
      }),
    );
    try {
      for (const { path, request } of [...catalogue, ...createHeavyCalls(0), ...conversations]) {
        const [expected, received] = await Promise.all(servers.map((server) => call(server, path, request)));
        expect(received).toEqual(expected);
      }
      expect(Object.keys(threads.counts).length).toBeGreaterThan(6);
    } finally {
      for (const server of servers) await server.stop();
      for (const { service } of [own, threaded]) await service.close();
    }
  });

  it('answers the turns of a stream', async () => {
    const clock = new FakeClock();
    const service = openService(clock);
    const threads = createAllInThread(service.useCases, clock);
    const grpc = await startGrpc(service.useCases, {}, noopTelemetry, { clock, threads });
    const { path } = orchestrator.processTurns;
    try {
      const stream = new TurnStream(grpc);
      for (const turn of [1, 2, 3]) stream.send(turnRequest({ turnId: uuid(10 + turn) }));
      stream.halfClose();
      expect(await stream.ended).toBeUndefined();
      expect(stream.received).toHaveLength(3);
      expect(threads.counts).toEqual({ [path]: 3 });
    } finally {
      await grpc.stop();
      await service.close();
    }
  });
});

describe('while a thread is busy', () => {
  const [heavy, light] = [uuid(1), uuid(2)];
  let lock: Int32Array;
  let pool: CallThreadPool;
  let grpc: GrpcUnderTest;

  beforeEach(async () => {
    lock = createLock();
    pool = new CallThreadPool({
      threads: 1,
      startThread: () => startTestThread(lock),
      delaysOthers: (tenantId) => tenantId === heavy,
      onUse: () => undefined,
      onCatalogueChange: () => undefined,
      telemetry: { describeSpan: () => undefined, addToSpan: () => undefined, record: () => undefined },
      log: silentLog,
    });
    const getSession: UseCases['getSession'] = async (key) => ({ ...aSession(), ...key });
    grpc = await startGrpc({ getSession }, {}, noopTelemetry, { threads: pool });
    const request = { path: '', bytes: new Uint8Array(), tenantId: heavy, sessionId: undefined };
    await eventually(async () => pool.enter(request).thread !== undefined);
  });
  afterEach(async () => {
    openLock(lock);
    await grpc.stop();
    await pool.close(1_000);
  });

  it('the server answers while it validates a large request of another tenant', async () => {
    const bytes = Buffer.concat([
      sessionService.getSession.requestSerialize({ tenantId: light, sessionId: uuid(3) }),
      delimited(1_000, Buffer.alloc(largeRequestBytes)),
    ]);
    const ended: string[] = [];
    const blocked = getSession(heavy).then(() => ended.push('heavy'));
    const waiting = callRaw(grpc, sessionService.getSession.path, bytes).then(() => ended.push('large'));
    await getSession(light).then(() => ended.push('light'));
    openLock(lock);
    await Promise.all([blocked, waiting]);
    expect(ended[0]).toBe('light');
    expect(ended.sort()).toEqual(['heavy', 'large', 'light']);
  });

  const getSession = (tenantId: string) =>
    callMethod(grpc, sessionService.getSession, { tenantId, sessionId: uuid(3) });

  it('the server answers the calls of other tenants', async () => {
    const ended: string[] = [];
    // The thread blocks until the lock is open. On the thread of the server, nothing would open it.
    const blocked = getSession(heavy).then(() => ended.push('heavy'));
    await getSession(light).then(() => ended.push('light'));
    await getSession(light).then(() => ended.push('light'));
    openLock(lock);
    await blocked;
    expect(ended).toEqual(['light', 'light', 'heavy']);
  });
});
