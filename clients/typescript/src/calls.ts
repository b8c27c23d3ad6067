import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type CallOptions,
  type Client,
  type Deadline,
  type deserialize,
  Metadata,
  type ServiceError,
  type serialize,
} from '@grpc/grpc-js';
import { CallError, isBrokenConnection } from './call-error';

// Makes calls: the settings of a call, unary calls as promises, and streams as async iterations.

/** Settings of one call. They override the settings of the connection. */
export interface CallSettings {
  /** Timeout in milliseconds, including retries. */
  readonly timeoutMs?: number;
  /** Metadata to send in addition to that of the connection. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** Cancels the call when the signal is aborted. */
  readonly signal?: AbortSignal;
}

/** Settings of the connection that apply to every call. */
export type CallDefaults = Required<Pick<CallSettings, 'timeoutMs' | 'metadata'>>;

/** The part of a generated method definition that a client needs. */
export interface ClientMethod<Request, Response> {
  readonly path: string;
  readonly requestSerialize: serialize<Request>;
  readonly responseDeserialize: deserialize<Response>;
}

/** Returns the name of a method, such as `ProcessTurn` for `/focal.orchestration.v1.OrchestratorService/ProcessTurn`. */
export function getMethodName({ path }: { readonly path: string }): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

export interface UnaryResult<Response> {
  readonly response: Response;
  readonly trailers: Metadata;
}

/** Delays in milliseconds before the retries of a call whose connection broke. */
const reconnectDelaysMs = [100, 200, 400];

/**
 * Makes a unary call. Retries it if its connection breaks and time is left: the retry policy of the channel retries only UNAVAILABLE,
 * but grpc-js reports some broken connections with other statuses. Every method is safe to retry. Rejects with CallError if the call
 * fails.
 */
export async function callUnary<Request, Response>(
  client: Client,
  method: ClientMethod<Request, Response>,
  request: Request,
  defaults: CallDefaults,
  settings: CallSettings = {},
): Promise<UnaryResult<Response>> {
  const { deadline = Number.POSITIVE_INFINITY } = createCallOptions({ ...defaults, ...settings });
  for (const delayMs of reconnectDelaysMs) {
    try {
      return await attemptUnary(client, method, request, deadline, defaults, settings);
    } catch (error) {
      if (!isBrokenConnection(error, settings.signal) || Date.now() + delayMs >= Number(deadline)) throw error;
    }
    await sleep(delayMs);
  }
  return await attemptUnary(client, method, request, deadline, defaults, settings);
}

function attemptUnary<Request, Response>(
  client: Client,
  method: ClientMethod<Request, Response>,
  request: Request,
  deadline: Deadline,
  defaults: CallDefaults,
  settings: CallSettings,
): Promise<UnaryResult<Response>> {
  const { path, requestSerialize, responseDeserialize } = method;
  const { signal } = settings;
  return new Promise((resolve, reject) => {
    const metadata = createMetadata(defaults, settings);
    const options = { deadline };
    let response: Response | undefined;
    const cancel = (): void => call.cancel();
    const onEnd = (error: ServiceError | null, message?: Response): void => {
      signal?.removeEventListener('abort', cancel);
      if (error) reject(new CallError(getMethodName(method), error));
      else response = message;
    };
    const call = client.makeUnaryRequest(
      path,
      requestSerialize,
      responseDeserialize,
      request,
      metadata,
      options,
      onEnd,
    );
    // grpc-js emits the status event after the callback. The event has the trailing metadata.
    call.on('status', (status) => {
      if (response !== undefined) resolve({ response, trailers: status.metadata });
    });
    if (signal?.aborted) cancel();
    else signal?.addEventListener('abort', cancel, { once: true });
  });
}

/** Creates the metadata of a call. Entries of the call replace entries of the connection. */
export function createMetadata(defaults: CallDefaults, settings: CallSettings = {}): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries({ ...defaults.metadata, ...settings.metadata })) metadata.set(key, value);
  return metadata;
}

/** Creates the options of a call that starts now. Without `timeoutMs`, the call has no deadline. */
export function createCallOptions({ timeoutMs }: CallSettings = {}): Partial<CallOptions> {
  return timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };
}

/** A grpc-js call with a stream of responses. */
export type MessageStream<Message> = Readable & { cancel(): void } & AsyncIterable<Message>;

/**
 * Iterates over the messages of a call. The call starts with the iteration and is canceled when the iteration is left or the
 * signal is aborted. Throws CallError if the call fails.
 */
export async function* readMessages<Message>(
  methodName: string,
  startCall: () => MessageStream<Message>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Message, void> {
  const call = startCall();
  const cancel = (): void => call.cancel();
  let callError: CallError | undefined;
  // The listener stays registered after the iteration, because an unhandled `error` event would end the process.
  call.on('error', (error) => {
    if (isServiceError(error)) callError = new CallError(methodName, error);
  });
  signal?.addEventListener('abort', cancel);
  if (signal?.aborted) cancel();
  try {
    yield* call;
  } catch (error) {
    throw callError ?? error;
  } finally {
    signal?.removeEventListener('abort', cancel);
    cancel();
  }
}

/** Whether an error is the status of the call. A stream that is piped to the call can cause other errors. */
function isServiceError(error: Error): error is ServiceError {
  return 'code' in error && typeof error.code === 'number' && 'details' in error;
}
