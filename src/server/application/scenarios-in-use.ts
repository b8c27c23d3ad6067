import type { Session } from '../../core/model/session';
import type { Turn } from '../../core/model/turn';
import type { VersionKey } from './catalogue-snapshot';

/**
 * Lists the versions of running instances, and those of ended instances that a step outcome refers to (0.6). Omits version 0, which
 * stands for the latest version and is in every catalogue.
 */
export function listVersionsInUse(session: Session, { stepOutcomes }: Turn): readonly VersionKey[] {
  const idsWithOutcome = new Set(stepOutcomes.map(({ instanceId }) => instanceId));
  const ended = session.endedInstances.filter(({ instanceId }) => idsWithOutcome.has(instanceId));
  return [...session.instances, ...ended]
    .filter(({ scenarioVersion }) => scenarioVersion > 0)
    .map(({ scenarioId, scenarioVersion }) => ({ scenarioId, version: scenarioVersion }));
}

/** Lists the scenarios that the turn may start or continue, with duplicates. */
export function listScenariosInUse({ instances, pendingStarts, choices }: Session, turn: Turn): readonly string[] {
  const ids: string[] = [];
  for (const { scenarioId } of turn.candidates) ids.push(scenarioId);
  for (const { scenarioIds } of turn.situation.signals) ids.push(...scenarioIds);
  for (const { scenarioId } of instances) ids.push(scenarioId);
  for (const { scenarioId } of pendingStarts) ids.push(scenarioId);
  for (const { scenarioIds } of choices) ids.push(...scenarioIds);
  return ids;
}
