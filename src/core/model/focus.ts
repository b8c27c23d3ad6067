import { comparePuttings, type InstanceRequest, isOpen } from './request';
import type { ScenarioInstance, Session } from './session';

/** A request with the instance that it belongs to. */
export interface OwnedRequest {
  readonly instance: ScenarioInstance;
  readonly request: InstanceRequest;
}

/** Whether a request was put in the current exchange: by the plan of the last MESSAGE turn, or by a later one (0.3). */
export function isInExchange({ lastPut }: Pick<InstanceRequest, 'lastPut'>, { exchangeRevision }: Session): boolean {
  return lastPut.revision >= exchangeRevision;
}

/** Whether the customer answers the request: an ASK or a CONFIRM. */
export function isQuestion({ kind }: InstanceRequest): boolean {
  return kind === 'ASK' || kind === 'CONFIRM';
}

/**
 * Finds the focus, the instance that receives signals and answers without a target (0.3); "" if there is no instance. It is the owner of the
 * open ASK or CONFIRM that was put last in the current exchange, else of the first contribution of the exchange's latest turn with one, else
 * the most recently active instance. A paused instance can be the focus.
 */
export function findFocusInstanceId(session: Session): string {
  const question = findLastQuestion(session);
  if (question) return question.instance.instanceId;
  const { instances, lastContributorId } = session;
  if (instances.some(({ instanceId }) => instanceId === lastContributorId)) return lastContributorId;
  return findMostRecentlyActive(instances)?.instanceId ?? '';
}

function findLastQuestion(session: Session): OwnedRequest | undefined {
  let last: OwnedRequest | undefined;
  for (const instance of session.instances) {
    for (const request of instance.requests) {
      if (!isOpen(request) || !isQuestion(request) || !isInExchange(request, session)) continue;
      if (!last || comparePuttings(last.request.lastPut, request.lastPut) < 0) last = { instance, request };
    }
  }
  return last;
}

function findMostRecentlyActive(instances: readonly ScenarioInstance[]): ScenarioInstance | undefined {
  let latest: ScenarioInstance | undefined;
  for (const instance of instances) if (!latest || isMoreRecent(instance, latest)) latest = instance;
  return latest;
}

/** Compares by last activity; ties by latest start, then by id. */
function isMoreRecent(a: ScenarioInstance, b: ScenarioInstance): boolean {
  if (a.lastActiveAt !== b.lastActiveAt) return a.lastActiveAt > b.lastActiveAt;
  if (a.startNumber !== b.startNumber) return a.startNumber > b.startNumber;
  return a.instanceId < b.instanceId;
}
