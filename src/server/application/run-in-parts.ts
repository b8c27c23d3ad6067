import type { Allowance } from '../../core/model/allowance';
import { type Call, throwIfCallEnded } from '../ports/call';
import type { Clock } from '../ports/clock';
import { eventLoopShare, unitsPerIteration } from './event-loop-share';

/** The call that work is done for. Work that several calls share has none. */
export interface WorkingCall {
  readonly call: Call;
  readonly clock: Clock;
}

/**
 * Runs work that yields where it can pause. It pauses when it has spent `unitsPerIteration` since the last pause, and continues only if the
 * call has not ended.
 *
 * @throws OrchestratorError CANCELLED or DEADLINE, and what the work throws.
 */
export async function runInParts<Result>(
  parts: Generator<void, Result>,
  allowance: Pick<Allowance, 'used'>,
  working?: WorkingCall,
): Promise<Result> {
  let start = allowance.used;
  await eventLoopShare.waitForShare();
  for (let part = parts.next(); ; part = parts.next()) {
    const units = allowance.used - start;
    if (part.done === true) {
      eventLoopShare.record(units);
      return part.value;
    }
    if (units < unitsPerIteration) continue;
    await eventLoopShare.waitForNextIteration();
    if (working !== undefined) throwIfCallEnded(working.call, working.clock.now());
    start = allowance.used;
  }
}
