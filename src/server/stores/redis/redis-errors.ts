import { type ErrorReason, OrchestratorError } from '../../../core/model/orchestrator-error';
import { DeadlineExceeded } from './call-timeout';

/** Whether a command may have changed something when its answer is lost. */
export type Effect = 'read' | 'write';

/** Codes of Redis answers that say: nothing was done, try again. Any other answer that is an error is a defect. */
const reasonOfCode: Readonly<Record<string, ErrorReason>> = {
  ASK: 'STORE_UNAVAILABLE',
  BUSY: 'STORE_UNAVAILABLE',
  CLUSTERDOWN: 'STORE_UNAVAILABLE',
  LOADING: 'STORE_UNAVAILABLE',
  MASTERDOWN: 'STORE_UNAVAILABLE',
  MISCONF: 'STORE_UNAVAILABLE',
  MOVED: 'STORE_UNAVAILABLE',
  NOAUTH: 'STORE_UNAVAILABLE',
  NOPERM: 'STORE_UNAVAILABLE',
  NOREPLICAS: 'STORE_UNAVAILABLE',
  OOM: 'STORE_FULL',
  READONLY: 'STORE_UNAVAILABLE',
  TRYAGAIN: 'STORE_UNAVAILABLE',
  WRONGPASS: 'STORE_UNAVAILABLE',
};

/** How 7.0 begins what it says of a command in a script that the user has no right to; before and after it says NOPERM. */
const scriptWithoutRight = "ERR The user executing the script can't ";

/** How long a caller should wait when the memory is full: it takes expiry or an operator to free some. */
const retryFullStoreAfterMs = 5_000;

/** What ioredis says of a command that it refused to queue: it was never sent. */
const neverSent = "Stream isn't writeable and enableOfflineQueue options is false";

/** What ioredis says where a Cluster sent a command elsewhere again and again, with the last answer. */
const redirectedTooOften = /^Too many Cluster redirections\. Last error: ReplyError: ([A-Z]+) /;

/**
 * The error for whatever a command failed with. An answer of Redis tells for certain what happened. Anything else, a timeout
 * or a lost connection, means that a write may have been applied: COMMIT_UNKNOWN. A read then is STORE_UNAVAILABLE, or
 * DEADLINE where it was the caller's time that ran out. Defects come back as they are.
 */
export function toStoreError(error: unknown, effect: Effect): unknown {
  if (!(error instanceof Error) || error instanceof OrchestratorError) return error;
  if (isReplyError(error)) return fromReply(error);
  if (error.message === neverSent) return unavailableError('Redis is not connected.', error);
  if (effect === 'write') {
    const message = 'The change was sent to Redis and no answer came; it may have been applied.';
    return new OrchestratorError('COMMIT_UNKNOWN', message, { cause: error });
  }
  if (error instanceof DeadlineExceeded) {
    return new OrchestratorError('DEADLINE', 'Redis did not answer before the deadline.', { cause: error });
  }
  return unavailableError('Redis did not answer.', error);
}

/** Redis cannot be asked, and nothing was changed. */
export function unavailableError(message: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError('STORE_UNAVAILABLE', message, { cause });
}

/** Whether the server does not have the script yet; nothing ran. */
export function isNoScriptError(error: unknown): boolean {
  return error instanceof Error && isReplyError(error) && getErrorCode(error.message) === 'NOSCRIPT';
}

/** Whether a node of a Cluster says that another one has the key; nothing was done. */
export function isMovedError(error: unknown): boolean {
  return error instanceof Error && isReplyError(error) && getErrorCode(error.message) === 'MOVED';
}

/** Whether a key holds another type than the command takes; nothing ran. */
export function isWrongTypeError(error: unknown): boolean {
  return error instanceof Error && isReplyError(error) && getErrorCode(error.message) === 'WRONGTYPE';
}

/** Whether the server, older than 7.0, stumbled over the `#!lua` line; nothing ran. */
export function isShebangError(error: unknown): boolean {
  return (
    error instanceof Error && isReplyError(error) && /compiling script.*unexpected symbol near '#'/.test(error.message)
  );
}

/** Whether Redis answered, with an error. The code of the answer is the first word of the message. */
function isReplyError(error: Error): boolean {
  return error.name === 'ReplyError' || redirectedTooOften.test(error.message);
}

function fromReply(error: Error): unknown {
  const reason = reasonOfCode[getErrorCode(error.message)];
  if (reason === undefined) return error;
  if (reason === 'STORE_FULL') {
    const details = { retryAfterMs: retryFullStoreAfterMs, cause: error };
    return new OrchestratorError(reason, 'Redis has no memory left; nothing was changed.', details);
  }
  return unavailableError('Redis does not take the command now; nothing was changed.', error);
}

/**
 * The first word of an answer. Before 7.0 that of a command in a script stands behind "ERR Error running script (...): -", and
 * where ioredis gave up to follow a Cluster behind what `redirectedTooOften` matches.
 */
export function getErrorCode(message: string): string {
  if (message.startsWith(scriptWithoutRight)) return 'NOPERM';
  const inner = (/^ERR Error running script .*: -([A-Z]+) /.exec(message) ?? redirectedTooOften.exec(message))?.[1];
  return inner ?? /^[A-Z]+/.exec(message)?.[0] ?? '';
}
