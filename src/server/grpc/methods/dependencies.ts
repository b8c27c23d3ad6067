import type { UseCases } from '../../application/use-cases';
import type { Clock } from '../../ports/clock';
import type { Telemetry } from '../../ports/telemetry';
import type { Admission } from '../middleware/admission';

export interface MethodDependencies {
  readonly useCases: UseCases;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  /** `limits.maxRequests` of ProcessTurns. */
  readonly maxRequestsPerStream: number;
  /** `limits.stallTimeoutMs` of WatchSession. */
  readonly stallTimeoutMs: number;
  /** Maximum bytes of a sent message. */
  readonly maxResponseBytes: number;
}

export interface HandlerDependencies {
  readonly middlewares: Admission['middlewares'];
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Timeout of a call without a deadline, and maximum time for each request of a stream. Milliseconds. */
  readonly turnTimeoutMs: number;
  /** Aborted when the server shuts down. Long-lived streams then accept no further requests and end. */
  readonly drainSignal: AbortSignal;
}
