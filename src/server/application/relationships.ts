import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Relationship } from '../../core/model/scenario';
import { findRelationshipProblem } from '../../core/scenario/relationship-problem';
import type { Call } from '../ports/call';
import type { AgentKey, ScenarioCatalogue } from '../ports/scenario-catalogue';
import type { CompiledCatalogue } from './compiled-catalogue';

export interface RelationshipDependencies {
  readonly scenarios: ScenarioCatalogue;
  readonly catalogue: CompiledCatalogue;
}

/** A relationship of an agent. */
export interface RelationshipCommand {
  readonly agent: AgentKey;
  readonly relationship: Relationship;
}

/**
 * Stores a relationship; one of the same kind, source and target is replaced. Resolves to whether it is new.
 *
 * @throws OrchestratorError RELATIONSHIP_REFUSED where it joins a scenario to itself, has a rule for a source of a kind that is between
 * scenarios only, or closes a cycle of DEPENDS_ON (1.1).
 */
export async function putRelationship(
  { scenarios, catalogue }: RelationshipDependencies,
  { agent, relationship }: RelationshipCommand,
  call: Call,
): Promise<boolean> {
  // Read past the snapshot, lest a cycle slips in because its other half is a second old.
  const { relationships } = await scenarios.load(agent, call);
  const problem = findRelationshipProblem(relationship, relationships);
  if (problem !== '') {
    throw new OrchestratorError('RELATIONSHIP_REFUSED', problem, {
      violations: [{ field: 'relationship', description: problem }],
    });
  }
  return catalogue.applyChange(agent, () => scenarios.putRelationship(agent, relationship, call));
}

/** Removes a relationship, its weight ignored. Resolves to whether there was one. */
export function deleteRelationship(
  { scenarios, catalogue }: RelationshipDependencies,
  { agent, relationship }: RelationshipCommand,
  call: Call,
): Promise<boolean> {
  return catalogue.applyChange(agent, () => scenarios.deleteRelationship(agent, relationship, call));
}

/** All relationships of an agent, by kind, source and target. */
export async function listRelationships(
  { catalogue }: RelationshipDependencies,
  agent: AgentKey,
  call: Call,
): Promise<readonly Relationship[]> {
  return (await catalogue.content(agent, call)).relationships;
}
