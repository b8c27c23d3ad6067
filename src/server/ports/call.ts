import { OrchestratorError } from '../../core/model/orchestrator-error';

/** Deadline and cancellation of a call. Both apply to all work that is done for the call. */
export interface Call {
  /** Milliseconds since 1970; Infinity if the caller set no deadline. */
  readonly deadline: number;
  /** Aborted when the caller cancels the call. If the server ends the call, the reason is an OrchestratorError. */
  readonly signal: AbortSignal;
  /** Whether the signal is aborted. Cheaper than reading `signal`, which may be created on first use. */
  readonly isCanceled: boolean;
  /** The tenant that the request names; undefined if it names none. */
  readonly tenantId?: string | undefined;
}

export function createCall(deadline: number, signal: AbortSignal): Call {
  return {
    deadline,
    signal,
    get isCanceled() {
      return signal.aborted;
    },
  };
}

/** Throws an OrchestratorError CANCELLED or DEADLINE if the call has ended. Stores call this before they read or write. */
export function throwIfCallEnded(call: Call, now: number): void {
  if (call.isCanceled) throw new OrchestratorError('CANCELLED', 'The call was canceled before the store was accessed.');
  if (call.deadline <= now) {
    throw new OrchestratorError('DEADLINE', 'The deadline was exceeded before the store was accessed.');
  }
}
