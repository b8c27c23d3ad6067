import type { Relationship, Scenario, StoredScenario } from '../../../core/model/scenario';
import { compareByScenarioId, compareRelationships } from '../../../core/scenario/catalogue';
import { decodeRelationship, encodeRelationship } from '../../codec/wire/relationship-codec';
import type { Call } from '../../ports/call';
import type {
  AgentKey,
  CatalogueContent,
  DeleteOutcome,
  PutOutcome,
  ScenarioCatalogue,
} from '../../ports/scenario-catalogue';
import { type CatalogueKeys, getCatalogueKeys, toRelationshipField } from './catalogue-keys';
import { ChangeChannel } from './change-channel';
import type { RedisConnection } from './redis-connection';
import { validateKeyPrefix } from './redis-keys';
import { runDeleteRelationship } from './scripts/delete-relationship';
import { runDeleteScenario } from './scripts/delete-scenario';
import { runLoadCatalogue } from './scripts/load-catalogue';
import { runPutRelationship } from './scripts/put-relationship';
import { runPutScenario } from './scripts/put-scenario';
import { decodeLatestVersion, decodeVersion, encodeVersion } from './stored-version';

export interface RedisCatalogueOptions {
  /** First part of every key and of the channel; without braces. */
  readonly keyPrefix: string;
}

/**
 * The catalogues in Redis: the keys of an agent on one hash tag, each change one script, which also tells the other nodes.
 * A change whose answer was lost rejects with COMMIT_UNKNOWN; to send it again is safe.
 */
export class RedisCatalogue implements ScenarioCatalogue {
  private readonly prefix: string;
  private readonly changes: ChangeChannel;

  constructor(
    private readonly connection: RedisConnection,
    { keyPrefix }: RedisCatalogueOptions,
  ) {
    this.prefix = validateKeyPrefix(keyPrefix);
    this.changes = new ChangeChannel(connection, keyPrefix);
  }

  async revision(agent: AgentKey, call: Call): Promise<number> {
    const { catalogue } = this.keys(agent);
    return Number(await this.connection.read(call, (client) => client.hget(catalogue, 'revision')));
  }

  async load(agent: AgentKey, call: Call): Promise<CatalogueContent> {
    const {
      revision,
      latestVersions: newest,
      relationships,
    } = await runLoadCatalogue(this.connection, this.keys(agent), call);
    return {
      revision,
      scenarios: newest.map(decodeLatestVersion).sort(compareByScenarioId),
      relationships: relationships.map(decodeRelationship).sort(compareRelationships),
    };
  }

  async get(agent: AgentKey, scenarioId: string, version: number, call: Call): Promise<StoredScenario | undefined> {
    const keys = this.keys(agent);
    const [key, field] =
      version === 0 ? [keys.latestVersions, scenarioId] : [keys.versions(scenarioId), String(version)];
    const stored = await this.connection.read(call, (client) => client.hgetBuffer(key, field));
    if (stored === null) return undefined;
    return version === 0 ? decodeLatestVersion(stored) : decodeVersion(stored, version);
  }

  async put(
    agent: AgentKey,
    scenario: Scenario,
    options: { readonly contentHash: string; readonly storedAt: number; readonly expectedVersion: number | undefined },
    call: Call,
  ): Promise<PutOutcome> {
    const { contentHash, storedAt, expectedVersion } = options;
    const bytes = encodeVersion(scenario, contentHash, storedAt);
    const scenarioId = scenario.scenarioId;
    const args = { scenarioId, contentHash, bytes, expectedVersion, ...this.news(agent) };
    const reply = await runPutScenario(this.connection, this.keys(agent), args, call);
    switch (reply.kind) {
      case 'stored':
        return { kind: 'stored', stored: decodeVersion(bytes, reply.version), created: true };
      case 'unchanged':
        return { kind: 'stored', stored: decodeLatestVersion(reply.newest), created: false };
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
    const args = { scenarioId, expectedVersion, ...this.news(agent) };
    return runDeleteScenario(this.connection, this.keys(agent), args, call);
  }

  async putRelationship(agent: AgentKey, relationship: Relationship, call: Call): Promise<boolean> {
    const bytes = Buffer.from(encodeRelationship(relationship));
    const args = { field: toRelationshipField(relationship), bytes, ...this.news(agent) };
    return runPutRelationship(this.connection, this.keys(agent), args, call);
  }

  async deleteRelationship(agent: AgentKey, relationship: Relationship, call: Call): Promise<boolean> {
    const args = { field: toRelationshipField(relationship), ...this.news(agent) };
    return runDeleteRelationship(this.connection, this.keys(agent), args, call);
  }

  onChange(listener: (agent: AgentKey) => void): () => void {
    return this.changes.subscribe(listener);
  }

  /** Closes the connection, which the session store shares. */
  close(): Promise<void> {
    return this.connection.close();
  }

  private keys(agent: AgentKey): CatalogueKeys {
    return getCatalogueKeys(this.prefix, agent);
  }

  private news(agent: AgentKey): { readonly channel: string; readonly message: string } {
    return { channel: this.changes.name, message: this.changes.createMessage(agent) };
  }
}
