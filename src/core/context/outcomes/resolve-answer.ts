import type { OwnedRequest } from '../../model/focus';
import { isInExchange } from '../../model/focus';
import { comparePuttings, isOpen } from '../../model/request';
import type { ScenarioChoiceRequest, ScenarioInstance } from '../../model/session';
import type { StepOutcome } from '../../model/turn';
import { explainClosed, listRequests, type OutcomeSearch, type OutcomeTarget } from './outcome-target';

/** Finds what CONFIRMED or DECLINED answers (0.6). */
export function resolveAnswer(outcome: StepOutcome, search: OutcomeSearch): OutcomeTarget {
  return outcome.actionKey === '' ? resolveWithoutKey(outcome, search) : resolveByKey(outcome, search);
}

function resolveByKey(outcome: StepOutcome, search: OutcomeSearch): OutcomeTarget {
  const confirms = listRequests(
    search.session,
    outcome.instanceId,
    (request) => request.kind === 'CONFIRM' && request.actionKey === outcome.actionKey,
  );
  const open = confirms.find(({ request }) => isOpen(request) && !search.isAnswered(request));
  return open ? toTarget(open) : explainClosed(confirms, outcome);
}

/**
 * The CONFIRM or CHOICE that was put last; else an ASK; else the current step, if a transition of it waits for the answer.
 * Without a named instance, only requests of the current exchange are searched.
 */
function resolveWithoutKey(outcome: StepOutcome, search: OutcomeSearch): OutcomeTarget {
  const { session } = search;
  const { instanceId, stepId } = outcome;
  const isInRange = ({ request }: OwnedRequest): boolean =>
    (instanceId !== '' || isInExchange(request, session)) && (stepId === '' || request.stepId === stepId);
  const confirms = listRequests(session, instanceId, ({ kind }) => kind === 'CONFIRM').filter(isInRange);
  const confirm = findLatestRequest(confirms.filter(({ request }) => isOpen(request) && !search.isAnswered(request)));
  const choice = instanceId === '' && stepId === '' ? findChoice(outcome, search) : undefined;
  if (choice && isPutAfter(choice, confirm)) return { kind: 'choice', instanceId: '', choice };
  if (confirm) return toTarget(confirm);
  const ask = findAsk(outcome, search, isInRange);
  if (ask) return { kind: 'ask', instanceId: ask.instance.instanceId, request: ask.request };
  const owner = findStepOwner(outcome, search);
  if (owner) return { kind: 'step', instanceId: owner.instanceId };
  return explainClosed(sortByPutting(confirms), outcome);
}

/** Finds the open CHOICE of the current exchange. CONFIRMED answers one with a single option only (1.5). */
function findChoice(
  { kind }: Pick<StepOutcome, 'kind'>,
  { session, isChoiceAnswered: isChoiceTaken }: OutcomeSearch,
): ScenarioChoiceRequest | undefined {
  return session.choices.find(
    (choice) =>
      choice.status === 'OPEN' &&
      (kind === 'DECLINED' || choice.scenarioIds.length === 1) &&
      choice.lastPut !== undefined &&
      isInExchange({ lastPut: choice.lastPut }, session) &&
      !isChoiceTaken(choice),
  );
}

/**
 * A CHOICE with one option comes before every CONFIRM of its plan (1.5). One with several options asks for a name, so that a bare no to a
 * plan with both answers the CONFIRM.
 */
function isPutAfter({ lastPut, scenarioIds }: ScenarioChoiceRequest, confirm: OwnedRequest | undefined): boolean {
  if (!confirm || !lastPut) return true;
  const later = lastPut.revision - confirm.request.lastPut.revision;
  return scenarioIds.length === 1 ? later >= 0 : later > 0;
}

/** CONFIRMED answers an ASK that showed known values. DECLINED answers an ASK whose missing fields are all optional. */
function findAsk(
  { kind, instanceId }: StepOutcome,
  search: OutcomeSearch,
  isInRange: (owned: OwnedRequest) => boolean,
): OwnedRequest | undefined {
  const asks = listRequests(
    search.session,
    instanceId,
    (request) => request.kind === 'ASK' && isOpen(request) && !search.isAnswered(request),
  ).filter(isInRange);
  if (kind === 'CONFIRMED') return findLatestRequest(asks.filter(({ request }) => request.values.size > 0));
  const last = findLatestRequest(asks);
  if (!last) return undefined;
  const { request, instance } = last;
  const optionalFields = search.getStep(instance)?.optionalFields;
  const missing = request.fields.filter((field) => !request.values.has(field));
  return missing.length > 0 && missing.every((field) => optionalFields?.has(field) ?? false) ? last : undefined;
}

/** Finds the instance whose current step has a transition that states the outcome or reads `outcome`, and nothing to confirm. */
function findStepOwner({ kind, instanceId, stepId }: StepOutcome, search: OutcomeSearch): ScenarioInstance | undefined {
  const ownerId = instanceId || search.focusInstanceId;
  const owner = search.session.instances.find((instance) => instance.instanceId === ownerId);
  if (!owner || (stepId !== '' && stepId !== owner.currentStepId)) return undefined;
  const step = search.getStep(owner);
  if (!step || step.hasConfirmStage) return undefined;
  const waits = [...step.anytimeTransitions, ...step.completionTransitions].some(
    ({ definition, conditionReadsOutcome }) => definition.outcomes.includes(kind) || conditionReadsOutcome,
  );
  return waits ? owner : undefined;
}

function findLatestRequest(requests: readonly OwnedRequest[]): OwnedRequest | undefined {
  return sortByPutting(requests).at(-1);
}

function sortByPutting(requests: readonly OwnedRequest[]): readonly OwnedRequest[] {
  return [...requests].sort((a, b) => comparePuttings(a.request.lastPut, b.request.lastPut));
}

function toTarget({ instance, request }: OwnedRequest): OutcomeTarget {
  return { kind: 'request', instanceId: instance.instanceId, request, toolIds: [] };
}
