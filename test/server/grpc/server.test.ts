import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { createEmptyResult } from '../../../src/server/application/decide-loaded-turn';
import { aTurn } from '../../support/conversation';
import { eventually } from '../../support/eventually';
import { callRaw, failureOf, type GrpcUnderTest, startGrpc } from '../../support/grpc-under-test';
import { delimited, text, turnRequest } from '../../support/request-bytes';

const CHECK = '/grpc.health.v1.Health/Check';
const WATCH = '/grpc.health.v1.Health/Watch';
const REFLECT = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
const processTurn = OrchestratorServiceService.processTurn.path;
const services = ['OrchestratorService', 'SessionService', 'ScenarioService'].map(
  (name) => `focal.orchestration.v1.${name}`,
);

const started: GrpcUnderTest[] = [];
async function start(...given: Parameters<typeof startGrpc>): Promise<GrpcUnderTest> {
  const grpc = await startGrpc(...given);
  started.push(grpc);
  return grpc;
}
afterEach(async () => {
  for (const grpc of started.splice(0)) await grpc.stop();
});

/** The status of a health answer: 1 is SERVING, 2 NOT_SERVING. */
function servingStatus(bytes: Uint8Array): number {
  const reader = new BinaryReader(bytes);
  if (reader.len === 0) return 0;
  reader.tag();
  return reader.int32();
}

async function health(grpc: GrpcUnderTest, service: string): Promise<number> {
  return servingStatus((await callRaw(grpc, CHECK, naming(service))).bytes);
}

/** A request of grpc.health.v1 for a service; "" for the server. */
function naming(service: string): Buffer {
  return Buffer.from(service === '' ? [] : text(1, service));
}

/** What a watching client has been told so far, and how its stream ended. */
function watch({ client }: GrpcUnderTest, service = '') {
  const told: number[] = [];
  const stream = client.makeServerStreamRequest(WATCH, Buffer.from, servingStatus, naming(service));
  stream.on('data', (serving: number) => told.push(serving));
  const ended = new Promise<number>((resolve) => stream.on('error', ({ code }: { code: number }) => resolve(code)));
  return { told, ended };
}

async function reflect({ client }: GrpcUnderTest, request: Uint8Array): Promise<string> {
  const stream = client.makeBidiStreamRequest(REFLECT, Buffer.from, (bytes: Buffer) => bytes);
  const answer = once(stream, 'data');
  stream.write(request);
  const [bytes] = (await answer) as [Buffer];
  const ended = once(stream, 'end');
  stream.end();
  await ended;
  return bytes.toString('latin1');
}

describe('health', () => {
  test('answers for the server and for each service, and follows readiness', async () => {
    const grpc = await start({});
    for (const service of ['', 'readiness', ...services]) expect(await health(grpc, service)).toBe(1);
    const watching = watch(grpc);
    await until(() => watching.told.length === 1);
    grpc.server.setServing(false);
    for (const service of ['', 'readiness', ...services]) expect(await health(grpc, service)).toBe(2);
    grpc.server.setServing(true);
    await until(() => watching.told.length === 3);
    expect(watching.told).toEqual([1, 2, 1]);
  });

  test('says of liveness that it serves, whatever the store does, also to those who watch', async () => {
    const grpc = await start({});
    const [alive, ready] = [watch(grpc, 'liveness'), watch(grpc, 'readiness')];
    await until(() => alive.told.length === 1 && ready.told.length === 1);
    grpc.server.setServing(false);
    expect(await health(grpc, 'liveness')).toBe(1);
    grpc.server.setServing(true);
    await until(() => ready.told.length === 3);
    expect(alive.told).toEqual([1]);
    await grpc.server.drain({ graceMs: 0, timeoutMs: 10_000, closeTimeoutMs: 1_000 });
    expect([await alive.ended, await ready.ended]).toEqual([14, 14]);
    expect([alive.told, ready.told]).toEqual([[1], [1, 2, 1, 2]]);
  });

  test('knows no other service', async () => {
    expect((await failureOf(callRaw(await start({}), CHECK, text(1, 'other')))).status).toBe('NOT_FOUND');
  });
});

describe('reflection', () => {
  test('lists the services and describes them', async () => {
    const grpc = await start({});
    const listed = await reflect(grpc, text(7, '*'));
    for (const service of [...services, 'grpc.health.v1.Health']) expect(listed).toContain(service);
    expect(await reflect(grpc, text(4, 'focal.orchestration.v1.ProcessTurnRequest'))).toContain('expected_revision');
  });

  test('can be switched off', async () => {
    const grpc = await start({}, { reflection: false });
    const failure = await failureOf(callRaw(grpc, REFLECT, Buffer.alloc(0)));
    expect(failure.status).toBe('UNIMPLEMENTED');
  });
});

describe('drain', () => {
  test('says NOT_SERVING first, of liveness SERVING as ever, while calls are still taken', async () => {
    // Again where the machine was so slow that the grace was over before the answers.
    await eventually(async () => {
      const grpc = await start({});
      await health(grpc, '');
      const drained = grpc.server.drain({ graceMs: 200, timeoutMs: 10_000, closeTimeoutMs: 1_000 });
      const asked = Promise.all([health(grpc, ''), health(grpc, 'liveness')]);
      const told = await asked.catch(() => undefined);
      await drained;
      if (told !== undefined) expect(told).toEqual([2, 1]);
      return told !== undefined;
    });
  });

  test('tells those who watch, lets the calls in flight end, and takes no more', async () => {
    const gate = new EventEmitter();
    const responseBytes = Buffer.from(delimited(1, Buffer.from('done')));
    const result = createEmptyResult(aTurn({}, 'turn', 0), undefined, false);
    const grpc = await start({
      processTurn: async () => {
        await once(gate, 'open');
        return { responseBytes, replayed: false, result };
      },
    });
    const inFlight = callRaw(grpc, processTurn, turnRequest());
    await until(() => grpc.server.callsInFlight === 1);
    const watching = watch(grpc);
    await until(() => watching.told.length === 1);

    const drained = grpc.server.drain({ graceMs: 0, timeoutMs: 10_000, closeTimeoutMs: 1_000 });
    expect(await watching.ended).toBe(14); // UNAVAILABLE, so that the watcher goes elsewhere
    expect(watching.told).toEqual([1, 2]);
    gate.emit('open');
    expect((await inFlight).bytes).toEqual(responseBytes);
    expect(await drained).toBe(true);
    expect((await failureOf(callRaw(grpc, processTurn, turnRequest()))).status).toBe('UNAVAILABLE');
  });

  test('cuts off what does not end in time', async () => {
    const grpc = await start({ processTurn: () => new Promise(() => undefined) });
    const stuck = failureOf(callRaw(grpc, processTurn, turnRequest()));
    await until(() => grpc.server.callsInFlight === 1);
    expect(await grpc.server.drain({ graceMs: 0, timeoutMs: 100, closeTimeoutMs: 1_000 })).toBe(false);
    expect(['UNAVAILABLE', 'CANCELLED']).toContain((await stuck).status);
  });
});

test('an address that is taken is told', async () => {
  const { address } = await start({});
  setLogVerbosity(logVerbosity.NONE); // grpc-js writes to the console besides
  await expect(startGrpc({}, { port: Number(address.split(':')[1]) })).rejects.toThrow(/bind|address/i);
});

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (!holds() && Date.now() < end) await sleep(5);
  expect(holds()).toBe(true);
}
