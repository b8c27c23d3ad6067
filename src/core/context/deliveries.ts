import { isInExchange, isQuestion } from '../model/focus';
import { type InstanceRequest, isOpen } from '../model/request';
import type { ScenarioChoiceRequest, ScenarioInstance, Session } from '../model/session';
import type { Delivery } from '../model/turn';

/**
 * Reverts contributions that did not reach the customer (section 12). A request that no other plan put closes, an INFORM is unfinished
 * again, and lead-ins wait for the next contribution. An ACTION is not affected, because it does not need the customer. Returns the same
 * session if nothing changes.
 */
export function applyDeliveries(session: Session, deliveries: readonly Delivery[]): Session {
  let current = session;
  for (const delivery of deliveries) if (isLost(delivery)) current = undo(current, delivery);
  return current;
}

/** Whether the contribution did not reach the customer, or not completely. */
function isLost({ status }: Delivery): boolean {
  switch (status) {
    case 'DELIVERED':
      return false;
    case 'CUT_OFF':
    case 'NOT_SAID':
      return true;
  }
}

function undo(session: Session, delivery: Delivery): Session {
  if (delivery.instanceId === '' && delivery.actionKey === '') {
    return { ...session, choices: session.choices.map((choice) => undoChoice(choice, session, delivery)) };
  }
  return { ...session, instances: session.instances.map((instance) => undoInstance(instance, session, delivery)) };
}

/** A report without an instance and without a key is about the CHOICE, which belongs to the session. */
function undoChoice(choice: ScenarioChoiceRequest, session: Session, delivery: Delivery): ScenarioChoiceRequest {
  const { status, lastPut, previousPut, putCount } = choice;
  const isReported = delivery.contributionType === 'CONFIRM' && status === 'OPEN' && lastPut !== undefined;
  if (!isReported || !isInExchange({ lastPut }, session)) return choice;
  if (previousPut) return { ...choice, lastPut: previousPut, previousPut: undefined, putCount: putCount - 1 };
  return { ...choice, status: 'WAITING', firstPut: undefined, lastPut: undefined, putCount: 0 };
}

function undoInstance(instance: ScenarioInstance, session: Session, delivery: Delivery): ScenarioInstance {
  const isReported = (request: InstanceRequest): boolean =>
    isOpen(request) &&
    isQuestion(request) &&
    isInExchange(request, session) &&
    (delivery.actionKey === ''
      ? instance.instanceId === delivery.instanceId && request.kind === delivery.contributionType
      : request.actionKey === delivery.actionKey && matchesType(request, delivery));
  const hasRequest = instance.requests.some(isReported);
  const isInform = instance.instanceId === delivery.instanceId && delivery.contributionType === 'INFORM';
  if (!hasRequest && !isInform) return instance;
  const { lastPlan, visit } = instance;
  const isInformed = isInform && visit.informedRevision >= Math.max(1, session.exchangeRevision);
  const saidLeadIns = lastPlan && lastPlan.revision >= session.exchangeRevision ? lastPlan.leadInTemplateIds : [];
  return {
    ...instance,
    requests: instance.requests.map((request) => (isReported(request) ? undoPutting(request) : request)),
    visit: isInformed ? { ...visit, informedRevision: 0 } : visit,
    leadInTemplateIds: [...saidLeadIns, ...instance.leadInTemplateIds],
    lastPlan: undefined,
  };
}

/** A CONFIRM and its ACTION have the same key; the type of the contribution distinguishes them. */
function matchesType({ kind }: InstanceRequest, { contributionType }: Delivery): boolean {
  return contributionType === undefined || kind === contributionType;
}

function undoPutting(request: InstanceRequest): InstanceRequest {
  const { previousPut, putCount } = request;
  if (!previousPut) return { ...request, status: 'NOT_DELIVERED' };
  return { ...request, lastPut: previousPut, previousPut: undefined, putCount: putCount - 1 };
}
