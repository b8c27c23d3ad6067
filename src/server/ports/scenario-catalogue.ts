import type { FieldDefinition, StoredFields } from '../../core/model/field-definition';
import type { Relationship, Scenario, StoredScenario } from '../../core/model/scenario';
import type { Call } from './call';

/** Identifies the catalogue of an agent. */
export interface AgentKey {
  readonly tenantId: string;
  readonly agentId: string;
}

/** A consistent copy of a catalogue at one revision. */
export interface CatalogueContent {
  /** Increases with every change; 0 if nothing was ever stored. */
  readonly revision: number;
  /** The latest version of every scenario, sorted by scenario id. */
  readonly scenarios: readonly StoredScenario[];
  /** Sorted by kind, source type, source and target. */
  readonly relationships: readonly Relationship[];
  /** The stored field definitions; undefined if none were ever stored. */
  readonly fields?: StoredFields | undefined;
}

export type PutOutcome =
  /** `created` is false if the latest version has the same content hash. In this case, nothing was stored. */
  | { readonly kind: 'stored'; readonly stored: StoredScenario; readonly created: boolean }
  /** The latest version is not the expected one; nothing was changed. `currentVersion` is 0 if there is no version. */
  | { readonly kind: 'conflict'; readonly currentVersion: number };

/** What a change expects of the stored version, and what it stores with the definition. */
export interface PutOptions {
  readonly contentHash: string;
  readonly storedAt: number;
  /** The version that must be the latest; 0 for none, undefined for any. */
  readonly expectedVersion: number | undefined;
}

export type PutFieldsOutcome =
  /** `created` is false if the stored version has the same content hash; it was not changed. */
  | { readonly kind: 'stored'; readonly stored: StoredFields; readonly created: boolean }
  /** The stored version is not the expected one (0: there is none); nothing was changed. */
  | { readonly kind: 'conflict'; readonly currentVersion: number };

export type PutRelationshipOutcome =
  /** `created` is false if a relationship with the same kind, source and target was stored. */
  | { readonly kind: 'stored'; readonly created: boolean }
  /** The catalogue was changed after the expected revision; nothing was stored. */
  | { readonly kind: 'conflict' };

export type DeleteOutcome =
  | { readonly kind: 'deleted'; readonly existed: boolean }
  | { readonly kind: 'conflict'; readonly currentVersion: number };

/**
 * Stores all versions of the scenarios of agents, and their relationships. Every change is atomic and increments the revision by
 * one. Methods reject with the same errors as those of SessionStore.
 */
export interface ScenarioCatalogue {
  /** Resolves to the current revision. Much cheaper than `load`. */
  revision(agent: AgentKey, call: Call): Promise<number>;

  /** Resolves to the whole catalogue at one revision. */
  load(agent: AgentKey, call: Call): Promise<CatalogueContent>;

  /** Resolves to a version of a scenario, or to undefined if it does not exist. Version 0 selects the latest version. */
  get(agent: AgentKey, scenarioId: string, version: number, call: Call): Promise<StoredScenario | undefined>;

  /**
   * Stores a valid scenario as a new version unless the latest version has the same content hash. If a scenario is deleted and
   * stored again, its version numbers continue.
   */
  put(agent: AgentKey, scenario: Scenario, options: PutOptions, call: Call): Promise<PutOutcome>;

  /** Deletes all versions of a scenario and the relationships that reference it. */
  delete(agent: AgentKey, scenarioId: string, expectedVersion: number | undefined, call: Call): Promise<DeleteOutcome>;

  /**
   * Stores a relationship or replaces the one with the same kind, source and target. Changes nothing if the revision of the catalogue is not
   * `expectedRevision`, at which the caller has checked the relationship; undefined for any revision. An identical relationship is stored
   * already, at any revision.
   */
  putRelationship(
    agent: AgentKey,
    relationship: Relationship,
    expectedRevision: number | undefined,
    call: Call,
  ): Promise<PutRelationshipOutcome>;

  /** Deletes the relationship with the same kind, source and target. Resolves to whether it existed. */
  deleteRelationship(agent: AgentKey, relationship: Relationship, call: Call): Promise<boolean>;

  /** The field definitions; undefined if none were ever stored. */
  getFields(agent: AgentKey, call: Call): Promise<StoredFields | undefined>;

  /** Stores valid field definitions as a new version unless the stored one has the same content hash. They replace it. */
  putFields(
    agent: AgentKey,
    definitions: readonly FieldDefinition[],
    options: PutOptions,
    call: Call,
  ): Promise<PutFieldsOutcome>;

  /** Calls `listener` when another node has changed a catalogue; may miss changes. Returns a function that unsubscribes. */
  onChange(listener: (agent: AgentKey) => void): () => void;

  close(): Promise<void>;
}
