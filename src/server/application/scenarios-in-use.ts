import type { ScenarioInstance, Session } from '../../core/model/session';
import type { Turn } from '../../core/model/turn';
import type { VersionKey } from './catalogue-snapshot';

/**
 * Lists the versions of running instances, and those of ended instances that a step outcome refers to (0.6). Omits version 0, which
 * stands for the latest version and is in every catalogue.
 */
export function listVersionsInUse(session: Session, { stepOutcomes }: Turn): readonly VersionKey[] {
  const versions: VersionKey[] = [];
  addVersions(versions, session.instances);
  if (stepOutcomes.length === 0 || session.endedInstances.length === 0) return versions;
  const idsWithOutcome = new Set(stepOutcomes.map(({ instanceId }) => instanceId));
  addVersions(
    versions,
    session.endedInstances.filter(({ instanceId }) => idsWithOutcome.has(instanceId)),
  );
  return versions;
}

function addVersions(
  versions: VersionKey[],
  instances: readonly Pick<ScenarioInstance, 'scenarioId' | 'scenarioVersion'>[],
): void {
  for (const { scenarioId, scenarioVersion: version } of instances) {
    if (version > 0) versions.push({ scenarioId, version });
  }
}

/** Lists the scenarios that the turn may start or continue. */
export function listScenariosInUse(session: Session, turn: Turn): ReadonlySet<string> {
  const ids = new Set<string>();
  addScenariosInUse(ids, session, turn);
  return ids;
}

/** Adds the scenarios that the turn may start or continue. */
export function addScenariosInUse(
  ids: Set<string>,
  { instances, pendingStarts, choices }: Pick<Session, 'instances' | 'pendingStarts' | 'choices'>,
  { candidates, situation }: Pick<Turn, 'candidates' | 'situation'>,
): void {
  for (const { scenarioId } of candidates) ids.add(scenarioId);
  for (const { scenarioIds } of situation.signals) for (const id of scenarioIds) ids.add(id);
  for (const { scenarioId } of instances) ids.add(scenarioId);
  for (const { scenarioId } of pendingStarts) ids.add(scenarioId);
  for (const { scenarioIds } of choices) for (const id of scenarioIds) ids.add(id);
}
