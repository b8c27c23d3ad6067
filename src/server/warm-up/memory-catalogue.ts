import type { FieldDefinition, StoredFields } from '../../core/model/field-definition';
import type { Relationship, Scenario, StoredScenario } from '../../core/model/scenario';
import type {
  AgentKey,
  CatalogueContent,
  DeleteOutcome,
  PutFieldsOutcome,
  PutOptions,
  PutOutcome,
  PutRelationshipOutcome,
  ScenarioCatalogue,
} from '../ports/scenario-catalogue';

const empty: CatalogueContent = { revision: 0, scenarios: [], relationships: [] };

/** Catalogues in memory, for the warm-up: with the latest version of each scenario only, and without notifications. */
export class MemoryCatalogue implements ScenarioCatalogue {
  private readonly agents = new Map<string, CatalogueContent>();

  async revision(agent: AgentKey): Promise<number> {
    return this.getContent(agent).revision;
  }

  async load(agent: AgentKey): Promise<CatalogueContent> {
    return this.getContent(agent);
  }

  async get(agent: AgentKey, scenarioId: string, version: number): Promise<StoredScenario | undefined> {
    const stored = this.find(agent, scenarioId);
    return version === 0 || version === stored?.version ? stored : undefined;
  }

  async put(
    agent: AgentKey,
    scenario: Scenario,
    { contentHash, storedAt, expectedVersion }: PutOptions,
  ): Promise<PutOutcome> {
    const latest = this.find(agent, scenario.scenarioId);
    const currentVersion = latest?.version ?? 0;
    if ((expectedVersion ?? currentVersion) !== currentVersion) return { kind: 'conflict', currentVersion };
    if (latest?.contentHash === contentHash) return { kind: 'stored', stored: latest, created: false };
    const stored = { scenario, version: currentVersion + 1, contentHash, storedAt };
    this.change(agent, ({ scenarios }) => ({ scenarios: [...scenarios.filter((each) => each !== latest), stored] }));
    return { kind: 'stored', stored, created: true };
  }

  async delete(agent: AgentKey, scenarioId: string): Promise<DeleteOutcome> {
    const existing = this.find(agent, scenarioId);
    this.change(agent, ({ scenarios }) => ({ scenarios: scenarios.filter((each) => each !== existing) }));
    return { kind: 'deleted', existed: existing !== undefined };
  }

  async putRelationship(agent: AgentKey, relationship: Relationship): Promise<PutRelationshipOutcome> {
    const existed = await this.deleteRelationship(agent, relationship);
    this.change(agent, ({ relationships }) => ({ relationships: [...relationships, relationship] }));
    return { kind: 'stored', created: !existed };
  }

  async deleteRelationship(agent: AgentKey, relationship: Relationship): Promise<boolean> {
    const { relationships } = this.getContent(agent);
    const others = relationships.filter((each) => toText(each) !== toText(relationship));
    this.change(agent, () => ({ relationships: others }));
    return others.length < relationships.length;
  }

  async getFields(agent: AgentKey): Promise<StoredFields | undefined> {
    return this.getContent(agent).fields;
  }

  async putFields(
    agent: AgentKey,
    definitions: readonly FieldDefinition[],
    { contentHash, storedAt }: PutOptions,
  ): Promise<PutFieldsOutcome> {
    const version = (this.getContent(agent).fields?.version ?? 0) + 1;
    const stored = { definitions, version, contentHash, storedAt };
    this.change(agent, () => ({ fields: stored }));
    return { kind: 'stored', stored, created: true };
  }

  onChange(): () => void {
    return () => undefined;
  }

  async close(): Promise<void> {
    this.agents.clear();
  }

  private getContent(agent: AgentKey): CatalogueContent {
    return this.agents.get(toAgentText(agent)) ?? empty;
  }

  private find(agent: AgentKey, scenarioId: string): StoredScenario | undefined {
    return this.getContent(agent).scenarios.find(({ scenario }) => scenario.scenarioId === scenarioId);
  }

  private change(agent: AgentKey, toParts: (content: CatalogueContent) => Partial<CatalogueContent>): void {
    const content = this.getContent(agent);
    this.agents.set(toAgentText(agent), { ...content, ...toParts(content), revision: content.revision + 1 });
  }
}

function toAgentText({ tenantId, agentId }: AgentKey): string {
  return `${tenantId} ${agentId}`;
}

function toText({ kind, sourceType, sourceId, targetScenarioId }: Relationship): string {
  return `${kind} ${sourceType} ${sourceId} ${targetScenarioId}`;
}
