import type { Relationship, Scenario, StoredScenario } from '../../../core/model/scenario';
import { compareByScenarioId, compareRelationships } from '../../../core/scenario/catalogue';
import { decodeRelationship, encodeRelationship } from '../../codec/wire/relationship-codec';
import { decodeStoredScenario, encodeStoredScenario } from '../../codec/wire/scenario-codec';
import type { Call } from '../../ports/call';
import type {
  AgentKey,
  CatalogueContent,
  DeleteOutcome,
  PutOutcome,
  ScenarioCatalogue,
} from '../../ports/scenario-catalogue';
import type { EmbeddedEnvironment } from './embedded-environment';
import { encodeKeyPair } from './embedded-keys';
import { RelationshipTable } from './relationship-table';
import { RevisionTable } from './revision-table';
import { type StoredVersion, VersionTable } from './version-table';

/** What a put found within its transaction; scenarios are decoded outside of it. */
type Found =
  | { readonly kind: 'stored'; readonly version: StoredVersion; readonly created: boolean }
  | { readonly kind: 'conflict'; readonly currentVersion: number };

/** The catalogues on the disk of this node; each change is one transaction and is on the disk when it is acknowledged. */
export class EmbeddedCatalogue implements ScenarioCatalogue {
  private readonly revisions: RevisionTable;
  private readonly versions: VersionTable;
  private readonly relationships: RelationshipTable;

  constructor(private readonly environment: EmbeddedEnvironment) {
    this.revisions = new RevisionTable(environment);
    this.versions = new VersionTable(environment);
    this.relationships = new RelationshipTable(environment);
  }

  async revision(agent: AgentKey, call: Call): Promise<number> {
    return this.environment.read(call, () => this.revisions.get(nameOf(agent)));
  }

  async load(agent: AgentKey, call: Call): Promise<CatalogueContent> {
    const name = nameOf(agent);
    const stored = this.environment.read(call, () => ({
      revision: this.revisions.get(name),
      versions: this.versions.listLatest(name),
      relationships: this.relationships.list(name),
    }));
    return {
      revision: stored.revision,
      scenarios: stored.versions.map(decode).sort(compareByScenarioId),
      relationships: stored.relationships.map(decodeRelationship).sort(compareRelationships),
    };
  }

  async get(agent: AgentKey, scenarioId: string, version: number, call: Call): Promise<StoredScenario | undefined> {
    const stored = this.environment.read(call, () => this.versions.get(nameOf(agent), scenarioId, version));
    return stored === undefined ? undefined : decode(stored);
  }

  async put(
    agent: AgentKey,
    scenario: Scenario,
    options: { readonly contentHash: string; readonly storedAt: number; readonly expectedVersion: number | undefined },
    call: Call,
  ): Promise<PutOutcome> {
    const { contentHash, storedAt, expectedVersion } = options;
    // The number is decided within the transaction and stands in the key; 0 takes its place in the bytes.
    const bytes = encodeStoredScenario({ scenario, version: 0, contentHash, storedAt });
    const found = await this.environment.write(call, () =>
      this.add(nameOf(agent), scenario.scenarioId, { bytes, contentHash, expectedVersion }),
    );
    if (found.kind === 'conflict') return found;
    return { kind: 'stored', stored: decode(found.version), created: found.created };
  }

  async delete(
    agent: AgentKey,
    scenarioId: string,
    expectedVersion: number | undefined,
    call: Call,
  ): Promise<DeleteOutcome> {
    const name = nameOf(agent);
    return this.environment.write(call, (): DeleteOutcome => {
      const currentVersion = this.versions.getLatestVersion(name, scenarioId);
      if (expectedVersion !== undefined && expectedVersion !== currentVersion)
        return { kind: 'conflict', currentVersion };
      if (currentVersion === 0) return { kind: 'deleted', existed: false };
      this.versions.removeAll(name, scenarioId);
      this.relationships.removeByScenario(name, scenarioId);
      this.revisions.increment(name);
      return { kind: 'deleted', existed: true };
    });
  }

  async putRelationship(agent: AgentKey, relationship: Relationship, call: Call): Promise<boolean> {
    const name = nameOf(agent);
    const bytes = encodeRelationship(relationship);
    return this.environment.write(call, () => {
      const stored = this.relationships.get(name, relationship);
      if (stored !== undefined && Buffer.compare(stored, bytes) === 0) return false;
      this.relationships.put(name, relationship, bytes);
      this.revisions.increment(name);
      return stored === undefined;
    });
  }

  async deleteRelationship(agent: AgentKey, relationship: Relationship, call: Call): Promise<boolean> {
    const name = nameOf(agent);
    return this.environment.write(call, () => {
      if (this.relationships.get(name, relationship) === undefined) return false;
      this.relationships.remove(name, relationship);
      this.revisions.increment(name);
      return true;
    });
  }

  /** There is no other node: the listener is never called. */
  onChange(): () => void {
    return () => undefined;
  }

  /** Closes the environment, which the session store shares. */
  close(): Promise<void> {
    return this.environment.close();
  }

  private add(
    agent: string,
    scenarioId: string,
    put: { readonly bytes: Uint8Array; readonly contentHash: string; readonly expectedVersion: number | undefined },
  ): Found {
    const currentVersion = this.versions.getLatestVersion(agent, scenarioId);
    if (put.expectedVersion !== undefined && put.expectedVersion !== currentVersion) {
      return { kind: 'conflict', currentVersion };
    }
    const same = this.versions.findLatestByHash(agent, scenarioId, put.contentHash);
    if (same !== undefined) return { kind: 'stored', version: same, created: false };
    const version = this.versions.add(agent, scenarioId, put.contentHash, put.bytes);
    this.revisions.increment(agent);
    return { kind: 'stored', version, created: true };
  }
}

function nameOf(agent: AgentKey): string {
  return encodeKeyPair(agent.tenantId, agent.agentId);
}

function decode({ bytes, version }: StoredVersion): StoredScenario {
  return { ...decodeStoredScenario(bytes), version };
}
