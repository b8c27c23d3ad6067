import { OrchestratorError } from '../../domain/orchestrator-error';
import type { Call } from '../../ports/call';

/** Longest time that a timer takes; whoever waits longer waits without one. */
const longestTimerMs = 2 ** 31 - 1;

/** Throws CANCELLED or DEADLINE when nobody waits for the call any more. Asked before anything is changed. */
export function refuseIfOver(call: Call, now: number): void {
  if (call.cancelled) throw new OrchestratorError('CANCELLED', 'The caller gave up before the store was asked.');
  if (call.deadline <= now) throw new OrchestratorError('DEADLINE', 'The deadline passed before the store was asked.');
}

/**
 * The outcome of a change, or a rejection with COMMIT_UNKNOWN when the disk takes longer than `milliseconds`: the change may
 * still come to pass. The timer never outlives the change.
 */
export function within<T>(milliseconds: number, change: Promise<T>): Promise<T> {
  if (milliseconds > longestTimerMs) return change;
  return new Promise<T>((resolve, reject) => {
    const late = () => reject(new OrchestratorError('COMMIT_UNKNOWN', 'The disk did not confirm before the deadline.'));
    const timer = setTimeout(late, milliseconds);
    change.then(
      (outcome) => {
        clearTimeout(timer);
        resolve(outcome);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
