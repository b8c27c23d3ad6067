import type { TurnDecision } from '../../core/decide-turn';
import type { StoredFields } from '../../core/model/field-definition';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Relationship, Scenario, StoredScenario } from '../../core/model/scenario';
import type { Session, SessionKey } from '../../core/model/session';
import type { CompileOptions } from '../../core/scenario/compile-options';
import type { SimulationResult } from '../../core/simulation/simulation-report';
import type { Call } from '../ports/call';
import type { AgentKey, ScenarioCatalogue } from '../ports/scenario-catalogue';
import type { CountFilter, SessionCounts } from '../ports/session-index';
import type { CreateOutcome } from '../ports/session-store';
import {
  type CustomerKey,
  type DeletedCustomer,
  deleteCustomer,
  exportCustomer,
  type OnCustomerPart,
} from './customers';
import type { OnProvisional } from './decide-loaded-turn';
import { decidePhases, type PhaseCommand } from './decide-phases';
import { type DeleteScenarioCommand, deleteScenario } from './delete-scenario';
import { deleteSession } from './delete-session';
import { type ExplainTurnQuery, type Explanation, explainTurn } from './explain-turn';
import {
  getFields,
  type PutFieldsCommand,
  type PutFieldsDependencies,
  type PutFieldsResult,
  putFields,
} from './fields';
import { type FireTimerCommand, type FireTimerDependencies, type FireTimerOutcome, fireTimer } from './fire-timer';
import { type GetScenarioQuery, getScenario } from './get-scenario';
import { getSession } from './get-session';
import { type ImportSessionCommand, importSession } from './import-session';
import { type ListScenariosDependencies, type ListScenariosQuery, listScenarios } from './list-scenarios';
import {
  type ListedSession,
  type ListSessionsDependencies,
  type ListSessionsQuery,
  listSessions,
} from './list-sessions';
import { type ListedTurn, type ListTurnsDependencies, type ListTurnsQuery, listTurns } from './list-turns';
import type { Page } from './page';
import { processTurn, type TurnDependencies } from './process-turn';
import { type PutScenarioCommand, type PutScenarioResult, putScenario } from './put-scenario';
import { deleteRelationship, listRelationships, putRelationship, type RelationshipCommand } from './relationships';
import { type RenderScenarioQuery, renderScenario } from './render-scenario';
import { SessionQueue } from './session-queue';
import { type SimulateTurnsCommand, simulateTurns } from './simulate-turns';
import type { ProcessedTurn, TurnCommand } from './turn-command';
import type { WatchSessionQuery } from './turn-history-reader';
import { type ScenarioValidation, validateScenario } from './validate-scenario';
import { type OnTurn, type WatchSessionDependencies, watchSession } from './watch-session';
import {
  acknowledgeTurns,
  type OnEvents,
  type WatchTurnsDependencies,
  type WatchTurnsQuery,
  watchTurns,
} from './watch-turns';

/** The use cases for the inbound adapters. Each is documented at the function of the same name. */
export interface UseCases {
  processTurn(command: TurnCommand, call: Call, onProvisional?: OnProvisional): Promise<ProcessedTurn>;
  fireTimer(command: FireTimerCommand, call: Call): Promise<FireTimerOutcome>;
  decidePhases(command: PhaseCommand, call: Call): Promise<TurnDecision>;
  getSession(key: SessionKey, call: Call): Promise<Session>;
  deleteSession(key: SessionKey, call: Call): Promise<boolean>;
  importSession(command: ImportSessionCommand, call: Call): Promise<CreateOutcome>;
  listTurns(query: ListTurnsQuery, call: Call): Promise<Page<ListedTurn, number>>;
  explainTurn(query: ExplainTurnQuery, call: Call): Promise<Explanation>;
  watchSession(query: WatchSessionQuery, call: Call, onTurn: OnTurn): Promise<never>;
  watchTurns(query: WatchTurnsQuery, call: Call, onEvents: OnEvents): Promise<never>;
  acknowledgeTurns(query: Pick<WatchTurnsQuery, 'tenantId' | 'consumer' | 'cursor'>, call: Call): Promise<void>;
  deleteTurnConsumer(query: Pick<WatchTurnsQuery, 'tenantId' | 'consumer'>, call: Call): Promise<boolean>;
  listSessions(query: ListSessionsQuery, call: Call): Promise<Page<ListedSession, string>>;
  countSessions(tenantId: string, filter: CountFilter, call: Call): Promise<SessionCounts>;
  exportCustomer(query: CustomerKey & { readonly cursor: string }, call: Call, onPart: OnCustomerPart): Promise<void>;
  deleteCustomer(key: CustomerKey, call: Call): Promise<DeletedCustomer>;
  putScenario(command: PutScenarioCommand, call: Call): Promise<PutScenarioResult>;
  validateScenario(scenario: Scenario, call: Call): Promise<ScenarioValidation>;
  getScenario(query: GetScenarioQuery, call: Call): Promise<StoredScenario>;
  listScenarios(query: ListScenariosQuery, call: Call): Promise<Page<StoredScenario, string>>;
  renderScenario(query: RenderScenarioQuery, call: Call): Promise<string>;
  deleteScenario(command: DeleteScenarioCommand, call: Call): Promise<boolean>;
  putRelationship(command: RelationshipCommand, call: Call): Promise<boolean>;
  deleteRelationship(command: RelationshipCommand, call: Call): Promise<boolean>;
  listRelationships(agent: AgentKey, call: Call): Promise<readonly Relationship[]>;
  simulateTurns(command: SimulateTurnsCommand, call: Call): Promise<SimulationResult>;
  putFields(command: PutFieldsCommand, call: Call): Promise<PutFieldsResult>;
  getFields(agent: AgentKey, call: Call): Promise<StoredFields | undefined>;
}

export interface UseCaseDependencies
  extends TurnDependencies,
    FireTimerDependencies,
    WatchSessionDependencies,
    WatchTurnsDependencies,
    ListSessionsDependencies,
    ListTurnsDependencies,
    ListScenariosDependencies,
    Pick<PutFieldsDependencies, 'measureFieldsBytes'> {
  /** The stored catalogue. `catalogue` caches it in compiled form. */
  readonly scenarios: ScenarioCatalogue;
  readonly compileOptions: CompileOptions;
}

export function createUseCases(deps: UseCaseDependencies): UseCases {
  const queue = new SessionQueue();
  const runTurn: UseCases['processTurn'] = (command, call, onProvisional) =>
    queue.run(command.turn, call, () => processTurn(deps, command, call, onProvisional));
  const count = <Result>(work: Promise<Result>): Promise<Result> => work.catch(countWorkLimit);
  const countWorkLimit = (error: unknown): never => {
    if (error instanceof OrchestratorError && error.reason === 'WORK_LIMIT') {
      deps.metrics.recordWorkLimit(error.metadata['work'] ?? '');
    }
    throw error;
  };
  return {
    processTurn: (command, call, onProvisional) => count(runTurn(command, call, onProvisional)),
    fireTimer: (command, call) => count(fireTimer(deps, command, call, runTurn)),
    decidePhases: (command, call) => count(decidePhases(deps, command, call)),
    getSession: (key, call) => getSession(deps, key, call),
    deleteSession: (key, call) => deleteSession(deps, key, call),
    importSession: (command, call) => importSession(deps, command, call),
    listTurns: (query, call) => listTurns(deps, query, call),
    explainTurn: (query, call) => count(explainTurn(deps, query, call)),
    watchSession: (query, call, onTurn) => watchSession(deps, query, call, onTurn),
    watchTurns: (query, call, onEvents) => watchTurns(deps, query, call, onEvents),
    acknowledgeTurns: (query, call) => acknowledgeTurns(deps, query, call),
    deleteTurnConsumer: ({ tenantId, consumer }, call) => deps.feed.deleteConsumer(tenantId, consumer, call),
    listSessions: (query, call) => listSessions(deps, query, call),
    countSessions: (tenantId, filter, call) => deps.index.count(tenantId, filter, call),
    exportCustomer: (query, call, onPart) => exportCustomer(deps, query, call, onPart),
    deleteCustomer: (key, call) => deleteCustomer(deps, key, call),
    putScenario: (command, call) => count(putScenario(deps, command, call)),
    validateScenario: (scenario, call) => count(validateScenario(deps, scenario, call)),
    getScenario: (query, call) => getScenario(deps, query, call),
    listScenarios: (query, call) => listScenarios(deps, query, call),
    renderScenario: (query, call) => renderScenario(deps, query, call),
    deleteScenario: (command, call) => deleteScenario(deps, command, call),
    putRelationship: (command, call) => putRelationship(deps, command, call),
    deleteRelationship: (command, call) => deleteRelationship(deps, command, call),
    listRelationships: (agent, call) => listRelationships(deps, agent, call),
    simulateTurns: (command, call) => count(simulateTurns(deps, command, call)),
    putFields: (command, call) => count(putFields(deps, command, call)),
    getFields: (agent, call) => getFields(deps, agent, call),
  };
}
