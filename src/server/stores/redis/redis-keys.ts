import { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { Relationship } from '../../../core/model/scenario';
import type { SessionKey } from '../../../core/model/session';
import type { AgentKey } from '../../ports/scenario-catalogue';

// Names of keys and fields. All keys of a session, and all keys of an agent's catalogue, have the same hash tag, so that one
// script can use them in a Redis Cluster. The names are persistent: they must not change between releases.

/** The keys of a session. commit.lua documents their content. */
export interface SessionKeys {
  /** Hash: state, revision, and the ids of the recorded turns. Also the name of the channel for change notifications. */
  readonly session: string;
  /** Stream: the recorded turns. */
  readonly turnLog: string;
}

export function getSessionKeys(prefix: string, key: SessionKey): SessionKeys {
  const tagged = prefix + createHashTag(key.tenantId, key.sessionId);
  return { session: `${tagged}:session`, turnLog: `${tagged}:turns` };
}

/** The keys of an agent's catalogue. put-scenario.lua documents their content. */
export interface CatalogueKeys {
  /** Hash: the revision, and the numbers and content hashes of the latest versions. */
  readonly catalogue: string;
  /** Hash: the latest version of each scenario. */
  readonly latestVersions: string;
  /** Hash: the relationships. */
  readonly relationships: string;
  /** Hash: the field definitions. */
  readonly fields: string;
  /** Hash: all versions of a scenario. */
  versions(scenarioId: string): string;
}

export function getCatalogueKeys(prefix: string, agent: AgentKey): CatalogueKeys {
  const tagged = prefix + createHashTag(agent.tenantId, agent.agentId);
  return {
    catalogue: `${tagged}:catalogue`,
    latestVersions: `${tagged}:scenarios`,
    relationships: `${tagged}:relationships`,
    fields: `${tagged}:fields`,
    versions: (scenarioId) => `${tagged}:versions:${encodeKeyPart(scenarioId)}`,
  };
}

/** Returns the hash field of a relationship: kind, source and target, which identify it. The weight is not part of the field. */
export function toRelationshipField({ kind, sourceType, sourceId, targetScenarioId }: Relationship): string {
  return [kind, sourceType, encodeKeyPart(sourceId), encodeKeyPart(targetScenarioId)].join('|');
}

/** Encodes an agent key for a message to other nodes. */
export function encodeAgentKey(agent: AgentKey): string {
  return `${encodeKeyPart(agent.tenantId)}/${encodeKeyPart(agent.agentId)}`;
}

/** The inverse of `encodeAgentKey`; undefined for invalid text. */
export function decodeAgentKey(text: string): AgentKey | undefined {
  const [tenant, agent, ...rest] = text.split('/');
  if (tenant === undefined || agent === undefined || rest.length > 0) return undefined;
  return { tenantId: decodeURIComponent(tenant), agentId: decodeURIComponent(agent) };
}

/**
 * Escapes an id for use in a key. All separators and braces are escaped, so that different ids have different keys. A UUID is
 * unchanged. Throws INVALID_REQUEST for text that is not well-formed Unicode, because its UTF-8 encoding would be ambiguous.
 */
export function encodeKeyPart(id: string): string {
  if (/^[\w.-]+$/.test(id)) return id;
  try {
    return encodeURIComponent(id);
  } catch (cause) {
    throw new OrchestratorError('INVALID_REQUEST', 'An id is not well-formed Unicode.', { cause });
  }
}

/** Redis Cluster assigns keys with the same hash tag to the same node. */
function createHashTag(first: string, second: string): string {
  return `{${encodeKeyPart(first)}/${encodeKeyPart(second)}}`;
}

/** Returns the prefix. Throws if it contains braces, which Redis would use as the hash tag of every key. */
export function validateKeyPrefix(prefix: string): string {
  if (/[{}]/.test(prefix)) throw new Error('The prefix of the Redis keys must not contain braces.');
  return prefix;
}
