import type { Database } from 'lmdb';
import type { Relationship } from '../../../core/model/scenario';
import type { EmbeddedEnvironment } from './embedded-environment';
import { encodeKeyPart, keyPartUpperBound } from './embedded-keys';

// Call the methods that change a table only within a transaction, that is, within `EmbeddedEnvironment.write`.

/** The revision of each catalogue, which is the number of its changes. */
export class RevisionTable {
  private readonly revisions: Database<number, string>;

  constructor(environment: EmbeddedEnvironment) {
    this.revisions = environment.openTable('catalogue-revisions', 'json');
  }

  /** Returns 0 for a catalogue that never had content. */
  get(agent: string): number {
    return this.revisions.get(agent) ?? 0;
  }

  increment(agent: string): void {
    this.revisions.putSync(agent, this.get(agent) + 1);
  }
}

/** A stored version of a scenario or of field definitions. Its bytes are opaque to the table. */
export interface StoredVersion {
  readonly version: number;
  readonly bytes: Uint8Array;
}

/** An entry of the table `scenario-heads`. The property names are persistent and must not change. */
interface ScenarioHead {
  /** The latest version; 0 after a delete. */
  readonly newest: number;
  /** The last version number. It is kept after a delete, so that numbers are never reused. */
  readonly last: number;
  readonly contentHash: string;
}

/** The upper bound of a range of versions. */
const versionUpperBound = Number.MAX_SAFE_INTEGER;

/** All versions of all scenarios. */
export class VersionTable {
  private readonly heads: Database<ScenarioHead, [agent: string, scenario: string]>;
  private readonly versions: Database<Uint8Array, [agent: string, scenario: string, version: number]>;

  constructor(environment: EmbeddedEnvironment) {
    this.heads = environment.openTable('scenario-heads', 'json');
    this.versions = environment.openTable('scenario-versions', 'binary');
  }

  /** Returns the number of the latest version; 0 if there is none. */
  getLatestVersion(agent: string, scenarioId: string): number {
    return this.getHead(agent, scenarioId)?.newest ?? 0;
  }

  /** Returns a version, or the latest version if `version` is 0. */
  get(agent: string, scenarioId: string, version: number): StoredVersion | undefined {
    const number = version === 0 ? this.getLatestVersion(agent, scenarioId) : version;
    const bytes = this.versions.get([agent, encodeKeyPart(scenarioId), number]);
    return bytes === undefined ? undefined : { version: number, bytes };
  }

  /** Returns the latest version if it has this content hash. */
  findLatestByHash(agent: string, scenarioId: string, contentHash: string): StoredVersion | undefined {
    const head = this.getHead(agent, scenarioId);
    if (head === undefined || head.newest === 0 || head.contentHash !== contentHash) return undefined;
    return this.get(agent, scenarioId, head.newest);
  }

  /** Lists the latest version of each scenario of an agent. */
  listLatest(agent: string): readonly StoredVersion[] {
    const heads = Array.from(this.heads.getRange({ start: [agent, ''], end: [agent, keyPartUpperBound] }));
    return heads.flatMap(({ key, value: { newest } }) => {
      const bytes = newest === 0 ? undefined : this.versions.get([...key, newest]);
      return bytes === undefined ? [] : [{ version: newest, bytes }];
    });
  }

  /** Stores the next version. */
  add(agent: string, scenarioId: string, contentHash: string, bytes: Uint8Array): StoredVersion {
    const version = (this.getHead(agent, scenarioId)?.last ?? 0) + 1;
    this.versions.putSync([agent, encodeKeyPart(scenarioId), version], bytes);
    this.heads.putSync([agent, encodeKeyPart(scenarioId)], { newest: version, last: version, contentHash });
    return { version, bytes };
  }

  /** Removes all versions of a scenario. */
  removeAll(agent: string, scenarioId: string): void {
    const scenario = encodeKeyPart(scenarioId);
    const head = this.getHead(agent, scenarioId);
    if (head === undefined) return;
    const keys = this.versions.getKeys({ start: [agent, scenario, 0], end: [agent, scenario, versionUpperBound] });
    for (const key of Array.from(keys)) this.versions.removeSync(key);
    this.heads.putSync([agent, scenario], { newest: 0, last: head.last, contentHash: '' });
  }

  private getHead(agent: string, scenarioId: string): ScenarioHead | undefined {
    return this.heads.get([agent, encodeKeyPart(scenarioId)]);
  }
}

/** The content hash and the version of the bytes in the table `field-definitions`. The property names are persistent. */
interface FieldsHead {
  readonly version: number;
  readonly contentHash: string;
}

/** The field definitions of all agents. Their bytes are opaque to the table. */
export class FieldTable {
  private readonly heads: Database<FieldsHead, string>;
  private readonly definitions: Database<Uint8Array, string>;

  constructor(environment: EmbeddedEnvironment) {
    this.heads = environment.openTable('field-heads', 'json');
    this.definitions = environment.openTable('field-definitions', 'binary');
  }

  /** Returns undefined if none were ever stored. */
  get(agent: string): StoredVersion | undefined {
    const head = this.heads.get(agent);
    const bytes = this.definitions.get(agent);
    return head === undefined || bytes === undefined ? undefined : { version: head.version, bytes };
  }

  /** Whether the stored version has this content hash. */
  hasHash(agent: string, contentHash: string): boolean {
    return this.heads.get(agent)?.contentHash === contentHash;
  }

  /** Stores the next version in place of the one before. */
  replace(agent: string, contentHash: string, bytes: Uint8Array): StoredVersion {
    const version = (this.heads.get(agent)?.version ?? 0) + 1;
    this.definitions.putSync(agent, bytes);
    this.heads.putSync(agent, { version, contentHash });
    return { version, bytes };
  }
}

/** Everything that identifies a relationship, so not its weight. */
type RelationshipKey = [agent: string, kind: string, sourceType: string, source: string, target: string];

/** The relationships of all agents. Their bytes are opaque to the table. */
export class RelationshipTable {
  private readonly relationships: Database<Uint8Array, RelationshipKey>;

  constructor(environment: EmbeddedEnvironment) {
    this.relationships = environment.openTable('relationships', 'binary');
  }

  get(agent: string, relationship: Relationship): Uint8Array | undefined {
    return this.relationships.get(toKey(agent, relationship));
  }

  /** Lists the relationships of an agent. */
  list(agent: string): readonly Uint8Array[] {
    return this.listEntries(agent).map(({ value }) => value);
  }

  put(agent: string, relationship: Relationship, bytes: Uint8Array): void {
    this.relationships.putSync(toKey(agent, relationship), bytes);
  }

  remove(agent: string, relationship: Relationship): void {
    this.relationships.removeSync(toKey(agent, relationship));
  }

  /** Removes the relationships that reference a scenario. */
  removeByScenario(agent: string, scenarioId: string): void {
    const scenario = encodeKeyPart(scenarioId);
    for (const { key } of this.listEntries(agent)) {
      const [, , sourceType, source, target] = key;
      if (target === scenario || (sourceType === 'SCENARIO' && source === scenario)) this.relationships.removeSync(key);
    }
  }

  private listEntries(agent: string): readonly { readonly key: RelationshipKey; readonly value: Uint8Array }[] {
    const start: RelationshipKey = [agent, '', '', '', ''];
    const end: RelationshipKey = [agent, keyPartUpperBound, '', '', ''];
    return Array.from(this.relationships.getRange({ start, end }));
  }
}

function toKey(agent: string, { kind, sourceType, sourceId, targetScenarioId }: Relationship): RelationshipKey {
  return [agent, kind, sourceType, encodeKeyPart(sourceId), encodeKeyPart(targetScenarioId)];
}
