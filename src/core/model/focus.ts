import type { ScenarioInstance, Session } from './session';

/**
 * Finds the focus, the instance that receives signals and answers without a target (0.3); "" if there is no instance. The focus is the
 * owner of the first open CONFIRM, else of the first open ASK, else of the first open contribution of the last MESSAGE turn, unless that
 * owner has ended. Otherwise it is the most recently active instance, including paused instances.
 */
export function findFocusInstanceId(session: Session): string {
  const open = session.openContributions;
  const owner = open.find(({ type }) => type === 'CONFIRM') ?? open.find(({ type }) => type === 'ASK') ?? open[0];
  if (owner && session.instances.some(({ instanceId }) => instanceId === owner.instanceId)) return owner.instanceId;
  return findMostRecentlyActive(session.instances)?.instanceId ?? '';
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
