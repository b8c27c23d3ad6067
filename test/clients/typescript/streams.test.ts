import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Server, ServerCredentials, type ServerDuplexStream, type ServerWritableStream, status } from '@grpc/grpc-js';
import { CallError, connect, insecure, type OrchestratorClient, type TurnOutcome } from 'scenario-orchestrator-client';
import {
  OrchestratorServiceService,
  ProcessTurnsRequest,
  ProcessTurnsResponse,
  StreamTurnRequest,
  StreamTurnResponse,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';

type Turns = ServerDuplexStream<ProcessTurnsRequest, ProcessTurnsResponse>;
type Events = ServerWritableStream<StreamTurnRequest, StreamTurnResponse>;

/** What the server does with a call of a test. */
let onEvents: (call: Events) => void;
let onTurns: (call: Turns) => void;
let server: Server;
let client: OrchestratorClient;

beforeAll(async () => {
  server = new Server();
  const { streamTurn, processTurns } = OrchestratorServiceService;
  server.addService(
    { streamTurn, processTurns },
    { streamTurn: (call: Events) => onEvents(call), processTurns: (call: Turns) => onTurns(call) },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  client = connect(`127.0.0.1:${port}`, { credentials: insecure(), timeoutMs: 60_000 });
});
afterAll(() => {
  client.close();
  server.forceShutdown();
});

const anEvent = (sequence: number) => StreamTurnResponse.fromPartial({ sequence });
const aTurn = (turnId: string) => ProcessTurnsRequest.fromPartial({ turn: { turnId } });
const anAnswer = (turnId: string) =>
  ProcessTurnsResponse.fromPartial({ turnId, replayed: true, result: { $case: 'response', value: { revision: 7 } } });

/** Answers each turn, and ends after the last of them. */
function answering(call: Turns): void {
  call.on('data', ({ turn }) => call.write(anAnswer(turn?.turnId ?? ''))).on('end', () => call.end());
}

async function all<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const taken: Item[] = [];
  for await (const item of items) taken.push(item);
  return taken;
}

describe('streamTurn', () => {
  const events = (signal?: AbortSignal) =>
    client.streamTurn(StreamTurnRequest.fromPartial({ turn: {} }), signal === undefined ? {} : { signal });

  it('gives the events in their order and ends', async () => {
    onEvents = (call) => {
      for (const sequence of [1, 2, 3]) call.write(anEvent(sequence));
      call.end();
    };
    expect((await all(events())).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  });

  it('ends with CallError where the turn is refused', async () => {
    onEvents = (call) => call.emit('error', { code: status.ABORTED, details: 'another revision' });
    await expect(all(events())).rejects.toMatchObject({ name: 'CallError', method: 'StreamTurn', status: 'ABORTED' });
  });

  it('has the deadline of the connection, or its own', async () => {
    const deadlines: number[] = [];
    onEvents = (call) => {
      deadlines.push(Number(call.getDeadline()));
      call.end();
    };
    const before = Date.now();
    await all(events());
    await all(client.streamTurn(StreamTurnRequest.fromPartial({ turn: {} }), { timeoutMs: 600_000 }));
    const [first = 0, second = 0] = deadlines;
    expect(first - before).toBeGreaterThan(30_000);
    expect(second - first).toBeGreaterThan(300_000);
  });

  it('cancels the call of one who leaves', async () => {
    let left: Promise<unknown> = Promise.resolve();
    onEvents = (call) => {
      left = once(call, 'cancelled');
      call.write(anEvent(1));
    };
    for await (const _event of events()) break;
    await left;
  });

  it('is ended by the signal', async () => {
    onEvents = (call) => call.write(anEvent(1));
    const abort = new AbortController();
    const taking = async () => {
      for await (const _event of events(abort.signal)) abort.abort();
    };
    await expect(taking()).rejects.toMatchObject({ name: 'CallError', status: 'CANCELLED' });
  });
});

describe('processTurns', () => {
  it('gives the outcome of every turn and ends after the last', async () => {
    onTurns = answering;
    const outcomes = await all(client.processTurns(['a', 'b'].map(aTurn)));
    expect(outcomes).toMatchObject([
      { turnId: 'a', outcome: { response: { revision: 7 }, replayed: true } },
      { turnId: 'b', outcome: { response: { revision: 7 }, replayed: true } },
    ]);
  });

  it('gives the error of one turn as its outcome and goes on', async () => {
    onTurns = (call) => {
      call.on('data', ({ turn }: ProcessTurnsRequest) => {
        const turnId = turn?.turnId ?? '';
        const error = { code: status.ABORTED, message: 'another revision', details: [] };
        call.write(
          turnId === 'a' ? { turnId, replayed: false, result: { $case: 'error', value: error } } : anAnswer(turnId),
        );
      });
      call.on('end', () => call.end());
    };
    const [first, second] = await all(client.processTurns(['a', 'b'].map(aTurn)));
    expect(first?.outcome).toBeInstanceOf(CallError);
    expect(first?.outcome).toMatchObject({ message: 'ProcessTurns failed (ABORTED): another revision' });
    expect(second?.turnId).toBe('b');
  });

  it('sends a turn that is made of the outcome before it', async () => {
    onTurns = answering;
    const heard: TurnOutcome[] = [];
    let answered: () => void = () => undefined;
    async function* turns() {
      yield aTurn('a');
      await new Promise<void>((resolve) => {
        answered = resolve;
      });
      yield aTurn(`after-${heard[0]?.turnId}`);
    }
    for await (const outcome of client.processTurns(turns())) {
      heard.push(outcome);
      answered();
    }
    expect(heard.map(({ turnId }) => turnId)).toEqual(['a', 'after-a']);
  });

  it('ends with what the turns throw, and cancels the call', async () => {
    let cancelled: Promise<unknown> = Promise.resolve();
    onTurns = (call) => {
      cancelled = once(call, 'cancelled');
      answering(call);
    };
    async function* turns() {
      yield aTurn('a');
      throw new Error('the queue is away');
    }
    await expect(all(client.processTurns(turns()))).rejects.toThrow('the queue is away');
    await cancelled;
  });

  it('takes no more turns from one who leaves, and cancels the call', async () => {
    let cancelled: Promise<unknown> = Promise.resolve();
    onTurns = (call) => {
      cancelled = once(call, 'cancelled');
      answering(call);
    };
    const closed = new Promise<void>((resolve) => {
      async function* turns() {
        try {
          // As from a queue: without a pause between them grpc-js would first take its 1 MB of turns, with nothing heard meanwhile.
          for (let number = 1; ; number += 1) {
            yield aTurn(String(number));
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

  it('ends with CallError where the call breaks', async () => {
    onTurns = (call) => call.emit('error', { code: status.UNAVAILABLE, details: 'The server is shutting down.' });
    await expect(all(client.processTurns([aTurn('a')]))).rejects.toMatchObject({
      name: 'CallError',
      method: 'ProcessTurns',
      status: 'UNAVAILABLE',
    });
  });
});
