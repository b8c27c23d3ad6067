import type { Relationship, Scenario, StoredScenario } from '../../core/model/scenario';
import type { Call } from './call';

/** Names the catalogue of an agent within all tenants. */
export interface AgentKey {
  readonly tenantId: string;
  readonly agentId: string;
}

/** A catalogue as it was at one revision; never half of a change. */
export interface CatalogueContent {
  /** Grows with every change; 0 for a catalogue that never held anything. */
  readonly revision: number;
  /** The newest version of every scenario, by scenario id. */
  readonly scenarios: readonly StoredScenario[];
  /** By kind, source type, source, target. */
  readonly relationships: readonly Relationship[];
}

export type PutOutcome =
  /** `created` false: the newest version has the same content hash and was left as it is. */
  | { readonly kind: 'stored'; readonly stored: StoredScenario; readonly created: boolean }
  /** The newest version is not the expected one (0: there is none); nothing was changed. */
  | { readonly kind: 'conflict'; readonly currentVersion: number };

export type DeleteOutcome =
  | { readonly kind: 'deleted'; readonly existed: boolean }
  | { readonly kind: 'conflict'; readonly currentVersion: number };

/**
 * Holds the scenarios of agents with all their versions, and the relationships. Every change is atomic and grows the revision
 * by one. Every method rejects with an OrchestratorError as those of SessionStore do.
 */
export interface ScenarioCatalogue {
  /** The catalogue's revision, cheaply. */
  revision(agent: AgentKey, call: Call): Promise<number>;

  /** The whole catalogue at one revision. */
  load(agent: AgentKey, call: Call): Promise<CatalogueContent>;

  /** A version of a scenario, the newest where `version` is 0. Versions of a deleted scenario are gone. */
  get(agent: AgentKey, scenarioId: string, version: number, call: Call): Promise<StoredScenario | undefined>;

  /**
   * Stores a checked scenario as a new version unless the newest one has the same content hash. Version numbers go on where
   * they stopped when a scenario was deleted.
   */
  put(
    agent: AgentKey,
    scenario: Scenario,
    options: { readonly contentHash: string; readonly storedAt: number; readonly expectedVersion: number | undefined },
    call: Call,
  ): Promise<PutOutcome>;

  /** Removes all versions of a scenario and the relationships that name it. */
  delete(agent: AgentKey, scenarioId: string, expectedVersion: number | undefined, call: Call): Promise<DeleteOutcome>;

  /** Stores a relationship; one of the same kind, source and target is replaced. Resolves to whether it is new. */
  putRelationship(agent: AgentKey, relationship: Relationship, call: Call): Promise<boolean>;

  /** Removes a relationship, its weight ignored. Resolves to whether there was one. */
  deleteRelationship(agent: AgentKey, relationship: Relationship, call: Call): Promise<boolean>;

  /** Calls `listener` when another node is known to have changed a catalogue; may miss changes. Returns how to stop it. */
  onChange(listener: (agent: AgentKey) => void): () => void;

  close(): Promise<void>;
}
