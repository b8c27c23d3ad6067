import {
  SessionServiceService,
  WatchSessionRequest,
  WatchSessionResponse,
} from '../../../../gen/focal/orchestration/v1/session_service';
import type { UseCases } from '../../../../src/server/application/use-cases';
import { watchSession } from '../../../../src/server/application/watch-session';
import type { GrpcServerOptions } from '../../../../src/server/grpc';
import type { SessionStore } from '../../../../src/server/ports/session-store';
import { openEmbedded } from '../../../../src/server/stores/embedded/open-embedded';
import { unboundedCall } from '../../../support/calls';
import { FakeClock } from '../../../support/fake-clock';
import { callMethod, type GrpcUnderTest, startGrpc } from '../../../support/grpc-under-test';
import { startUnreadCall } from '../../../support/raw-http2';
import { turnRequest } from '../../../support/request-bytes';
import { aSession, uuid } from '../../../support/session-builder';
import { withOverrides } from '../../../support/store-decorators';
import { WatchStream } from '../../../support/watch-stream';
import { aCommit } from '../../stores/contract/turn-driver';
import { createTemporaryFolder } from '../../stores/embedded/temporary-folder';

const key = { tenantId: uuid(1), sessionId: uuid(3) };

describe('WatchSession', () => {
  let store: SessionStore;
  let grpc: GrpcUnderTest;
  /** Number of turns that were read from the store. */
  let turnsRead: number;
  /** Number of listeners of the store. */
  let listenerCount: number;
  /** Starts a server with the store. */
  let startServer: (options?: Partial<GrpcServerOptions>) => Promise<void>;
  let close: () => Promise<void>;

  const start = async (options: Partial<GrpcServerOptions> = {}) => {
    const folder = await createTemporaryFolder();
    const { sessionStore } = openEmbedded({
      path: folder.path,
      sessionTtlMs: 60_000,
      turnLimits: { recordedTurns: 1_000 },
      clock: new FakeClock(),
      monotonicClock: new FakeClock(),
    });
    store = sessionStore;
    turnsRead = 0;
    listenerCount = 0;
    const counting = withOverrides(store, {
      async listTurns(...args) {
        const found = await store.listTurns(...args);
        turnsRead += found.turns.length;
        return found;
      },
      onChange(...args) {
        listenerCount += 1;
        const stop = store.onChange(...args);
        return () => {
          listenerCount -= 1;
          stop();
        };
      },
    });
    const deps = { store: counting, watchPollIntervalMs: 600_000 };
    const useCases: Partial<UseCases> = {
      watchSession: (...args) => watchSession(deps, ...args),
      deleteSession: (of, call) => store.delete(of, call),
    };
    startServer = async (serverOptions = {}) => {
      grpc = await startGrpc(useCases, serverOptions);
    };
    await startServer(options);
    close = async () => {
      await grpc.stop();
      await store.close();
      await folder.remove();
    };
  };
  afterEach(() => close());

  let session = aSession(key);
  beforeEach(() => {
    session = aSession(key);
  });
  /** Commits turns with about `bytes` bytes each. */
  const commit = async (count: number, bytes = 100) => {
    for (let turn = 0; turn < count; turn += 1) {
      const turnId = uuid(101 + session.revision);
      const request = turnRequest({ turnId, customerData: { note: 'x'.repeat(bytes) } });
      const next = aCommit(session, turnId, { request, response: Buffer.alloc(0) });
      await store.commit(next, unboundedCall);
      session = next.session;
    }
  };
  const range = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);
  const until = async (holds: () => boolean) => {
    while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  test('sends the records of ListTurns as they are committed', async () => {
    await start();
    await commit(2);
    const watching = new WatchStream(grpc, { afterRevision: 0 });
    await watching.waitForTurns(2);
    await commit(3);
    await watching.waitForTurns(5);
    expect(watching.revisions).toEqual(range(5));
    expect(watching.turns[4]).toMatchObject({
      revision: 5,
      turnId: uuid(105),
      committedAt: new Date(1_700_000_000_505),
      request: { turn: { turnId: uuid(105), occurredAt: new Date(1_700_000_000_005) } },
    });
    expect(await watching.cancel()).toMatchObject({ status: 'CANCELLED' });
  });

  test('resumes from a cursor, and rejects a cursor with another turn id', async () => {
    await start();
    await commit(4);
    const watching = new WatchStream(grpc, { afterRevision: 3, afterTurnId: uuid(103) });
    await watching.waitForTurns(1);
    expect(watching.revisions).toEqual([4]);
    await watching.cancel();
    const end = await new WatchStream(grpc, { afterRevision: 3, afterTurnId: uuid(999) }).ended;
    expect(end).toMatchObject({ status: 'NOT_FOUND', reason: 'SESSION_NOT_FOUND', metadata: { cursor: '3' } });
  });

  test('rejects a request that violates the contract', async () => {
    await start();
    const end = await new WatchStream(grpc, { sessionId: 'own', afterTurnId: 'other' }).ended;
    expect(end).toMatchObject({ status: 'INVALID_ARGUMENT', reason: 'INVALID_REQUEST' });
    expect(end?.violations.map(({ field }) => field)).toEqual(['session_id', 'after_turn_id']);
    expect(listenerCount).toBe(0);
  });

  test('ends with NOT_FOUND and the cursor when the session is deleted', async () => {
    await start();
    await commit(2);
    const watching = new WatchStream(grpc, { afterRevision: 0 });
    await watching.waitForTurns(2);
    await callMethod(grpc, SessionServiceService.deleteSession, key);
    expect(await watching.ended).toMatchObject({
      status: 'NOT_FOUND',
      reason: 'SESSION_NOT_FOUND',
      metadata: { session_id: key.sessionId, cursor: '2' },
    });
  });

  test('a canceled call releases everything', async () => {
    await start();
    const watching = new WatchStream(grpc);
    await until(() => listenerCount === 1);
    expect(grpc.server.openStreams).toBe(1);
    await watching.cancel();
    await until(() => listenerCount === 0 && grpc.server.openStreams === 0);
  });

  test('does not count as a call in flight, and has a separate limit', async () => {
    await start({ maxCallsInFlight: 1, maxStreams: 2 });
    const watching = [];
    // The streams are opened one after another, because the number of pending requests is limited as well.
    for (let open = 1; open <= 2; open++) {
      watching.push(new WatchStream(grpc));
      await until(() => listenerCount === open);
    }
    expect(grpc.server.callsInFlight).toBe(0);
    expect(await callMethod(grpc, SessionServiceService.deleteSession, key)).toEqual({ existed: false });
    const end = await new WatchStream(grpc).ended;
    expect(end).toMatchObject({ status: 'RESOURCE_EXHAUSTED', reason: 'TOO_MANY_CALLS' });
    for (const each of watching) await each.cancel();
  });

  test('draining the server ends it with UNAVAILABLE and the cursor', async () => {
    await start();
    await commit(3);
    const watching = new WatchStream(grpc, { afterRevision: 1 });
    await watching.waitForTurns(2);
    expect(await grpc.server.drain({ graceMs: 0, timeoutMs: 10_000, closeTimeoutMs: 1_000 })).toBe(true);
    expect(await watching.ended).toMatchObject({
      status: 'UNAVAILABLE',
      reason: 'SHUTTING_DOWN',
      metadata: { cursor: '3' },
    });
    expect(listenerCount).toBe(0);
  });

  describe('a client that reads nothing', () => {
    const { path } = SessionServiceService.watchSession;
    const fromTheStart = () =>
      WatchSessionRequest.encode(WatchSessionRequest.fromPartial({ ...key, afterRevision: 0 })).finish();

    test('causes at most one page to be read from the store', async () => {
      await start();
      await commit(30, 100_000);
      const call = startUnreadCall(grpc.address, path, fromTheStart());
      await until(() => turnsRead > 0);
      await commit(10, 100_000);
      expect(turnsRead).toBeLessThanOrEqual(17);
      expect(listenerCount).toBe(1);
      const reading = call.read();
      await until(() => turnsRead > 30);
      await grpc.server.drain({ graceMs: 0, timeoutMs: 10_000, closeTimeoutMs: 1_000 });
      const { messages, metadata, reason } = await reading;
      expect(reason).toBe('SHUTTING_DOWN');
      const cursor = Number(metadata['cursor']);
      expect(cursor).toBeGreaterThanOrEqual(17);
      expect(messages.map((bytes) => WatchSessionResponse.decode(bytes).turn?.revision)).toEqual(range(cursor));
    });

    test('is disconnected after the stall timeout, which releases everything, and can resume from the cursor', async () => {
      await start({ stallTimeoutMs: 200 });
      await commit(30, 100_000);
      const call = startUnreadCall(grpc.address, path, fromTheStart());
      await until(() => listenerCount === 1);
      await until(() => listenerCount === 0 && grpc.server.openStreams === 0);
      expect(turnsRead).toBeLessThanOrEqual(17);
      // The status arrives after the messages that were sent before it.
      const { messages, metadata, ...end } = await call.read();
      expect(end).toMatchObject({ status: 'RESOURCE_EXHAUSTED', reason: 'SLOW_READER' });
      const cursor = Number(metadata['cursor']);
      expect(messages.map((bytes) => WatchSessionResponse.decode(bytes).turn?.revision)).toEqual(range(cursor));
      // Uses a server with a longer stall timeout, because every client is slow on a busy machine.
      await grpc.stop();
      await startServer();
      const resumed = new WatchStream(grpc, { afterRevision: cursor });
      await resumed.waitForTurns(30 - cursor);
      expect(resumed.revisions).toEqual(range(30, cursor + 1));
      await resumed.cancel();
    });
  });
});
