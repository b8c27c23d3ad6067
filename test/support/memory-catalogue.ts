import { isDeepStrictEqual } from 'node:util';
import type { FieldDefinition, StoredFields } from '../../src/core/model/field-definition';
import type { Relationship, Scenario, StoredScenario } from '../../src/core/model/scenario';
import type {
  AgentKey,
  CatalogueContent,
  DeleteOutcome,
  PutFieldsOutcome,
  PutOptions,
  PutOutcome,
  PutRelationshipOutcome,
  ScenarioCatalogue,
} from '../../src/server/ports/scenario-catalogue';

/** An in-memory catalogue of one agent that records its calls. */
export class MemoryCatalogue implements ScenarioCatalogue {
  /** Names of the called methods, oldest first. */
  readonly calls: string[] = [];
  /** Awaited before every read. */
  beforeRead: () => Promise<void> = () => Promise.resolve();
  /** Called after every write. */
  afterWrite: () => void = () => undefined;
  private readonly versions = new Map<string, StoredScenario[]>();
  private readonly deleted = new Map<string, number>();
  private relationships: readonly Relationship[] = [];
  private fields: StoredFields | undefined;
  private listener: (agent: AgentKey) => void = () => undefined;
  private changes = 0;

  async revision(): Promise<number> {
    await this.read('revision');
    return this.changes;
  }

  async load(): Promise<CatalogueContent> {
    await this.read('load');
    const latest = [...this.versions.values()].flatMap((versions) => versions.slice(-1));
    const scenarios = latest.sort((a, b) => (a.scenario.scenarioId < b.scenario.scenarioId ? -1 : 1));
    return { revision: this.changes, scenarios, relationships: this.relationships, fields: this.fields };
  }

  async get(_agent: AgentKey, scenarioId: string, version: number): Promise<StoredScenario | undefined> {
    await this.read('get');
    const versions = this.versions.get(scenarioId) ?? [];
    return version === 0 ? versions.at(-1) : versions.find((stored) => stored.version === version);
  }

  async put(
    _agent: AgentKey,
    scenario: Scenario,
    options: { contentHash: string; storedAt: number; expectedVersion: number | undefined },
  ): Promise<PutOutcome> {
    const versions = this.versions.get(scenario.scenarioId) ?? [];
    const latest = versions.at(-1);
    if (options.expectedVersion !== undefined && options.expectedVersion !== (latest?.version ?? 0)) {
      return { kind: 'conflict', currentVersion: latest?.version ?? 0 };
    }
    if (latest?.contentHash === options.contentHash) return { kind: 'stored', stored: latest, created: false };
    const version = (latest?.version ?? this.deleted.get(scenario.scenarioId) ?? 0) + 1;
    const stored = { scenario, version, contentHash: options.contentHash, storedAt: options.storedAt };
    this.versions.set(scenario.scenarioId, [...versions, stored]);
    this.wrote('put');
    return { kind: 'stored', stored, created: true };
  }

  async delete(_agent: AgentKey, scenarioId: string, expectedVersion: number | undefined): Promise<DeleteOutcome> {
    const latest = this.versions.get(scenarioId)?.at(-1);
    if (expectedVersion !== undefined && expectedVersion !== (latest?.version ?? 0)) {
      return { kind: 'conflict', currentVersion: latest?.version ?? 0 };
    }
    if (latest !== undefined) this.deleted.set(scenarioId, latest.version);
    const existed = this.versions.delete(scenarioId);
    this.wrote('delete');
    return { kind: 'deleted', existed };
  }

  async putRelationship(
    _agent: AgentKey,
    relationship: Relationship,
    expectedRevision: number | undefined,
  ): Promise<PutRelationshipOutcome> {
    const others = this.relationships.filter((each) => !isSame(each, relationship));
    const created = others.length === this.relationships.length;
    if (!created && this.relationships.some((each) => isDeepStrictEqual(each, relationship))) {
      return { kind: 'stored', created };
    }
    if ((expectedRevision ?? this.changes) !== this.changes) return { kind: 'conflict' };
    this.relationships = [...others, relationship];
    this.wrote('putRelationship');
    return { kind: 'stored', created };
  }

  async deleteRelationship(_agent: AgentKey, relationship: Relationship): Promise<boolean> {
    const others = this.relationships.filter((each) => !isSame(each, relationship));
    const existed = others.length < this.relationships.length;
    this.relationships = others;
    this.wrote('deleteRelationship');
    return existed;
  }

  async getFields(): Promise<StoredFields | undefined> {
    await this.read('getFields');
    return this.fields;
  }

  async putFields(
    _agent: AgentKey,
    definitions: readonly FieldDefinition[],
    { contentHash, storedAt, expectedVersion }: PutOptions,
  ): Promise<PutFieldsOutcome> {
    const currentVersion = this.fields?.version ?? 0;
    if (expectedVersion !== undefined && expectedVersion !== currentVersion) {
      return { kind: 'conflict', currentVersion };
    }
    if (this.fields?.contentHash === contentHash) return { kind: 'stored', stored: this.fields, created: false };
    this.fields = { definitions, version: currentVersion + 1, contentHash, storedAt };
    this.wrote('putFields');
    return { kind: 'stored', stored: this.fields, created: true };
  }

  onChange(listener: (agent: AgentKey) => void): () => void {
    this.listener = listener;
    return () => {
      this.listener = () => undefined;
    };
  }

  /** Simulates the notification of a change by another node. */
  notifyChange(agent: AgentKey): void {
    this.listener(agent);
  }

  async close(): Promise<void> {}

  /** Returns the reads since the previous call of this method and clears all recorded calls. */
  takeReads(): readonly string[] {
    return this.calls.splice(0).filter((name) => name === 'revision' || name === 'load' || name === 'get');
  }

  private async read(name: string): Promise<void> {
    this.calls.push(name);
    await this.beforeRead();
  }

  private wrote(name: string): void {
    this.calls.push(name);
    this.changes += 1;
    this.afterWrite();
  }
}

function isSame(a: Relationship, b: Relationship): boolean {
  return (
    a.kind === b.kind &&
    a.sourceType === b.sourceType &&
    a.sourceId === b.sourceId &&
    a.targetScenarioId === b.targetScenarioId
  );
}
