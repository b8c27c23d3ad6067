import type { Database } from 'lmdb';
import type { EmbeddedEnvironment } from './embedded-environment';
import { encodeKeyPart, keyPartUpperBound } from './embedded-keys';

/** A version as it is stored; its bytes are opaque here. */
export interface StoredVersion {
  readonly version: number;
  readonly bytes: Uint8Array;
}

/** Where the versions of a scenario stand. */
interface Head {
  /** The newest version; 0 where the scenario was deleted. */
  readonly newest: number;
  /** The number given last; it survives a delete, so that none comes twice. */
  readonly last: number;
  readonly contentHash: string;
}

/** Above every version: the end of a scenario's. */
const beyond = Number.MAX_SAFE_INTEGER;

/** All versions of all scenarios. Methods that write are called within a change. */
export class VersionTable {
  private readonly heads: Database<Head, [agent: string, scenario: string]>;
  private readonly versions: Database<Uint8Array, [agent: string, scenario: string, version: number]>;

  constructor(environment: EmbeddedEnvironment) {
    this.heads = environment.openTable('scenario-heads', 'json');
    this.versions = environment.openTable('scenario-versions', 'binary');
  }

  /** The number of the newest version; 0 where there is none. */
  getLatestVersion(agent: string, scenarioId: string): number {
    return this.head(agent, scenarioId)?.newest ?? 0;
  }

  /** A version, the newest where `version` is 0. */
  get(agent: string, scenarioId: string, version: number): StoredVersion | undefined {
    const wanted = version === 0 ? this.getLatestVersion(agent, scenarioId) : version;
    const bytes = this.versions.get([agent, encodeKeyPart(scenarioId), wanted]);
    return bytes === undefined ? undefined : { version: wanted, bytes };
  }

  /** The newest version where it has this content hash. */
  findLatestByHash(agent: string, scenarioId: string, contentHash: string): StoredVersion | undefined {
    const head = this.head(agent, scenarioId);
    if (head === undefined || head.newest === 0 || head.contentHash !== contentHash) return undefined;
    return this.get(agent, scenarioId, head.newest);
  }

  /** The newest version of every scenario of an agent. */
  listLatest(agent: string): readonly StoredVersion[] {
    const heads = Array.from(this.heads.getRange({ start: [agent, ''], end: [agent, keyPartUpperBound] }));
    return heads.flatMap(({ key, value: { newest } }) => {
      const bytes = newest === 0 ? undefined : this.versions.get([...key, newest]);
      return bytes === undefined ? [] : [{ version: newest, bytes }];
    });
  }

  /** Stores bytes as the next version. */
  add(agent: string, scenarioId: string, contentHash: string, bytes: Uint8Array): StoredVersion {
    const version = (this.head(agent, scenarioId)?.last ?? 0) + 1;
    this.versions.putSync([agent, encodeKeyPart(scenarioId), version], bytes);
    this.heads.putSync([agent, encodeKeyPart(scenarioId)], { newest: version, last: version, contentHash });
    return { version, bytes };
  }

  /** Removes all versions of a scenario. */
  removeAll(agent: string, scenarioId: string): void {
    const scenario = encodeKeyPart(scenarioId);
    const head = this.head(agent, scenarioId);
    if (head === undefined) return;
    const range = this.versions.getKeys({ start: [agent, scenario, 0], end: [agent, scenario, beyond] });
    for (const key of Array.from(range)) this.versions.removeSync(key);
    this.heads.putSync([agent, scenario], { newest: 0, last: head.last, contentHash: '' });
  }

  private head(agent: string, scenarioId: string): Head | undefined {
    return this.heads.get([agent, encodeKeyPart(scenarioId)]);
  }
}
