import type { FieldValues } from '../model/json';
import type { RejectionReason, StartOrigin } from '../model/lifecycle-decision';
import type { CompiledScenario } from '../scenario/compiled-scenario';

/** A scenario that can start or resume on this turn. */
export interface StartCandidate {
  readonly scenarioId: string;
  /** 0..1. */
  readonly score: number;
  readonly origin: StartOrigin;
  /**
   * Whether the model finds that the message concerns the scenario; replaces the score test. Undefined if the model does not mention the
   * scenario.
   */
  readonly matchesMessage: boolean | undefined;
  /** Values of its local fields that this turn gives, or an earlier one that the pending start or the CHOICE has kept (0.4). */
  readonly localValues: FieldValues;
}

/** A candidate that starts. */
export interface ScenarioStart extends Omit<StartCandidate, 'scenarioId' | 'localValues'> {
  readonly scenario: CompiledScenario;
  readonly instanceId: string;
  /** Sorted (2.13). */
  readonly missingSoftFields: readonly string[];
}

/** Why a candidate does not start, with the details that belong to the reason. */
export interface StartRejection {
  readonly reason: RejectionReason;
  /** Sorted. */
  readonly missingFields?: readonly string[];
  /** Sorted. */
  readonly blockingScenarioIds?: readonly string[];
  /** Sorted. */
  readonly blockingRuleIds?: readonly string[];
  readonly conditionErrors?: readonly string[];
  /** EXCLUDED only: it lost to another candidate of this turn by a relationship, so it does not become pending (2.14). */
  readonly hasLostToRival?: boolean;
}

/** A candidate that did not start. */
export interface RejectedStart {
  readonly candidate: StartCandidate;
  readonly rejection: StartRejection;
}
