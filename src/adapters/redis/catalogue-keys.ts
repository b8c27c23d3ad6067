import type { Relationship } from '../../domain/scenario';
import type { AgentKey } from '../../ports/scenario-catalogue';
import { hashTag, idOfKeyPart, keyPart } from './key-part';

/** The keys that hold the catalogue of an agent, on one hash tag; put-scenario.lua says what is in them. */
export interface CatalogueKeys {
  /** Hash: revision, and the numbers and content hashes of the newest versions. */
  readonly catalogue: string;
  /** Hash: the newest version of each scenario. */
  readonly newest: string;
  /** Hash: the relationships. */
  readonly relationships: string;
  /** Hash: all versions of a scenario. */
  versions(scenarioId: string): string;
}

export function catalogueKeys(prefix: string, agent: AgentKey): CatalogueKeys {
  const tagged = prefix + hashTag(agent.tenantId, agent.agentId);
  return {
    catalogue: `${tagged}:catalogue`,
    newest: `${tagged}:scenarios`,
    relationships: `${tagged}:relationships`,
    versions: (scenarioId) => `${tagged}:versions:${keyPart(scenarioId)}`,
  };
}

/** The field of a relationship: what makes it the same one, without its weight. */
export function relationshipField({ kind, sourceType, sourceId, targetScenarioId }: Relationship): string {
  return [kind, sourceType, keyPart(sourceId), keyPart(targetScenarioId)].join('|');
}

/** Names a catalogue within a message to other nodes. */
export function agentName(agent: AgentKey): string {
  return `${keyPart(agent.tenantId)}/${keyPart(agent.agentId)}`;
}

/** The inverse of `agentName`; undefined for text that is none. */
export function agentOfName(name: string): AgentKey | undefined {
  const [tenant, agent, ...rest] = name.split('/');
  if (tenant === undefined || agent === undefined || rest.length > 0) return undefined;
  return { tenantId: idOfKeyPart(tenant), agentId: idOfKeyPart(agent) };
}
