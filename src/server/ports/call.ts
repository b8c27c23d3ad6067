import { OrchestratorError } from '../../core/model/orchestrator-error';

/** What a caller's call imposes on everything that is done for it. */
export interface Call {
  /** Milliseconds since 1970 after which the answer is of no use; Infinity where the caller set none. */
  readonly deadline: number;
  /** Aborted when the caller gives up; where it is the service that ends the call, the reason is an OrchestratorError. */
  readonly signal: AbortSignal;
  /** Whether the signal is aborted. Cheap where nobody has asked for the signal yet, which most calls never make. */
  readonly isCancelled: boolean;
}

/** A call that a signal bounds. */
export function createCall(deadline: number, signal: AbortSignal): Call {
  return {
    deadline,
    signal,
    get isCancelled() {
      return signal.aborted;
    },
  };
}

/** Throws CANCELLED or DEADLINE when nobody waits for the call any more. A store asks before it reads or changes anything. */
export function throwIfCallEnded(call: Call, now: number): void {
  if (call.isCancelled) throw new OrchestratorError('CANCELLED', 'The caller gave up before the store was asked.');
  if (call.deadline <= now) throw new OrchestratorError('DEADLINE', 'The deadline passed before the store was asked.');
}
