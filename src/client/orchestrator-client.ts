import { type ChannelCredentials, type ChannelOptions, credentials } from '@grpc/grpc-js';
import {
  OrchestratorServiceClient,
  type ProcessTurnRequest,
  type ProcessTurnResponse,
} from '../../gen/focal/orchestration/v1/orchestrator_service';
import {
  type DeleteScenarioRequest,
  type DeleteScenarioResponse,
  type GetScenarioRequest,
  type GetScenarioResponse,
  type ListScenariosRequest,
  type ListScenariosResponse,
  type PutRelationshipRequest,
  type PutRelationshipResponse,
  type PutScenarioRequest,
  type PutScenarioResponse,
  ScenarioServiceClient,
  type ValidateScenarioRequest,
  type ValidateScenarioResponse,
} from '../../gen/focal/orchestration/v1/scenario_service';
import {
  type GetSessionRequest,
  type GetSessionResponse,
  type ImportSessionRequest,
  type ImportSessionResponse,
  SessionServiceClient,
  type TurnRecord,
  type WatchSessionRequest,
} from '../../gen/focal/orchestration/v1/session_service';
import { type BearerToken, bearerToken } from './bearer-token';
import { CallError } from './call-error';
import { channelOptions } from './retry-policy';
import { type CallSettings, metadataOf, type StubMethod, unaryCall } from './unary-call';
import { watchSession } from './watch-session';

/** How to reach the service. */
export interface ConnectSettings {
  /** Milliseconds until a call is given up. Default 5,000. */
  readonly timeoutMs?: number;
  /** An API key or a token, sent with every call. Over plain text whoever is on the way can take it: see `credentials`. */
  readonly token?: BearerToken;
  /** Sent with every call. */
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * How the connection is secured, for example `credentials.createSsl(ca)` of grpc-js. Default: not at all, for a service on the
   * same machine.
   */
  readonly credentials?: ChannelCredentials;
  /** Added to the channel's options, which hold the retry policy. */
  readonly channelOptions?: ChannelOptions;
}

/** A decided turn. */
export interface TurnAnswer {
  readonly response: ProcessTurnResponse;
  /** The turn was applied before, and this is the stored answer (5.1). */
  readonly replayed: boolean;
}

type Call<Request, Response> = (request: Request, settings?: CallSettings) => Promise<Response>;

/** The service, a promise a call. Every call rejects with CallError. Build requests with `fromPartial` of their message. */
export interface OrchestratorClient {
  readonly processTurn: Call<ProcessTurnRequest, TurnAnswer>;
  readonly putScenario: Call<PutScenarioRequest, PutScenarioResponse>;
  readonly validateScenario: Call<ValidateScenarioRequest, ValidateScenarioResponse>;
  readonly getScenario: Call<GetScenarioRequest, GetScenarioResponse>;
  readonly listScenarios: Call<ListScenariosRequest, ListScenariosResponse>;
  readonly deleteScenario: Call<DeleteScenarioRequest, DeleteScenarioResponse>;
  readonly putRelationship: Call<PutRelationshipRequest, PutRelationshipResponse>;
  readonly importSession: Call<ImportSessionRequest, ImportSessionResponse>;
  readonly getSession: Call<GetSessionRequest, GetSessionResponse>;
  /**
   * Every turn of a session once and in order, from `afterRevision` on or from now on. A stream that breaks is resumed by itself;
   * the iteration ends when it is left, or with CallError: NOT_FOUND once the session is gone, OUT_OF_RANGE where turns after the
   * cursor are no longer recorded, CANCELLED after the signal. `timeoutMs` does not bound it.
   */
  watchSession(request: WatchSessionRequest, settings?: CallSettings): AsyncGenerator<TurnRecord, never>;
  /** Resolves once the service can be reached; rejects after `timeoutMs`. */
  ready(timeoutMs: number): Promise<void>;
  /** Ends the connection. Calls that run are finished. */
  close(): void;
}

/** A client of the service at `HOST:PORT`. Connects on the first call. */
export function connect(address: string, settings: ConnectSettings = {}): OrchestratorClient {
  const channel = settings.credentials ?? credentials.createInsecure();
  const interceptors = settings.token === undefined ? {} : { interceptors: [bearerToken(settings.token)] };
  const orchestrator = new OrchestratorServiceClient(address, channel, {
    ...channelOptions,
    ...settings.channelOptions,
    ...interceptors,
  });
  const shared = { channelOverride: orchestrator.getChannel(), ...interceptors };
  const scenarios = new ScenarioServiceClient(address, channel, shared);
  const sessions = new SessionServiceClient(address, channel, shared);
  const defaults = { timeoutMs: settings.timeoutMs ?? 5_000, metadata: settings.metadata ?? {} };
  const processTurn = unaryCall('ProcessTurn', orchestrator.processTurn.bind(orchestrator), defaults);

  function simple<Request, Response>(name: string, method: StubMethod<Request, Response>): Call<Request, Response> {
    const call = unaryCall(name, method, defaults);
    return async (request, own) => (await call(request, own)).response;
  }

  const getSession = simple('GetSession', sessions.getSession.bind(sessions));

  async function revisionNow({ tenantId, sessionId }: WatchSessionRequest, own?: CallSettings): Promise<number> {
    try {
      return (await getSession({ tenantId, sessionId }, own)).session?.revision ?? 0;
    } catch (error) {
      if (error instanceof CallError && error.reason === 'SESSION_NOT_FOUND') return 0;
      throw error;
    }
  }

  return {
    processTurn: async (request, own) => {
      const { response, trailers } = await processTurn(request, own);
      return { response, replayed: trailers.get('x-turn-replayed').includes('true') };
    },
    putScenario: simple('PutScenario', scenarios.putScenario.bind(scenarios)),
    validateScenario: simple('ValidateScenario', scenarios.validateScenario.bind(scenarios)),
    getScenario: simple('GetScenario', scenarios.getScenario.bind(scenarios)),
    listScenarios: simple('ListScenarios', scenarios.listScenarios.bind(scenarios)),
    deleteScenario: simple('DeleteScenario', scenarios.deleteScenario.bind(scenarios)),
    putRelationship: simple('PutRelationship', scenarios.putRelationship.bind(scenarios)),
    importSession: simple('ImportSession', sessions.importSession.bind(sessions)),
    getSession,
    watchSession: (request, own) =>
      watchSession(request, {
        watch: (from, metadata) => sessions.watchSession(from, metadata),
        metadata: metadataOf({ ...defaults.metadata, ...own?.metadata }),
        revisionNow: () => revisionNow(request, own),
        signal: own?.signal,
      }),
    ready: (timeoutMs) => ready(orchestrator, address, timeoutMs),
    close: () => orchestrator.close(),
  };
}

function ready(client: OrchestratorServiceClient, address: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + timeoutMs, (error) => {
      if (error) reject(new Error(`No service answers at ${address} (waited ${timeoutMs} ms).`, { cause: error }));
      else resolve();
    });
  });
}
