import { Server, type ServerWritableStream } from '@grpc/grpc-js';
import { RedisSessionStore } from '../../src/server/stores/redis/redis-session-store';

// Loaded into a node before the service (node --require), so that the service itself knows nothing of failpoints.

/** Ends this process as a crash does, with nothing flushed or closed. */
function crash(): void {
  process.kill(process.pid, 'SIGKILL');
}

/** Says yes once, after so many times. */
function countdown(after: number): () => boolean {
  let left = after;
  return () => {
    left -= 1;
    return left === -1;
  };
}

function crashAroundCommit(when: 'before' | 'after', isNow: () => boolean): void {
  const { commit } = RedisSessionStore.prototype;
  RedisSessionStore.prototype.commit = async function (this: RedisSessionStore, turn, call) {
    if (when === 'before' && isNow()) crash();
    const outcome = await commit.call(this, turn, call);
    if (when === 'after' && outcome.kind === 'committed' && isNow()) crash();
    return outcome;
  };
}

/** Crashes within the first StreamTurn that has more than `events` events, once so many of them have left. */
function crashInStream(events: number): void {
  const { addService } = Server.prototype;
  Server.prototype.addService = function (service, handlers) {
    const streamTurn = handlers['streamTurn'];
    if (streamTurn === undefined) return addService.call(this, service, handlers);
    const wrapped = (stream: ServerWritableStream<unknown, unknown>): void => {
      const write = stream.write.bind(stream);
      const isLast = countdown(events - 1);
      stream.write = (message: unknown) => {
        if (!isLast()) return write(message);
        // What was written before is on the socket by then; the answer keeps the handler from writing on.
        write(message, () => setImmediate(crash));
        return false;
      };
      Reflect.apply(streamTurn, undefined, [stream]);
    };
    addService.call(this, service, { ...handlers, streamTurn: wrapped });
  };
}

const after = Number(process.env['CHAOS_FAILPOINT_AFTER']);
switch (process.env['CHAOS_FAILPOINT']) {
  case 'before-commit':
    crashAroundCommit('before', countdown(after));
    break;
  case 'after-commit':
    crashAroundCommit('after', countdown(after));
    break;
  case 'mid-stream':
    crashInStream(after);
    break;
  default:
    throw new Error('CHAOS_FAILPOINT must name a failpoint.');
}
