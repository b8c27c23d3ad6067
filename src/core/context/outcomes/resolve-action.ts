import type { OwnedRequest } from '../../model/focus';
import { type InstanceRequest, isOpen } from '../../model/request';
import type { ScenarioInstance } from '../../model/session';
import type { StepOutcome } from '../../model/turn';
import { explainClosed, listRequests, type OutcomeSearch, type OutcomeTarget } from './outcome-target';

/** Finds what ACTION_SUCCEEDED or ACTION_FAILED answers (0.6). */
export function resolveActionOutcome(outcome: StepOutcome, search: OutcomeSearch): OutcomeTarget {
  return outcome.actionKey === '' ? resolveWithoutKey(outcome, search) : resolveByKey(outcome, search);
}

/** The ACTION with the key; else, for a success, the open CONFIRM with the key: a button that confirms and acts. */
function resolveByKey(outcome: StepOutcome, search: OutcomeSearch): OutcomeTarget {
  const { actionKey, toolId, kind } = outcome;
  const withKey = listRequests(search.session, outcome.instanceId, (request) => request.actionKey === actionKey);
  const actions = withKey.filter(({ request }) => request.kind === 'ACTION' && listsTool(request, toolId));
  const open = actions.find(({ request }) => canAnswer(request, toolId, search));
  if (open) return toTarget(open, toolId, search);
  if (actions.length > 0) return explainClosed(actions, outcome);
  const confirm = withKey.find(({ request }) => request.kind === 'CONFIRM' && isOpen(request));
  if (
    confirm &&
    kind === 'ACTION_SUCCEEDED' &&
    bindsTool(confirm, toolId, search) &&
    search.canPress(confirm.request, toolId)
  ) {
    return { kind: 'request', instanceId: confirm.instance.instanceId, request: confirm.request, toolIds: [] };
  }
  const closed = withKey.filter(({ request }) => !isOpen(request) || search.isAnswered(request));
  return closed.length > 0 ? explainClosed(closed, outcome) : explainUnknownKey(outcome, search);
}

/** The requests of earlier visits are not kept for ever. Their keys name the instance and a visit that has ended. */
function explainUnknownKey({ actionKey, instanceId }: StepOutcome, { session }: OutcomeSearch): OutcomeTarget {
  const isMeant = (id: string): boolean => (instanceId === '' ? actionKey.startsWith(`${id}/`) : id === instanceId);
  const owner = session.instances.find((instance) => isMeant(instance.instanceId));
  if (!owner) return { kind: 'ignored', instanceId, reason: 'NO_OPEN_REQUEST' };
  const visitNumber = Number(/\/(\d+)(?:\/\d+)?$/.exec(actionKey)?.[1]);
  const isEarlier = visitNumber < owner.visit.number;
  return { kind: 'ignored', instanceId: owner.instanceId, reason: isEarlier ? 'OTHER_VISIT' : 'NO_OPEN_REQUEST' };
}

/** The only open ACTION that lists the tool; without a tool id, the only open ACTION. */
function resolveWithoutKey(outcome: StepOutcome, search: OutcomeSearch): OutcomeTarget {
  const { instanceId, stepId, toolId } = outcome;
  const matching = listRequests(
    search.session,
    instanceId,
    (request) =>
      request.kind === 'ACTION' && (stepId === '' || request.stepId === stepId) && listsTool(request, toolId),
  );
  const open = matching.filter(({ request }) => canAnswer(request, toolId, search));
  const [only, ...others] = open;
  if (only && others.length === 0) return toTarget(only, toolId, search);
  if (only) return { kind: 'ignored', instanceId, reason: 'AMBIGUOUS' };
  const eventTarget = toolId === '' ? findEventTarget(outcome, search) : undefined;
  if (eventTarget) return { kind: 'step', instanceId: eventTarget.instanceId };
  return explainClosed(matching, outcome);
}

/** Finds the instance whose current step has neither a confirm nor an act stage: the outcome is an external event. */
function findEventTarget({ instanceId, stepId }: StepOutcome, search: OutcomeSearch): ScenarioInstance | undefined {
  const { instances } = search.session;
  const named = instances.filter((instance) => instanceId === '' || instance.instanceId === instanceId);
  const [only, ...others] = named;
  if (!only || others.length > 0 || (stepId !== '' && stepId !== only.currentStepId)) return undefined;
  const step = search.getStep(only);
  return step && !step.hasConfirmStage && !step.hasActStage ? only : undefined;
}

/** Whether the tool belongs to the action that the CONFIRM is about. */
function bindsTool({ instance, request }: OwnedRequest, toolId: string, search: OutcomeSearch): boolean {
  const tools = search.getStep(instance, request.stepId)?.tools ?? [];
  return toolId === '' || tools.some((tool) => tool.toolId === toolId);
}

function listsTool({ tools }: InstanceRequest, toolId: string): boolean {
  return toolId === '' || tools.some((tool) => tool.toolId === toolId);
}

function canAnswer(request: InstanceRequest, toolId: string, search: OutcomeSearch): boolean {
  return isOpen(request) && !search.isAnswered(request) && listAnswerableTools(request, toolId, search).length > 0;
}

/**
 * Lists the tools that an outcome is about. While the ACTION is open, only a success is final, so that a tool which failed can report again. An
 * outcome without a tool id is about all tools that have none.
 */
function listAnswerableTools(request: InstanceRequest, toolId: string, search: OutcomeSearch): readonly string[] {
  return request.tools
    .map((tool) => tool.toolId)
    .filter((id) => {
      const outcome = search.getToolOutcome(request, id);
      return toolId === '' ? outcome === undefined : id === toolId && outcome !== 'SUCCEEDED';
    });
}

function toTarget({ instance, request }: OwnedRequest, toolId: string, search: OutcomeSearch): OutcomeTarget {
  const toolIds = listAnswerableTools(request, toolId, search);
  return { kind: 'request', instanceId: instance.instanceId, request, toolIds };
}
