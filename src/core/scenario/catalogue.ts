import type { FieldRules } from '../fields/field-rules';
import { compareText } from '../model/compare-text';
import type { Relationship, StoredScenario } from '../model/scenario';
import type { CompiledScenario } from './compiled-scenario';
import type { RelationshipIndex } from './relationships';

/** A compiled snapshot of an agent's catalogue. It does not change during a turn. */
export interface Catalogue {
  /** Increases with every change of the catalogue. */
  readonly revision: number;
  /** Returns the latest version of a scenario; undefined if the catalogue does not have it. */
  getScenario(scenarioId: string): CompiledScenario | undefined;
  /** Returns a version that an instance of the session runs on; undefined if it no longer exists. */
  getScenarioVersion(scenarioId: string, version: number): CompiledScenario | undefined;
  readonly relationships: RelationshipIndex;
  /** What the values of fields must fulfill (section 10). */
  readonly fields: FieldRules;
}

/** Compares by scenario id, the order in which a catalogue lists scenarios. */
export function compareByScenarioId(left: StoredScenario, right: StoredScenario): number {
  return compareText(left.scenario.scenarioId, right.scenario.scenarioId);
}

/** Compares by kind, source type, source and target, the order in which a catalogue lists relationships. */
export function compareRelationships(left: Relationship, right: Relationship): number {
  return (
    compareText(left.kind, right.kind) ||
    compareText(left.sourceType, right.sourceType) ||
    compareText(left.sourceId, right.sourceId) ||
    compareText(left.targetScenarioId, right.targetScenarioId)
  );
}
