import type { Writable } from 'node:stream';
import { Redis } from 'ioredis';
import type { RedisClient } from './redis-client';

/**
 * Commands that are given in one go, by calls that began together, leave in one piece: one system call for all of them instead of one
 * each, and Redis answers them together (ADR 0008). Nothing waits for what is not there yet.
 */
export function coalesceWrites(client: RedisClient): void {
  if (client instanceof Redis) client.on('connect', () => gather(client.stream));
  else client.on('+node', (node: Redis) => node.on('connect', () => gather(node.stream)));
}

function gather(stream: Writable): void {
  const write = stream.write;
  let gathering = false;
  stream.write = (...command: unknown[]): boolean => {
    if (!gathering) {
      gathering = true;
      stream.cork();
      process.nextTick(() => {
        gathering = false;
        stream.uncork();
      });
    }
    return Reflect.apply(write, stream, command);
  };
}
