import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Server, ServerCredentials, type ServerDuplexStream, type ServerWritableStream, status } from '@grpc/grpc-js';
import {
  CallError,
  connect,
  type GetTraceContext,
  insecure,
  type OrchestratorClient,
  type TurnOutcome,
} from 'scenario-orchestrator-client';
import {
  OrchestratorServiceService,
  ProcessTurnRequest,
  ProcessTurnsRequest,
  ProcessTurnsResponse,
  StreamTurnRequest,
  StreamTurnResponse,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';

type ProcessTurnsCall = ServerDuplexStream<ProcessTurnsRequest, ProcessTurnsResponse>;
type StreamTurnCall = ServerWritableStream<StreamTurnRequest, StreamTurnResponse>;

/** The handlers of the server in a test. */
let handleStreamTurn: (call: StreamTurnCall) => void;
let handleProcessTurns: (call: ProcessTurnsCall) => void;
let server: Server;
let address: string;
let client: OrchestratorClient;

beforeAll(async () => {
  server = new Server();
  const { streamTurn, processTurns } = OrchestratorServiceService;
  server.addService(
    { streamTurn, processTurns },
    {
      streamTurn: (call: StreamTurnCall) => handleStreamTurn(call),
      processTurns: (call: ProcessTurnsCall) => handleProcessTurns(call),
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  address = `127.0.0.1:${port}`;
  client = connect(address, { credentials: insecure(), timeoutMs: 60_000 });
});
afterAll(() => {
  client.close();
  server.forceShutdown();
});

const createEvent = (sequence: number) => StreamTurnResponse.fromPartial({ sequence });
const createRequest = (turnId: string) => ProcessTurnsRequest.fromPartial({ turn: { turnId } });
const createResponse = (turnId: string) =>
  ProcessTurnsResponse.fromPartial({ turnId, replayed: true, result: { $case: 'response', value: { revision: 7 } } });

/** Responds to each turn and ends the stream after the last turn. */
function respond(call: ProcessTurnsCall): void {
  call.on('data', ({ turn }) => call.write(createResponse(turn?.turnId ?? ''))).on('end', () => call.end());
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

describe('streamTurn', () => {
  const streamTurn = (signal?: AbortSignal) =>
    client.streamTurn(StreamTurnRequest.fromPartial({ turn: {} }), signal === undefined ? {} : { signal });

  it('yields the events in order and ends', async () => {
    handleStreamTurn = (call) => {
      for (const sequence of [1, 2, 3]) call.write(createEvent(sequence));
      call.end();
    };
    expect((await collect(streamTurn())).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  it('throws CallError if the turn fails', async () => {
    handleStreamTurn = (call) => call.emit('error', { code: status.ABORTED, details: 'revision mismatch' });
    await expect(collect(streamTurn())).rejects.toMatchObject({
      name: 'CallError',
      method: 'StreamTurn',
      status: 'ABORTED',
    });
  });

  it('has the timeout of the connection unless it sets its own', async () => {
    const deadlines: number[] = [];
    handleStreamTurn = (call) => {
      deadlines.push(Number(call.getDeadline()));
      call.end();
    };
    const before = Date.now();
    await collect(streamTurn());
    await collect(client.streamTurn(StreamTurnRequest.fromPartial({ turn: {} }), { timeoutMs: 600_000 }));
    const [first = 0, second = 0] = deadlines;
    expect(first - before).toBeGreaterThan(30_000);
    expect(second - first).toBeGreaterThan(300_000);
  });

  it('cancels the call when the iteration is left', async () => {
    let cancelled: Promise<unknown> = Promise.resolve();
    handleStreamTurn = (call) => {
      cancelled = once(call, 'cancelled');
      call.write(createEvent(1));
    };
    for await (const _event of streamTurn()) break;
    await cancelled;
  });

  it('is canceled by the signal', async () => {
    handleStreamTurn = (call) => call.write(createEvent(1));
    const abort = new AbortController();
    const readAll = async () => {
      for await (const _event of streamTurn(abort.signal)) abort.abort();
    };
    await expect(readAll()).rejects.toMatchObject({ name: 'CallError', status: 'CANCELLED' });
  });
});

describe('processTurns', () => {
  it('yields the outcome of every turn and ends after the last one', async () => {
    handleProcessTurns = respond;
    const outcomes = await collect(client.processTurns(['a', 'b'].map(createRequest)));
    expect(outcomes).toMatchObject([
      { turnId: 'a', outcome: { response: { revision: 7 }, replayed: true } },
      { turnId: 'b', outcome: { response: { revision: 7 }, replayed: true } },
    ]);
  });

  describe('with getTraceContext', () => {
    const storage = new AsyncLocalStorage<string>();
    const traceContexts: unknown[] = [];
    let traced: OrchestratorClient;
    const connectWith = (getTraceContext: GetTraceContext) => {
      traced = connect(address, { credentials: insecure(), timeoutMs: 60_000, getTraceContext });
    };
    beforeEach(() => {
      traceContexts.length = 0;
      handleProcessTurns = (call) => {
        call.on('data', ({ traceContext }: ProcessTurnsRequest) => traceContexts.push(traceContext));
        respond(call);
      };
    });
    afterEach(() => traced.close());

    it('each turn has the trace context of the async context in which processTurns was called', async () => {
      connectWith(({ turn }) => ({ traceparent: `${storage.getStore()} ${turn?.turnId}`, tracestate: 'a=1' }));
      const requests = Array.from({ length: 200 }, (_, turn) => createRequest(String(turn)));
      const outcomes = storage.run('caller', () => traced.processTurns(requests));
      await storage.run('reader', () => collect(outcomes));
      expect(traceContexts).toEqual(requests.map((_, turn) => ({ traceparent: `caller ${turn}`, tracestate: 'a=1' })));
    });

    it('a turn keeps the trace context that it has', async () => {
      connectWith(() => ({ traceparent: 'of the stream' }));
      const own = { ...createRequest('a'), traceContext: { traceparent: 'of the turn', tracestate: 'a=1' } };
      await collect(traced.processTurns([own, createRequest('b')]));
      expect(traceContexts).toEqual([own.traceContext, { traceparent: 'of the stream', tracestate: '' }]);
    });

    it.each<[string, GetTraceContext]>([
      ['returns undefined', () => undefined],
      ['returns an empty carrier, because no span is active', () => ({})],
    ])('a turn is sent without a trace context if getTraceContext %s', async (_what, getTraceContext) => {
      connectWith(getTraceContext);
      expect(await collect(traced.processTurns([createRequest('a')]))).toHaveLength(1);
      expect(traceContexts).toEqual([undefined]);
    });

    it('an error of getTraceContext is thrown by the iteration, like an error of the turns', async () => {
      connectWith(() => {
        throw new Error('no context');
      });
      await expect(collect(traced.processTurns([createRequest('a')]))).rejects.toThrow('no context');
    });

    it('a ProcessTurnRequest is sent without a trace context', async () => {
      connectWith(() => undefined);
      await collect(traced.processTurns([ProcessTurnRequest.fromPartial({ turn: { turnId: 'a' } })]));
      expect(traceContexts).toEqual([undefined]);
    });
  });

  it('yields the error of a failed turn as its outcome and continues', async () => {
    handleProcessTurns = (call) => {
      call.on('data', ({ turn }: ProcessTurnsRequest) => {
        const turnId = turn?.turnId ?? '';
        const error = { code: status.ABORTED, message: 'revision mismatch', details: [] };
        call.write(
          turnId === 'a'
            ? { turnId, replayed: false, result: { $case: 'error', value: error } }
            : createResponse(turnId),
        );
      });
      call.on('end', () => call.end());
    };
    const [first, second] = await collect(client.processTurns(['a', 'b'].map(createRequest)));
    expect(first?.outcome).toBeInstanceOf(CallError);
    expect(first?.outcome).toMatchObject({ message: 'ProcessTurns failed (ABORTED): revision mismatch' });
    expect(second?.turnId).toBe('b');
  });

  it('can send a turn that depends on the previous outcome', async () => {
    handleProcessTurns = respond;
    const outcomes: TurnOutcome[] = [];
    let onOutcome: () => void = () => undefined;
    async function* turns() {
      yield createRequest('a');
      await new Promise<void>((resolve) => {
        onOutcome = resolve;
      });
      yield createRequest(`after-${outcomes[0]?.turnId}`);
    }
    for await (const outcome of client.processTurns(turns())) {
      outcomes.push(outcome);
      onOutcome();
    }
    expect(outcomes.map(({ turnId }) => turnId)).toEqual(['a', 'after-a']);
  });

  it('throws the error of the turns and cancels the call', async () => {
    let cancelled: Promise<unknown> = Promise.resolve();
    handleProcessTurns = (call) => {
      cancelled = once(call, 'cancelled');
      respond(call);
    };
    async function* turns() {
      yield createRequest('a');
      throw new Error('the queue is unavailable');
    }
    await expect(collect(client.processTurns(turns()))).rejects.toThrow('the queue is unavailable');
    await cancelled;
  });

  it('stops reading turns and cancels the call when the iteration is left', async () => {
    let cancelled: Promise<unknown> = Promise.resolve();
    handleProcessTurns = (call) => {
      cancelled = once(call, 'cancelled');
      respond(call);
    };
    const closed = new Promise<void>((resolve) => {
      async function* turns() {
        try {
          // The pause lets responses arrive before grpc-js has filled its buffer of 1 MB with turns.
          for (let number = 1; ; number += 1) {
            yield createRequest(String(number));
            await setImmediate();
          }
        } finally {
          resolve();
        }
      }
      void (async () => {
        for await (const _outcome of client.processTurns(turns())) break;
      })();
    });
    await closed;
    await cancelled;
  });

  it('throws CallError if the call breaks', async () => {
    handleProcessTurns = (call) =>
      call.emit('error', { code: status.UNAVAILABLE, details: 'The server is shutting down.' });
    await expect(collect(client.processTurns([createRequest('a')]))).rejects.toMatchObject({
      name: 'CallError',
      method: 'ProcessTurns',
      status: 'UNAVAILABLE',
    });
  });
});
