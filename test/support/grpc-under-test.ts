import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { CallError } from 'scenario-orchestrator-client';
import type { UseCases } from '../../src/server/application/use-cases';
import { createGrpcServer, defaultServerOptions, type GrpcServer, type GrpcServerOptions } from '../../src/server/grpc';
import type { CallThreads } from '../../src/server/ports/call-threads';
import type { Clock } from '../../src/server/ports/clock';
import type { Logger } from '../../src/server/ports/logger';
import type { Telemetry } from '../../src/server/ports/telemetry';
import { SystemClock } from '../../src/server/runtime/system';
import { noopMetrics, noopTelemetry } from '../../src/server/telemetry';

/** A server on a free port of the loopback interface, with a client for encoded messages. */
export interface GrpcUnderTest {
  readonly address: string;
  readonly server: GrpcServer;
  readonly client: Client;
  /** The log lines, oldest first. */
  readonly logged: readonly LoggedLine[];
  stop(): Promise<void>;
}

export interface LoggedLine {
  readonly level: Exclude<keyof Logger, 'isDebug'>;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string;
}

/** The encoded response of a unary call. */
export interface RawResponse {
  readonly bytes: Buffer;
  readonly trailer: Metadata;
}

export interface StartOptions {
  /** Credentials of the client. Default: plaintext. */
  readonly channel?: ChannelCredentials;
  /** Clock of the server. Default: the system clock. */
  readonly clock?: Clock;
  /** Threads for heavy calls. Default: none. */
  readonly threads?: CallThreads;
}

export async function startGrpc(
  useCases: Partial<UseCases>,
  options: Partial<GrpcServerOptions> = {},
  telemetry: Telemetry = noopTelemetry,
  { channel = credentials.createInsecure(), clock = new SystemClock(), threads }: StartOptions = {},
): Promise<GrpcUnderTest> {
  const logged: LoggedLine[] = [];
  const level = (name: LoggedLine['level']) => (fields: Readonly<Record<string, unknown>>, message: string) => {
    logged.push({ level: name, fields, message });
  };
  const log: Logger = {
    isDebug: true,
    debug: level('debug'),
    info: level('info'),
    warn: level('warn'),
    error: level('error'),
  };
  const server = createGrpcServer(
    { useCases: { ...noUseCases, ...useCases }, clock, telemetry, metrics: noopMetrics, log, threads },
    { ...defaultServerOptions, ...options },
  );
  const address = `127.0.0.1:${await server.start()}`;
  server.setServing(true);
  const client = createRawClient(address, channel);
  return {
    address,
    server,
    client,
    logged,
    async stop() {
      client.close();
      await server.drain({ graceMs: 0, timeoutMs: 0, closeTimeoutMs: 1_000 });
    },
  };
}

/** Creates a client for encoded messages with its own connection and without retries. */
export function createRawClient(address: string, channel: ChannelCredentials): Client {
  return new Client(address, channel, {
    'grpc.max_send_message_length': -1,
    'grpc.max_receive_message_length': -1,
    'grpc.enable_retries': 0,
    'grpc.use_local_subchannel_pool': 1,
  });
}

export interface CallOptions {
  /** Milliseconds since 1970. */
  readonly deadline?: number;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Calls a unary method with an encoded request. Rejects with CallError. */
export function callRaw(
  { client }: Pick<GrpcUnderTest, 'client'>,
  path: string,
  bytes: Uint8Array,
  { deadline, metadata = {} }: CallOptions = {},
): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    let answer: Buffer | undefined;
    const call = client.makeUnaryRequest<Uint8Array, Buffer>(
      path,
      Buffer.from,
      (received) => received,
      bytes,
      createMetadata(metadata),
      deadline === undefined ? {} : { deadline },
      (error, received) => {
        if (error) reject(new CallError(path, error));
        else answer = received;
      },
    );
    call.on('status', ({ metadata: trailer }) => answer && resolve({ bytes: answer, trailer }));
  });
}

/** A unary method of the generated code. */
interface UnaryMethod<Request, Response> {
  readonly path: string;
  requestSerialize(request: Request): Buffer;
  responseDeserialize(bytes: Buffer): Response;
}

/** Calls a unary method. Rejects with CallError. */
export async function callMethod<Request, Response>(
  grpc: Pick<GrpcUnderTest, 'client'>,
  method: UnaryMethod<Request, Response>,
  request: NoInfer<Request>,
  options: CallOptions = {},
): Promise<Response> {
  const { bytes } = await callRaw(grpc, method.path, method.requestSerialize(request), options);
  return method.responseDeserialize(bytes);
}

/** Calls a server-streaming method with an encoded request. Resolves to the messages, or rejects with CallError. */
export function streamRaw(
  { client }: Pick<GrpcUnderTest, 'client'>,
  path: string,
  bytes: Uint8Array,
  { deadline, metadata = {} }: CallOptions = {},
): Promise<readonly Buffer[]> {
  return new Promise((resolve, reject) => {
    const messages: Buffer[] = [];
    const stream = client.makeServerStreamRequest<Uint8Array, Buffer>(
      path,
      Buffer.from,
      (received) => received,
      bytes,
      createMetadata(metadata),
      deadline === undefined ? {} : { deadline },
    );
    stream.on('data', (message: Buffer) => messages.push(message));
    stream.on('error', (error: ServiceError) => reject(new CallError(path, error)));
    stream.on('end', () => resolve(messages));
  });
}

/** Resolves to the error of a call. Rejects if the call succeeds. */
export async function getCallError(call: Promise<unknown>): Promise<CallError> {
  const outcome: unknown = await call.then(
    () => 'it succeeded',
    (error: unknown) => error,
  );
  if (outcome instanceof CallError) return outcome;
  throw new Error(`expected a failed call, but ${String(outcome)}`);
}

/** Creates metadata with the given fields. */
export function createMetadata(fields: Readonly<Record<string, string>> = {}): Metadata {
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(fields)) metadata.set(name, value);
  return metadata;
}

function unexpected(): never {
  throw new Error('The test did not expect this use case to be called.');
}

export const noUseCases: UseCases = {
  processTurn: unexpected,
  fireTimer: unexpected,
  decidePhases: unexpected,
  getSession: unexpected,
  deleteSession: unexpected,
  listTurns: unexpected,
  explainTurn: unexpected,
  watchSession: unexpected,
  watchTurns: unexpected,
  acknowledgeTurns: unexpected,
  deleteTurnConsumer: unexpected,
  listSessions: unexpected,
  countSessions: unexpected,
  exportCustomer: unexpected,
  deleteCustomer: unexpected,
  importSession: unexpected,
  putScenario: unexpected,
  validateScenario: unexpected,
  getScenario: unexpected,
  listScenarios: unexpected,
  renderScenario: unexpected,
  deleteScenario: unexpected,
  putRelationship: unexpected,
  deleteRelationship: unexpected,
  listRelationships: unexpected,
  simulateTurns: unexpected,
  putFields: unexpected,
  getFields: unexpected,
};
