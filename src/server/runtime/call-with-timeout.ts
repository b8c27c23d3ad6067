import { type Call, createCall } from '../ports/call';
import type { Clock } from '../ports/clock';

/**
 * Does something for a call of this node's own, with a deadline. Rejects at the deadline also where the work forgets it.
 */
export async function callWithTimeout<T>(clock: Clock, boundMs: number, work: (call: Call) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const bound = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      abort.abort();
      reject(new Error(`Not done within ${boundMs} ms.`));
    }, boundMs);
  });
  try {
    return await Promise.race([work(createCall(clock.now() + boundMs, abort.signal)), bound]);
  } finally {
    clearTimeout(timer);
  }
}
