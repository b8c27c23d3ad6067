import { EventEmitter, once } from 'node:events';
import type { ServiceError } from '@grpc/grpc-js';
import type { CallError } from 'scenario-orchestrator-client';
import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { Status } from '../../../gen/google/rpc/status';
import { OrchestratorError } from '../../../src/core/model/orchestrator-error';
import type { Turn } from '../../../src/core/model/turn';
import { createEmptyResult } from '../../../src/server/application/decide-loaded-turn';
import type { ProcessedTurn, TurnCommand } from '../../../src/server/application/turn-command';
import { defaultServerOptions, type GrpcServerOptions } from '../../../src/server/grpc';
import type { Call } from '../../../src/server/ports/call';
import { eventually } from '../../support/eventually';
import { callRaw, failureOf, type GrpcUnderTest, startGrpc } from '../../support/grpc-under-test';
import { delimited, type TurnFields, text, turnRequest, whole } from '../../support/request-bytes';
import { uuid } from '../../support/session-builder';
import { errorIn, TurnStream } from '../../support/turn-stream';

const processTurn = OrchestratorServiceService.processTurn.path;
const READ_SESSION = '/focal.orchestration.v1.SessionService/GetSession';

/** What the use case does in the test at hand, at once where it is not said. */
let work: (command: TurnCommand, call: Call) => Promise<ProcessedTurn>;
beforeEach(() => {
  work = async ({ turn }) => decided(turn);
});

const started: GrpcUnderTest[] = [];
async function start(options: Partial<GrpcServerOptions> = {}): Promise<GrpcUnderTest> {
  const grpc = await startGrpc({ processTurn: (command, call) => work(command, call) }, options);
  started.push(grpc);
  return grpc;
}
afterEach(async () => {
  for (const grpc of started.splice(0)) await grpc.stop();
});

const request = (number: number, more: TurnFields = {}) => turnRequest({ turnId: uuid(number), ...more });
const requests = (count: number, more: TurnFields = {}) =>
  Array.from({ length: count }, (_, index) => request(index, more));

function decided(turn: Turn, parts: Partial<ProcessedTurn> = {}): ProcessedTurn {
  return {
    result: createEmptyResult(turn, undefined, false),
    responseBytes: new Uint8Array(),
    replayed: false,
    ...parts,
  };
}

/** Turns that begin when they are called and end when the test says so. */
class HeldTurns {
  /** Ids of the turns that have begun, in that order. */
  readonly begun: string[] = [];
  /** The most that were at work at once. */
  most = 0;
  private readonly held = new Map<string, () => void>();
  private noticed: () => void = () => undefined;
  private open = false;

  readonly work = async ({ turn }: TurnCommand): Promise<ProcessedTurn> => {
    this.begun.push(turn.turnId);
    this.noticed();
    if (!this.open) {
      await new Promise<void>((resolve) => {
        this.held.set(turn.turnId, resolve);
        this.most = Math.max(this.most, this.held.size);
      });
    }
    return decided(turn);
  };

  async untilBegun(count: number): Promise<void> {
    while (this.begun.length < count) {
      await new Promise<void>((resolve) => {
        this.noticed = resolve;
      });
    }
  }

  finish(turnId: string): void {
    this.held.get(turnId)?.();
    this.held.delete(turnId);
  }

  /** Ends those that are at work. */
  finishAll(): void {
    for (const turnId of [...this.held.keys()]) this.finish(turnId);
  }

  /** The same, and those that come end at once. */
  letGo(): void {
    this.open = true;
    this.finishAll();
  }
}

/** Resolves when the server has had every opportunity to take what was sent before on the same connection. */
async function untilServerHadItsChance(grpc: GrpcUnderTest): Promise<void> {
  for (let trip = 0; trip < 5; trip += 1) await failureOf(callRaw(grpc, READ_SESSION, new Uint8Array()));
}

describe('an answer', () => {
  test('holds the response byte for byte, and says whether it is a replay', async () => {
    const responseBytes = new Uint8Array(Buffer.from('--bytes that are no message--')).subarray(2, -2);
    work = async ({ turn }) => decided(turn, { responseBytes, replayed: turn.turnId === uuid(2) });
    const stream = new TurnStream(await start());
    stream.send(request(1), request(2));
    stream.halfClose();
    await stream.ended;
    const id = (number: number) => text(1, uuid(number));
    expect(stream.received).toEqual([
      Buffer.concat([id(1), delimited(3, responseBytes)]),
      Buffer.concat([id(2), whole(2, 1), delimited(3, responseBytes)]),
    ]);
  });

  test('comes as soon as its turn is decided, while others are at work', async () => {
    const held = new HeldTurns();
    work = held.work;
    const stream = new TurnStream(await start());
    stream.send(request(1), request(2), request(3));
    await held.untilBegun(3);
    expect(held.begun).toEqual([uuid(1), uuid(2), uuid(3)]);
    for (const number of [2, 3, 1]) {
      held.finish(uuid(number));
      await stream.answers(stream.received.length + 1);
    }
    expect((await stream.answers(3)).map(({ turnId }) => turnId)).toEqual([uuid(2), uuid(3), uuid(1)]);
  });
});

describe('a turn that fails', () => {
  const broken = request(3, { candidates: [{ scenarioId: 'no UUID', score: 7 }] });

  test.each([
    ['breaks the contract', broken, 'INVALID_REQUEST'],
    ['is refused', request(4), 'REVISION_MISMATCH'],
    ['is refused for now', request(5), 'STORE_UNAVAILABLE'],
    ['fails by a defect', request(6), 'INTERNAL'],
    ['is too large', Buffer.concat([request(7), delimited(99, Buffer.alloc(5_000))]), 'TOO_LARGE'],
  ])('because it %s is answered as ProcessTurn does, and the stream goes on', async (_why, bytes, reason) => {
    work = async ({ turn }) => {
      if (turn.turnId === uuid(4))
        throw new OrchestratorError('REVISION_MISMATCH', 'It is at 3.', { metadata: { at: '3' } });
      if (turn.turnId === uuid(5)) throw new OrchestratorError('STORE_UNAVAILABLE', 'Away.', { retryAfterMs: 250 });
      if (turn.turnId === uuid(6)) throw new Error('a defect');
      return decided(turn);
    };
    const grpc = await start({ maxMessageBytes: 4_096 });
    const stream = new TurnStream(grpc);
    stream.send(request(1), bytes, request(2));
    const [before, failed, after] = await stream.answers(3);
    expect([before, after]).toMatchObject([{ turnId: uuid(1) }, { turnId: uuid(2) }]);
    const told = failed && errorIn(failed);
    const alone = await failureOf(callRaw(grpc, processTurn, bytes));
    expect(alone.reason).toBe(reason);
    expect(told).toEqual(statusOf(alone));
  });

  test('is named by its turn_id as far as that can be read', async () => {
    const stream = new TurnStream(await start());
    const cutOff = request(9).subarray(0, -1);
    const garbageBehind = Buffer.concat([request(8), Buffer.from([0xff, 0xff])]);
    const wrongId = request(1, { turnId: 'no UUID' });
    const longId = request(1, { turnId: 'x'.repeat(201) });
    stream.send(
      cutOff,
      garbageBehind,
      Buffer.from('this is no message'),
      wrongId,
      longId,
      new Uint8Array(),
      request(2),
    );
    const answers = await stream.answers(7);
    expect(answers.map(({ turnId }) => turnId)).toEqual(['', uuid(8), '', 'no UUID', '', '', uuid(2)]);
    expect(answers.slice(0, 6).map((answer) => errorIn(answer).code)).toEqual(Array(6).fill(3));
    stream.halfClose();
    expect(await stream.ended).toBeUndefined();
  });

  test('is logged as one of ProcessTurn is', async () => {
    work = () => Promise.reject(new Error('a defect'));
    const grpc = await start();
    const stream = new TurnStream(grpc);
    stream.send(request(1));
    await stream.answers(1);
    expect(grpc.logged).toEqual([
      {
        level: 'error',
        fields: expect.objectContaining({ method: OrchestratorServiceService.processTurns.path, reason: 'INTERNAL' }),
        message: 'call failed by a defect',
      },
    ]);
  });
});

describe('the flow', () => {
  test('of turns stops while as many are at work as may be, and HTTP/2 holds the caller back', async () => {
    const held = new HeldTurns();
    work = held.work;
    const grpc = await start({ maxRequestsPerStream: 8 });
    const stream = new TurnStream(grpc);
    stream.send(...requests(300, { situation: { message: 'x'.repeat(9_000) } }));
    await held.untilBegun(8);
    await untilServerHadItsChance(grpc);
    expect(held.begun).toHaveLength(8);
    expect(stream.taken).toBeLessThan(200);
    held.finish(uuid(3));
    await held.untilBegun(9);
    while (stream.received.length < 300) {
      await held.untilBegun(stream.received.length + 1);
      held.finishAll();
      await stream.answers(stream.received.length + 1);
    }
    expect(held.most).toBe(8);
    expect(held.begun).toEqual(Array.from({ length: 300 }, (_, index) => uuid(index)));
  });

  test('of answers stops with a reader who stops, whose turns then take no place from others', async () => {
    let begun = 0;
    work = async ({ turn }) => {
      begun += 1;
      return decided(turn, { responseBytes: new Uint8Array(50_000) });
    };
    const grpc = await start({ maxRequestsPerStream: 8, maxCallsInFlight: 8 });
    const stream = new TurnStream(grpc, { reading: false });
    stream.send(...requests(300));
    let before = -1;
    while (begun > before) {
      before = begun;
      await untilServerHadItsChance(grpc);
    }
    expect(begun).toBeLessThan(150);
    expect(grpc.server.callsInFlight).toBe(0);
    stream.read();
    await stream.answers(300);
    expect(begun).toBe(300);
  });
});

describe('the end', () => {
  test('comes when the caller has sent everything and all of it is answered', async () => {
    const held = new HeldTurns();
    work = held.work;
    const stream = new TurnStream(await start());
    stream.send(...requests(3));
    stream.halfClose();
    await held.untilBegun(3);
    held.letGo();
    expect(await stream.ended).toBeUndefined();
    expect(stream.received).toHaveLength(3);
  });

  test('of a stream without a turn is OK', async () => {
    const stream = new TurnStream(await start());
    stream.halfClose();
    expect(await stream.ended).toBeUndefined();
  });

  test('of a caller who gives up aborts the turns at work, which keep their places until they have ended', async () => {
    const grpc = await start();
    const ends = new EventEmitter().setMaxListeners(0);
    const signals: AbortSignal[] = [];
    work = async ({ turn }, call) => {
      signals.push(call.signal);
      if (signals.length === 20) ends.emit('all have begun');
      await once(ends, 'end');
      return decided(turn);
    };
    const stream = new TurnStream(grpc);
    stream.send(...requests(20));
    await once(ends, 'all have begun');
    stream.cancel();
    expect((await stream.ended)?.status).toBe('CANCELLED');
    await untilServerHadItsChance(grpc);
    expect(signals.map(({ aborted }) => aborted)).toEqual(Array(20).fill(true));
    expect([grpc.server.openStreams, grpc.server.callsInFlight]).toEqual([0, 20]);
    ends.emit('end');
    await untilServerHadItsChance(grpc);
    expect(grpc.server.callsInFlight).toBe(0);
    const told = grpc.logged.map(({ level, fields }) => `${level} ${String(fields['reason'])}`);
    expect(new Set(told)).toEqual(new Set(['debug CANCELLED', 'debug INVALID_REQUEST']));
  });

  test("of the caller's deadline is DEADLINE_EXCEEDED, for the stream and what is at work", async () => {
    const grpc = await start();
    // Again where the machine was so slow that the deadline passed before the turn had begun.
    await eventually(async () => {
      const begun: Call[] = [];
      work = async ({ turn }, call) => {
        begun.push(call);
        await once(call.signal, 'abort');
        return decided(turn);
      };
      const sentAt = Date.now();
      const stream = new TurnStream(grpc, { deadline: sentAt + 1_000 });
      stream.send(request(1));
      expect((await stream.ended)?.status).toBe('DEADLINE_EXCEEDED');
      for (const { deadline, signal } of begun) {
        await eventually(async () => signal.aborted);
        // As the caller tells it, by the server's clock from when it hears of the call.
        expect(deadline).toBeGreaterThanOrEqual(sentAt + 999);
        expect(deadline).toBeLessThanOrEqual(Date.now() + 1_000);
      }
      return begun.length > 0;
    });
  });
});

test('each turn of a stream has a time of its own', async () => {
  const deadlines: number[] = [];
  work = async ({ turn }, call) => {
    deadlines.push(call.deadline);
    return decided(turn);
  };
  const stream = new TurnStream(await start());
  for (const number of [1, 2]) {
    const before = Date.now();
    stream.send(request(number));
    await stream.answers(number);
    const deadline = deadlines.at(-1) ?? 0;
    expect(deadline).toBeGreaterThanOrEqual(before + defaultServerOptions.turnTimeoutMs);
    expect(deadline).toBeLessThanOrEqual(Date.now() + defaultServerOptions.turnTimeoutMs);
  }
});

describe('a server that drains', () => {
  test('reads no more turns, answers those it has read, and ends the stream with UNAVAILABLE', async () => {
    const held = new HeldTurns();
    work = held.work;
    const grpc = await start();
    const stream = new TurnStream(grpc);
    stream.send(request(1), request(2));
    await held.untilBegun(2);
    const drained = grpc.server.drain({ graceMs: 0, timeoutMs: 20_000, closeTimeoutMs: 1_000 });
    stream.send(request(3));
    held.finish(uuid(1));
    await stream.answers(1);
    expect(held.begun).toEqual([uuid(1), uuid(2)]);
    held.letGo();
    expect(await stream.ended).toMatchObject({ status: 'UNAVAILABLE', reason: 'SHUTTING_DOWN' });
    expect((await stream.answers(2)).map(({ turnId }) => turnId)).toEqual([uuid(1), uuid(2)]);
    expect(await drained).toBe(true);
    expect(held.begun).toEqual([uuid(1), uuid(2)]);
  });

  test('is not held up by streams that rest', async () => {
    const grpc = await start();
    const streams = [new TurnStream(grpc), new TurnStream(grpc)];
    for (const stream of streams) stream.send(request(1));
    for (const stream of streams) await stream.answers(1);
    expect(await grpc.server.drain({ graceMs: 0, timeoutMs: 20_000, closeTimeoutMs: 1_000 })).toBe(true);
    for (const stream of streams) expect((await stream.ended)?.reason).toBe('SHUTTING_DOWN');
  });
});

describe('a node with too much to do', () => {
  test('refuses turns of streams as it does calls, one by one', async () => {
    const held = new HeldTurns();
    work = held.work;
    const grpc = await start({ maxCallsInFlight: 2 });
    const [one, other] = [new TurnStream(grpc), new TurnStream(grpc)];
    one.send(request(1));
    other.send(request(2));
    await held.untilBegun(2);
    one.send(request(3));
    const [refused] = await one.answers(1);
    const call = await failureOf(callRaw(grpc, processTurn, request(4)));
    expect([call.reason, call.retryAfterMs]).toEqual(['TOO_MANY_CALLS', 100]);
    expect(refused).toEqual({ turnId: uuid(3), replayed: false, result: { $case: 'error', value: statusOf(call) } });
    held.letGo();
    await other.answers(1);
    one.send(request(3));
    expect((await one.answers(3))[2]).toMatchObject({ turnId: uuid(3), result: { $case: 'response' } });
  });

  test('has as many streams open as it may, of which those that rest take no place from calls', async () => {
    const grpc = await start({ maxStreams: 3, maxCallsInFlight: 1 });
    const streams = [1, 2, 3].map(() => new TurnStream(grpc));
    for (const stream of streams) {
      stream.send(request(1));
      await stream.answers(1);
    }
    expect([grpc.server.openStreams, grpc.server.callsInFlight]).toEqual([3, 0]);
    await callRaw(grpc, processTurn, request(2));
    const refused = await new TurnStream(grpc).ended;
    expect(refused).toMatchObject({ status: 'RESOURCE_EXHAUSTED', reason: 'TOO_MANY_CALLS', retryAfterMs: 100 });
    streams[0]?.halfClose();
    await streams[0]?.ended;
    const next = new TurnStream(grpc);
    next.send(request(3));
    await next.answers(1);
  });
});

/** The google.rpc.Status that a call failed with. */
function statusOf({ cause }: CallError): Status {
  const [bytes] = (cause as ServiceError).metadata.get('grpc-status-details-bin');
  if (!(bytes instanceof Buffer)) throw new Error('the call failed without details');
  return Status.decode(bytes);
}
