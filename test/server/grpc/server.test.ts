import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { createEmptyResult } from '../../../src/server/application/decide-loaded-turn';
import { aTurn } from '../../support/conversation';
import { eventually } from '../../support/eventually';
import { callRaw, type GrpcUnderTest, getCallError, startGrpc } from '../../support/grpc-under-test';
import { delimited, text, turnRequest } from '../../support/request-bytes';

const checkPath = '/grpc.health.v1.Health/Check';
const watchPath = '/grpc.health.v1.Health/Watch';
const reflectionPath = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
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

/** Reads the status in a health response: 1 is SERVING, 2 is NOT_SERVING. */
function readServingStatus(bytes: Uint8Array): number {
  const reader = new BinaryReader(bytes);
  if (reader.len === 0) return 0;
  reader.tag();
  return reader.int32();
}

async function health(grpc: GrpcUnderTest, service: string): Promise<number> {
  return readServingStatus((await callRaw(grpc, checkPath, encodeHealthRequest(service))).bytes);
}

/** Encodes a request of grpc.health.v1 for a service; "" selects the server. */
function encodeHealthRequest(service: string): Buffer {
  return Buffer.from(service === '' ? [] : text(1, service));
}

/** Opens a Watch stream. Returns the statuses that it receives, and the code with which it ends. */
function watch({ client }: GrpcUnderTest, service = '') {
  const statuses: number[] = [];
  const stream = client.makeServerStreamRequest(
    watchPath,
    Buffer.from,
    readServingStatus,
    encodeHealthRequest(service),
  );
  stream.on('data', (serving: number) => statuses.push(serving));
  const ended = new Promise<number>((resolve) => stream.on('error', ({ code }: { code: number }) => resolve(code)));
  return { statuses, ended };
}

async function reflect({ client }: GrpcUnderTest, request: Uint8Array): Promise<string> {
  const stream = client.makeBidiStreamRequest(reflectionPath, Buffer.from, (bytes: Buffer) => bytes);
  const answer = once(stream, 'data');
  stream.write(request);
  const [bytes] = (await answer) as [Buffer];
  const ended = once(stream, 'end');
  stream.end();
  await ended;
  return bytes.toString('latin1');
}

describe('health', () => {
  test('reports the readiness of the server and each service', async () => {
    const grpc = await start({});
    for (const service of ['', 'readiness', ...services]) expect(await health(grpc, service)).toBe(1);
    const watching = watch(grpc);
    await until(() => watching.statuses.length === 1);
    grpc.server.setServing(false);
    for (const service of ['', 'readiness', ...services]) expect(await health(grpc, service)).toBe(2);
    grpc.server.setServing(true);
    await until(() => watching.statuses.length === 3);
    expect(watching.statuses).toEqual([1, 2, 1]);
  });

  test('always reports SERVING for liveness, also in a Watch stream', async () => {
    const grpc = await start({});
    const [alive, ready] = [watch(grpc, 'liveness'), watch(grpc, 'readiness')];
    await until(() => alive.statuses.length === 1 && ready.statuses.length === 1);
    grpc.server.setServing(false);
    expect(await health(grpc, 'liveness')).toBe(1);
    grpc.server.setServing(true);
    await until(() => ready.statuses.length === 3);
    expect(alive.statuses).toEqual([1]);
    await grpc.server.drain({ graceMs: 0, timeoutMs: 10_000, closeTimeoutMs: 1_000 });
    expect([await alive.ended, await ready.ended]).toEqual([14, 14]);
    expect([alive.statuses, ready.statuses]).toEqual([[1], [1, 2, 1, 2]]);
  });

  test('reports NOT_FOUND for other services', async () => {
    expect((await getCallError(callRaw(await start({}), checkPath, text(1, 'other')))).status).toBe('NOT_FOUND');
  });
});

describe('reflection', () => {
  test('lists the services and describes them', async () => {
    const grpc = await start({});
    const listed = await reflect(grpc, text(7, '*'));
    for (const service of [...services, 'grpc.health.v1.Health']) expect(listed).toContain(service);
    expect(await reflect(grpc, text(4, 'focal.orchestration.v1.ProcessTurnRequest'))).toContain('expected_revision');
  });

  test('can be disabled', async () => {
    const grpc = await start({}, { isReflectionEnabled: false });
    const failure = await getCallError(callRaw(grpc, reflectionPath, Buffer.alloc(0)));
    expect(failure.status).toBe('UNIMPLEMENTED');
  });
});

describe('drain', () => {
  test('reports NOT_SERVING first, and SERVING for liveness, while calls are still accepted', async () => {
    // Repeated, because on a slow machine the grace period may end before the responses.
    await eventually(async () => {
      const grpc = await start({});
      await health(grpc, '');
      const drained = grpc.server.drain({ graceMs: 200, timeoutMs: 10_000, closeTimeoutMs: 1_000 });
      const requests = Promise.all([health(grpc, ''), health(grpc, 'liveness')]);
      const statuses = await requests.catch(() => undefined);
      await drained;
      if (statuses !== undefined) expect(statuses).toEqual([2, 1]);
      return statuses !== undefined;
    });
  });

  test('ends Watch streams, waits for the calls in flight, and rejects new calls', async () => {
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
    await until(() => watching.statuses.length === 1);

    const drained = grpc.server.drain({ graceMs: 0, timeoutMs: 10_000, closeTimeoutMs: 1_000 });
    expect(await watching.ended).toBe(14); // UNAVAILABLE, so that the client tries another node
    expect(watching.statuses).toEqual([1, 2]);
    gate.emit('open');
    expect((await inFlight).bytes).toEqual(responseBytes);
    expect(await drained).toBe(true);
    expect((await getCallError(callRaw(grpc, processTurn, turnRequest()))).status).toBe('UNAVAILABLE');
  });

  test('terminates calls that do not end in time', async () => {
    const grpc = await start({ processTurn: () => new Promise(() => undefined) });
    const call = getCallError(callRaw(grpc, processTurn, turnRequest()));
    await until(() => grpc.server.callsInFlight === 1);
    expect(await grpc.server.drain({ graceMs: 0, timeoutMs: 100, closeTimeoutMs: 1_000 })).toBe(false);
    expect(['UNAVAILABLE', 'CANCELLED']).toContain((await call).status);
  });
});

test('the server does not start on an address in use', async () => {
  const { address } = await start({});
  setLogVerbosity(logVerbosity.NONE); // grpc-js also writes to the console.
  await expect(startGrpc({}, { port: Number(address.split(':')[1]) })).rejects.toThrow(/bind|address/i);
});

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (!holds() && Date.now() < end) await sleep(5);
  expect(holds()).toBe(true);
}
