import type { Relationship } from '../../../../src/core/model/scenario';
import type { AgentKey, ScenarioCatalogue } from '../../../../src/server/ports/scenario-catalogue';
import { uuid } from '../../../support/session-builder';

export interface CatalogueUnderTest {
  readonly catalogue: ScenarioCatalogue;
  close(): Promise<void>;
}

/** Opens a new, empty catalogue. */
export type OpenCatalogue = () => Promise<CatalogueUnderTest>;

export const agent: AgentKey = { tenantId: uuid(1), agentId: uuid(2) };
export const refund = uuid(11);
export const booking = uuid(12);
export const storedAt = 1_700_000_000_000;

/** Creates a relationship between two scenarios. */
export function aRelationship(parts: Partial<Relationship> = {}): Relationship {
  return {
    kind: 'RELATED',
    sourceType: 'SCENARIO',
    sourceId: uuid(12),
    targetScenarioId: uuid(13),
    weight: 1,
    startDependency: false,
    ...parts,
  };
}

/** Returns the numbers from 1 to `count`. */
export function listNumbers(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
