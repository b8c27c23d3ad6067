import { randomUUID } from 'node:crypto';
import type { FieldDefinition, StoredFields } from '../../../core/model/field-definition';
import type { Relationship, Scenario, StoredScenario } from '../../../core/model/scenario';
import { compareByScenarioId, compareRelationships } from '../../../core/scenario/catalogue';
import { decodeInBatches } from '../../codec/stored/decode-in-batches';
import {
  decodeRelationship,
  decodeStoredFields,
  decodeStoredScenario,
  encodeRelationship,
  encodeStoredFields,
  encodeStoredScenario,
} from '../../codec/stored/stored-values';
import type { Call } from '../../ports/call';
import type {
  AgentKey,
  CatalogueContent,
  DeleteOutcome,
  PutFieldsOutcome,
  PutOptions,
  PutOutcome,
  PutRelationshipOutcome,
  ScenarioCatalogue,
} from '../../ports/scenario-catalogue';
import type { RedisConnection } from './redis-connection';
import {
  type CatalogueKeys,
  decodeAgentKey,
  encodeAgentKey,
  getCatalogueKeys,
  toRelationshipField,
  validateKeyPrefix,
} from './redis-keys';
import { runDeleteRelationship } from './scripts/delete-relationship';
import { runDeleteScenario } from './scripts/delete-scenario';
import { runLoadCatalogue } from './scripts/load-catalogue';
import { runPutFields } from './scripts/put-fields';
import { runPutRelationship } from './scripts/put-relationship';
import { runPutScenario } from './scripts/put-scenario';
import { runReadFields } from './scripts/read-fields';

export interface RedisCatalogueOptions {
  /** The prefix of every key and of the channel, without braces. */
  readonly keyPrefix: string;
}

/**
 * The scenario catalogues in Redis. All keys of an agent have the same hash tag. Each change is one script, which also
 * publishes a notification to the other nodes. If the reply is lost, the change rejects with COMMIT_UNKNOWN; retrying it is
 * safe.
 */
export class RedisCatalogue implements ScenarioCatalogue {
  private readonly prefix: string;
  /** The channel for change notifications of all agents. */
  private readonly channel: string;
  /** Identifies the notifications of this node. */
  private readonly nodeId = randomUUID();

  constructor(
    private readonly connection: RedisConnection,
    { keyPrefix }: RedisCatalogueOptions,
  ) {
    this.prefix = validateKeyPrefix(keyPrefix);
    this.channel = `${keyPrefix}catalogue-changes`;
  }

  async revision(agent: AgentKey, call: Call): Promise<number> {
    const { catalogue } = this.getKeys(agent);
    return Number(await this.connection.read(call, (client) => client.hget(catalogue, 'revision')));
  }

  async load(agent: AgentKey, call: Call): Promise<CatalogueContent> {
    const content = await runLoadCatalogue(this.connection, this.getKeys(agent), call);
    const scenarios = await decodeInBatches(content.latestVersions, ({ length }) => length, decodeLatestVersion);
    return {
      revision: content.revision,
      scenarios: scenarios.sort(compareByScenarioId),
      relationships: content.relationships.map(decodeRelationship).sort(compareRelationships),
      fields: content.fields && decodeFields(content.fields),
    };
  }

  async get(agent: AgentKey, scenarioId: string, version: number, call: Call): Promise<StoredScenario | undefined> {
    const keys = this.getKeys(agent);
    const [key, field] =
      version === 0 ? [keys.latestVersions, scenarioId] : [keys.versions(scenarioId), String(version)];
    const [stored] = await runReadFields(this.connection, key, [field], call);
    if (stored === undefined) return undefined;
    return version === 0 ? decodeLatestVersion(stored) : decodeVersion(stored, version);
  }

  async put(agent: AgentKey, scenario: Scenario, options: PutOptions, call: Call): Promise<PutOutcome> {
    const { contentHash, storedAt, expectedVersion } = options;
    const bytes = encodeVersion(scenario, contentHash, storedAt);
    const scenarioId = scenario.scenarioId;
    const args = { scenarioId, contentHash, bytes, expectedVersion, ...this.createNotification(agent) };
    const reply = await runPutScenario(this.connection, this.getKeys(agent), args, call);
    switch (reply.kind) {
      case 'stored':
        return { kind: 'stored', stored: decodeVersion(bytes, reply.version), created: true };
      case 'unchanged':
        return { kind: 'stored', stored: decodeLatestVersion(reply.latestVersion), created: false };
      case 'conflict':
        return reply;
    }
  }

  async delete(
    agent: AgentKey,
    scenarioId: string,
    expectedVersion: number | undefined,
    call: Call,
  ): Promise<DeleteOutcome> {
    const args = { scenarioId, expectedVersion, ...this.createNotification(agent) };
    return runDeleteScenario(this.connection, this.getKeys(agent), args, call);
  }

  async putRelationship(
    agent: AgentKey,
    relationship: Relationship,
    expectedRevision: number | undefined,
    call: Call,
  ): Promise<PutRelationshipOutcome> {
    const bytes = Buffer.from(encodeRelationship(relationship));
    const field = toRelationshipField(relationship);
    const args = { field, bytes, expectedRevision, ...this.createNotification(agent) };
    return runPutRelationship(this.connection, this.getKeys(agent), args, call);
  }

  async deleteRelationship(agent: AgentKey, relationship: Relationship, call: Call): Promise<boolean> {
    const args = { field: toRelationshipField(relationship), ...this.createNotification(agent) };
    return runDeleteRelationship(this.connection, this.getKeys(agent), args, call);
  }

  async getFields(agent: AgentKey, call: Call): Promise<StoredFields | undefined> {
    const { fields } = this.getKeys(agent);
    const [version, bytes] = await runReadFields(this.connection, fields, ['version', 'bytes'], call);
    if (version === undefined || bytes === undefined) return undefined;
    return decodeFields({ version: Number(version), bytes });
  }

  async putFields(
    agent: AgentKey,
    definitions: readonly FieldDefinition[],
    { contentHash, storedAt, expectedVersion }: PutOptions,
    call: Call,
  ): Promise<PutFieldsOutcome> {
    // As for a scenario, the script assigns the version.
    const bytes = Buffer.from(encodeStoredFields({ definitions, version: 0, contentHash, storedAt }));
    const args = { contentHash, bytes, expectedVersion, ...this.createNotification(agent) };
    const reply = await runPutFields(this.connection, this.getKeys(agent), args, call);
    switch (reply.kind) {
      case 'stored':
        return { kind: 'stored', stored: decodeFields({ version: reply.version, bytes }), created: true };
      case 'unchanged':
        return { kind: 'stored', stored: decodeFields(reply), created: false };
      case 'conflict':
        return reply;
    }
  }

  /** Notifications are best effort: they are lost while the connection is down. */
  onChange(listener: (agent: AgentKey) => void): () => void {
    return this.connection.subscriptions.subscribe(this.channel, {
      onMessage: (message) => {
        const [nodeId, agentKey = ''] = message.split(' ');
        const agent = decodeAgentKey(agentKey);
        if (nodeId !== this.nodeId && agent !== undefined) listener(agent);
      },
    });
  }

  /** Closes the connection, which is shared with the session store. */
  close(): Promise<void> {
    return this.connection.close();
  }

  private getKeys(agent: AgentKey): CatalogueKeys {
    return getCatalogueKeys(this.prefix, agent);
  }

  private createNotification(agent: AgentKey): { readonly channel: string; readonly message: string } {
    return { channel: this.channel, message: `${this.nodeId} ${encodeAgentKey(agent)}` };
  }
}

/** Encodes a scenario as version 0. The script assigns the version and stores it outside the bytes. */
function encodeVersion(scenario: Scenario, contentHash: string, storedAt: number): Buffer {
  return Buffer.from(encodeStoredScenario({ scenario, version: 0, contentHash, storedAt }));
}

/** The inverse of `encodeVersion`, with the version that the script assigned. */
function decodeVersion(bytes: Uint8Array, version: number): StoredScenario {
  return { ...decodeStoredScenario(bytes), version };
}

function decodeFields({ version, bytes }: { readonly version: number; readonly bytes: Uint8Array }): StoredFields {
  return { ...decodeStoredFields(bytes), version };
}

/** Decodes a latest version, which is stored as `<version>:<bytes>`. */
function decodeLatestVersion(stored: Buffer): StoredScenario {
  const colon = stored.indexOf(':');
  const version = Number(stored.subarray(0, colon).toString());
  if (colon < 1 || !Number.isInteger(version)) throw new Error('A stored scenario has no version.');
  return decodeVersion(stored.subarray(colon + 1), version);
}
