import type { Draft } from './draft';
import type { FieldValues } from './json';
import type { StepOutcomeKind } from './turn';

/** What an instance waits for (0.8). */
export type RequestKind = 'ASK' | 'CONFIRM' | 'ACTION';

/** What an instance waits for, as reported to the caller (0.8). */
export type WaitsFor = 'ANSWER' | 'ACTION' | 'CALL' | 'EVENT' | 'TIMER' | 'NOTHING';

/** Whether a request still waits, or why it was closed (0.8). */
export type RequestStatus =
  | 'OPEN'
  | 'ANSWERED'
  /** A confirmed value changed, or the step was entered again. */
  | 'VOID'
  /** The step was left. */
  | 'LEFT'
  /** The only plan that contained it did not reach the customer (section 12). */
  | 'NOT_DELIVERED';

/** A committed plan that contained a request, not deferred. */
export interface Putting {
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Order among the requests of the plan, from 0: CONFIRM, then ASK, then ACTION, each in plan order (0.3). */
  readonly position: number;
}

/** A tool of an ACTION with its outcome. */
export interface RequestedTool {
  readonly toolId: string;
  readonly outcome?: 'SUCCEEDED' | 'FAILED' | undefined;
}

/** A request of an instance. Closed requests are kept for a while to explain late outcomes (0.6). */
export interface InstanceRequest {
  readonly kind: RequestKind;
  /** Identifies CONFIRM and ACTION; a CONFIRM and the ACTION that follows it have the same key. "" for ASK. */
  readonly actionKey: string;
  readonly stepId: string;
  /** The visit that the request belongs to. A WRITE action moves to the new visit when its step is entered again (3.9). */
  readonly visitNumber: number;
  /** ASK only: the fields, shared ones included; sorted. */
  readonly fields: readonly string[];
  /** CONFIRM: the values to confirm. ASK: the known values shown. ACTION: the known values when it was first hinted. */
  readonly values: FieldValues;
  /** ACTION only, in the order of the hint. */
  readonly tools: readonly RequestedTool[];
  readonly status: RequestStatus;
  /**
   * ASK only: since it was put, one of its fields was given or declined, or CONFIRMED came for it (3.1). It stays open while fields are
   * missing.
   */
  readonly hasAnswer: boolean;
  /** How it was answered. ACTION: ACTION_SUCCEEDED if all tools succeeded. Undefined while it is not answered. */
  readonly outcome?: StepOutcomeKind | undefined;
  readonly firstPut: Putting;
  readonly lastPut: Putting;
  /** Restored if the last plan did not reach the customer; undefined if the request was put once. */
  readonly previousPut?: Putting | undefined;
  readonly putCount: number;
  /** MESSAGE turns that did not answer it. */
  readonly attempts: number;
  readonly reminders: number;
}

/** Builds the key of the n-th agreement of a visit, n from 1 (0.8). */
export function buildActionKey(instanceId: string, stepId: string, visitNumber: number, agreement: number): string {
  const key = `${instanceId}/${stepId}/${visitNumber}`;
  return agreement === 1 ? key : `${key}/${agreement}`;
}

export function isOpen({ status }: InstanceRequest): boolean {
  return status === 'OPEN';
}

/** Finds the open request of a kind that was put last. An instance has at most one open ASK and one open CONFIRM. */
export function findOpenRequest(requests: readonly InstanceRequest[], kind: RequestKind): InstanceRequest | undefined {
  // A loop, as in `findVisitRequest`.
  for (let index = requests.length - 1; index >= 0; index -= 1) {
    const request = requests[index];
    if (request?.kind === kind && isOpen(request)) return request;
  }
  return undefined;
}

/** Orders by when requests were put: the one that was put last comes last (0.3). */
export function comparePuttings(a: Putting, b: Putting): number {
  return a.revision - b.revision || b.position - a.position;
}

/** Copies a request, to set some properties of the copy; see `copyInstance`. */
export function copyRequest(request: InstanceRequest): Draft<InstanceRequest> {
  return {
    kind: request.kind,
    actionKey: request.actionKey,
    stepId: request.stepId,
    visitNumber: request.visitNumber,
    fields: request.fields,
    values: request.values,
    tools: request.tools,
    status: request.status,
    hasAnswer: request.hasAnswer,
    outcome: request.outcome,
    firstPut: request.firstPut,
    lastPut: request.lastPut,
    previousPut: request.previousPut,
    putCount: request.putCount,
    attempts: request.attempts,
    reminders: request.reminders,
  };
}

/** Returns a request with some properties replaced; see `changeInstance`. */
export function changeRequest(request: InstanceRequest, changes: Partial<InstanceRequest>): InstanceRequest {
  return Object.assign(copyRequest(request), changes);
}
