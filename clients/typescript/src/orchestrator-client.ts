import type {
  DecideLifecycleRequest,
  DecideLifecycleResponse,
  DecideTransitionsRequest,
  DecideTransitionsResponse,
  PlanContributionsRequest,
  PlanContributionsResponse,
  ProcessTurnRequest,
  ProcessTurnsRequest,
  StreamTurnRequest,
  StreamTurnResponse,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type {
  DeleteRelationshipRequest,
  DeleteRelationshipResponse,
  DeleteScenarioRequest,
  DeleteScenarioResponse,
  GetScenarioRequest,
  GetScenarioResponse,
  ListRelationshipsRequest,
  ListRelationshipsResponse,
  ListScenariosRequest,
  ListScenariosResponse,
  PutRelationshipRequest,
  PutRelationshipResponse,
  PutScenarioRequest,
  PutScenarioResponse,
  RenderScenarioRequest,
  RenderScenarioResponse,
  ValidateScenarioRequest,
  ValidateScenarioResponse,
} from '../../../gen/focal/orchestration/v1/scenario_service';
import type {
  DeleteSessionRequest,
  DeleteSessionResponse,
  GetSessionRequest,
  GetSessionResponse,
  ImportSessionRequest,
  ImportSessionResponse,
  ListTurnsRequest,
  ListTurnsResponse,
  TurnRecord,
  WatchSessionRequest,
} from '../../../gen/focal/orchestration/v1/session_service';
import type { ProcessTurnResult, TurnOutcome } from './process-turns';
import type { CallSettings } from './unary-call';

/** A method with one answer. Rejects with CallError. */
export type Call<Request, Response> = (request: Request, settings?: CallSettings) => Promise<Response>;

/**
 * The service: a promise for one answer, an iteration for many. What fails is a CallError. Leaving an iteration cancels its call,
 * which begins with it. Build requests with `fromPartial` of their message.
 */
export interface OrchestratorClient {
  readonly processTurn: Call<ProcessTurnRequest, ProcessTurnResult>;
  /** The events of a turn, the last of them `committed`. */
  streamTurn(request: StreamTurnRequest, settings?: CallSettings): AsyncGenerator<StreamTurnResponse, void>;
  /**
   * Turns of many sessions over one call, sent as they come and no faster than they are taken; those of one session are applied in
   * their order. Only the first 1 MB is taken at once: grpc-js keeps it for another try (its option
   * `grpc.per_rpc_retry_buffer_size`). A turn that fails is an outcome like another. Where the call breaks it ends with CallError, and turns without an
   * outcome are to be sent again, with the same turn ids. Without `timeoutMs` it lasts as long as there are turns.
   */
  processTurns(
    turns: Iterable<ProcessTurnsRequest> | AsyncIterable<ProcessTurnsRequest>,
    settings?: CallSettings,
  ): AsyncGenerator<TurnOutcome, void>;
  readonly decideLifecycle: Call<DecideLifecycleRequest, DecideLifecycleResponse>;
  readonly decideTransitions: Call<DecideTransitionsRequest, DecideTransitionsResponse>;
  readonly planContributions: Call<PlanContributionsRequest, PlanContributionsResponse>;
  readonly putScenario: Call<PutScenarioRequest, PutScenarioResponse>;
  readonly validateScenario: Call<ValidateScenarioRequest, ValidateScenarioResponse>;
  readonly getScenario: Call<GetScenarioRequest, GetScenarioResponse>;
  readonly listScenarios: Call<ListScenariosRequest, ListScenariosResponse>;
  readonly deleteScenario: Call<DeleteScenarioRequest, DeleteScenarioResponse>;
  readonly renderScenario: Call<RenderScenarioRequest, RenderScenarioResponse>;
  readonly putRelationship: Call<PutRelationshipRequest, PutRelationshipResponse>;
  readonly listRelationships: Call<ListRelationshipsRequest, ListRelationshipsResponse>;
  readonly deleteRelationship: Call<DeleteRelationshipRequest, DeleteRelationshipResponse>;
  readonly importSession: Call<ImportSessionRequest, ImportSessionResponse>;
  readonly getSession: Call<GetSessionRequest, GetSessionResponse>;
  readonly deleteSession: Call<DeleteSessionRequest, DeleteSessionResponse>;
  readonly listTurns: Call<ListTurnsRequest, ListTurnsResponse>;
  /**
   * Every turn of a session once and in order, from `afterRevision` on or from now on. A stream that breaks is resumed by itself;
   * the iteration ends when it is left, or with CallError: NOT_FOUND once the session is gone, OUT_OF_RANGE where turns after the
   * cursor are no longer recorded, CANCELLED after the signal. `timeoutMs` does not bound it.
   */
  watchSession(request: WatchSessionRequest, settings?: CallSettings): AsyncGenerator<TurnRecord, never>;
  /** Resolves once the service can be reached; rejects after `timeoutMs`. */
  waitForReady(timeoutMs: number): Promise<void>;
  /** Ends the connection. Calls that run are finished. */
  close(): void;
}
