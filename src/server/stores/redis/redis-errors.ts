import { OrchestratorError } from '../../../core/model/orchestrator-error';

/** The effect of a command, which decides whether its outcome is unknown when the reply is lost. */
export type Effect = 'read' | 'write';

/** Thrown when a call's deadline passes before the reply arrives. The command may still take effect. */
export class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

type RejectionReason = 'STORE_UNAVAILABLE' | 'STORE_FULL';

/** Codes of error replies after which nothing was changed and a retry can succeed. Any other error reply is a defect. */
const rejectionReasons: Readonly<Record<string, RejectionReason>> = {
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

/** The reply of Redis 7.0 to a script command without permission. Other versions reply NOPERM. */
const noPermissionInScript = "ERR The user executing the script can't ";

/** The retry delay that callers get when memory is full. Only expiry or an operator frees memory. */
const fullStoreRetryAfterMs = 5_000;

/** The message of ioredis for a command that it did not send, because the offline queue is disabled. */
const neverSentMessage = "Stream isn't writeable and enableOfflineQueue options is false";

/** The message of ioredis after too many redirections in a Cluster. It ends with the last error reply. */
const tooManyRedirections = /^Too many Cluster redirections\. Last error: ReplyError: ([A-Z]+) /;

/**
 * Converts the error of a failed command. After an error reply, the outcome is known. After any other failure, such as a timeout
 * or a lost connection, a write may have been applied, so it fails with COMMIT_UNKNOWN. A read fails with STORE_UNAVAILABLE, or
 * with DEADLINE if the call's deadline has passed. Defects are returned unchanged.
 */
export function toStoreError(error: unknown, effect: Effect): unknown {
  if (!(error instanceof Error) || error instanceof OrchestratorError) return error;
  if (isReplyError(error)) return fromReplyError(error);
  if (error.message === neverSentMessage) return createUnavailableError('Redis is not connected.', error);
  if (effect === 'write') {
    const message = 'Redis did not reply to a write, which may have been applied.';
    return new OrchestratorError('COMMIT_UNKNOWN', message, { cause: error });
  }
  if (error instanceof DeadlineExceeded) {
    return new OrchestratorError('DEADLINE', 'Redis did not reply before the deadline.', { cause: error });
  }
  return createUnavailableError('Redis did not reply.', error);
}

/** Creates the error for an unavailable Redis server. Nothing was changed. */
export function createUnavailableError(message: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError('STORE_UNAVAILABLE', message, { cause });
}

/** Whether the server does not have the script yet. Nothing was executed. */
export function isNoScriptError(error: unknown): boolean {
  return hasErrorCode(error, 'NOSCRIPT');
}

/** Whether another node of the Cluster serves the key. Nothing was executed. */
export function isMovedError(error: unknown): boolean {
  return hasErrorCode(error, 'MOVED');
}

/** Whether the key holds a value of another type. Nothing was executed. */
export function isWrongTypeError(error: unknown): boolean {
  return hasErrorCode(error, 'WRONGTYPE');
}

/** Whether the user lacks the permission for the command. Nothing was executed. */
export function isNoPermissionError(error: unknown): boolean {
  return hasErrorCode(error, 'NOPERM');
}

/** Whether a Redis server before 7.0 rejected the `#!lua` line. Nothing was executed. */
export function isShebangError(error: unknown): boolean {
  return (
    error instanceof Error && isReplyError(error) && /compiling script.*unexpected symbol near '#'/.test(error.message)
  );
}

/**
 * Returns the code of an error reply, which is its first word. Before Redis 7.0, the code of a command in a script follows "ERR
 * Error running script (...): -". If ioredis gave up following redirections, returns the code of the last reply.
 */
export function getErrorCode(message: string): string {
  if (message.startsWith(noPermissionInScript)) return 'NOPERM';
  const inner = (/^ERR Error running script .*: -([A-Z]+) /.exec(message) ?? tooManyRedirections.exec(message))?.[1];
  return inner ?? /^[A-Z]+/.exec(message)?.[0] ?? '';
}

function hasErrorCode(error: unknown, code: string): boolean {
  return error instanceof Error && isReplyError(error) && getErrorCode(error.message) === code;
}

/** Whether Redis replied with an error. Nothing else is pending on the connection because of the command. */
export function isErrorReply(error: unknown): boolean {
  return error instanceof Error && isReplyError(error);
}

function isReplyError(error: Error): boolean {
  return error.name === 'ReplyError' || tooManyRedirections.test(error.message);
}

const createRejection: Readonly<Record<RejectionReason, (cause: Error) => OrchestratorError>> = {
  STORE_UNAVAILABLE: (cause) => createUnavailableError('Redis rejected the command. Nothing was changed.', cause),
  STORE_FULL: (cause) =>
    new OrchestratorError('STORE_FULL', 'Redis is out of memory. Nothing was changed.', {
      retryAfterMs: fullStoreRetryAfterMs,
      cause,
    }),
};

function fromReplyError(error: Error): Error {
  const reason = rejectionReasons[getErrorCode(error.message)];
  return reason === undefined ? error : createRejection[reason](error);
}
