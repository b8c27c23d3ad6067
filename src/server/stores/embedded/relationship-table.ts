import type { Database } from 'lmdb';
import type { Relationship } from '../../../core/model/scenario';
import type { EmbeddedEnvironment } from './embedded-environment';
import { encodeKeyPart, keyPartUpperBound } from './embedded-keys';

/** What makes a relationship the same one, without its weight. */
type RelationshipKey = [agent: string, kind: string, sourceType: string, source: string, target: string];

/** The relationships of all agents; their bytes are opaque here. Methods that write are called within a change. */
export class RelationshipTable {
  private readonly relationships: Database<Uint8Array, RelationshipKey>;

  constructor(environment: EmbeddedEnvironment) {
    this.relationships = environment.openTable('relationships', 'binary');
  }

  get(agent: string, relationship: Relationship): Uint8Array | undefined {
    return this.relationships.get(keyOf(agent, relationship));
  }

  /** All relationships of an agent. */
  list(agent: string): readonly Uint8Array[] {
    return this.entries(agent).map(({ value }) => value);
  }

  put(agent: string, relationship: Relationship, bytes: Uint8Array): void {
    this.relationships.putSync(keyOf(agent, relationship), bytes);
  }

  remove(agent: string, relationship: Relationship): void {
    this.relationships.removeSync(keyOf(agent, relationship));
  }

  /** Removes the relationships that name a scenario. */
  removeByScenario(agent: string, scenarioId: string): void {
    const scenario = encodeKeyPart(scenarioId);
    for (const { key } of this.entries(agent)) {
      const [, , sourceType, source, target] = key;
      if (target === scenario || (sourceType === 'SCENARIO' && source === scenario)) this.relationships.removeSync(key);
    }
  }

  private entries(agent: string): readonly { readonly key: RelationshipKey; readonly value: Uint8Array }[] {
    const start: RelationshipKey = [agent, '', '', '', ''];
    const end: RelationshipKey = [agent, keyPartUpperBound, '', '', ''];
    return Array.from(this.relationships.getRange({ start, end }));
  }
}

function keyOf(agent: string, { kind, sourceType, sourceId, targetScenarioId }: Relationship): RelationshipKey {
  return [agent, kind, sourceType, encodeKeyPart(sourceId), encodeKeyPart(targetScenarioId)];
}
