import type { Relationship } from '../../../core/model/scenario';
import type { AgentKey } from '../../ports/scenario-catalogue';
import { createHashTag, decodeKeyPart, encodeKeyPart } from './redis-keys';

/** The keys that hold the catalogue of an agent, on one hash tag; put-scenario.lua says what is in them. */
export interface CatalogueKeys {
  /** Hash: revision, and the numbers and content hashes of the newest versions. */
  readonly catalogue: string;
  /** Hash: the newest version of each scenario. */
  readonly latestVersions: string;
  /** Hash: the relationships. */
  readonly relationships: string;
  /** Hash: all versions of a scenario. */
  versions(scenarioId: string): string;
}

export function getCatalogueKeys(prefix: string, agent: AgentKey): CatalogueKeys {
  const tagged = prefix + createHashTag(agent.tenantId, agent.agentId);
  return {
    catalogue: `${tagged}:catalogue`,
    latestVersions: `${tagged}:scenarios`,
    relationships: `${tagged}:relationships`,
    versions: (scenarioId) => `${tagged}:versions:${encodeKeyPart(scenarioId)}`,
  };
}

/** The field of a relationship: what makes it the same one, without its weight. */
export function toRelationshipField({ kind, sourceType, sourceId, targetScenarioId }: Relationship): string {
  return [kind, sourceType, encodeKeyPart(sourceId), encodeKeyPart(targetScenarioId)].join('|');
}

/** Names a catalogue within a message to other nodes. */
export function encodeAgentKey(agent: AgentKey): string {
  return `${encodeKeyPart(agent.tenantId)}/${encodeKeyPart(agent.agentId)}`;
}

/** The inverse of `agentName`; undefined for text that is none. */
export function decodeAgentKey(name: string): AgentKey | undefined {
  const [tenant, agent, ...rest] = name.split('/');
  if (tenant === undefined || agent === undefined || rest.length > 0) return undefined;
  return { tenantId: decodeKeyPart(tenant), agentId: decodeKeyPart(agent) };
}
