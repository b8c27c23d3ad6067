import type { ModelFailureReason } from '../../core/model/model-proposal';

export interface ChatErrorDetails {
  /** Whether the request may be sent again: the endpoint did not process it. */
  readonly isRetryable?: boolean;
  /** The delay in milliseconds that the endpoint requests before a retry; undefined if it requests none. */
  readonly retryAfterMs?: number | undefined;
  /** Whether the endpoint is down or misconfigured. An invalid answer or a 429 shows that it is up. */
  readonly isOutage?: boolean;
  readonly cause?: unknown;
}

/** The reason why the model gave no proposal. The message contains neither request nor response data. */
export class ChatError extends Error {
  readonly isRetryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly isOutage: boolean;

  constructor(
    readonly reason: ModelFailureReason,
    message: string,
    { isRetryable = false, retryAfterMs, isOutage = false, cause }: ChatErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ChatError';
    this.isRetryable = isRetryable;
    this.retryAfterMs = retryAfterMs;
    this.isOutage = isOutage;
  }
}
