import type { Relationship } from '../model/scenario';
import { findDependencyCycle } from './relationship-cycle';

/** Why a relationship cannot stand beside these, in a sentence for people; "" where it can (section 1). */
export function findRelationshipProblem(relationship: Relationship, stored: readonly Relationship[]): string {
  const { kind, sourceType, sourceId, targetScenarioId } = relationship;
  if (sourceType === 'SCENARIO' && sourceId === targetScenarioId) {
    return `Scenario ${sourceId} cannot be related to itself. Name another target.`;
  }
  if (sourceType === 'RULE' && kind !== 'EXCLUDES' && kind !== 'IMPLIES' && kind !== 'RELATED') {
    return `A rule can exclude, imply or be related; ${kind} joins two scenarios. Give a scenario as the source.`;
  }
  const cycle = findDependencyCycle(stored, relationship);
  return cycle ? `It would close a cycle of DEPENDS_ON: ${cycle.join(' -> ')}. Nothing of it could ever start.` : '';
}
