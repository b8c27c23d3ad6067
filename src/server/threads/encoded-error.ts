import { types } from 'node:util';
import { type ErrorReason, type FieldViolation, OrchestratorError } from '../../core/model/orchestrator-error';

/** An error as plain data, because a copy of an error for another thread loses its class and its properties. */
export interface EncodedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: EncodedError | undefined;
  /** Undefined for an error that is not an OrchestratorError. */
  readonly details:
    | {
        readonly reason: ErrorReason;
        readonly metadata: Readonly<Record<string, string>>;
        readonly violations: readonly FieldViolation[];
        readonly retryAfterMs: number | undefined;
      }
    | undefined;
}

/** Longest chain of causes. */
const maxCauses = 5;

export function encodeError(error: unknown, causes = 0): EncodedError {
  if (!types.isNativeError(error)) {
    return { name: 'Error', message: String(error), stack: undefined, cause: undefined, details: undefined };
  }
  const { name, message, stack, cause } = error;
  return {
    name,
    message,
    stack,
    cause: cause === undefined || causes === maxCauses ? undefined : encodeError(cause, causes + 1),
    details: error instanceof OrchestratorError ? toDetails(error) : undefined,
  };
}

function toDetails({ reason, metadata, violations, retryAfterMs }: OrchestratorError): EncodedError['details'] {
  return { reason, metadata, violations, retryAfterMs };
}

export function decodeError({ name, message, stack, cause: encodedCause, details }: EncodedError): Error {
  const cause = encodedCause && decodeError(encodedCause);
  let error: Error;
  if (details === undefined) {
    error = new Error(message, cause === undefined ? undefined : { cause });
    error.name = name;
  } else {
    const { reason, metadata, violations, retryAfterMs } = details;
    const retry = retryAfterMs === undefined ? {} : { retryAfterMs };
    error = new OrchestratorError(reason, message, { metadata, violations, cause, ...retry });
  }
  if (stack !== undefined) error.stack = stack;
  return error;
}
