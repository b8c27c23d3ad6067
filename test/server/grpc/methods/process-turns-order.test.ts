import { OrchestratorServiceService } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type { LoadedSession, SessionStore } from '../../../../src/server/ports/session-store';
import { callMethod, type GrpcUnderTest, startGrpc } from '../../../support/grpc-under-test';
import { turnRequest } from '../../../support/request-bytes';
import { createService, openEmbeddedStores, type ServiceUnderTest } from '../../../support/service-under-test';
import { uuid } from '../../../support/session-builder';
import { TurnStream } from '../../../support/turn-stream';

/** Called before each load of a session. The load waits for its promise. */
let beforeLoad: (sessionId: string) => Promise<void>;
let service: ServiceUnderTest;
let grpc: GrpcUnderTest;

beforeAll(async () => {
  const stores = openEmbeddedStores();
  service = createService({ ...stores, store: withDelayedLoads(stores.store) });
  grpc = await startGrpc(service.useCases);
});
afterAll(async () => {
  await grpc.stop();
  await service.close();
});

/** Wraps a store so that its loads wait for `beforeLoad`. */
function withDelayedLoads(store: SessionStore): SessionStore {
  const load = async (...[key, ...rest]: Parameters<SessionStore['load']>): Promise<LoadedSession> => {
    await beforeLoad(key.sessionId);
    return await store.load(key, ...rest);
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === 'load') return load;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

/** Returns a `beforeLoad` that releases the waiting loads with a delay, the last one first. */
function releaseInReverseOrder(): (sessionId: string) => Promise<void> {
  let waiting: (() => void)[] = [];
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve);
      if (waiting.length > 1) return;
      setImmediate(() => {
        const all = waiting.reverse();
        waiting = [];
        for (const release of all) release();
      });
    });
}

test('turns of one session are applied in the order in which they are sent, without waiting for responses', async () => {
  beforeLoad = releaseInReverseOrder();
  const sent = Array.from({ length: 1_000 }, (_, index) => ({
    sessionId: uuid(100 + ((index * 7) % 10)),
    turnId: uuid(1_000 + index),
  }));
  const stream = new TurnStream(grpc);
  stream.send(...sent.map((turn) => turnRequest(turn)));
  stream.halfClose();
  expect(await stream.ended).toBeUndefined();

  const revisions = new Map<string, number>();
  for (const { turnId, result } of await stream.waitForResponses(1_000)) {
    if (result?.$case === 'response') revisions.set(turnId, result.value.revision);
  }
  const sessions = new Set(sent.map(({ sessionId }) => sessionId));
  for (const session of sessions) {
    const turnsOfSession = sent.filter(({ sessionId }) => sessionId === session);
    expect(turnsOfSession.map(({ turnId }) => revisions.get(turnId))).toEqual(
      turnsOfSession.map((_turn, index) => index + 1),
    );
  }
});

test('a slow turn delays the turns of its own session and no others', async () => {
  const [slow, quick] = [uuid(301), uuid(302)];
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  beforeLoad = (sessionId) => (sessionId === slow ? held : Promise.resolve());
  const stream = new TurnStream(grpc);
  const turn = (sessionId: string, turnId: number) => turnRequest({ sessionId, turnId: uuid(turnId) });
  stream.send(turn(slow, 401), turn(slow, 402), ...[403, 404, 405].map((turnId) => turn(quick, turnId)));
  stream.halfClose();
  expect((await stream.waitForResponses(3)).map(({ turnId }) => turnId)).toEqual([uuid(403), uuid(404), uuid(405)]);
  release();
  expect((await stream.waitForResponses(5)).slice(3).map(({ turnId }) => turnId)).toEqual([uuid(401), uuid(402)]);
  expect(await stream.ended).toBeUndefined();
});

test('5.1: a turn that ProcessTurn has applied is a replay with the same response', async () => {
  beforeLoad = () => Promise.resolve();
  const request = { sessionId: uuid(501), turnId: uuid(502) };
  const { processTurn } = OrchestratorServiceService;
  const first = await callMethod(grpc, processTurn, processTurn.requestDeserialize(turnRequest(request)));
  const stream = new TurnStream(grpc);
  stream.send(turnRequest(request), turnRequest({ sessionId: uuid(501), turnId: uuid(503) }));
  const answers = await stream.waitForResponses(2);
  expect(answers[0]).toEqual({ turnId: uuid(502), replayed: true, result: { $case: 'response', value: first } });
  expect(answers[1]).toMatchObject({ turnId: uuid(503), replayed: false, result: { value: { revision: 2 } } });
  stream.halfClose();
  expect(await stream.ended).toBeUndefined();
});
