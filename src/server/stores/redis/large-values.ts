import type { CommandArgument } from './lua-script';

/**
 * A command that sends or returns more bytes has a connection of its own. Most sessions and turns have a few kilobytes, so they never
 * wait for a large value.
 */
export const largeValueBytes = 65_536;

/** The last argument of a script whose reply may have any size. */
export const unlimitedBytes = Number.MAX_SAFE_INTEGER;

/**
 * Whether a script refused to reply, because its reply exceeds its last argument. It has changed nothing, and can be run again with another
 * limit. A script without large replies ignores the argument.
 */
export function isLargeReply(reply: unknown): boolean {
  return Buffer.isBuffer(reply) && reply.toString('latin1') === 'LARGE';
}

/** Whether the arguments of a command are too large for the shared connection. */
export function areLarge(args: readonly CommandArgument[]): boolean {
  let size = 0;
  for (const arg of args) if (typeof arg !== 'number') size += arg.length;
  return size > largeValueBytes;
}
