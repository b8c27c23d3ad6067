import { OrchestratorError } from '../../../core/model/orchestrator-error';

/** Longest time that a timer takes; whoever waits longer waits without one. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * The outcome of a change, or a rejection with COMMIT_UNKNOWN when the disk takes longer than `milliseconds`: the change may
 * still come to pass. The timer never outlives the change.
 */
export function withTimeout<T>(milliseconds: number, change: Promise<T>): Promise<T> {
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
