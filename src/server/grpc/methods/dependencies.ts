import type { UseCases } from '../../application/use-cases';
import type { Clock } from '../../ports/clock';
import type { Telemetry } from '../../ports/telemetry';
import type { Admission } from '../middleware/admission';

/** What the literals of the methods use. */
export interface MethodDependencies {
  readonly useCases: UseCases;
  readonly clock: Clock;
  /** `limits.maxRequests` of ProcessTurns. */
  readonly maxRequestsPerStream: number;
  /** `limits.stallTimeoutMs` of WatchSession. */
  readonly stallTimeoutMs: number;
}

/** What handlers of all kinds use. */
export interface HandlerDependencies {
  readonly middlewares: Admission['middlewares'];
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Deadline of calls whose client sets none, and upper limit for the requests of a stream. Milliseconds. */
  readonly turnTimeoutMs: number;
  /** Aborted when the server shuts down. A long-lived stream then accepts nothing more and ends. */
  readonly drainSignal: AbortSignal;
}
