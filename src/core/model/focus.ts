import type { ScenarioInstance, Session } from './session';

/**
 * The instance that an answer without an address belongs to (0.3): of what the last MESSAGE turn's plan left open the owner of
 * the first CONFIRM, else of the first ASK, else of the first, as long as it has not ended; else the most recently active
 * instance, paused ones included. "" where there is no instance.
 */
export function findFocusInstanceId(session: Session): string {
  const open = session.openContributions;
  const owner = open.find(({ type }) => type === 'CONFIRM') ?? open.find(({ type }) => type === 'ASK') ?? open[0];
  if (owner && session.instances.some(({ instanceId }) => instanceId === owner.instanceId)) return owner.instanceId;
  return mostRecentlyActive(session.instances)?.instanceId ?? '';
}

/** Ties: latest started, then id. */
function mostRecentlyActive(instances: readonly ScenarioInstance[]): ScenarioInstance | undefined {
  let latest: ScenarioInstance | undefined;
  for (const instance of instances) if (!latest || isLater(instance, latest)) latest = instance;
  return latest;
}

function isLater(a: ScenarioInstance, b: ScenarioInstance): boolean {
  if (a.lastActiveAt !== b.lastActiveAt) return a.lastActiveAt > b.lastActiveAt;
  if (a.startNumber !== b.startNumber) return a.startNumber > b.startNumber;
  return a.instanceId < b.instanceId;
}
