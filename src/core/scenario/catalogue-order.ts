import { compareText } from '../model/compare-text';
import type { Relationship, StoredScenario } from '../model/scenario';

/** The order in which a catalogue gives its scenarios. */
export function compareByScenarioId(left: StoredScenario, right: StoredScenario): number {
  return compareText(left.scenario.scenarioId, right.scenario.scenarioId);
}

/** The order in which a catalogue gives its relationships: kind, source type, source, target. */
export function compareRelationships(left: Relationship, right: Relationship): number {
  return (
    compareText(left.kind, right.kind) ||
    compareText(left.sourceType, right.sourceType) ||
    compareText(left.sourceId, right.sourceId) ||
    compareText(left.targetScenarioId, right.targetScenarioId)
  );
}
