import { findVisitRequest } from '../context/visit-state';
import { changeVisit } from '../model/changes';
import { type InstanceRequest, isOpen } from '../model/request';
import type { ScenarioInstance } from '../model/session';
import type { StepVisit } from '../model/visit';
import type { CompiledScenario } from '../scenario/compiled-scenario';

/** Closed requests that an instance keeps, to explain late outcomes (0.6). */
const maxClosedRequests = 20;

/** Requests among which an open ACTION of a visit that was left is kept, unless it is required. */
const maxRequests = 100;

/**
 * Keeps the open requests, the latest of each kind in the current visit and in those that it suspended, and the latest others. An old action that
 * nothing waits for is not kept for ever: a late outcome of it is ignored (OTHER_VISIT). The keys of agreements that are not kept stay used (0.8).
 */
export function trimRequests(
  requests: readonly InstanceRequest[],
  visit: StepVisit,
  scenario: CompiledScenario,
): Pick<ScenarioInstance, 'requests' | 'visit'> {
  if (requests.length <= maxClosedRequests) return { requests, visit };
  const visits = new Set<number>();
  for (let each: StepVisit | undefined = visit; each; each = each.returnTo?.visit) visits.add(each.number);
  const firstRecent = requests.length - maxRequests;
  const isKept = (request: InstanceRequest, index: number): boolean => {
    const { kind, stepId, visitNumber } = request;
    if (visits.has(visitNumber)) {
      return isOpen(request) || findVisitRequest({ visit: { number: visitNumber }, requests }, kind) === request;
    }
    return isOpen(request) && (index >= firstRecent || scenario.steps.get(stepId)?.isRequiredAction === true);
  };
  const others = requests.filter((request, index) => !isKept(request, index));
  const trimmed = new Set(others.slice(0, Math.max(0, others.length - maxClosedRequests)));
  if (trimmed.size === 0) return { requests, visit };
  return { requests: requests.filter((request) => !trimmed.has(request)), visit: reserveKeys(visit, [...trimmed]) };
}

/** Reserves the keys of the agreements of a visit and of those that it suspended. */
function reserveKeys(visit: StepVisit, trimmed: readonly InstanceRequest[]): StepVisit {
  const { number, supersededKeys, returnTo } = visit;
  const agreements = trimmed.filter(({ kind, visitNumber }) => kind === 'CONFIRM' && visitNumber === number);
  return changeVisit(visit, {
    supersededKeys: supersededKeys + agreements.length,
    returnTo: returnTo && { ...returnTo, visit: reserveKeys(returnTo.visit, trimmed) },
  });
}
