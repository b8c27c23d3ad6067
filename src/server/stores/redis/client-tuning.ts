import type { Writable } from 'node:stream';
import { type Cluster, Redis } from 'ioredis';

export type RedisClient = Redis | Cluster;

/** V8 optimizes a prototype after about ten lookups through it. */
const lookupCount = 1_000;

/**
 * Makes V8 optimize String.prototype again. ioredis 6 declares a class that extends String. V8 then treats String.prototype as
 * an object under construction: optimized code in the whole process looks up `charCodeAt` for each call, which makes it five
 * times slower. Lookups through a String object, but not through a primitive string, restore the fast form (ADR 0009).
 */
export function restoreStringPrototype(): void {
  for (let i = 0; i < lookupCount; i += 1) lookUpMethod(Object(''));
}

function lookUpMethod(text: { readonly charCodeAt?: unknown }): unknown {
  return text.charCodeAt;
}

/**
 * Coalesces all commands that are issued in the same tick into one write: one system call instead of one per command (ADR 0008).
 * No command waits longer than the current tick.
 */
export function coalesceWrites(client: RedisClient): void {
  if (client instanceof Redis) client.on('connect', () => coalesceStreamWrites(client.stream));
  else client.on('+node', (node: Redis) => node.on('connect', () => coalesceStreamWrites(node.stream)));
}

function coalesceStreamWrites(stream: Writable): void {
  const write = stream.write;
  let isCorked = false;
  stream.write = (...command: unknown[]): boolean => {
    if (!isCorked) {
      isCorked = true;
      stream.cork();
      process.nextTick(() => {
        isCorked = false;
        stream.uncork();
      });
    }
    return Reflect.apply(write, stream, command);
  };
}
