import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openWarmUpServer, warmUpCode } from '../../../src/server/compose-warm-up';
import { loadContract } from '../../../src/server/grpc';
import type { Logger } from '../../../src/server/ports/logger';
import { SystemClock } from '../../../src/server/runtime';
import { createHeavyCalls, readExampleCalls, type WarmUpTarget, warmUp } from '../../../src/server/warm-up';
import { formatRecordedCalls, recordCalls } from '../../../tools/warm-up/record-calls';
import { silentLog } from '../../support/silent-log';

const root = join(__dirname, '..', '..', '..');
const clock = new SystemClock();
const contract = loadContract();
const examples = readExampleCalls();
const running = new AbortController().signal;

const servers: { close(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function openServer(): WarmUpTarget {
  const server = openWarmUpServer(contract, clock);
  servers.push(server);
  return server;
}

/** A log that records its lines. */
function createLog(): { readonly log: Logger; readonly lines: [string, Readonly<Record<string, unknown>>, string][] } {
  const lines: [string, Readonly<Record<string, unknown>>, string][] = [];
  const log: Logger = {
    ...silentLog,
    info: (fields, message) => lines.push(['info', fields, message]),
    warn: (fields, message) => lines.push(['warn', fields, message]),
  };
  return { log, lines };
}

it('recorded-calls.json has the calls of the examples; otherwise run `npm run warm-up-calls`', async () => {
  const recorded = formatRecordedCalls(await recordCalls(join(root, 'examples')));
  expect(readFileSync(join(root, 'src', 'server', 'warm-up', 'recorded-calls.json'), 'utf8')).toBe(recorded);
});

it.each(['sendOverHttp2', 'sendToHandler'] as const)('every example call succeeds twice with %s', async (way) => {
  const server = openServer();
  const errors: string[] = [];
  for (const call of examples.catalogue) errors.push(await server[way](call));
  for (const calls of [...examples.sessions, ...examples.sessions]) {
    for (const call of calls) errors.push(await server[way](call));
  }
  expect(errors.filter((error) => error !== '')).toEqual([]);
});

it('every round of heavy calls does the same work', async () => {
  const server = openServer();
  const outcomes: string[][] = [];
  for (const round of [0, 1]) {
    const errors: string[] = [];
    for (const call of createHeavyCalls(round)) {
      errors.push(
        `${call.path.split('/').at(-1)} ${/: (.{0,30})/.exec(await server.sendToHandler(call))?.[1] ?? 'OK'}`,
      );
    }
    outcomes.push(errors);
  }
  const expected = [
    'PutScenario OK',
    'PutScenario OK',
    'PutScenario OK',
    'ValidateScenario OK',
    'ProcessTurn OK',
    'ProcessTurn The call needs too much work: ',
    'DecideLifecycle OK',
    'DecideTransitions OK',
    'ProcessTurn The request violates the contr',
  ];
  expect(outcomes).toEqual([expected, expected]);
});

describe('a warm-up', () => {
  const calls = { ...examples, createHeavyCalls: () => [] };

  /** A target whose calls all have the same error. */
  function createTarget(error = ''): { readonly target: WarmUpTarget; readonly ways: string[] } {
    const ways: string[] = [];
    const send = (way: string) => (): Promise<string> => {
      ways.push(way);
      return Promise.resolve(error);
    };
    return { target: { sendOverHttp2: send('wire'), sendToHandler: send('handler') }, ways };
  }

  it('processes the given number of turns, and ends a session before it stops', async () => {
    const turns = examples.sessions.flat().filter(({ path }) => path.endsWith('/ProcessTurn')).length;
    const { target, ways } = createTarget();
    expect(await warmUp(target, calls, { turns: turns + 1, signal: running })).toEqual({
      turns: turns + (examples.sessions[0]?.length ?? 0) - 3, // The last three calls of a session are not turns.
      failures: 0,
      firstFailure: '',
    });
    expect(new Set(ways)).toEqual(new Set(['wire', 'handler']));
  });

  it('ends after the call that is running when it is stopped', async () => {
    const controller = new AbortController();
    let count = 0;
    const send = (): Promise<string> => {
      count += 1;
      if (count === 20) controller.abort();
      return Promise.resolve('');
    };
    await warmUp({ sendOverHttp2: send, sendToHandler: send }, calls, { turns: 1_000, signal: controller.signal });
    expect(count).toBe(20);
  });

  it('counts calls that fail, and goes on', async () => {
    const { target } = createTarget('no');
    const [first] = examples.catalogue;
    expect(await warmUp(target, calls, { turns: 1, signal: running })).toMatchObject({
      failures: examples.catalogue.length + (examples.sessions[0]?.length ?? 0),
      firstFailure: `${first?.path}: no`,
    });
  });
});

describe('warmUpCode', () => {
  it('logs one line with the number of turns', async () => {
    const { log, lines } = createLog();
    await warmUpCode({ turns: 20, timeoutMs: 600_000, signal: running }, { contract, clock, log });
    expect(lines).toEqual([
      ['info', { turns: expect.any(Number), failures: 0, milliseconds: expect.any(Number) }, 'warmed up'],
    ]);
    expect(lines[0]?.[1]['turns']).toBeGreaterThanOrEqual(20);
  });

  it('does nothing with 0 turns', async () => {
    const { log, lines } = createLog();
    await warmUpCode({ turns: 0, timeoutMs: 600_000, signal: running }, { contract, clock, log });
    expect(lines).toEqual([]);
  });

  it('ends at its timeout', async () => {
    const { log, lines } = createLog();
    await warmUpCode({ turns: 100_000, timeoutMs: 1, signal: running }, { contract, clock, log });
    expect(lines).toEqual([['info', expect.anything(), 'the warm-up ended at its timeout']]);
  });

  it('ends without a line when the service is stopped', async () => {
    const { log, lines } = createLog();
    await warmUpCode({ turns: 100_000, timeoutMs: 600_000, signal: AbortSignal.abort() }, { contract, clock, log });
    expect(lines).toEqual([]);
  });

  it('logs a failure and does not reject', async () => {
    const { log, lines } = createLog();
    const failing = {
      ...contract,
      validator: {
        ...contract.validator,
        validate() {
          throw new Error('broken');
        },
      },
    };
    await warmUpCode({ turns: 20, timeoutMs: 600_000, signal: running }, { contract: failing, clock, log });
    expect(lines).toEqual([
      ['warn', { error: new Error('broken') }, 'the warm-up failed; the first calls will be slow'],
    ]);
  });
});
