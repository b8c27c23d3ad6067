import { Server, type ServerWritableStream } from '@grpc/grpc-js';
import { RedisSessionStore } from '../../src/server/stores/redis/redis-session-store';

// Loaded into a node before the service (node --require), so that the service has no code for failpoints.

/** Kills this process without flushing or closing anything. */
function crash(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Creates a function that returns true once, after `skipCount` calls. */
function createCountdown(skipCount: number): () => boolean {
  let remaining = skipCount;
  return () => {
    remaining -= 1;
    return remaining === -1;
  };
}

function crashAroundCommit(position: 'before' | 'after', isHit: () => boolean): void {
  const { commit } = RedisSessionStore.prototype;
  RedisSessionStore.prototype.commit = async function (this: RedisSessionStore, turn, call) {
    if (position === 'before' && isHit()) crash();
    const outcome = await commit.call(this, turn, call);
    if (position === 'after' && outcome.kind === 'committed' && isHit()) crash();
    return outcome;
  };
}

/** Crashes in the first StreamTurn with more than `eventCount` events, after that many events are sent. */
function crashInStream(eventCount: number): void {
  const { addService } = Server.prototype;
  Server.prototype.addService = function (service, handlers) {
    const streamTurn = handlers['streamTurn'];
    if (streamTurn === undefined) return addService.call(this, service, handlers);
    const wrapped = (stream: ServerWritableStream<unknown, unknown>): void => {
      const write = stream.write.bind(stream);
      const isHit = createCountdown(eventCount - 1);
      stream.write = (message: unknown) => {
        if (!isHit()) return write(message);
        // The callback is called when all events are written to the socket. Returning false stops the handler from writing more.
        write(message, () => setImmediate(crash));
        return false;
      };
      Reflect.apply(streamTurn, undefined, [stream]);
    };
    addService.call(this, service, { ...handlers, streamTurn: wrapped });
  };
}

const skipCount = Number(process.env['CHAOS_FAILPOINT_AFTER']);
switch (process.env['CHAOS_FAILPOINT']) {
  case 'before-commit':
    crashAroundCommit('before', createCountdown(skipCount));
    break;
  case 'after-commit':
    crashAroundCommit('after', createCountdown(skipCount));
    break;
  case 'mid-stream':
    crashInStream(skipCount);
    break;
  default:
    throw new Error('CHAOS_FAILPOINT must be before-commit, after-commit or mid-stream.');
}
