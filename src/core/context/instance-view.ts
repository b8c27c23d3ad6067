import type { KnownData } from '../model/known-data';
import type { ScenarioInstance } from '../model/session';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import type { InstanceSignals } from './instance-signals';

/** An instance as the turn finds it, after outcomes, data and corrections were recorded (0.7, steps 2 to 5). */
export interface InstanceView {
  /** With outcomes recorded, confirmations voided, checkpoints passed, loop counts and attempts counted. */
  readonly instance: ScenarioInstance;
  /** Undefined where its version is gone (2.1). */
  readonly scenario: CompiledScenario | undefined;
  /** Undefined where the step is not in its version (2.2). */
  readonly step: CompiledStep | undefined;
  readonly known: KnownData;
  /** Fields that became known, changed or were cleared for it this turn; sorted. */
  readonly changedFields: readonly string[];
  /** Fields of its path that were known and got another value by this turn's variables or patch; sorted (3.9). */
  readonly correctedFields: readonly string[];
  /** Fields given by this turn's variables, patch or the instance's results: `clears` spares them (3.2). */
  readonly providedFields: ReadonlySet<string>;
  readonly signals: InstanceSignals;
  /** An outcome of this turn is about it. */
  readonly hasOutcome: boolean;
  /** A candidate at or above the start threshold names its scenario. */
  readonly isNamed: boolean;
  /** A field that it waits for became known by this turn's variables or patch (0.5). */
  readonly hasReceivedAwaitedField: boolean;
  /** The turn addresses it (0.5). */
  readonly isAddressed: boolean;
  /** The turn was counted as an attempt of it; taken back when something starts, as that addresses somebody else (3.6). */
  readonly hasCountedAttempt: boolean;
}

/** Whether the instance was paused before the turn. */
export function wasPaused({ instance }: InstanceView): boolean {
  return instance.status === 'PAUSED';
}

/** Whether an executor is at work on the step's required action: it was hinted at, and no outcome has come yet. */
export function isAwaitingActionResult({ instance, step }: InstanceView): boolean {
  return instance.visit.openType === 'ACTION_HINT' && (step?.isRequiredAction ?? false);
}
