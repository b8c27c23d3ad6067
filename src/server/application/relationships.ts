import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Relationship } from '../../core/model/scenario';
import { compareRelationships } from '../../core/scenario/catalogue';
import { findRelationshipProblem } from '../../core/scenario/relationship-problem';
import type { Call } from '../ports/call';
import type { AgentKey, ScenarioCatalogue } from '../ports/scenario-catalogue';
import type { CompiledCatalogue } from './compiled-catalogue';
import { createTooLargeError } from './too-large';

export interface RelationshipDependencies {
  readonly scenarios: ScenarioCatalogue;
  readonly catalogue: CompiledCatalogue;
}

/**
 * Maximum number of relationships of an agent. ListRelationships returns all of them in one message: each has at most 93 bytes, so the
 * message has less than the smallest value of server.max_response_bytes.
 */
export const maxRelationships = 10_000;

/** Maximum number of times that a relationship is checked, because the catalogue was changed meanwhile. */
const maxAttempts = 100;

export interface RelationshipCommand {
  readonly agent: AgentKey;
  readonly relationship: Relationship;
}

/**
 * Stores a relationship or replaces the one with the same kind, source and target. Resolves to whether it is new.
 *
 * @throws OrchestratorError RELATIONSHIP_REFUSED if it relates a scenario to itself, if its kind does not allow a rule as source, or
 * if it completes a cycle of DEPENDS_ON (1.1). TOO_LARGE if it is new and the agent has `maxRelationships`. TOO_MUCH_CONTENTION if the
 * catalogue was changed again and again meanwhile.
 */
export async function putRelationship(
  { scenarios, catalogue }: RelationshipDependencies,
  { agent, relationship }: RelationshipCommand,
  call: Call,
): Promise<boolean> {
  for (let attempt = 1; attempt <= maxAttempts; attempt += 1) {
    // Reads from the store, because a cached catalogue may lack a relationship that completes a cycle.
    const { relationships, revision } = await scenarios.load(agent, call);
    checkRelationship(relationship, relationships);
    const outcome = await catalogue.applyChange(agent, () =>
      scenarios.putRelationship(agent, relationship, revision, call),
    );
    if (outcome.kind === 'stored') return outcome.created;
  }
  throw new OrchestratorError('TOO_MUCH_CONTENTION', 'Too many changes of the catalogue at the same time; retry.', {
    retryAfterMs: 100,
  });
}

/** Throws if the relationship cannot be added to the others. Another one that is added meanwhile could make the result wrong. */
function checkRelationship(relationship: Relationship, relationships: readonly Relationship[]): void {
  const problem = findRelationshipProblem(relationship, relationships);
  if (problem !== '') {
    throw new OrchestratorError('RELATIONSHIP_REFUSED', problem, {
      violations: [{ field: 'relationship', description: problem }],
    });
  }
  const isKnown = relationships.some((each) => compareRelationships(each, relationship) === 0);
  if (!isKnown && relationships.length >= maxRelationships) throw createTooManyError(relationships.length + 1);
}

/** Deletes the relationship with the same kind, source and target. Resolves to whether it existed. */
export function deleteRelationship(
  { scenarios, catalogue }: RelationshipDependencies,
  { agent, relationship }: RelationshipCommand,
  call: Call,
): Promise<boolean> {
  return catalogue.applyChange(agent, () => scenarios.deleteRelationship(agent, relationship, call));
}

/** Lists all relationships of an agent, sorted by kind, source type, source and target. */
export async function listRelationships(
  { catalogue }: RelationshipDependencies,
  agent: AgentKey,
  call: Call,
): Promise<readonly Relationship[]> {
  return (await catalogue.getContent(agent, call)).relationships;
}

function createTooManyError(size: number): OrchestratorError {
  return createTooLargeError({
    subject: 'The catalogue of the agent',
    limit: 'relationships',
    size,
    maxSize: maxRelationships,
    unit: 'relationships',
    advice: 'Delete relationships that are not needed.',
  });
}
