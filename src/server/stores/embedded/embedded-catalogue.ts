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
import { FieldTable, RelationshipTable, RevisionTable, type StoredVersion, VersionTable } from './catalogue-tables';
import type { EmbeddedEnvironment } from './embedded-environment';
import { encodeKeyPair } from './embedded-keys';

/** The result of the transaction of a put. Scenarios are decoded after the transaction. */
type PutResult =
  | { readonly kind: 'stored'; readonly version: StoredVersion; readonly created: boolean }
  | { readonly kind: 'conflict'; readonly currentVersion: number };

/** The catalogues on the local disk. Each change is one transaction and is acknowledged when it is on the disk. */
export class EmbeddedCatalogue implements ScenarioCatalogue {
  private readonly revisions: RevisionTable;
  private readonly versions: VersionTable;
  private readonly relationships: RelationshipTable;
  private readonly fields: FieldTable;

  constructor(private readonly environment: EmbeddedEnvironment) {
    this.revisions = new RevisionTable(environment);
    this.versions = new VersionTable(environment);
    this.relationships = new RelationshipTable(environment);
    this.fields = new FieldTable(environment);
  }

  async revision(agent: AgentKey, call: Call): Promise<number> {
    return this.environment.read(call, () => this.revisions.get(toTableKey(agent)));
  }

  async load(agent: AgentKey, call: Call): Promise<CatalogueContent> {
    const agentKey = toTableKey(agent);
    const stored = this.environment.read(call, () => ({
      revision: this.revisions.get(agentKey),
      versions: this.versions.listLatest(agentKey),
      relationships: this.relationships.list(agentKey),
      fields: this.fields.get(agentKey),
    }));
    const scenarios = await decodeInBatches(stored.versions, ({ bytes }) => bytes.length, decode);
    return {
      revision: stored.revision,
      scenarios: scenarios.sort(compareByScenarioId),
      relationships: stored.relationships.map(decodeRelationship).sort(compareRelationships),
      fields: stored.fields && decodeFields(stored.fields),
    };
  }

  async get(agent: AgentKey, scenarioId: string, version: number, call: Call): Promise<StoredScenario | undefined> {
    const stored = this.environment.read(call, () => this.versions.get(toTableKey(agent), scenarioId, version));
    return stored === undefined ? undefined : decode(stored);
  }

  async put(agent: AgentKey, scenario: Scenario, options: PutOptions, call: Call): Promise<PutOutcome> {
    const { contentHash, storedAt, expectedVersion } = options;
    // The transaction assigns the version, which is in the key. The version in the bytes is 0.
    const bytes = encodeStoredScenario({ scenario, version: 0, contentHash, storedAt });
    const result = await this.environment.write(call, () =>
      this.add(toTableKey(agent), scenario.scenarioId, { bytes, contentHash, expectedVersion }),
    );
    if (result.kind === 'conflict') return result;
    return { kind: 'stored', stored: decode(result.version), created: result.created };
  }

  async delete(
    agent: AgentKey,
    scenarioId: string,
    expectedVersion: number | undefined,
    call: Call,
  ): Promise<DeleteOutcome> {
    const agentKey = toTableKey(agent);
    return this.environment.free(call, (): DeleteOutcome => {
      const currentVersion = this.versions.getLatestVersion(agentKey, scenarioId);
      if (expectedVersion !== undefined && expectedVersion !== currentVersion)
        return { kind: 'conflict', currentVersion };
      if (currentVersion === 0) return { kind: 'deleted', existed: false };
      this.environment.markErasable();
      this.versions.removeAll(agentKey, scenarioId);
      this.relationships.removeByScenario(agentKey, scenarioId);
      this.revisions.increment(agentKey);
      return { kind: 'deleted', existed: true };
    });
  }

  async putRelationship(
    agent: AgentKey,
    relationship: Relationship,
    expectedRevision: number | undefined,
    call: Call,
  ): Promise<PutRelationshipOutcome> {
    const agentKey = toTableKey(agent);
    const bytes = encodeRelationship(relationship);
    return this.environment.write(call, (): PutRelationshipOutcome => {
      const stored = this.relationships.get(agentKey, relationship);
      if (stored !== undefined && Buffer.compare(stored, bytes) === 0) return { kind: 'stored', created: false };
      const revision = this.revisions.get(agentKey);
      if ((expectedRevision ?? revision) !== revision) return { kind: 'conflict' };
      this.relationships.put(agentKey, relationship, bytes);
      this.revisions.increment(agentKey);
      return { kind: 'stored', created: stored === undefined };
    });
  }

  async deleteRelationship(agent: AgentKey, relationship: Relationship, call: Call): Promise<boolean> {
    const agentKey = toTableKey(agent);
    return this.environment.free(call, () => {
      if (this.relationships.get(agentKey, relationship) === undefined) return false;
      this.environment.markErasable();
      this.relationships.remove(agentKey, relationship);
      this.revisions.increment(agentKey);
      return true;
    });
  }

  async getFields(agent: AgentKey, call: Call): Promise<StoredFields | undefined> {
    const stored = this.environment.read(call, () => this.fields.get(toTableKey(agent)));
    return stored && decodeFields(stored);
  }

  async putFields(
    agent: AgentKey,
    definitions: readonly FieldDefinition[],
    { contentHash, storedAt, expectedVersion }: PutOptions,
    call: Call,
  ): Promise<PutFieldsOutcome> {
    const agentKey = toTableKey(agent);
    // As for a scenario, the transaction assigns the version.
    const bytes = encodeStoredFields({ definitions, version: 0, contentHash, storedAt });
    const result = await this.environment.write(call, (): PutResult => {
      const current = this.fields.get(agentKey);
      const currentVersion = current?.version ?? 0;
      if (expectedVersion !== undefined && expectedVersion !== currentVersion) {
        return { kind: 'conflict', currentVersion };
      }
      if (current !== undefined && this.fields.hasHash(agentKey, contentHash)) {
        return { kind: 'stored', version: current, created: false };
      }
      const version = this.fields.replace(agentKey, contentHash, bytes);
      this.revisions.increment(agentKey);
      return { kind: 'stored', version, created: true };
    });
    if (result.kind === 'conflict') return result;
    return { kind: 'stored', stored: decodeFields(result.version), created: result.created };
  }

  /** No other node can change the catalogue, so the listener is never called. */
  onChange(): () => void {
    return () => undefined;
  }

  /** Closes the environment, which is shared with the session store. */
  close(): Promise<void> {
    return this.environment.close();
  }

  private add(
    agent: string,
    scenarioId: string,
    put: { readonly bytes: Uint8Array; readonly contentHash: string; readonly expectedVersion: number | undefined },
  ): PutResult {
    const currentVersion = this.versions.getLatestVersion(agent, scenarioId);
    if (put.expectedVersion !== undefined && put.expectedVersion !== currentVersion) {
      return { kind: 'conflict', currentVersion };
    }
    const unchanged = this.versions.findLatestByHash(agent, scenarioId, put.contentHash);
    if (unchanged !== undefined) return { kind: 'stored', version: unchanged, created: false };
    const version = this.versions.add(agent, scenarioId, put.contentHash, put.bytes);
    this.revisions.increment(agent);
    return { kind: 'stored', version, created: true };
  }
}

function toTableKey(agent: AgentKey): string {
  return encodeKeyPair(agent.tenantId, agent.agentId);
}

function decode({ bytes, version }: StoredVersion): StoredScenario {
  return { ...decodeStoredScenario(bytes), version };
}

function decodeFields({ bytes, version }: StoredVersion): StoredFields {
  return { ...decodeStoredFields(bytes), version };
}
