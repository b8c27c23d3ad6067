import { setTimeout as sleep } from 'node:timers/promises';
import { type ChannelCredentials, type ChannelOptions, Client, type MethodDefinition } from '@grpc/grpc-js';
import type { WatchTurnsRequest, WatchTurnsResponse } from '../../../gen/focal/orchestration/v1/feed';
import {
  OrchestratorServiceService,
  type ProcessTurnRequest,
  type StreamTurnRequest,
  type StreamTurnResponse,
} from '../../../gen/focal/orchestration/v1/orchestrator_service';
import { ScenarioServiceService } from '../../../gen/focal/orchestration/v1/scenario_service';
import {
  type ExportCustomerRequest,
  type ExportCustomerResponse,
  SessionServiceService,
  type TurnRecord,
  type WatchSessionRequest,
} from '../../../gen/focal/orchestration/v1/session_service';
import { CallError } from './call-error';
import {
  type CallDefaults,
  type CallSettings,
  type ClientMethod,
  callUnary,
  createCallOptions,
  createMetadata,
  readMessages,
} from './calls';
import { type BearerToken, createBearerTokenInterceptor } from './credentials';
import { type ProcessTurnResult, processTurns, type TurnOutcome } from './process-turns';
import { channelOptions } from './retry-policy';
import { addTraceContexts, type GetTraceContext, type StreamedTurn } from './trace-context';
import { watchSession } from './watch-session';
import { watchTurns } from './watch-turns';

/** All methods of the contract. The methods of the client are derived from it. */
const contractMethods = { ...OrchestratorServiceService, ...ScenarioServiceService, ...SessionServiceService };

type ContractMethods = typeof contractMethods;
type UnaryDefinition = { readonly requestStream: false; readonly responseStream: false };

/** Streams, and methods whose result is more than the response message. */
type SpecialMethodName =
  | 'processTurn'
  | {
      [Name in keyof ContractMethods]: ContractMethods[Name] extends UnaryDefinition ? never : Name;
    }[keyof ContractMethods];

/** A method with one response. Rejects with CallError if the call fails. */
export type UnaryMethod<Request, Response> = (request: Request, settings?: CallSettings) => Promise<Response>;

/** The unary methods of the contract, for example `getSession(request)`. */
export type UnaryMethods = {
  readonly [Name in Exclude<keyof ContractMethods, SpecialMethodName>]: ContractMethods[Name] extends MethodDefinition<
    infer Request,
    infer Response
  >
    ? UnaryMethod<Request, Response>
    : never;
};

/** The methods that are not derived from the contract. */
interface SpecialMethods {
  /** Processes a turn exactly once. */
  processTurn(request: ProcessTurnRequest, settings?: CallSettings): Promise<ProcessTurnResult>;
  /** Iterates over the events of a turn. The last event is `committed`. */
  streamTurn(request: StreamTurnRequest, settings?: CallSettings): AsyncGenerator<StreamTurnResponse, void>;
  /**
   * Processes the turns of many sessions over one call, at the rate at which the service reads them. Turns of one session are
   * applied in order. A failed turn is an outcome and does not end the call. If the call breaks, the iteration throws
   * CallError. Then send the turns without an outcome again, with the same turn ids. Without `timeoutMs`, the call has no
   * deadline.
   *
   * A turn without `traceContext` gets that of `ConnectSettings.getTraceContext`.
   *
   * grpc-js buffers the first 1 MB of turns for retries without waiting for the service. The channel option
   * `grpc.per_rpc_retry_buffer_size` sets the size.
   */
  processTurns(
    turns: Iterable<StreamedTurn> | AsyncIterable<StreamedTurn>,
    settings?: CallSettings,
  ): AsyncGenerator<TurnOutcome, void>;
  /**
   * Iterates over every turn of a session exactly once and in order, after `afterRevision` or, without it, after the current
   * revision. Resumes a broken stream automatically. Ends only when the caller leaves the iteration, or with CallError:
   * NOT_FOUND after the session was deleted, OUT_OF_RANGE if turns after the cursor are no longer recorded, CANCELLED after the
   * signal is aborted. Ignores `timeoutMs`.
   */
  watchSession(request: WatchSessionRequest, settings?: CallSettings): AsyncGenerator<TurnRecord, never>;
  /**
   * Iterates over what happens in all sessions of a tenant. Each response has events and the cursor after them; the first one has only the
   * cursor from which the stream starts. Resumes a broken stream automatically, after the last response. Events are sent at least once. Ends
   * only when the caller leaves the iteration, or with CallError. Ignores `timeoutMs`.
   */
  watchTurns(request: WatchTurnsRequest, settings?: CallSettings): AsyncGenerator<WatchTurnsResponse, never>;
  /**
   * Iterates over the sessions of a customer with their recorded turns. A broken stream throws CallError: call again with the last `cursor`.
   * Without `timeoutMs`, the call has no deadline.
   */
  exportCustomer(request: ExportCustomerRequest, settings?: CallSettings): AsyncGenerator<ExportCustomerResponse, void>;
}

/**
 * A client of all services of the contract. Methods with one response return a promise. Streams return an async iteration. A
 * failed call rejects with CallError. A stream starts with its iteration and is canceled when the iteration is left. Create
 * requests with `fromPartial` of their message.
 */
export interface OrchestratorClient extends UnaryMethods, SpecialMethods {
  /** Resolves when the connection is ready. Rejects after `timeoutMs` milliseconds. */
  waitForReady(timeoutMs: number): Promise<void>;
  /** Closes the connection. Calls in progress continue. */
  close(): void;
}

/** Settings of the connection to the service. */
export interface ConnectSettings {
  /** `tls()`, or `insecure()` for a service on the same machine. */
  readonly credentials: ChannelCredentials;
  /** Timeout of a call in milliseconds, including retries. Default: 5,000. */
  readonly timeoutMs?: number;
  /** An API key or token to send with every call. Over an insecure connection, the token is readable on the network. */
  readonly token?: BearerToken;
  /** Metadata to send with every call. */
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * Returns the trace context of a turn of `processTurns`; undefined if it has none. All turns of such a stream share its metadata,
   * so each turn carries its own context. The function is called for every turn that is sent without `traceContext`, in the async
   * context in which `processTurns` was called. With OpenTelemetry it returns what `propagation.inject(context.active(), carrier)`
   * writes. If the turns of a stream belong to different spans, set `traceContext` on each request instead. An error of the
   * function ends the stream, like an error of the turns.
   */
  readonly getTraceContext?: GetTraceContext;
  /** Channel options in addition to the retry policy. */
  readonly channelOptions?: ChannelOptions;
}

/** Creates a client of the service at `HOST:PORT`. The client connects on the first call. */
export function connect(address: string, settings: ConnectSettings): OrchestratorClient {
  const client = new Client(address, settings.credentials, {
    ...channelOptions,
    ...settings.channelOptions,
    ...(settings.token === undefined ? {} : { interceptors: [createBearerTokenInterceptor(settings.token)] }),
  });
  const defaults = { timeoutMs: settings.timeoutMs ?? 5_000, metadata: settings.metadata ?? {} };
  return {
    ...createUnaryMethods(client, defaults),
    ...createSpecialMethods(client, defaults, settings.getTraceContext),
    waitForReady: (timeoutMs) => waitForReady(client, address, timeoutMs),
    close: () => client.close(),
  };
}

/** Creates the unary methods from their definitions. A test calls every method of the contract, which verifies the cast. */
function createUnaryMethods(client: Client, defaults: CallDefaults): UnaryMethods {
  const methods = Object.entries<ErasedDefinition>(contractMethods)
    .filter(([, { requestStream, responseStream }]) => !requestStream && !responseStream)
    .map(([name, definition]): [string, UnaryMethod<unknown, unknown>] => [
      name,
      async (request, settings) => (await callUnary(client, definition, request, defaults, settings)).response,
    ]);
  return Object.fromEntries(methods) as unknown as UnaryMethods;
}

/** The definition of any method. Method syntax makes the parameters bivariant. */
interface ErasedDefinition extends ClientMethod<unknown, unknown> {
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  requestSerialize(value: unknown): Buffer;
}

/** Creates the special methods. With the return type, a stream of the contract that is missing here does not compile. */
function createSpecialMethods(
  client: Client,
  defaults: CallDefaults,
  getTraceContext: GetTraceContext | undefined,
): SpecialMethods & Record<SpecialMethodName, unknown> {
  const { processTurn, streamTurn, processTurns: processTurnsMethod, watchSession: watchMethod } = contractMethods;
  const createResume = (signal: AbortSignal | undefined) => ({
    sleep: (ms: number) => sleep(ms, undefined, { ...(signal && { signal }) }).catch(() => undefined),
    signal,
  });
  return {
    processTurn: async (request, settings) => {
      const { response, trailers } = await callUnary(client, processTurn, request, defaults, settings);
      return { response, replayed: trailers.get('x-turn-replayed').includes('true') };
    },
    streamTurn: (request, settings) => {
      const { path, requestSerialize, responseDeserialize } = streamTurn;
      const startCall = () => {
        const options = createCallOptions({ ...defaults, ...settings });
        const metadata = createMetadata(defaults, settings);
        return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata, options);
      };
      return readMessages('StreamTurn', startCall, settings?.signal);
    },
    exportCustomer: (request, settings) => {
      const { path, requestSerialize, responseDeserialize } = contractMethods.exportCustomer;
      const startCall = () => {
        const options = createCallOptions(settings);
        const metadata = createMetadata(defaults, settings);
        return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, request, metadata, options);
      };
      return readMessages('ExportCustomer', startCall, settings?.signal);
    },
    processTurns: (turns, settings) => {
      const { path, requestSerialize, responseDeserialize } = processTurnsMethod;
      const serialize = (turn: StreamedTurn) => requestSerialize({ ...turn, traceContext: turn.traceContext });
      const startCall = () => {
        const metadata = createMetadata(defaults, settings);
        const options = createCallOptions(settings);
        return client.makeBidiStreamRequest(path, serialize, responseDeserialize, metadata, options);
      };
      return processTurns(startCall, addTraceContexts(turns, getTraceContext), settings?.signal);
    },
    watchSession: (request, settings) => {
      const { path, requestSerialize, responseDeserialize } = watchMethod;
      return watchSession(request, {
        openStream: (cursor) => {
          const metadata = createMetadata(defaults, settings);
          return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, cursor, metadata);
        },
        getRevision: () => getRevision(client, request, defaults, settings),
        ...createResume(settings?.signal),
      });
    },
    watchTurns: (request, settings) => {
      const { path, requestSerialize, responseDeserialize } = contractMethods.watchTurns;
      return watchTurns(request, {
        openStream: (cursor) => {
          const metadata = createMetadata(defaults, settings);
          return client.makeServerStreamRequest(path, requestSerialize, responseDeserialize, cursor, metadata);
        },
        ...createResume(settings?.signal),
      });
    },
  };
}

/** Resolves to the current revision of a session; 0 if the session does not exist. */
async function getRevision(
  client: Client,
  { tenantId, sessionId }: WatchSessionRequest,
  defaults: CallDefaults,
  settings?: CallSettings,
): Promise<number> {
  try {
    const request = { tenantId, sessionId };
    const { response } = await callUnary(client, contractMethods.getSession, request, defaults, settings);
    return response.session?.revision ?? 0;
  } catch (error) {
    if (error instanceof CallError && error.reason === 'SESSION_NOT_FOUND') return 0;
    throw error;
  }
}

function waitForReady(client: Client, address: string, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + timeoutMs, (error) => {
      if (error) reject(new Error(`No service is reachable at ${address} (waited ${timeoutMs} ms).`, { cause: error }));
      else resolve();
    });
  });
}
