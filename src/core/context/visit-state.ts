import { jsonEquals } from '../model/json';
import type { KnownData } from '../model/known-data';
import { type InstanceRequest, isOpen, type RequestKind } from '../model/request';
import type { ScenarioInstance } from '../model/session';
import type { StepVisit } from '../model/visit';
import type { CompiledStep } from '../scenario/compiled-scenario';

/** A step in a visit, with the requests of the instance. Stages follow from it (3.1). */
export interface VisitState {
  readonly step: CompiledStep;
  readonly visit: StepVisit;
  readonly requests: readonly InstanceRequest[];
}

/** Returns the state of an instance at its current step. */
export function toVisitState({ visit, requests }: ScenarioInstance, step: CompiledStep): VisitState {
  return { step, visit, requests };
}

/** A visit with the requests of the instance. */
interface VisitRequests {
  readonly visit: Pick<StepVisit, 'number'>;
  readonly requests: readonly InstanceRequest[];
}

/** Finds the latest request of a kind in the visit, open or closed. */
export function findVisitRequest({ visit, requests }: VisitRequests, kind: RequestKind): InstanceRequest | undefined {
  // The most frequent search of a turn: a loop is faster than `findLast`, which V8 does not inline (ADR 0007).
  for (let index = requests.length - 1; index >= 0; index -= 1) {
    const request = requests[index];
    if (request?.kind === kind && request.visitNumber === visit.number) return request;
  }
  return undefined;
}

/** Whether the action of the visit has succeeded: all tools of the latest hint, or a button that confirmed and acted. */
export function hasActionSucceeded(state: VisitRequests): boolean {
  return findVisitRequest(state, 'ACTION')?.outcome === 'ACTION_SUCCEEDED';
}

/**
 * Whether the confirm stage is finished (3.1): there is none, the CONFIRM was answered, or the WRITE action that was confirmed has succeeded. A
 * look-up that changes a confirmed value does not confirm it.
 */
export function isConfirmFinished(state: VisitState): boolean {
  const { step } = state;
  if (!step.hasConfirmStage || (step.isWriteAction && hasActionSucceeded(state))) return true;
  const confirm = findVisitRequest(state, 'CONFIRM');
  if (confirm?.status !== 'ANSWERED') return false;
  return confirm.outcome === 'CONFIRMED' || confirm.outcome === 'ACTION_SUCCEEDED';
}

/**
 * Whether the act stage is finished (3.1): there is none; a required action succeeded; other tools have an outcome, or were hinted on an
 * earlier turn and no transition of the step waits for a result.
 */
export function isActFinished(state: VisitState): boolean {
  const { step } = state;
  if (!step.hasActStage) return true;
  const action = findVisitRequest(state, 'ACTION');
  if (step.isRequiredAction) return action?.outcome === 'ACTION_SUCCEEDED';
  if (!action) return false;
  return action.tools.some(({ outcome }) => outcome !== undefined) || !step.readsActionResult;
}

/** Whether some tools of the action of the visit have an outcome and others do not: the step then has no outcome yet (0.6). */
export function isActionIncomplete(state: VisitRequests): boolean {
  const action = findVisitRequest(state, 'ACTION');
  return action !== undefined && isOpen(action) && action.tools.some(({ outcome }) => outcome !== undefined);
}

/**
 * Finds the action that is under way at the current step: it is open, and required or awaited by the act stage (0.8). An action that was
 * moved from an older visit when its step was entered again counts as well (3.9).
 */
export function findActionUnderWay(state: VisitState): InstanceRequest | undefined {
  const { step } = state;
  if (!step.hasActStage) return undefined;
  const action = findVisitRequest(state, 'ACTION');
  if (!action || !isOpen(action)) return undefined;
  return step.isRequiredAction || !isActFinished(state) ? action : undefined;
}

/** Whether a WRITE action of the current step is under way (3.9). */
export function isWriteUnderWay(state: VisitState): boolean {
  return state.step.isWriteAction && findActionUnderWay(state) !== undefined;
}

/**
 * Whether a value that a CONFIRM binds has changed: it has another value, or it was withdrawn. A profile field that this turn did not send
 * has not changed (0.8).
 */
export function hasChangedValue({ values }: Pick<InstanceRequest, 'values'>, known: KnownData): boolean {
  for (const [field, bound] of values) {
    const value = known.get(field);
    if (value === undefined ? known.isNull(field) : !jsonEquals(value, bound)) return true;
  }
  return false;
}
