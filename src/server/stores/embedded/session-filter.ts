import type { IndexedInstance, IndexedSession, SessionFilter } from '../../ports/session-index';

/** Whether a filter selects a session, except for the customer, by which the index is ordered. */
export function isSelected(filter: SessionFilter, { agentId, instances }: Omit<IndexedSession, 'sessionId'>): boolean {
  if (filter.agentId !== '' && agentId !== filter.agentId) return false;
  return selectsAnyInstances(filter) || instances.some((instance) => isInstanceSelected(filter, instance));
}

function selectsAnyInstances({
  scenarioId,
  scenarioVersion,
  stepId,
  status,
  pauseReason,
  waitsFor,
}: SessionFilter): boolean {
  const isAnyScenario = scenarioId === '' && scenarioVersion === 0 && stepId === '';
  return isAnyScenario && status === undefined && pauseReason === undefined && waitsFor === undefined;
}

function isInstanceSelected(filter: SessionFilter, instance: IndexedInstance): boolean {
  return (
    (filter.scenarioId === '' || instance.scenarioId === filter.scenarioId) &&
    (filter.scenarioVersion === 0 || instance.scenarioVersion === filter.scenarioVersion) &&
    (filter.stepId === '' || instance.stepId === filter.stepId) &&
    (filter.status === undefined || instance.status === filter.status) &&
    (filter.pauseReason === undefined || instance.pauseReason === filter.pauseReason) &&
    (filter.waitsFor === undefined || instance.waitsFor === filter.waitsFor)
  );
}
