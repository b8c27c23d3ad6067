import { connect } from 'node:http2';
import { gzipSync } from 'node:zlib';
import { SessionServiceService } from '../../../../gen/focal/orchestration/v1/session_service';
import { DecompressionQueue } from '../../../../src/server/grpc/middleware/decompression-queue';
import { startGrpc } from '../../../support/grpc-under-test';
import { toGrpcFrame } from '../../../support/raw-http2';

/** Counts decompressions that run at the same time. */
const mockRunning = { now: 0, max: 0, total: 0 };
jest.mock('../../../../src/server/grpc/middleware/decompression', () => {
  const actual = jest.requireActual('../../../../src/server/grpc/middleware/decompression');
  return {
    ...actual,
    async decompress(...args: readonly unknown[]) {
      mockRunning.total += 1;
      mockRunning.now += 1;
      mockRunning.max = Math.max(mockRunning.max, mockRunning.now);
      try {
        return await actual.decompress(...args);
      } finally {
        mockRunning.now -= 1;
      }
    },
  };
});

beforeEach(() => Object.assign(mockRunning, { now: 0, max: 0, total: 0 }));

const nextIteration = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the queue of decompressions', () => {
  it('starts a decompression after the message before it was validated', async () => {
    const queue = new DecompressionQueue();
    const events: string[] = [];
    const decompress = (name: string) => async (): Promise<void> => {
      events.push(`start ${name}`);
      await nextIteration();
    };
    const first = queue.run(decompress('a')).then(async () => {
      await nextIteration(); // The batch of the call (ADR 0008).
      events.push('validated a');
    });
    await Promise.all([first, queue.run(decompress('b'))]);
    expect(events).toEqual(['start a', 'validated a', 'start b']);
  });

  it('goes on after a message that cannot be decompressed', async () => {
    const queue = new DecompressionQueue();
    const failed = queue.run(() => Promise.reject(new Error('damaged')));
    const next = queue.run(() => Promise.resolve('content'));
    await expect(failed).rejects.toThrow('damaged');
    expect(await next).toBe('content');
  });
});

describe('a server', () => {
  /** Sends compressed messages at once on one connection. Resolves when all calls have ended. */
  async function sendAtOnce(count: number, messageBytes: number): Promise<void> {
    const grpc = await startGrpc({}, {});
    const session = connect(`http://${grpc.address}`);
    const frame = toGrpcFrame(gzipSync(Buffer.alloc(messageBytes)), 1);
    await Promise.all(
      Array.from({ length: count }, () => {
        const stream = session.request({
          ':method': 'POST',
          ':path': SessionServiceService.getSession.path,
          'content-type': 'application/grpc',
          'grpc-encoding': 'gzip',
          te: 'trailers',
        });
        stream.resume();
        stream.end(frame);
        return new Promise((resolve) => stream.on('close', resolve));
      }),
    );
    session.destroy();
    await grpc.stop();
  }

  it('decompresses one large message at a time', async () => {
    await sendAtOnce(12, 1_048_576);
    expect(mockRunning).toEqual({ now: 0, max: 1, total: 12 });
  });

  it('decompresses small messages concurrently', async () => {
    await sendAtOnce(12, 1_024);
    expect(mockRunning.total).toBe(12);
    expect(mockRunning.max).toBeGreaterThan(1);
  });
});
