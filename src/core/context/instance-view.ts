import type { KnownData } from '../model/known-data';
import type { IgnoredOutcome } from '../model/lifecycle-decision';
import type { ScenarioInstance, Session } from '../model/session';
import type { Turn } from '../model/turn';
import type { Catalogue } from '../scenario/catalogue';
import type { CompiledScenario, CompiledStep } from '../scenario/compiled-scenario';
import type { InstanceSignals } from './instance-signals';
import type { ResolvedOutcome } from './outcomes/outcome-target';
import type { StoredData } from './stored-data';

/** An instance on this turn, after its outcomes, data and corrections are recorded (0.7, steps 2 to 5). */
export interface InstanceView {
  /** The instance after the turn's outcomes, voided requests, passed checkpoints and loop counts are recorded. Attempts are counted later. */
  readonly instance: ScenarioInstance;
  /** Undefined if the version of the instance no longer exists (2.1). */
  readonly scenario: CompiledScenario | undefined;
  /** Undefined if the version does not have the step (2.2). */
  readonly step: CompiledStep | undefined;
  readonly known: KnownData;
  /** Fields that became known, changed or were cleared for the instance this turn; sorted. */
  readonly changedFields: readonly string[];
  /** Fields used on the route whose value changed on this turn, or on an earlier turn without a walk; sorted (3.9). */
  readonly correctedFields: readonly string[];
  /** Corrected fields that take no effect because the action that used them has succeeded on this turn; sorted (3.9). */
  readonly keptFields: readonly string[];
  /** Fields that the variables, the patch or the results of this turn contain (3.2, `clears`). */
  readonly providedFields: ReadonlySet<string>;
  readonly signals: InstanceSignals;
  /** An applied outcome of this turn is about the instance (0.6). */
  readonly hasOutcome: boolean;
  /** An outcome with the key of its open CONFIRM was applied (2.11). */
  readonly hasConfirmedByKey: boolean;
  /** This turn answered its open ASK or CONFIRM. */
  readonly hasAnsweredRequest: boolean;
  /** The CONFIRM of its visit was DECLINED (2.5). */
  readonly hasDeclined: boolean;
  /** This turn changes a value that the instance used or confirms (2.5). */
  readonly changesUsedValue: boolean;
  /** Variables or patch of this turn change a field that its scenario collects (0.5). */
  readonly changesCollectedField: boolean;
  /** A candidate at or above the start threshold names its scenario. */
  readonly isNamed: boolean;
  /** The variables or patch of this turn made a field known that the step lacks or the open ASK lists (0.5). */
  readonly hasReceivedAwaitedField: boolean;
  /** A field of its open ASK was given again, declined or changed (0.5). */
  readonly hasReceivedAskedField: boolean;
  /** Fields in the instance's open ASK whose values were rejected (section 10). */
  readonly rejectedAnswers: readonly string[];
  /** Paused only: the turn gives a field of its open ASK that no active instance waits for (2.11). */
  readonly isAnswered: boolean;
  /** The turn addresses the instance (0.5). Instances that start are not counted here. */
  readonly isAddressed: boolean;
  /** Turns without a message only: the turn concerns the instance, so the instance walks if it is active (0.5). */
  readonly isConcerned: boolean;
  /** MESSAGE turns only: the turn does not count as an attempt at its open request (0.8). */
  readonly isAttemptExempt: boolean;
}

/** Whether the instance was paused before the turn. */
export function wasPaused({ instance }: InstanceView): boolean {
  return instance.status === 'PAUSED';
}

/** The inputs of a view that all instances share. */
export interface ViewInput {
  readonly session: Session;
  readonly turn: Turn;
  readonly catalogue: Pick<Catalogue, 'getScenarioVersion'>;
  readonly focusInstanceId: string;
  /** In request order. */
  readonly outcomes: readonly ResolvedOutcome[];
  readonly storedData: StoredData;
  /** The known data of the session before the data of the turn is stored; shared by instances without variables of their own. */
  readonly before: KnownData;
  readonly known: KnownData;
  readonly changedFields: readonly string[];
  /** Scenarios that a candidate at or above the start threshold names. */
  readonly namedScenarioIds: ReadonlySet<string>;
  /** Finds the instances with a timer that is due. Only a turn without a message evaluates timers (section 14). */
  readonly findDueInstances: () => ReadonlySet<string>;
  /** Fields of which the turn gave a value that was rejected (section 10). */
  readonly rejectedAnswers: ReadonlySet<string>;
}

/** A view before it is decided which instances the turn addresses. */
export type DraftView = InstanceView & {
  readonly ignoredOutcomes: readonly IgnoredOutcome[];
  /** The fields that the variables or the patch of this turn changed; sorted. Excludes results. */
  readonly changedByCustomer: readonly string[];
};
