import { OrchestratorError } from '../../core/model/orchestrator-error';
import { type PausableAllowance, WorkPaused } from '../../core/model/pausable-allowance';
import type { Call } from '../ports/call';
import { eventLoopShare } from './event-loop-share';

/**
 * Runs pure work that pauses, and starts it again in a later iteration of the event loop after each pause.
 *
 * @throws OrchestratorError CANCELLED, and what the work throws.
 */
export async function runPausable<Result>(
  work: () => Result,
  allowance: PausableAllowance,
  tenantId: string,
  call: Call,
): Promise<Result> {
  let share = eventLoopShare.waitForShare(tenantId, call);
  for (;;) {
    if (share !== undefined) {
      await share;
      if (call.isCanceled) throw createCanceledError();
    }
    try {
      return work();
    } catch (error) {
      if (!(error instanceof WorkPaused)) throw error;
    } finally {
      eventLoopShare.record(tenantId, allowance.usedInPart);
    }
    share = eventLoopShare.waitForNextIteration(tenantId, call);
    allowance.resume();
  }
}

/** Runs work that may pause with a function that reports its errors, such as a span. A pause is not an error. */
export function passPause<Result>(run: <Part>(part: () => Part) => Part, work: () => Result): Result {
  let pause: WorkPaused | undefined;
  const result = run(() => {
    try {
      return { value: work() };
    } catch (error) {
      if (!(error instanceof WorkPaused)) throw error;
      pause = error;
      return undefined;
    }
  });
  if (result === undefined) throw pause;
  return result.value;
}

function createCanceledError(): OrchestratorError {
  return new OrchestratorError('CANCELLED', 'The call was canceled before the turn was decided.');
}
