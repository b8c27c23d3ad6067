import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import {
  OrchestratorServiceService,
  StreamTurnResponse,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceService } from '../../../gen/focal/orchestration/v1/scenario_service';
import type { ProcessedTurn, TurnCommand } from '../../../src/server/application/turn-command';
import { turnResultToProto } from '../../../src/server/codec/wire/result-codec';
import { defaultServerOptions } from '../../../src/server/grpc';
import type { Call } from '../../../src/server/ports/call';
import { Conversation } from '../../support/conversation';
import { eventually } from '../../support/eventually';
import { callRaw, failureOf, type GrpcUnderTest, startGrpc, streamRaw } from '../../support/grpc-under-test';
import { framed, postRaw } from '../../support/raw-http2';
import { text, turnRequest } from '../../support/request-bytes';
import { acting, asking, confirming } from '../../support/sample-scenarios';
import { uuid } from '../../support/session-builder';

/** The flag of a gRPC frame whose message is compressed. */
const COMPRESSED = 1;
const { processTurn, streamTurn } = OrchestratorServiceService;

/** What the use case does in the test at hand. */
let work: (command: TurnCommand, call: Call) => Promise<ProcessedTurn>;
let grpc: GrpcUnderTest;

beforeAll(async () => {
  grpc = await startGrpc(
    { processTurn: (command, call) => work(command, call) },
    { maxCallsInFlight: 3, maxMetadataBytes: 4_096 },
  );
});
afterAll(() => grpc.stop());

/** Three scenarios start, ask, confirm and act: eleven events and the response. */
function aProcessedTurn(parts: Partial<ProcessedTurn> = {}): ProcessedTurn {
  const talk = new Conversation([asking('a', ['x']), confirming('b'), acting('c')]);
  const { result } = talk.turn({ candidates: { a: 0.9, b: 0.8, c: 0.7 } });
  const responseBytes = processTurn.responseSerialize(turnResultToProto(result));
  return { result, responseBytes, replayed: false, ...parts };
}

describe('ProcessTurn', () => {
  test('hands the turn with the bytes that were sent to the use case', async () => {
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

  test('sends the stored bytes as they are', async () => {
    const stored = new Uint8Array(Buffer.from('--bytes that are no message--')).subarray(2, -2);
    work = async () => aProcessedTurn({ responseBytes: stored });
    const { bytes, trailer } = await callRaw(grpc, processTurn.path, turnRequest());
    expect(bytes.toString()).toBe('bytes that are no message');
    expect(trailer.get('x-turn-replayed')).toEqual([]);
  });

  test('5.1: tells a replay by the trailer x-turn-replayed', async () => {
    work = async () => aProcessedTurn({ replayed: true });
    const { trailer } = await callRaw(grpc, processTurn.path, turnRequest());
    expect(trailer.get('x-turn-replayed')).toEqual(['true']);
  });
});

describe('StreamTurn', () => {
  test('sends context, lifecycle, transition and contribution events, then what was committed', async () => {
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
    expect(events.at(-1)?.event).toEqual({ $case: 'committed', value: turnResultToProto(turn.result) });
  });

  test('marks every event of a replay', async () => {
    work = async () => aProcessedTurn({ replayed: true });
    const events = await streamRaw(grpc, streamTurn.path, turnRequest());
    expect(events.every((bytes) => StreamTurnResponse.decode(bytes).replayed)).toBe(true);
  });

  test('sends nothing before the turn is committed', async () => {
    work = () => Promise.reject(new Error('not committed'));
    expect((await failureOf(streamRaw(grpc, streamTurn.path, turnRequest()))).reason).toBe('INTERNAL');
  });

  test('waits for a reader that is slow, and stops when that one goes', async () => {
    const { result } = aProcessedTurn();
    const many = Array.from({ length: 20_000 }, () => result.plan.contributions[0]).filter(
      (each) => each !== undefined,
    );
    let made = 0;
    const contributions = new Proxy(many, {
      get: (list, key, receiver) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) made++;
        return Reflect.get(list, key, receiver);
      },
    });
    work = async () => aProcessedTurn({ result: { ...result, plan: { ...result.plan, contributions } } });
    const stream = grpc.client.makeServerStreamRequest(
      streamTurn.path,
      Buffer.from,
      (bytes: Buffer) => bytes,
      turnRequest(),
    );
    stream.once('readable', () => undefined); // and reads no more
    await settled(() => made);
    expect(made).toBeLessThan(15_000);
    expect(grpc.server.callsInFlight).toBe(1);
    stream.on('error', () => undefined);
    stream.cancel();
    await until(() => grpc.server.callsInFlight === 0);
    expect(made).toBeLessThan(15_000);
  });
});

describe('deadlines and cancelled calls', () => {
  test.each([
    ['the use case knows the deadline', 9_000],
    ['a caller may set a deadline that is later than the time of a turn', 3 * defaultServerOptions.turnTimeoutMs],
  ])('%s', async (_what, timeoutMs) => {
    let known = 0;
    work = async (_command, call) => {
      known = call.deadline;
      return aProcessedTurn();
    };
    const before = Date.now();
    await callRaw(grpc, processTurn.path, turnRequest(), { deadline: before + timeoutMs });
    // The caller sends the time that is left, in whole milliseconds, and the server counts it from when it hears of the call.
    expect(known).toBeGreaterThanOrEqual(before + timeoutMs - 1);
    expect(known).toBeLessThanOrEqual(Date.now() + timeoutMs + 1);
  });

  test('a call whose caller sets no deadline has the time of a turn', async () => {
    let known = 0;
    work = async (_command, call) => {
      known = call.deadline;
      return aProcessedTurn();
    };
    const before = Date.now();
    await callRaw(grpc, processTurn.path, turnRequest());
    expect(known).toBeGreaterThanOrEqual(before + defaultServerOptions.turnTimeoutMs);
    expect(known).toBeLessThanOrEqual(Date.now() + defaultServerOptions.turnTimeoutMs);
  });

  test('a deadline that passes ends the call with DEADLINE_EXCEEDED and aborts the work', async () => {
    const begun: AbortSignal[] = [];
    work = async (_command, { signal }) => {
      begun.push(signal);
      await once(signal, 'abort');
      throw new Error('given up');
    };
    // Again where the machine was so slow that the deadline passed before the work had begun.
    await eventually(async () => {
      const failure = await failureOf(callRaw(grpc, processTurn.path, turnRequest(), { deadline: Date.now() + 150 }));
      expect(failure.status).toBe('DEADLINE_EXCEEDED');
      return begun.length > 0;
    });
    await until(() => begun.every(({ aborted }) => aborted));
  });

  test('the server itself tells of a deadline that passes, with the reason', async () => {
    work = async (_command, call) => {
      await once(call.signal, 'abort');
      throw new Error('given up');
    };
    const end = await postRaw(grpc.address, processTurn.path, { 'grpc-timeout': '100m' }, framed(turnRequest()));
    expect(end).toMatchObject({ status: 'DEADLINE_EXCEEDED', reason: 'DEADLINE' });
  });

  test('no work is begun when too little time is left', async () => {
    let begun = false;
    work = async () => {
      begun = true;
      return aProcessedTurn();
    };
    const end = await postRaw(grpc.address, processTurn.path, { 'grpc-timeout': '1m' }, framed(turnRequest()));
    expect(end).toMatchObject({ status: 'DEADLINE_EXCEEDED', reason: 'DEADLINE' });
    expect(begun).toBe(false);
  });

  test('a caller who gives up aborts the work', async () => {
    let aborted = false;
    let begun = false;
    work = async (_command, call) => {
      begun = true;
      await once(call.signal, 'abort');
      aborted = true;
      return aProcessedTurn();
    };
    const call = grpc.client.makeUnaryRequest(processTurn.path, Buffer.from, String, turnRequest(), () => undefined);
    await until(() => begun);
    call.cancel();
    await until(() => aborted);
  });

  test('an answer does not abort anything', async () => {
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

describe('bounds', () => {
  test('one call more than may be in flight is told when to retry, also while cancelled ones still run', async () => {
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
    const failure = await failureOf(callRaw(grpc, processTurn.path, turnRequest()));
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
    ['far', 5 * 4_194_304],
  ])('a message that is %s too large is RESOURCE_EXHAUSTED with its reason', async (_what, size) => {
    const failure = await failureOf(callRaw(grpc, processTurn.path, Buffer.alloc(size)));
    expect([failure.status, failure.reason]).toEqual(['RESOURCE_EXHAUSTED', 'TOO_LARGE']);
  });

  test('metadata that is too large is RESOURCE_EXHAUSTED', async () => {
    const metadata = { 'x-much': 'x'.repeat(5_000) };
    const failure = await failureOf(callRaw(grpc, processTurn.path, turnRequest(), { metadata }));
    expect([failure.status, failure.reason]).toEqual(['RESOURCE_EXHAUSTED', 'TOO_LARGE']);
  });

  test.each(['gzip', 'deflate'])('a message that only claims to be %s is INVALID_ARGUMENT', async (encoding) => {
    const body = framed(Buffer.from('this is not compressed'), COMPRESSED);
    const end = await postRaw(grpc.address, processTurn.path, { 'grpc-encoding': encoding }, body);
    expect(end).toMatchObject({ status: 'INVALID_ARGUMENT', reason: 'UNDECODABLE_REQUEST' });
  });

  test('a compressed message that unpacks to far more than allowed is RESOURCE_EXHAUSTED', async () => {
    const body = framed(gzipSync(Buffer.alloc(64 * 1_024 * 1_024)), COMPRESSED);
    const end = await postRaw(grpc.address, processTurn.path, { 'grpc-encoding': 'gzip' }, body);
    expect(end).toMatchObject({ status: 'RESOURCE_EXHAUSTED', reason: 'TOO_LARGE' });
  });
});

test('a method of the contract that this version does not serve is UNIMPLEMENTED and named', async () => {
  const { planMigration } = ScenarioServiceService;
  const request = Buffer.concat([text(1, uuid(1)), text(2, uuid(2)), text(3, uuid(3))]);
  const failure = await failureOf(callRaw(grpc, planMigration.path, request));
  expect([failure.status, failure.reason]).toEqual(['UNIMPLEMENTED', 'NOT_IMPLEMENTED']);
  expect(failure.metadata).toEqual({ method: 'PlanMigration' });
});

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 15_000;
  while (!holds() && Date.now() < end) await sleep(5);
  expect(holds()).toBe(true);
}

/** Waits until a number has stopped to grow. */
async function settled(read: () => number): Promise<void> {
  let before = -1;
  while (before !== read() || before === 0) {
    before = read();
    await sleep(100);
  }
}
