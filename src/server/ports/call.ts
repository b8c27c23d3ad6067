import { OrchestratorError } from '../../core/model/orchestrator-error';

/** Deadline and cancellation of a call. They apply to all work done for it. */
export interface Call {
  /** Milliseconds since 1970; Infinity if the caller set no deadline. */
  readonly deadline: number;
  /** Aborted when the caller cancels the call. If the server ends the call, the reason is an OrchestratorError. */
  readonly signal: AbortSignal;
  /** Whether the signal is aborted. Cheaper than reading `signal`, which is created on first use. */
  readonly isCancelled: boolean;
}

export function createCall(deadline: number, signal: AbortSignal): Call {
  return {
    deadline,
    signal,
    get isCancelled() {
      return signal.aborted;
    },
  };
}

/** Throws CANCELLED or DEADLINE if the call has ended. A store checks this before it reads or writes. */
export function throwIfCallEnded(call: Call, now: number): void {
  if (call.isCancelled)
    throw new OrchestratorError('CANCELLED', 'The call was canceled before the store was accessed.');
  if (call.deadline <= now) {
    throw new OrchestratorError('DEADLINE', 'The deadline was exceeded before the store was accessed.');
  }
}
