import { type InstanceRequest, isOpen } from '../../model/request';
import type { ScenarioInstance } from '../../model/session';
import type { StepOutcome } from '../../model/turn';
import {
  explainClosed,
  listRequests,
  type OutcomeSearch,
  type OutcomeTarget,
  type OwnedRequest,
} from './outcome-target';

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
  const confirms = withKey.filter(({ request }) => request.kind === 'CONFIRM');
  const confirm = confirms.find(({ request }) => isOpen(request) && !search.isAnswered(request));
  if (confirm && kind === 'ACTION_SUCCEEDED') {
    return { kind: 'request', instanceId: confirm.instance.instanceId, request: confirm.request, toolIds: [] };
  }
  if (withKey.length > 0)
    return explainClosed(
      withKey.filter(({ request }) => !isOpen(request)),
      outcome,
    );
  return { kind: 'ignored', instanceId: outcome.instanceId, reason: explainUnknownKey(outcome, search) };
}

/** Requests of earlier visits are not kept indefinitely, but their keys name the visit that has ended. */
function explainUnknownKey({ actionKey }: StepOutcome, { session }: OutcomeSearch): 'OTHER_VISIT' | 'NO_OPEN_REQUEST' {
  const owner = session.instances.find(({ instanceId }) => actionKey.startsWith(`${instanceId}/`));
  if (!owner) return 'NO_OPEN_REQUEST';
  const [, visit = ''] = /\/(\d+)(?:\/\d+)?$/.exec(actionKey.slice(owner.instanceId.length)) ?? [];
  return visit !== '' && Number(visit) < owner.visit.number ? 'OTHER_VISIT' : 'NO_OPEN_REQUEST';
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
  return explainClosed(
    matching.filter(({ request }) => !isOpen(request) || hasOutcome(request, toolId, search)),
    outcome,
  );
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

function listsTool({ tools }: InstanceRequest, toolId: string): boolean {
  return toolId === '' || tools.some((tool) => tool.toolId === toolId);
}

function hasOutcome(request: InstanceRequest, toolId: string, search: OutcomeSearch): boolean {
  return request.tools.some(
    (tool) => search.getToolOutcome(request, tool.toolId) !== undefined && (toolId === '' || tool.toolId === toolId),
  );
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
