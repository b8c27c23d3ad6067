import { isSettled } from '../context/asks';
import type { SelectionContext } from '../context/selection-context';
import type { Draft } from '../model/draft';
import type { FieldValues } from '../model/json';
import type { KnownData } from '../model/known-data';
import type { InstanceRequest } from '../model/request';
import type { ScenarioInstance } from '../model/session';
import type { Truth } from '../model/truth';
import type { RouteEntry, StepVisit } from '../model/visit';
import type { CompiledStep, CompiledTransition } from '../scenario/compiled-scenario';
import type { StepNeed } from './step-need';
import type { WalkInput } from './walk-input';

/** The step that a walk has reached, with the current visit of the instance or the visit that it would open. */
export interface StepPosition {
  readonly step: CompiledStep;
  readonly visit: StepVisit;
  /** The visit opens on this turn. */
  readonly isNewVisit: boolean;
}

/** A step that the instance left or passed over on this turn. */
export interface TraversedStep {
  /** What the route keeps of the step. */
  readonly entry: RouteEntry;
  /** Undefined if a correction, BACK or relocalization moved the instance. */
  readonly transition: CompiledTransition | undefined;
  /** The step was entered and left by this walk and has no visit. */
  readonly isPassedOver: boolean;
  /** The step collects fields and was left without having been asked (3.5). */
  readonly isSkipped: boolean;
}

/** An UNKNOWN transition that keeps the instance at its step until the missing data is known (3.3). */
export interface BlockingTransition {
  readonly transitionId: string;
  /** The transition has `outcomes` as a rule (2.5). */
  readonly hasOutcomes: boolean;
  /** Fields that it misses; sorted. */
  readonly missingFields: readonly string[];
  /** The natural-language condition of the transition could not be evaluated (3.4). */
  readonly isTextUnknown: boolean;
}

/** The result of a transition under given variables. */
export interface TransitionEvaluation {
  readonly truth: Truth;
  /** UNKNOWN only; sorted. */
  readonly missingFields: readonly string[];
  /** "" if the condition of the transition did not fail. */
  readonly conditionError: string;
  /** UNKNOWN only: the natural-language condition of the transition could not be evaluated (3.4). */
  readonly isTextUnknown: boolean;
}

/** A transition that the walk considered at a step. */
export interface ConsideredTransition {
  readonly transition: CompiledTransition;
  readonly position: StepPosition;
  /** Undefined if the transition is not eligible, or an earlier one blocks it. */
  readonly evaluation: TransitionEvaluation | undefined;
  /** Why the transition was not evaluated or not taken although TRUE; else "". */
  readonly obstacle: string;
}

/** The step that a correction returns to: the first one that used a corrected field (3.9). */
export interface CorrectionTarget {
  readonly step: CompiledStep;
  /** Sorted. */
  readonly fields: readonly string[];
}

/** The walk of an instance: its position, how it got there, and what changes on the way. */
export interface Walk {
  readonly input: WalkInput;
  /** In path order. */
  readonly traversedSteps: readonly TraversedStep[];
  readonly position: StepPosition;
  /** A visit opened, or a `returns` transition went back to one (3.2, 3.6). */
  readonly hasMoved: boolean;
  /** What the step where the walk ended needs. */
  readonly need: StepNeed;
  readonly blockingTransition: BlockingTransition | undefined;
  readonly correction: CorrectionTarget | undefined;
  /** BACK moved the instance (3.10). */
  readonly hasGoneBack: boolean;
  readonly hasNoBackTarget: boolean;
  /** A `returns` transition was taken (3.2). */
  readonly hasReturned: boolean;
  /** Changed fields that take no effect yet, because a WRITE action is under way; sorted (3.9). */
  readonly heldFields: readonly string[];
  /** Description of the checkpoint that blocks a correction or BACK, or "" (3.9, 3.10). */
  readonly blockedByCheckpoint: string;
  /** The step where the instance would be without relocalization, or "" (3.8). */
  readonly relocalizedFrom: string;
  readonly route: readonly RouteEntry[];
  readonly leftSteps: readonly string[];
  readonly stepsBeforeCheckpoint: readonly string[];
  readonly requests: readonly InstanceRequest[];
  readonly settledFields: ScenarioInstance['settledFields'];
  readonly attempts: number;
  readonly attemptsTotal: number;
  /** An answered action is put again because a variable that it fills is still missing (3.3). */
  readonly countsFailure: boolean;
  /** Fields that the transitions taken have cleared; sorted (3.2). */
  readonly clearedFields: readonly string[];
  /** Results of the tools of the visit that opened; sorted (0.4). */
  readonly forgottenFields: readonly string[];
  /** Values that a call returned on this turn (section 11). */
  readonly returnedValues: FieldValues;
  /** The known data without the cleared and forgotten fields. */
  readonly known: KnownData;
  /** Templates that the next contribution carries, in path order (3.1). */
  readonly leadInTemplateIds: readonly string[];
  /** The transitions that were considered, in order of evaluation. */
  readonly considered: readonly ConsideredTransition[];
  /** Fingerprints of global transitions that are not taken again until a value that they read changes. */
  readonly globalGuards: ReadonlyMap<string, string>;
}

/** A walk that is not finished. Each move changes it; `need` is set at the end. Only functions that compute a walk, such as `walkInstance`, have one. */
export interface WalkDraft extends Draft<Walk> {
  considered: ConsideredTransition[];
}

/** Copies a walk, to change the copy; see `copyInstance`. */
export function copyWalk(walk: Walk): WalkDraft {
  return {
    input: walk.input,
    traversedSteps: walk.traversedSteps,
    position: walk.position,
    hasMoved: walk.hasMoved,
    need: walk.need,
    blockingTransition: walk.blockingTransition,
    correction: walk.correction,
    hasGoneBack: walk.hasGoneBack,
    hasNoBackTarget: walk.hasNoBackTarget,
    hasReturned: walk.hasReturned,
    heldFields: walk.heldFields,
    blockedByCheckpoint: walk.blockedByCheckpoint,
    relocalizedFrom: walk.relocalizedFrom,
    route: walk.route,
    leftSteps: walk.leftSteps,
    stepsBeforeCheckpoint: walk.stepsBeforeCheckpoint,
    requests: walk.requests,
    settledFields: walk.settledFields,
    attempts: walk.attempts,
    attemptsTotal: walk.attemptsTotal,
    countsFailure: walk.countsFailure,
    clearedFields: walk.clearedFields,
    forgottenFields: walk.forgottenFields,
    returnedValues: walk.returnedValues,
    known: walk.known,
    leadInTemplateIds: walk.leadInTemplateIds,
    considered: walk.considered.slice(),
    globalGuards: walk.globalGuards,
  };
}

/** Whether a field needs no further question at a step (3.1). A cleared field is asked again, also if it was declined. */
export function isSettledAt(
  field: string,
  step: CompiledStep,
  { known, settledFields, clearedFields }: Pick<Walk, 'known' | 'settledFields' | 'clearedFields'>,
  { storedData }: SelectionContext,
): boolean {
  if (clearedFields.includes(field)) return known.has(field);
  return isSettled(field, step, known, settledFields, storedData.declinedFields);
}

/** Whether all fields that the step collects are settled. */
export function areFieldsSettled(step: CompiledStep, walk: Walk, context: SelectionContext): boolean {
  return step.collectedFields.every((field) => isSettledAt(field, step, walk, context));
}
