import { OrchestratorError } from '../../core/model/orchestrator-error';
import { type PausableAllowance, WorkPaused } from '../../core/model/pausable-allowance';
import type { Call } from '../ports/call';
import type { Telemetry } from '../ports/telemetry';
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

/** Runs work that may pause within a span. The span of a part that pauses ends without an error. */
export function withPausableSpan<Result>(telemetry: Telemetry, name: string, work: () => Result): Result {
  let pause: WorkPaused | undefined;
  const result = telemetry.withSpan(name, () => {
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
