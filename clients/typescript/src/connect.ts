import type { ChannelCredentials, ChannelOptions } from '@grpc/grpc-js';
import { OrchestratorServiceClient } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceClient } from '../../../gen/focal/orchestration/v1/scenario_service';
import { SessionServiceClient, type WatchSessionRequest } from '../../../gen/focal/orchestration/v1/session_service';
import { type BearerToken, createBearerTokenInterceptor } from './bearer-token';
import { CallError } from './call-error';
import { readMessages } from './message-stream';
import type { Call, OrchestratorClient } from './orchestrator-client';
import { processTurns } from './process-turns';
import { channelOptions } from './retry-policy';
import {
  type CallDefaults,
  type CallSettings,
  createCallOptions,
  createMetadata,
  type StubMethod,
  unaryCall,
} from './unary-call';
import { watchSession } from './watch-session';

/** How to reach the service. */
export interface ConnectSettings {
  /** How the connection is secured: `tls()`, or `insecure()` for a service on the same machine. */
  readonly credentials: ChannelCredentials;
  /** Milliseconds until a call is given up, its retries included. Default 5,000. */
  readonly timeoutMs?: number;
  /** An API key or a token, sent with every call. Over an insecure connection whoever is on the way can take it. */
  readonly token?: BearerToken;
  /** Sent with every call. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Added to the channel's options, which hold the retry policy. */
  readonly channelOptions?: ChannelOptions;
}

/** The stubs of all services, on one channel. */
interface Stubs {
  readonly orchestrator: OrchestratorServiceClient;
  readonly scenarios: ScenarioServiceClient;
  readonly sessions: SessionServiceClient;
}

/** A client of the service at `HOST:PORT`. Connects on the first call. */
export function connect(address: string, settings: ConnectSettings): OrchestratorClient {
  const stubs = stubsOf(address, settings);
  const defaults = { timeoutMs: settings.timeoutMs ?? 5_000, metadata: settings.metadata ?? {} };
  return {
    ...unaryMethods(stubs, defaults),
    ...streamMethods(stubs, defaults),
    waitForReady: (timeoutMs) => ready(stubs.orchestrator, address, timeoutMs),
    close: () => stubs.orchestrator.close(),
  };
}

function stubsOf(address: string, settings: ConnectSettings): Stubs {
  const interceptors =
    settings.token === undefined ? {} : { interceptors: [createBearerTokenInterceptor(settings.token)] };
  const orchestrator = new OrchestratorServiceClient(address, settings.credentials, {
    ...channelOptions,
    ...settings.channelOptions,
    ...interceptors,
  });
  const shared = { channelOverride: orchestrator.getChannel(), ...interceptors };
  return {
    orchestrator,
    scenarios: new ScenarioServiceClient(address, settings.credentials, shared),
    sessions: new SessionServiceClient(address, settings.credentials, shared),
  };
}

type StreamMethods = Pick<OrchestratorClient, 'streamTurn' | 'processTurns' | 'watchSession'>;

function unaryMethods(
  { orchestrator, scenarios, sessions }: Stubs,
  defaults: CallDefaults,
): Omit<OrchestratorClient, keyof StreamMethods | 'waitForReady' | 'close'> {
  const processTurn = unaryCall('ProcessTurn', orchestrator.processTurn.bind(orchestrator), defaults);

  function simple<Request, Response>(name: string, method: StubMethod<Request, Response>): Call<Request, Response> {
    const call = unaryCall(name, method, defaults);
    return async (request, own) => (await call(request, own)).response;
  }

  return {
    processTurn: async (request, own) => {
      const { response, trailers } = await processTurn(request, own);
      return { response, replayed: trailers.get('x-turn-replayed').includes('true') };
    },
    decideLifecycle: simple('DecideLifecycle', orchestrator.decideLifecycle.bind(orchestrator)),
    decideTransitions: simple('DecideTransitions', orchestrator.decideTransitions.bind(orchestrator)),
    planContributions: simple('PlanContributions', orchestrator.planContributions.bind(orchestrator)),
    putScenario: simple('PutScenario', scenarios.putScenario.bind(scenarios)),
    validateScenario: simple('ValidateScenario', scenarios.validateScenario.bind(scenarios)),
    getScenario: simple('GetScenario', scenarios.getScenario.bind(scenarios)),
    listScenarios: simple('ListScenarios', scenarios.listScenarios.bind(scenarios)),
    deleteScenario: simple('DeleteScenario', scenarios.deleteScenario.bind(scenarios)),
    renderScenario: simple('RenderScenario', scenarios.renderScenario.bind(scenarios)),
    putRelationship: simple('PutRelationship', scenarios.putRelationship.bind(scenarios)),
    listRelationships: simple('ListRelationships', scenarios.listRelationships.bind(scenarios)),
    deleteRelationship: simple('DeleteRelationship', scenarios.deleteRelationship.bind(scenarios)),
    importSession: simple('ImportSession', sessions.importSession.bind(sessions)),
    getSession: simple('GetSession', sessions.getSession.bind(sessions)),
    deleteSession: simple('DeleteSession', sessions.deleteSession.bind(sessions)),
    listTurns: simple('ListTurns', sessions.listTurns.bind(sessions)),
  };
}

function streamMethods({ orchestrator, sessions }: Stubs, defaults: CallDefaults): StreamMethods {
  const getSession = unaryCall('GetSession', sessions.getSession.bind(sessions), defaults);

  async function revisionNow({ tenantId, sessionId }: WatchSessionRequest, own?: CallSettings): Promise<number> {
    try {
      return (await getSession({ tenantId, sessionId }, own)).response.session?.revision ?? 0;
    } catch (error) {
      if (error instanceof CallError && error.reason === 'SESSION_NOT_FOUND') return 0;
      throw error;
    }
  }

  return {
    streamTurn: (request, own) => {
      const settings = { ...defaults, ...own };
      const begin = () => orchestrator.streamTurn(request, createMetadata(defaults, own), createCallOptions(settings));
      return readMessages('StreamTurn', begin, own?.signal);
    },
    processTurns: (turns, own) => {
      const begin = () => orchestrator.processTurns(createMetadata(defaults, own), createCallOptions(own));
      return processTurns(begin, turns, own?.signal);
    },
    watchSession: (request, own) =>
      watchSession(request, {
        openStream: (from) => sessions.watchSession(from, createMetadata(defaults, own)),
        getRevision: () => revisionNow(request, own),
        signal: own?.signal,
      }),
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
