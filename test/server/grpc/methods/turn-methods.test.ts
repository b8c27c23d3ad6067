import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import {
  OrchestratorServiceService,
  ProcessTurnResponse,
  StreamTurnResponse,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceService } from '../../../../gen/focal/orchestration/v1/scenario_service';
import type { ProcessedTurn, TurnCommand } from '../../../../src/server/application/turn-command';
import { explainedResultToProto, turnResultToProto } from '../../../../src/server/codec/wire/result-codec';
import { defaultServerOptions } from '../../../../src/server/grpc';
import type { Call } from '../../../../src/server/ports/call';
import { Conversation } from '../../../support/conversation';
import { eventually } from '../../../support/eventually';
import { callRaw, type GrpcUnderTest, getCallError, startGrpc, streamRaw } from '../../../support/grpc-under-test';
import { postRaw, toGrpcFrame } from '../../../support/raw-http2';
import { text, turnRequest } from '../../../support/request-bytes';
import { acting, asking, confirming } from '../../../support/sample-scenarios';
import { uuid } from '../../../support/session-builder';

/** The flag of a gRPC frame with a compressed message. */
const compressedFlag = 1;
const { processTurn, streamTurn } = OrchestratorServiceService;

/** The use case of the current test. */
let work: (command: TurnCommand, call: Call) => Promise<ProcessedTurn>;
let grpc: GrpcUnderTest;

beforeAll(async () => {
  grpc = await startGrpc(
    { processTurn: (command, call) => work(command, call) },
    { maxCallsInFlight: 3, maxMetadataBytes: 4_096 },
  );
});
afterAll(() => grpc.stop());

/** Creates a turn in which three scenarios start, ask, confirm and act: eleven events and the response. */
function aProcessedTurn(parts: Partial<ProcessedTurn> = {}): ProcessedTurn {
  const talk = new Conversation([asking('a', ['x']), confirming('b'), acting('c')]);
  const { result } = talk.turn({ candidates: { a: 0.9, b: 0.8, c: 0.7 } });
  const responseBytes = processTurn.responseSerialize(explainedResultToProto(result));
  return { result, responseBytes, replayed: false, ...parts };
}

describe('ProcessTurn', () => {
  test('passes the turn and the bytes as sent to the use case', async () => {
    const seen: TurnCommand[] = [];
    work = async (command) => {
      seen.push(command);
      return aProcessedTurn();
    };
    const bytes = Buffer.concat([turnRequest({ customerData: { vip: true } }), Buffer.from([0x10, 7, 0x18, 1])]);
    await callRaw(grpc, processTurn.path, bytes);
    const [command] = seen;
    expect(command).toMatchObject({ expectedRevision: 7, validateOnly: true });
    expect(command?.turn).toMatchObject({ tenantId: uuid(1), turnId: uuid(4), customerData: new Map([['vip', true]]) });
    expect(Buffer.from(command?.requestBytes ?? []).equals(bytes)).toBe(true);
    expect(Date.now() - (command?.turn.occurredAt ?? 0)).toBeLessThan(20_000);
  });

  test('sends the stored bytes unchanged', async () => {
    const stored = new Uint8Array(Buffer.from('--bytes that are not a message--')).subarray(2, -2);
    work = async () => aProcessedTurn({ responseBytes: stored });
    const { bytes, trailer } = await callRaw(grpc, processTurn.path, turnRequest());
    expect(bytes.toString()).toBe('bytes that are not a message');
    expect(trailer.get('x-turn-replayed')).toEqual([]);
  });

  test('5.1: marks a replay with the trailer x-turn-replayed', async () => {
    work = async () => aProcessedTurn({ replayed: true });
    const { trailer } = await callRaw(grpc, processTurn.path, turnRequest());
    expect(trailer.get('x-turn-replayed')).toEqual(['true']);
  });
});

describe('StreamTurn', () => {
  test('sends context, lifecycle, transition and contribution events, then the committed response', async () => {
    const turn = aProcessedTurn();
    work = async () => turn;
    const events = (await streamRaw(grpc, streamTurn.path, turnRequest())).map((bytes) =>
      StreamTurnResponse.decode(bytes),
    );
    expect(events.map(({ event }) => event?.$case)).toEqual([
      'context',
      ...Array<string>(3).fill('lifecycle'),
      ...Array<string>(3).fill('transition'),
      ...Array<string>(turn.result.plan.contributions.length).fill('contribution'),
      'committed',
    ]);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_event, index) => index + 1));
    expect(events.every(({ provisional, replayed, turnId }) => !provisional && !replayed && turnId === 'turn-1')).toBe(
      true,
    );
    expect(events.at(-1)?.event).toEqual({ $case: 'committed', value: ProcessTurnResponse.decode(turn.responseBytes) });
  });

  test('marks every event of a replay', async () => {
    work = async () => aProcessedTurn({ replayed: true });
    const events = await streamRaw(grpc, streamTurn.path, turnRequest());
    expect(events.every((bytes) => StreamTurnResponse.decode(bytes).replayed)).toBe(true);
  });

  test('sends nothing before the turn is committed', async () => {
    work = () => Promise.reject(new Error('not committed'));
    expect((await getCallError(streamRaw(grpc, streamTurn.path, turnRequest()))).reason).toBe('INTERNAL');
  });

  test('waits for a slow client, and stops when the client cancels', async () => {
    const { result } = aProcessedTurn();
    const contributions = Array.from({ length: 20_000 }, () => result.plan.contributions[0]).filter(
      (each) => each !== undefined,
    );
    const longResult = { ...result, plan: { ...result.plan, contributions } };
    const turn = aProcessedTurn({ responseBytes: processTurn.responseSerialize(turnResultToProto(longResult)) });
    work = async () => turn;
    let created = 0;
    const { encode } = StreamTurnResponse;
    jest.spyOn(StreamTurnResponse, 'encode').mockImplementation((...args) => {
      created++;
      return encode(...args);
    });
    const stream = grpc.client.makeServerStreamRequest(
      streamTurn.path,
      Buffer.from,
      (bytes: Buffer) => bytes,
      turnRequest(),
    );
    stream.once('readable', () => undefined); // The client reads nothing after this.
    await waitUntilStable(() => created);
    expect(created).toBeLessThan(15_000);
    expect(grpc.server.callsInFlight).toBe(1);
    stream.on('error', () => undefined);
    stream.cancel();
    await until(() => grpc.server.callsInFlight === 0);
    expect(created).toBeLessThan(15_000);
  });
});

describe('deadlines and cancellation', () => {
  test.each([
    ['the use case gets the deadline', 9_000],
    ['a client can set a deadline after the turn timeout', 3 * defaultServerOptions.turnTimeoutMs],
  ])('%s', async (_what, timeoutMs) => {
    let deadline = 0;
    work = async (_command, call) => {
      deadline = call.deadline;
      return aProcessedTurn();
    };
    const before = Date.now();
    await callRaw(grpc, processTurn.path, turnRequest(), { deadline: before + timeoutMs });
    // The client sends the remaining time in whole milliseconds, and the server counts it from the arrival of the call.
    expect(deadline).toBeGreaterThanOrEqual(before + timeoutMs - 1);
    expect(deadline).toBeLessThanOrEqual(Date.now() + timeoutMs + 1);
  });

  test('a call without a deadline gets the turn timeout', async () => {
    let deadline = 0;
    work = async (_command, call) => {
      deadline = call.deadline;
      return aProcessedTurn();
    };
    const before = Date.now();
    await callRaw(grpc, processTurn.path, turnRequest());
    expect(deadline).toBeGreaterThanOrEqual(before + defaultServerOptions.turnTimeoutMs);
    expect(deadline).toBeLessThanOrEqual(Date.now() + defaultServerOptions.turnTimeoutMs);
  });

  test('an exceeded deadline ends the call with DEADLINE_EXCEEDED and aborts the work', async () => {
    const started: AbortSignal[] = [];
    work = async (_command, { signal }) => {
      started.push(signal);
      await once(signal, 'abort');
      throw new Error('aborted');
    };
    // Repeated, because on a slow machine the deadline may pass before the work starts.
    await eventually(async () => {
      const failure = await getCallError(
        callRaw(grpc, processTurn.path, turnRequest(), { deadline: Date.now() + 150 }),
      );
      expect(failure.status).toBe('DEADLINE_EXCEEDED');
      return started.length > 0;
    });
    await until(() => started.every(({ aborted }) => aborted));
  });

  test('the server sends the reason of an exceeded deadline', async () => {
    work = async (_command, call) => {
      await once(call.signal, 'abort');
      throw new Error('aborted');
    };
    const end = await postRaw(grpc.address, processTurn.path, { 'grpc-timeout': '100m' }, toGrpcFrame(turnRequest()));
    expect(end).toMatchObject({ status: 'DEADLINE_EXCEEDED', reason: 'DEADLINE' });
  });

  test('no work starts if too little time is left', async () => {
    let started = false;
    work = async () => {
      started = true;
      return aProcessedTurn();
    };
    const end = await postRaw(grpc.address, processTurn.path, { 'grpc-timeout': '1m' }, toGrpcFrame(turnRequest()));
    expect(end).toMatchObject({ status: 'DEADLINE_EXCEEDED', reason: 'DEADLINE' });
    expect(started).toBe(false);
  });

  test('a canceled call aborts the work', async () => {
    let aborted = false;
    let started = false;
    work = async (_command, call) => {
      started = true;
      await once(call.signal, 'abort');
      aborted = true;
      return aProcessedTurn();
    };
    const call = grpc.client.makeUnaryRequest(processTurn.path, Buffer.from, String, turnRequest(), () => undefined);
    await until(() => started);
    call.cancel();
    await until(() => aborted);
  });

  test('a response does not abort the signal', async () => {
    let signal: AbortSignal | undefined;
    work = async (_command, call) => {
      signal = call.signal;
      return aProcessedTurn();
    };
    await callRaw(grpc, processTurn.path, turnRequest());
    await sleep(20);
    expect(signal?.aborted).toBe(false);
  });
});

describe('limits', () => {
  test('a call above the limit gets a retry delay, also while canceled calls are still running', async () => {
    const gate = new EventEmitter();
    work = async () => {
      await once(gate, 'open');
      return aProcessedTurn();
    };
    const calls = [1, 2, 3].map(() =>
      grpc.client.makeUnaryRequest(processTurn.path, Buffer.from, String, turnRequest(), () => undefined),
    );
    await until(() => grpc.server.callsInFlight === 3);
    for (const call of calls) call.cancel();
    await sleep(50);
    const failure = await getCallError(callRaw(grpc, processTurn.path, turnRequest()));
    expect([failure.status, failure.reason, failure.retryAfterMs]).toEqual([
      'RESOURCE_EXHAUSTED',
      'TOO_MANY_CALLS',
      100,
    ]);
    gate.emit('open');
    await until(() => grpc.server.callsInFlight === 0);
    work = async () => aProcessedTurn();
    await callRaw(grpc, processTurn.path, turnRequest());
  });

  test.each([
    ['a little', 4_194_304 + 1],
    ['much', 5 * 4_194_304],
  ])('a message that is %s too large is RESOURCE_EXHAUSTED with the reason', async (_what, size) => {
    const failure = await getCallError(callRaw(grpc, processTurn.path, Buffer.alloc(size)));
    expect([failure.status, failure.reason]).toEqual(['RESOURCE_EXHAUSTED', 'TOO_LARGE']);
  });

  test('metadata that is too large is RESOURCE_EXHAUSTED', async () => {
    const metadata = { 'x-much': 'x'.repeat(5_000) };
    const failure = await getCallError(callRaw(grpc, processTurn.path, turnRequest(), { metadata }));
    expect([failure.status, failure.reason]).toEqual(['RESOURCE_EXHAUSTED', 'TOO_LARGE']);
  });

  test.each(['gzip', 'deflate'])(
    'a message that is sent as %s but is not compressed is INVALID_ARGUMENT',
    async (encoding) => {
      const body = toGrpcFrame(Buffer.from('this is not compressed'), compressedFlag);
      const end = await postRaw(grpc.address, processTurn.path, { 'grpc-encoding': encoding }, body);
      expect(end).toMatchObject({ status: 'INVALID_ARGUMENT', reason: 'UNDECODABLE_REQUEST' });
    },
  );

  test('a compressed message that is too large when decompressed is RESOURCE_EXHAUSTED', async () => {
    const body = toGrpcFrame(gzipSync(Buffer.alloc(64 * 1_024 * 1_024)), compressedFlag);
    const end = await postRaw(grpc.address, processTurn.path, { 'grpc-encoding': 'gzip' }, body);
    expect(end).toMatchObject({ status: 'RESOURCE_EXHAUSTED', reason: 'TOO_LARGE' });
  });
});

test('a method of the contract that is not implemented is UNIMPLEMENTED with its name', async () => {
  const { planMigration } = ScenarioServiceService;
  const request = Buffer.concat([text(1, uuid(1)), text(2, uuid(2)), text(3, uuid(3))]);
  const failure = await getCallError(callRaw(grpc, planMigration.path, request));
  expect([failure.status, failure.reason]).toEqual(['UNIMPLEMENTED', 'NOT_IMPLEMENTED']);
  expect(failure.metadata).toEqual({ method: 'PlanMigration' });
});

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (!holds() && Date.now() < end) await sleep(5);
  expect(holds()).toBe(true);
}

/** Waits until a number stops growing. */
async function waitUntilStable(read: () => number): Promise<void> {
  let before = -1;
  while (before !== read() || before === 0) {
    before = read();
    await sleep(100);
  }
}
