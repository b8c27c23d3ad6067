import type { Draft } from './draft';
import type { VisitOutcome } from './turn';

/** One stay of an instance at a step (3.6). Its stages follow from this state and the requests of the visit (3.1). */
export interface StepVisit {
  /** Unique within the instance, from 1; never reused. */
  readonly number: number;
  readonly enteredRevision: number;
  /** Milliseconds since 1970, like all times in this file. */
  readonly openedAt: number;
  readonly outcome: VisitOutcome | undefined;
  /** Revision of the plan that contained the INFORM; 0 if none did. */
  readonly informedRevision: number;
  /** A correction opened the visit, and the step was asked before: known fields are not asked again (3.1). */
  readonly wasAskedBefore: boolean;
  /** BACK opened the visit: the step cannot be skipped (3.10). */
  readonly mustAsk: boolean;
  /** Number of used action keys of the visit whose requests are not kept, or belong to superseded turns. They are not used again (0.8, section 13). */
  readonly supersededKeys: number;
  /** The visit to return to, if a global transition to a step with a `returns` transition opened this visit (3.2). */
  readonly returnTo?: SuspendedVisit | undefined;
}

/** A visit that a global transition left without ending it (3.2). */
export interface SuspendedVisit {
  readonly stepId: string;
  readonly visit: StepVisit;
  /** Attempts at the step so far; they continue after the return. */
  readonly attempts: number;
}

/** A step between the entry step and the current step (0.9). */
export interface RouteEntry {
  readonly stepId: string;
  /** 0 if the step was passed over. */
  readonly visitNumber: number;
  /** The transition that left the step; "" if a correction, BACK or relocalization moved the instance. */
  readonly transitionId: string;
  /** The customer was asked for a field that the step collects. */
  readonly asked: boolean;
  /** BACK can move the instance here: the customer was asked for or gave a field of the step, or it put a CONFIRM (3.10). */
  readonly canGoBackTo: boolean;
  /** DECLINED ended the visit. */
  readonly declined: boolean;
  /** Fields that were known when a READ action of the step was hinted; sorted (3.9). */
  readonly readFields: readonly string[];
  /** Fields that the CONFIRM of the step bound; sorted. */
  readonly confirmedFields: readonly string[];
}

/** A step that an instance left or passed over, kept for display. Decisions read it only through the condition variable `visits`. */
export interface PathEntry {
  /** From 1; not renumbered when the path is trimmed. */
  readonly sequence: number;
  readonly stepId: string;
  /** 0 if the step was passed over (3.5). */
  readonly visitNumber: number;
  /** "" if a correction, BACK or relocalization moved the instance. */
  readonly transitionId: string;
  /** The step had asked for a field. */
  readonly asked: boolean;
  readonly leftRevision: number;
}

/** A passed checkpoint or a WRITE action that succeeded (3.7). */
export interface IrreversibleStep {
  readonly stepId: string;
  readonly description: string;
  readonly visitNumber: number;
  readonly revision: number;
  /** False for a success that was not applied (0.6). */
  readonly passed: boolean;
}

/** Creates a visit in which nothing has happened yet. */
export function createVisit(number: number, enteredRevision: number, openedAt: number): Draft<StepVisit> {
  return {
    number,
    enteredRevision,
    openedAt,
    outcome: undefined,
    informedRevision: 0,
    wasAskedBefore: false,
    mustAsk: false,
    supersededKeys: 0,
    returnTo: undefined,
  };
}

/** Lists the numbers of a visit and of the visits that it suspended. */
export function listVisitNumbers({ number, returnTo }: StepVisit): readonly number[] {
  return returnTo ? [number, ...listVisitNumbers(returnTo.visit)] : [number];
}
