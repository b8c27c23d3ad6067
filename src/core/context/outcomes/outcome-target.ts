import type { OwnedRequest } from '../../model/focus';
import type { IgnoredReason } from '../../model/lifecycle-decision';
import type { InstanceRequest, RequestedTool } from '../../model/request';
import type { ScenarioChoiceRequest, ScenarioInstance, Session } from '../../model/session';
import type { StepOutcome } from '../../model/turn';
import type { CompiledStep } from '../../scenario/compiled-scenario';

/** The request, choice or step that an outcome answers, or the reason why it is ignored (0.6). */
export type OutcomeTarget =
  /** A CONFIRM, or some tools of an ACTION. `toolIds` is empty for a CONFIRM. */
  | {
      readonly kind: 'request';
      readonly instanceId: string;
      readonly request: InstanceRequest;
      readonly toolIds: readonly string[];
    }
  /** An ASK: CONFIRMED confirms its known values, DECLINED declines its missing fields. */
  | { readonly kind: 'ask'; readonly instanceId: string; readonly request: InstanceRequest }
  /** The current step of an instance: an external event, or an answer that a transition waits for. */
  | { readonly kind: 'step'; readonly instanceId: string }
  /** A CHOICE belongs to the session. */
  | { readonly kind: 'choice'; readonly instanceId: ''; readonly choice: ScenarioChoiceRequest }
  | { readonly kind: 'ignored'; readonly instanceId: string; readonly reason: IgnoredReason };

/** An outcome of the turn with its target. */
export interface ResolvedOutcome {
  readonly outcome: StepOutcome;
  readonly target: OutcomeTarget;
}

/** The requests of a session while the outcomes of a turn are resolved one after the other. */
export interface OutcomeSearch {
  readonly session: Session;
  readonly focusInstanceId: string;
  /** Whether an earlier outcome of this turn answers the whole request. */
  isAnswered(request: InstanceRequest): boolean;
  /** Whether a success with the key of an open CONFIRM counts: no outcome of this turn declined the CONFIRM or reported this tool. */
  canPress(confirm: InstanceRequest, toolId: string): boolean;
  /** The outcome of a tool of the request, with the earlier outcomes of this turn. */
  getToolOutcome(request: InstanceRequest, toolId: string): RequestedTool['outcome'];
  isChoiceAnswered(choice: ScenarioChoiceRequest): boolean;
  /** Returns a step of the instance's scenario; the current one by default. */
  getStep(instance: ScenarioInstance, stepId?: string): CompiledStep | undefined;
}

/** Lists the requests of the named instance, or of all instances if none is named. */
export function listRequests(
  { instances }: Session,
  instanceId: string,
  filter: (request: InstanceRequest, instance: ScenarioInstance) => boolean,
): readonly OwnedRequest[] {
  const owned: OwnedRequest[] = [];
  for (const instance of instances) {
    if (instanceId !== '' && instance.instanceId !== instanceId) continue;
    for (const request of instance.requests) if (filter(request, instance)) owned.push({ instance, request });
  }
  return owned;
}

/** Why a closed request is not answered; undefined while it is open. */
const closedReasons: Readonly<Record<InstanceRequest['status'], IgnoredReason | undefined>> = {
  OPEN: undefined,
  ANSWERED: 'ALREADY_ANSWERED',
  NOT_DELIVERED: 'NOT_DELIVERED',
  VOID: 'VOID',
  LEFT: 'OTHER_VISIT',
};

/** Explains why none of the requests that match an outcome can be answered: the reason of the one that was put last. */
export function explainClosed(
  matching: readonly OwnedRequest[],
  { instanceId }: Pick<StepOutcome, 'instanceId'>,
): OutcomeTarget {
  const last = matching.at(-1);
  if (!last) return { kind: 'ignored', instanceId, reason: 'NO_OPEN_REQUEST' };
  // An open request that cannot be answered has an outcome of this turn, or one of this tool.
  const reason = closedReasons[last.request.status] ?? 'ALREADY_ANSWERED';
  return { kind: 'ignored', instanceId: last.instance.instanceId, reason };
}
