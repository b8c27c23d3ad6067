import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import {
  type ChannelOptions,
  Client,
  credentials,
  Metadata,
  type ServiceError,
  status as statusCodes,
} from '@grpc/grpc-js';

export interface RawResponse {
  readonly bytes: Buffer;
  /** Whether the service marked the response as a replay. */
  readonly replayed: boolean;
}

export interface RawFailure {
  /** Name of the gRPC status. */
  readonly status: string;
  readonly details: string;
}

export type RawResult = { readonly response: RawResponse } | { readonly failure: RawFailure };

export interface RawStream {
  /** The received messages, in order. */
  readonly messages: readonly Buffer[];
  /** Undefined if the stream ended with OK. */
  readonly failure: RawFailure | undefined;
}

export interface StreamListener {
  readonly onMessage: (bytes: Buffer) => void;
  readonly onEnd: () => void;
}

export interface RawCallOptions {
  /** Milliseconds until the client cancels the call. */
  readonly timeoutMs: number;
  /** A deadline that only the server enforces, in milliseconds. The client sends it instead of its own. */
  readonly serverTimeoutMs?: number;
}

const closedFailure: RawFailure = { status: 'UNAVAILABLE', details: 'the client is closed' };

const passThrough = (bytes: Buffer): Buffer => bytes;

/** Disables the retries of gRPC, so that the caller counts every attempt. Shortens the backoff, so that a client reconnects soon. */
const channelOptions: ChannelOptions = {
  'grpc.enable_retries': 0,
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.min_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 250,
  'grpc.max_receive_message_length': -1,
  'grpc.use_local_subchannel_pool': 1,
};

/** A gRPC client that sends and returns encoded messages. */
export class RawClient {
  private readonly client: Client;
  private isClosed = false;

  /** `options` override the options of the channel. */
  constructor(port: number, options: ChannelOptions = {}) {
    this.client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { ...channelOptions, ...options });
  }

  callUnary(method: string, request: Uint8Array, options: RawCallOptions): Promise<RawResult> {
    // After a failed experiment, callers may still retry. An exception here would hide the error of the experiment.
    if (this.isClosed) return Promise.resolve({ failure: closedFailure });
    return new Promise((resolve) => {
      let callError: ServiceError | null = null;
      let bytes: Buffer | undefined;
      const call = this.client.makeUnaryRequest<Buffer, Buffer>(
        method,
        passThrough,
        passThrough,
        Buffer.from(request),
        toMetadata(options),
        { deadline: toDeadline(options) },
        (error, response) => {
          callError = error;
          bytes = response;
        },
      );
      const timer = setTimeout(() => call.cancel(), options.timeoutMs);
      // The status event follows the callback and has the trailing metadata.
      call.on('status', ({ code, details, metadata }) => {
        clearTimeout(timer);
        if (callError !== null || bytes === undefined) resolve({ failure: toFailure(code, details) });
        else resolve({ response: { bytes, replayed: metadata.get('x-turn-replayed').includes('true') } });
      });
    });
  }

  /** Starts a call and cancels it after a delay in milliseconds. Resolves to whether it was answered before. */
  cancelUnary(method: string, request: Uint8Array, delayMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const call = this.client.makeUnaryRequest<Buffer, Buffer>(
        method,
        passThrough,
        passThrough,
        Buffer.from(request),
        (error) => resolve(error === null),
      );
      setTimeout(() => call.cancel(), delayMs);
    });
  }

  /** Reads a stream until it ends. */
  callServerStream(method: string, request: Uint8Array, options: RawCallOptions): Promise<RawStream> {
    if (this.isClosed) return Promise.resolve({ messages: [], failure: closedFailure });
    return new Promise((resolve) => {
      const messages: Buffer[] = [];
      const call = this.client.makeServerStreamRequest<Buffer, Buffer>(
        method,
        passThrough,
        passThrough,
        Buffer.from(request),
        toMetadata(options),
        { deadline: toDeadline(options) },
      );
      call.on('data', (message: Buffer) => messages.push(Buffer.from(message)));
      call.on('error', () => undefined); // The status event has the error.
      call.on('status', ({ code, details }) => {
        resolve({ messages, failure: code === statusCodes.OK ? undefined : toFailure(code, details) });
      });
    });
  }

  /** Reads a stream until the returned function cancels it. Calls `onEnd` if the stream ends for another reason. */
  subscribe(method: string, request: Uint8Array, { onMessage, onEnd }: StreamListener): () => void {
    const call = this.client.makeServerStreamRequest<Buffer, Buffer>(
      method,
      passThrough,
      passThrough,
      Buffer.from(request),
    );
    let isCanceled = false;
    call.on('data', onMessage);
    call.on('error', () => undefined); // The status event has the error.
    call.on('status', () => {
      if (!isCanceled) onEnd();
    });
    return () => {
      isCanceled = true;
      call.cancel();
    };
  }

  /** Resolves when the client is connected. Rejects after the timeout. */
  waitForReady(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.client.waitForReady(Date.now() + timeoutMs, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    this.isClosed = true;
    this.client.close();
  }
}

function toMetadata({ serverTimeoutMs }: RawCallOptions): Metadata {
  const metadata = new Metadata();
  if (serverTimeoutMs !== undefined) metadata.set('grpc-timeout', `${serverTimeoutMs}m`);
  return metadata;
}

/** Returns an infinite deadline if the server enforces one, because grpc-js would replace the `grpc-timeout` of the metadata. */
function toDeadline({ timeoutMs, serverTimeoutMs }: RawCallOptions): number {
  return serverTimeoutMs === undefined ? Date.now() + timeoutMs : Number.POSITIVE_INFINITY;
}

function toFailure(code: number, details: string): RawFailure {
  return { status: statusCodes[code] ?? `status ${code}`, details };
}

/**
 * Returns every occurrence of a length-delimited field of an encoded message. The bytes are those that were sent, not those that
 * decoding and encoding would produce.
 */
export function readFieldBytes(message: Uint8Array, field: number): readonly Uint8Array[] {
  const reader = new BinaryReader(message);
  const found: Uint8Array[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === field && wireType === WireType.LengthDelimited) found.push(reader.bytes());
    else reader.skip(wireType, number);
  }
  return found;
}
