import type { PeerCertificate } from 'node:tls';

/** One of the details of a google.rpc.Status. */
export interface FailureDetail {
  /** Full name of the message, for example `google.rpc.ErrorInfo`. */
  readonly type: string;
  /** The encoded message. */
  readonly value: Uint8Array;
}

/** A call that failed, as its client is informed of it. */
export class CallFailure extends Error {
  constructor(
    /** google.rpc.Code, from 1 to 16. */
    readonly code: number,
    message: string,
    readonly details: readonly FailureDetail[],
  ) {
    super(message);
    this.name = 'CallFailure';
  }
}

/** How many messages a method receives and sends. A long server stream lasts until the client cancels it. */
export type ContractMethodKind = 'unary' | 'server stream' | 'long server stream' | 'bidi stream';

export interface ContractMethod {
  /** `/package.Service/Method` */
  readonly path: string;
  readonly kind: ContractMethodKind;
  /** Returns the turn_id in an encoded request, in lower case; "" if there is none. Undefined if requests of the method have no turn. */
  readonly readTurnId?: (request: Uint8Array) => string;
}

/** What a transport knows about a call before it reads the body. */
export interface IncomingCall {
  readonly method: ContractMethod;
  /** Values by name in lower case, as Node.js represents HTTP headers. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Address of the client, for the log. */
  readonly peer: string;
  /** Returns the verified certificate of the client; undefined if there is none. */
  getClientCertificate(): PeerCertificate | undefined;
  /** Milliseconds since 1970; Infinity if the client sets none. */
  readonly deadline: number;
}

/** Receives the encoded messages of a stream. */
export interface MessageSink {
  /** Called once when the call is admitted, before any message. Only for long server streams. */
  open?(): void;
  /** Sends a message. `onSent` is called when the transport can take the next one. */
  send(message: Uint8Array, onSent: () => void): void;
}

export interface UnaryAnswer {
  readonly body: Uint8Array;
  readonly trailer: Readonly<Record<string, string>>;
}

/**
 * A call that is authenticated, and whose body may be read. Every call must be ended by `end`. All methods that throw or reject do so with a
 * CallFailure.
 */
export interface ContractCall {
  /** Aborted when the call has ended: with a CallFailure if the deadline has passed or the request was not received in time. */
  readonly signal: AbortSignal;
  /** Counts the bytes of the request that have been received, before they are kept. */
  countBytes(bytes: number): void;
  /** Decompresses a request, whose size is limited and counted before. `encoding` is `gzip` or `deflate`. */
  decompress(packed: Buffer, encoding: string): Promise<Buffer>;
  /** Ends the limit on requests that are not completely received. */
  endReceiving(): void;
  /** Processes a complete request of a unary method. */
  runUnary(request: Uint8Array): Promise<UnaryAnswer>;
  /** Processes a complete request of a server stream. Resolves when the stream has ended. */
  runServerStream(request: Uint8Array, sink: MessageSink): Promise<void>;
  /** Processes requests of a bidirectional stream as they arrive. Resolves when the stream has ended. */
  runBidiStream(requests: AsyncIterable<Uint8Array>, sink: MessageSink): Promise<void>;
  /** Converts what was thrown while the request was read. Logs it if it is a defect. */
  toFailure(thrown: unknown): CallFailure;
  /** Cancels the call, because its client has disconnected. Does nothing after the call has ended. */
  cancel(): void;
  /** Records the end of the call, with its failure. Idempotent. */
  end(failure?: CallFailure): void;
}

/**
 * Admits and processes calls of the contract for a transport other than gRPC: with the same limits, authentication, validation, handlers,
 * errors and telemetry.
 */
export interface ContractCalls {
  readonly methods: ReadonlyMap<string, ContractMethod>;
  /** Admits a call before its body is read. Rejects with a CallFailure if a limit is reached or the client is not authenticated. */
  start(call: IncomingCall): Promise<ContractCall>;
  /** Converts what was thrown before a call was started. */
  toFailure(thrown: unknown): CallFailure;
}
