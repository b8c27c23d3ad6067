import type { Allowance } from '../../core/model/allowance';
import { type Call, throwIfCallEnded } from '../ports/call';
import type { Clock } from '../ports/clock';
import { eventLoopShare, noTenant, unitsPerIteration } from './event-loop-share';

/** The call that work is done for. */
export interface WorkingCall {
  readonly call: Call;
  readonly clock: Clock;
}

/** Work that several calls of a tenant share. */
export interface SharedWork {
  readonly tenantId: string;
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
  working: WorkingCall | SharedWork,
): Promise<Result> {
  const { tenantId, call, throwIfEnded } = toOwner(working);
  const share = eventLoopShare.waitForShare(tenantId, call);
  if (share !== undefined) {
    await share;
    throwIfEnded();
  }
  let start = allowance.used;
  for (let part = parts.next(); ; part = parts.next()) {
    const units = allowance.used - start;
    if (part.done === true) {
      eventLoopShare.record(tenantId, units);
      return part.value;
    }
    if (units < unitsPerIteration) continue;
    eventLoopShare.record(tenantId, units);
    await eventLoopShare.waitForNextIteration(tenantId, call);
    throwIfEnded();
    start = allowance.used;
  }
}

interface Owner {
  readonly tenantId: string;
  readonly call: Call | undefined;
  throwIfEnded(): void;
}

function toOwner(working: WorkingCall | SharedWork): Owner {
  if ('tenantId' in working) return { ...working, call: undefined, throwIfEnded: () => undefined };
  const { call, clock } = working;
  return { tenantId: call.tenantId ?? noTenant, call, throwIfEnded: () => throwIfCallEnded(call, clock.now()) };
}
