import type { CompileOptions } from '../domain/compile-options';
import type { Relationship, Scenario, StoredScenario } from '../domain/scenario';
import type { Session, SessionKey } from '../domain/session';
import type { Call } from '../ports/call';
import type { ContentHash } from '../ports/content-hash';
import type { AgentKey, ScenarioCatalogue } from '../ports/scenario-catalogue';
import type { TurnRecord } from '../ports/session-store';
import type { ProcessedTurn, TurnCommand } from './commands';
import { type DeleteScenarioCommand, deleteScenario } from './delete-scenario';
import { deleteSession } from './delete-session';
import { type GetScenarioQuery, getScenario } from './get-scenario';
import { type ListScenariosQuery, listScenarios } from './list-scenarios';
import { type ListTurnsQuery, listTurns } from './list-turns';
import type { Page } from './page';
import { processTurn, type TurnDependencies } from './process-turn';
import { type PutScenarioCommand, type PutScenarioResult, putScenario } from './put-scenario';
import { readSession } from './read-session';
import { deleteRelationship, listRelationships, putRelationship, type RelationshipCommand } from './relationships';
import { SessionQueue } from './session-queue';
import { type ScenarioValidation, validateScenario } from './validate-scenario';

/** What the service does, as its callers' adapter sees it. Each is explained at the function of its name. */
export interface UseCases {
  processTurn(command: TurnCommand, call: Call): Promise<ProcessedTurn>;
  readSession(key: SessionKey, call: Call): Promise<Session>;
  deleteSession(key: SessionKey, call: Call): Promise<boolean>;
  listTurns(query: ListTurnsQuery, call: Call): Promise<Page<TurnRecord, number>>;
  putScenario(command: PutScenarioCommand, call: Call): Promise<PutScenarioResult>;
  validateScenario(scenario: Scenario): ScenarioValidation;
  getScenario(query: GetScenarioQuery, call: Call): Promise<StoredScenario>;
  listScenarios(query: ListScenariosQuery, call: Call): Promise<Page<StoredScenario, string>>;
  deleteScenario(command: DeleteScenarioCommand, call: Call): Promise<boolean>;
  putRelationship(command: RelationshipCommand, call: Call): Promise<boolean>;
  deleteRelationship(command: RelationshipCommand, call: Call): Promise<boolean>;
  listRelationships(agent: AgentKey, call: Call): Promise<readonly Relationship[]>;
}

/** What all of them together need of the world. */
export interface UseCaseDependencies extends TurnDependencies {
  /** The catalogue as it is stored; `catalogue` is the compiled one over it. */
  readonly scenarios: ScenarioCatalogue;
  readonly contentHash: ContentHash;
  readonly compile: CompileOptions;
}

/** The use cases on these dependencies. */
export function bindUseCases(deps: UseCaseDependencies): UseCases {
  const queue = new SessionQueue();
  return {
    processTurn: (command, call) => queue.run(command.turn, call, () => processTurn(deps, command, call)),
    readSession: (key, call) => readSession(deps, key, call),
    deleteSession: (key, call) => deleteSession(deps, key, call),
    listTurns: (query, call) => listTurns(deps, query, call),
    putScenario: (command, call) => putScenario(deps, command, call),
    validateScenario: (scenario) => validateScenario(deps, scenario),
    getScenario: (query, call) => getScenario(deps, query, call),
    listScenarios: (query, call) => listScenarios(deps, query, call),
    deleteScenario: (command, call) => deleteScenario(deps, command, call),
    putRelationship: (command, call) => putRelationship(deps, command, call),
    deleteRelationship: (command, call) => deleteRelationship(deps, command, call),
    listRelationships: (agent, call) => listRelationships(deps, agent, call),
  };
}
