import {
  type ChannelOptions,
  Client,
  credentials,
  Metadata,
  type ServiceError,
  status as statusCodes,
} from '@grpc/grpc-js';

/** An answer as its bytes. */
export interface RawAnswer {
  readonly bytes: Buffer;
  /** Whether the service said that it repeats an earlier answer. */
  readonly replayed: boolean;
}

/** A call that failed. */
export interface RawFailure {
  /** Name of the gRPC status. */
  readonly status: string;
  readonly details: string;
}

export type RawOutcome = { readonly answer: RawAnswer } | { readonly failure: RawFailure };

/** What ended a stream. */
export interface RawStream {
  /** Each message that came, in order. */
  readonly messages: readonly Buffer[];
  /** undefined: the stream ended well. */
  readonly failure: RawFailure | undefined;
}

/** Who reads a stream that has no end of its own. */
export interface Following {
  readonly message: (bytes: Buffer) => void;
  readonly end: () => void;
}

/** How a call is made. */
export interface RawCallOptions {
  /** Milliseconds until the client gives up. */
  readonly timeoutMs: number;
  /** Milliseconds that the server is told instead, and that the client does not keep, so that it is the server that must. */
  readonly serverTimeoutMs?: number;
}

const asIs = (bytes: Buffer): Buffer => bytes;

/** Retries are the caller's own, so that it knows of each; a server that was killed is looked for again at once. */
const channelOptions: ChannelOptions = {
  'grpc.enable_retries': 0,
  'grpc.initial_reconnect_backoff_ms': 50,
  'grpc.min_reconnect_backoff_ms': 50,
  'grpc.max_reconnect_backoff_ms': 250,
  'grpc.max_receive_message_length': -1,
  'grpc.use_local_subchannel_pool': 1,
};

/** A client that sends and returns the bytes of messages as they are on the wire. */
export class RawClient {
  private readonly client: Client;

  constructor(port: number) {
    this.client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), channelOptions);
  }

  unary(method: string, request: Uint8Array, options: RawCallOptions): Promise<RawOutcome> {
    return new Promise((resolve) => {
      let failed: ServiceError | null = null;
      let bytes: Buffer | undefined;
      const call = this.client.makeUnaryRequest<Buffer, Buffer>(
        method,
        asIs,
        asIs,
        Buffer.from(request),
        metadataOf(options),
        { deadline: deadlineOf(options) },
        (error, answer) => {
          failed = error;
          bytes = answer;
        },
      );
      const giveUp = setTimeout(() => call.cancel(), options.timeoutMs);
      // It comes after the callback and carries the trailing metadata.
      call.on('status', ({ code, details, metadata }) => {
        clearTimeout(giveUp);
        if (failed !== null || bytes === undefined) resolve({ failure: failureOf(code, details) });
        else resolve({ answer: { bytes, replayed: metadata.get('x-turn-replayed').includes('true') } });
      });
    });
  }

  /** Reads a stream to its end. */
  serverStream(method: string, request: Uint8Array, options: RawCallOptions): Promise<RawStream> {
    return new Promise((resolve) => {
      const messages: Buffer[] = [];
      const call = this.client.makeServerStreamRequest<Buffer, Buffer>(
        method,
        asIs,
        asIs,
        Buffer.from(request),
        metadataOf(options),
        { deadline: deadlineOf(options) },
      );
      call.on('data', (message: Buffer) => messages.push(Buffer.from(message)));
      call.on('error', () => undefined); // the status tells
      call.on('status', ({ code, details }) => {
        resolve({ messages, failure: code === statusCodes.OK ? undefined : failureOf(code, details) });
      });
    });
  }

  /** Reads a stream that has no end of its own; returns what ends it. `end` is told when it was ended otherwise. */
  follow(method: string, request: Uint8Array, { message, end }: Following): () => void {
    const call = this.client.makeServerStreamRequest<Buffer, Buffer>(method, asIs, asIs, Buffer.from(request));
    let isOver = false;
    call.on('data', message);
    call.on('error', () => undefined); // the status tells
    call.on('status', () => {
      if (!isOver) end();
    });
    return () => {
      isOver = true;
      call.cancel();
    };
  }

  /** Resolves once the service can be reached. */
  ready(timeoutMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.client.waitForReady(Date.now() + timeoutMs, (error) => (error ? reject(error) : resolve()));
    });
  }

  close(): void {
    this.client.close();
  }
}

function metadataOf({ serverTimeoutMs }: RawCallOptions): Metadata {
  const metadata = new Metadata();
  if (serverTimeoutMs !== undefined) metadata.set('grpc-timeout', `${serverTimeoutMs}m`);
  return metadata;
}

/** grpc-js tells the server the client's own deadline where there is one, whatever the metadata say. */
function deadlineOf({ timeoutMs, serverTimeoutMs }: RawCallOptions): number {
  return serverTimeoutMs === undefined ? Date.now() + timeoutMs : Number.POSITIVE_INFINITY;
}

function failureOf(code: number, details: string): RawFailure {
  return { status: statusCodes[code] ?? `status ${code}`, details };
}
