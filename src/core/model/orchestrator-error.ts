/** The reason of a failed call: ErrorReason of the contract without its prefix. A table in the gRPC server maps it to a status code. */
export type ErrorReason =
  | 'INVALID_REQUEST'
  | 'UNDECODABLE_REQUEST'
  | 'SCENARIO_REFUSED'
  | 'RELATIONSHIP_REFUSED'
  | 'FIELDS_REFUSED'
  | 'SESSION_NOT_FOUND'
  | 'SCENARIO_NOT_FOUND'
  | 'RELATIONSHIP_NOT_FOUND'
  | 'TURN_NOT_FOUND'
  | 'TURN_ID_REUSED'
  | 'REVISION_MISMATCH'
  | 'VERSION_MISMATCH'
  | 'TOO_MUCH_CONTENTION'
  | 'AGENT_MISMATCH'
  | 'CUSTOMER_MISMATCH'
  | 'SESSION_EXISTS'
  | 'TURN_NOT_SUPERSEDABLE'
  | 'TURN_NOT_EXPLAINABLE'
  | 'RECORD_TOO_NEW'
  | 'SESSION_TOO_LARGE'
  | 'STORE_UNAVAILABLE'
  | 'COMMIT_UNKNOWN'
  | 'STORE_FULL'
  | 'TOO_MANY_CALLS'
  | 'TENANT_TOO_MANY_CALLS'
  | 'TOO_LARGE'
  | 'WORK_LIMIT'
  | 'SLOW_READER'
  | 'CURSOR_TOO_OLD'
  | 'TOO_MANY_CONSUMERS'
  | 'DEADLINE'
  | 'CANCELLED'
  | 'SHUTTING_DOWN'
  | 'UNAUTHENTICATED'
  | 'AUTHENTICATION_UNAVAILABLE'
  | 'TENANT_MISMATCH'
  | 'SCOPE_MISSING'
  | 'NOT_IMPLEMENTED'
  | 'INTERNAL';

/** A problem with one field of a request. */
export interface FieldViolation {
  /** Path in the contract's field names, for example `turn.candidates[2].score`. */
  readonly field: string;
  /** What is wrong and which values are valid. */
  readonly description: string;
}

export interface ErrorDetails {
  /** The contract documents the keys of each reason. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly violations?: readonly FieldViolation[];
  /** Recommended delay before a retry, in ms. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** An error that a caller can cause or must handle. Any other thrown error is a defect and becomes INTERNAL. */
export class OrchestratorError extends Error {
  readonly reason: ErrorReason;
  readonly metadata: Readonly<Record<string, string>>;
  readonly violations: readonly FieldViolation[];
  readonly retryAfterMs: number | undefined;

  constructor(reason: ErrorReason, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'OrchestratorError';
    this.reason = reason;
    this.metadata = details.metadata ?? {};
    this.violations = details.violations ?? [];
    this.retryAfterMs = details.retryAfterMs;
  }

  /** Returns a copy with additional metadata. */
  withMetadata(metadata: Readonly<Record<string, string>>): OrchestratorError {
    const { reason, message, violations, retryAfterMs } = this;
    return new OrchestratorError(reason, message, {
      metadata: { ...this.metadata, ...metadata },
      violations,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
      cause: this,
    });
  }
}
