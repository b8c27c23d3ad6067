import type { ModelFailureReason } from '../../core/model/model-proposal';

/** What a failure says beside its reason. */
export interface ChatErrorDetails {
  /** The same request may be sent again: it was not worked on, or nothing is lost by it. */
  readonly again?: boolean;
  /** Milliseconds that the endpoint asks to wait before that; undefined: it asks nothing. */
  readonly afterMs?: number | undefined;
  /** The endpoint is down or of no use for now. An answer that is wrong, or "not now", shows that it is there. */
  readonly outage?: boolean;
  readonly cause?: unknown;
}

/** Why an answer did not come. The message holds nothing of what was sent or received. */
export class ChatError extends Error {
  readonly again: boolean;
  readonly afterMs: number | undefined;
  readonly outage: boolean;

  constructor(
    readonly reason: ModelFailureReason,
    message: string,
    { again = false, afterMs, outage = false, cause }: ChatErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ChatFailure';
    this.again = again;
    this.afterMs = afterMs;
    this.outage = outage;
  }
}
