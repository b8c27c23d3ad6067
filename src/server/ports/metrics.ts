import type { ModelProposal } from '../../core/model/model-proposal';
import type { TurnTrigger } from '../../core/model/turn';
import type { TurnResult } from '../../core/model/turn-result';
import type { AuthenticationFailure } from './authenticator';

/** Why a call was refused for who calls. */
export type AccessFailure = AuthenticationFailure | 'unavailable' | 'scope' | 'tenant';

/** A turn that was answered. */
export interface AnsweredTurn {
  readonly trigger: TurnTrigger;
  /** It was applied before (5.1). */
  readonly replayed: boolean;
  readonly result: TurnResult;
}

/** How an operation of a store ended: in order, with a refusal that the port documents (its reason), or by a defect. */
export type StoreOutcome = 'ok' | 'INTERNAL' | (string & {});

/** How asking the model ended, and what it took. */
export interface ModelUsage {
  readonly outcome: ModelProposal['outcome'];
  /** 0 where no answer came. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** By the configured prices, in their currency. */
  readonly cost: number;
}

/** Tells that what was begun has ended; its duration runs until then. Called once. */
export type EndMeasurement<T> = (how: T) => void;

/** What the service counts and times. Never a value of a customer, nor an id. Nearly free where nobody reads it. */
export interface Metrics {
  /** Whether anybody reads them: what only they need is not done else. */
  readonly isEnabled: boolean;
  /** A turn begins. It is only counted once it is answered; a call that fails is told by `callBegins`. */
  startTurn(): EndMeasurement<AnsweredTurn>;
  /** A turn is decided again, since another one of its session was committed first (5.3). */
  recordCommitConflict(): void;
  /** A phase, a look-up or a store's part of a turn begins, by the name of its span. */
  startPhase(phase: string): EndMeasurement<void>;
  /** An operation of a store begins, by the name of the port's method. */
  startStoreOperation(operation: string): EndMeasurement<StoreOutcome>;
  /** A model is asked for a turn, by its configured name; not called back where the caller gave up. */
  startModelRequest(model: string): EndMeasurement<ModelUsage>;
  /** A call begins, by the full name of its method, `package.Service/Method`; it ends with the name of its status code. */
  startCall(method: string): EndMeasurement<string>;
  /** A call, or a request of a stream, is refused for who calls. */
  recordAccessFailure(failure: AccessFailure): void;
}
