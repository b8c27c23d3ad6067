import { EventEmitter, once } from 'node:events';
import { connect } from 'node:http2';
import type { ServiceError } from '@grpc/grpc-js';
import type { CallError } from 'scenario-orchestrator-client';
import { OrchestratorServiceService } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { Status } from '../../../../gen/google/rpc/status';
import { OrchestratorError } from '../../../../src/core/model/orchestrator-error';
import type { Turn } from '../../../../src/core/model/turn';
import { createEmptyResult } from '../../../../src/server/application/decide-loaded-turn';
import type { ProcessedTurn, TurnCommand } from '../../../../src/server/application/turn-command';
import { defaultServerOptions, type GrpcServerOptions } from '../../../../src/server/grpc';
import type { Call } from '../../../../src/server/ports/call';
import { eventually } from '../../../support/eventually';
import { callRaw, type GrpcUnderTest, getCallError, startGrpc } from '../../../support/grpc-under-test';
import { delimited, int32, type TurnFields, text, turnRequest } from '../../../support/request-bytes';
import { uuid } from '../../../support/session-builder';
import { getTurnError, TurnStream } from '../../../support/turn-stream';

const processTurn = OrchestratorServiceService.processTurn.path;
const getSessionPath = '/focal.orchestration.v1.SessionService/GetSession';

/** The use case of the current test. By default, it returns immediately. */
let work: (command: TurnCommand, call: Call) => Promise<ProcessedTurn>;
beforeEach(() => {
  work = async ({ turn }) => createDecidedTurn(turn);
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

function createDecidedTurn(turn: Turn, parts: Partial<ProcessedTurn> = {}): ProcessedTurn {
  return {
    result: createEmptyResult(turn, undefined, false),
    responseBytes: new Uint8Array(),
    replayed: false,
    ...parts,
  };
}

/** A use case whose turns end when the test finishes them. */
class ControlledTurns {
  /** Ids of the started turns, in the order in which they started. */
  readonly started: string[] = [];
  /** Maximum number of concurrent turns. */
  maxConcurrent = 0;
  private readonly turns = new Map<string, () => void>();
  private onStarted: () => void = () => undefined;
  private open = false;

  readonly work = async ({ turn }: TurnCommand): Promise<ProcessedTurn> => {
    this.started.push(turn.turnId);
    this.onStarted();
    if (!this.open) {
      await new Promise<void>((resolve) => {
        this.turns.set(turn.turnId, resolve);
        this.maxConcurrent = Math.max(this.maxConcurrent, this.turns.size);
      });
    }
    return createDecidedTurn(turn);
  };

  async waitForStarted(count: number): Promise<void> {
    while (this.started.length < count) {
      await new Promise<void>((resolve) => {
        this.onStarted = resolve;
      });
    }
  }

  finish(turnId: string): void {
    this.turns.get(turnId)?.();
    this.turns.delete(turnId);
  }

  /** Finishes the turns in progress. */
  finishAll(): void {
    for (const turnId of [...this.turns.keys()]) this.finish(turnId);
  }

  /** Finishes the turns in progress, and lets later ones end immediately. */
  releaseAll(): void {
    this.open = true;
    this.finishAll();
  }
}

/** Resolves after the server has had time to read everything that was sent before on the same connection. */
async function waitForServer(grpc: GrpcUnderTest): Promise<void> {
  for (let trip = 0; trip < 5; trip += 1) await getCallError(callRaw(grpc, getSessionPath, new Uint8Array()));
}

describe('a response', () => {
  test('contains the stored bytes unchanged, and marks a replay', async () => {
    const responseBytes = new Uint8Array(Buffer.from('--bytes that are not a message--')).subarray(2, -2);
    work = async ({ turn }) => createDecidedTurn(turn, { responseBytes, replayed: turn.turnId === uuid(2) });
    const stream = new TurnStream(await start());
    stream.send(request(1), request(2));
    stream.halfClose();
    await stream.ended;
    const id = (number: number) => text(1, uuid(number));
    expect(stream.received).toEqual([
      Buffer.concat([id(1), delimited(3, responseBytes)]),
      Buffer.concat([id(2), int32(2, 1), delimited(3, responseBytes)]),
    ]);
  });

  test('is sent as soon as its turn is decided, while other turns are in progress', async () => {
    const turns = new ControlledTurns();
    work = turns.work;
    const stream = new TurnStream(await start());
    stream.send(request(1), request(2), request(3));
    await turns.waitForStarted(3);
    expect(turns.started).toEqual([uuid(1), uuid(2), uuid(3)]);
    for (const number of [2, 3, 1]) {
      turns.finish(uuid(number));
      await stream.waitForResponses(stream.received.length + 1);
    }
    expect((await stream.waitForResponses(3)).map(({ turnId }) => turnId)).toEqual([uuid(2), uuid(3), uuid(1)]);
  });
});

describe('a turn that fails', () => {
  const invalid = request(3, { candidates: [{ scenarioId: 'no UUID', score: 7 }] });

  test.each([
    ['violates the contract', invalid, 'INVALID_REQUEST'],
    ['is rejected', request(4), 'REVISION_MISMATCH'],
    ['is rejected temporarily', request(5), 'STORE_UNAVAILABLE'],
    ['has an internal error', request(6), 'INTERNAL'],
    ['is too large', Buffer.concat([request(7), delimited(99, Buffer.alloc(5_000))]), 'TOO_LARGE'],
  ])('because it %s gets the same error as in ProcessTurn, and the stream continues', async (_why, bytes, reason) => {
    work = async ({ turn }) => {
      if (turn.turnId === uuid(4))
        throw new OrchestratorError('REVISION_MISMATCH', 'The revision is 3.', { metadata: { at: '3' } });
      if (turn.turnId === uuid(5))
        throw new OrchestratorError('STORE_UNAVAILABLE', 'The store is unavailable.', { retryAfterMs: 250 });
      if (turn.turnId === uuid(6)) throw new Error('a defect');
      return createDecidedTurn(turn);
    };
    const grpc = await start({ maxMessageBytes: 4_096 });
    const stream = new TurnStream(grpc);
    stream.send(request(1), bytes, request(2));
    const [before, failed, after] = await stream.waitForResponses(3);
    expect([before, after]).toMatchObject([{ turnId: uuid(1) }, { turnId: uuid(2) }]);
    const error = failed && getTurnError(failed);
    const single = await getCallError(callRaw(grpc, processTurn, bytes));
    expect(single.reason).toBe(reason);
    expect(error).toEqual(decodeStatus(single));
  });

  test('has its turn_id in the response if it can be read', async () => {
    const stream = new TurnStream(await start());
    const cutOff = request(9).subarray(0, -1);
    const trailingGarbage = Buffer.concat([request(8), Buffer.from([0xff, 0xff])]);
    const wrongId = request(1, { turnId: 'no UUID' });
    const longId = request(1, { turnId: 'x'.repeat(201) });
    stream.send(
      cutOff,
      trailingGarbage,
      Buffer.from('this is no message'),
      wrongId,
      longId,
      new Uint8Array(),
      request(2),
    );
    const answers = await stream.waitForResponses(7);
    expect(answers.map(({ turnId }) => turnId)).toEqual(['', uuid(8), '', 'no UUID', '', '', uuid(2)]);
    expect(answers.slice(0, 6).map((answer) => getTurnError(answer).code)).toEqual(Array(6).fill(3));
    stream.halfClose();
    expect(await stream.ended).toBeUndefined();
  });

  test('is logged like a failed ProcessTurn', async () => {
    work = () => Promise.reject(new Error('a defect'));
    const grpc = await start();
    const stream = new TurnStream(grpc);
    stream.send(request(1));
    await stream.waitForResponses(1);
    expect(grpc.logged).toEqual([
      {
        level: 'error',
        fields: expect.objectContaining({ method: OrchestratorServiceService.processTurns.path, reason: 'INTERNAL' }),
        message: 'call failed with an internal error',
      },
    ]);
  });
});

describe('flow control', () => {
  test('stops reading turns at the limit of concurrent turns, and HTTP/2 blocks the client', async () => {
    const turns = new ControlledTurns();
    work = turns.work;
    const grpc = await start({ maxRequestsPerStream: 8 });
    const stream = new TurnStream(grpc);
    stream.send(...requests(300, { situation: { message: 'x'.repeat(9_000) } }));
    await turns.waitForStarted(8);
    await waitForServer(grpc);
    expect(turns.started).toHaveLength(8);
    expect(stream.acceptedRequestCount).toBeLessThan(200);
    turns.finish(uuid(3));
    await turns.waitForStarted(9);
    while (stream.received.length < 300) {
      await turns.waitForStarted(stream.received.length + 1);
      turns.finishAll();
      await stream.waitForResponses(stream.received.length + 1);
    }
    expect(turns.maxConcurrent).toBe(8);
    expect(turns.started).toEqual(Array.from({ length: 300 }, (_, index) => uuid(index)));
  });

  test('stops reading turns of a client that does not read responses, and its turns do not count as calls in flight', async () => {
    let started = 0;
    work = async ({ turn }) => {
      started += 1;
      return createDecidedTurn(turn, { responseBytes: new Uint8Array(50_000) });
    };
    const grpc = await start({ maxRequestsPerStream: 8, maxCallsInFlight: 8 });
    const stream = new TurnStream(grpc, { isReading: false });
    stream.send(...requests(300));
    let before = -1;
    while (started > before) {
      before = started;
      await waitForServer(grpc);
    }
    expect(started).toBeLessThan(150);
    expect(grpc.server.callsInFlight).toBe(0);
    stream.read();
    await stream.waitForResponses(300);
    expect(started).toBe(300);
  });
});

describe('the end of the stream', () => {
  test('follows when the client has half-closed the stream and every turn has its response', async () => {
    const turns = new ControlledTurns();
    work = turns.work;
    const stream = new TurnStream(await start());
    stream.send(...requests(3));
    stream.halfClose();
    await turns.waitForStarted(3);
    turns.releaseAll();
    expect(await stream.ended).toBeUndefined();
    expect(stream.received).toHaveLength(3);
  });

  test('is OK without any turn', async () => {
    const stream = new TurnStream(await start());
    stream.halfClose();
    expect(await stream.ended).toBeUndefined();
  });

  test('aborts the turns in progress when the client cancels, and they count as calls in flight until they end', async () => {
    const grpc = await start();
    const ends = new EventEmitter().setMaxListeners(0);
    const signals: AbortSignal[] = [];
    work = async ({ turn }, call) => {
      signals.push(call.signal);
      if (signals.length === 20) ends.emit('all have started');
      await once(ends, 'end');
      return createDecidedTurn(turn);
    };
    const stream = new TurnStream(grpc);
    stream.send(...requests(20));
    await once(ends, 'all have started');
    stream.cancel();
    expect((await stream.ended)?.status).toBe('CANCELLED');
    await waitForServer(grpc);
    expect(signals.map(({ aborted }) => aborted)).toEqual(Array(20).fill(true));
    expect([grpc.server.openStreams, grpc.server.callsInFlight]).toEqual([0, 20]);
    ends.emit('end');
    await waitForServer(grpc);
    expect(grpc.server.callsInFlight).toBe(0);
    const logged = grpc.logged.map(({ level, fields }) => `${level} ${String(fields['reason'])}`);
    expect(new Set(logged)).toEqual(new Set(['debug CANCELLED', 'debug INVALID_REQUEST']));
  });

  test('is DEADLINE_EXCEEDED at the deadline of the client, which also aborts the turns in progress', async () => {
    const grpc = await start();
    // Repeated, because on a slow machine the deadline may pass before the turn starts.
    await eventually(async () => {
      const started: Call[] = [];
      work = async ({ turn }, call) => {
        started.push(call);
        await once(call.signal, 'abort');
        return createDecidedTurn(turn);
      };
      const sentAt = Date.now();
      const stream = new TurnStream(grpc, { deadline: sentAt + 1_000 });
      stream.send(request(1));
      expect((await stream.ended)?.status).toBe('DEADLINE_EXCEEDED');
      for (const { deadline, signal } of started) {
        await eventually(async () => signal.aborted);
        // The remaining time that the client sent, counted by the server's clock from the arrival of the call.
        expect(deadline).toBeGreaterThanOrEqual(sentAt + 999);
        expect(deadline).toBeLessThanOrEqual(Date.now() + 1_000);
      }
      return started.length > 0;
    });
  });
});

test('each turn of a stream has its own deadline', async () => {
  const deadlines: number[] = [];
  work = async ({ turn }, call) => {
    deadlines.push(call.deadline);
    return createDecidedTurn(turn);
  };
  const stream = new TurnStream(await start());
  for (const number of [1, 2]) {
    const before = Date.now();
    stream.send(request(number));
    await stream.waitForResponses(number);
    const deadline = deadlines.at(-1) ?? 0;
    expect(deadline).toBeGreaterThanOrEqual(before + defaultServerOptions.turnTimeoutMs);
    expect(deadline).toBeLessThanOrEqual(Date.now() + defaultServerOptions.turnTimeoutMs);
  }
});

test('at the maximum age of its connection a stream ends with UNAVAILABLE, after the turns already read are answered', async () => {
  const turns = new ControlledTurns();
  work = turns.work;
  const grpc = await start({ maxConnectionAgeMs: 200, maxConnectionAgeGraceMs: 60_000 });
  const stream = new TurnStream(grpc);
  stream.send(request(1));
  await turns.waitForStarted(1);
  const session = connect(`http://${grpc.address}`);
  session.on('error', () => undefined);
  await once(session, 'goaway'); // A younger connection, so that of the stream has received it as well.
  session.destroy();
  turns.releaseAll();
  expect(await stream.ended).toMatchObject({ status: 'UNAVAILABLE', reason: 'SHUTTING_DOWN' });
  expect((await stream.waitForResponses(1)).map(({ turnId }) => turnId)).toEqual([uuid(1)]);
});

describe('draining the server', () => {
  test('stops reading turns, sends the responses to the turns already read, and ends the stream with UNAVAILABLE', async () => {
    const turns = new ControlledTurns();
    work = turns.work;
    const grpc = await start();
    const stream = new TurnStream(grpc);
    stream.send(request(1), request(2));
    await turns.waitForStarted(2);
    const drained = grpc.server.drain({ graceMs: 0, timeoutMs: 20_000, closeTimeoutMs: 1_000 });
    stream.send(request(3));
    turns.finish(uuid(1));
    await stream.waitForResponses(1);
    expect(turns.started).toEqual([uuid(1), uuid(2)]);
    turns.releaseAll();
    expect(await stream.ended).toMatchObject({ status: 'UNAVAILABLE', reason: 'SHUTTING_DOWN' });
    expect((await stream.waitForResponses(2)).map(({ turnId }) => turnId)).toEqual([uuid(1), uuid(2)]);
    expect(await drained).toBe(true);
    expect(turns.started).toEqual([uuid(1), uuid(2)]);
  });

  test('does not wait for idle streams', async () => {
    const grpc = await start();
    const streams = [new TurnStream(grpc), new TurnStream(grpc)];
    for (const stream of streams) stream.send(request(1));
    for (const stream of streams) await stream.waitForResponses(1);
    expect(await grpc.server.drain({ graceMs: 0, timeoutMs: 20_000, closeTimeoutMs: 1_000 })).toBe(true);
    for (const stream of streams) expect((await stream.ended)?.reason).toBe('SHUTTING_DOWN');
  });
});

describe('an overloaded node', () => {
  test('rejects turns of streams individually, like calls', async () => {
    const turns = new ControlledTurns();
    work = turns.work;
    const grpc = await start({ maxCallsInFlight: 2 });
    const [one, other] = [new TurnStream(grpc), new TurnStream(grpc)];
    one.send(request(1));
    other.send(request(2));
    await turns.waitForStarted(2);
    one.send(request(3));
    const [refused] = await one.waitForResponses(1);
    const call = await getCallError(callRaw(grpc, processTurn, request(4)));
    expect([call.reason, call.retryAfterMs]).toEqual(['TOO_MANY_CALLS', 100]);
    expect(refused).toEqual({
      turnId: uuid(3),
      replayed: false,
      result: { $case: 'error', value: decodeStatus(call) },
    });
    turns.releaseAll();
    await other.waitForResponses(1);
    one.send(request(3));
    expect((await one.waitForResponses(3))[2]).toMatchObject({ turnId: uuid(3), result: { $case: 'response' } });
  });

  test('limits open streams, and idle ones do not count as calls in flight', async () => {
    const grpc = await start({ maxStreams: 3, maxCallsInFlight: 1 });
    const streams = [1, 2, 3].map(() => new TurnStream(grpc));
    for (const stream of streams) {
      stream.send(request(1));
      await stream.waitForResponses(1);
    }
    expect([grpc.server.openStreams, grpc.server.callsInFlight]).toEqual([3, 0]);
    await callRaw(grpc, processTurn, request(2));
    const refused = await new TurnStream(grpc).ended;
    expect(refused).toMatchObject({ status: 'RESOURCE_EXHAUSTED', reason: 'TOO_MANY_CALLS', retryAfterMs: 100 });
    streams[0]?.halfClose();
    await streams[0]?.ended;
    const next = new TurnStream(grpc);
    next.send(request(3));
    await next.waitForResponses(1);
  });
});

/** Decodes the google.rpc.Status of a failed call. */
function decodeStatus({ cause }: CallError): Status {
  const [bytes] = (cause as ServiceError).metadata.get('grpc-status-details-bin');
  if (!(bytes instanceof Buffer)) throw new Error('the call failed without details');
  return Status.decode(bytes);
}
