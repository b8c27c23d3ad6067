import type { ModelProposal } from '../../core/model/model-proposal';
import type { TurnTrigger } from '../../core/model/turn';
import type { TurnResult } from '../../core/model/turn-result';
import type { AuthenticationFailure } from './authenticator';

/** Why authentication or authorization of a call failed. */
export type AccessFailure = AuthenticationFailure | 'unavailable' | 'scope' | 'tenant';

export interface AnsweredTurn {
  readonly trigger: TurnTrigger;
  /** Whether the turn was already applied, so that the stored response was returned (5.1). */
  readonly replayed: boolean;
  readonly result: TurnResult;
}

/** Result of a store operation: success, the reason of an OrchestratorError, or INTERNAL for an unexpected error. */
export type StoreOutcome = 'ok' | 'INTERNAL' | (string & {});

/** Result and cost of a request to the model. */
export interface ModelUsage {
  readonly outcome: ModelProposal['outcome'];
  /** 0 if the model did not respond. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** In the currency of the configured prices. */
  readonly cost: number;
}

/** Ends a measurement and records its duration. Must be called at most once. */
export type EndMeasurement<T> = (result: T) => void;

/**
 * The metrics of the service. Attributes contain neither ids nor customer data. Recording costs almost nothing if no SDK reads the
 * metrics.
 */
export interface Metrics {
  /** Whether metrics are exported. Check it before computing values that only metrics need. */
  readonly isEnabled: boolean;
  /** Measures a turn until it is answered. Failed calls are recorded by `startCall` only. */
  startTurn(): EndMeasurement<AnsweredTurn>;
  /** Counts a turn that is decided again because another turn of its session was committed first (5.3). */
  recordCommitConflict(): void;
  /** Counts a session whose store no longer has a revision that this node has read or committed earlier. */
  recordLostRevision(): void;
  /** Records a timer that this process fired, and how many milliseconds after it was due. */
  recordTimerFired(lateMs: number): void;
  /** Counts an attempt to fire a timer that failed. `reason` is that of the OrchestratorError, or INTERNAL. */
  recordTimerFailure(reason: string): void;
  /** Adds to the number of due timers in the partitions that this process holds. */
  recordTimersDue(change: number): void;
  /** Adds to the number of partitions whose timers this process fires. */
  recordTimerPartitions(change: number): void;
  /** Measures a phase. `phase` is the name of its span. */
  startPhase(phase: string): EndMeasurement<void>;
  /** Measures a store operation. `operation` is the name of the port's method in snake_case. */
  startStoreOperation(operation: string): EndMeasurement<StoreOutcome>;
  /** Measures a request to the model. `model` is the configured name. The measurement is not ended if the caller cancels. */
  startModelRequest(model: string): EndMeasurement<ModelUsage>;
  /** Measures a call. `method` is `package.Service/Method`. The result is the name of the status code. */
  startCall(method: string): EndMeasurement<string>;
  /** Counts a call that exceeds a limit on work. `work` is the kind of work at which the limit was reached. */
  recordWorkLimit(work: string): void;
  /** Counts a call, or a request of a stream, whose authentication or authorization failed. */
  recordAccessFailure(failure: AccessFailure): void;
  /** Counts a call, or a request of a stream, that a size limit refused. `limit` is the name of the setting or of the fixed limit. */
  recordSizeRefusal(limit: string): void;
}
