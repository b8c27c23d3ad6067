import type { Call } from './call';

/** A validated request as bytes, with what it is about. */
export interface EncodedRequest {
  /** gRPC path of the method, `/package.Service/Method`. */
  readonly path: string;
  readonly bytes: Uint8Array;
  /** Undefined for a request without a tenant. */
  readonly tenantId: string | undefined;
  /** Undefined or "" for a request without a session. */
  readonly sessionId: string | undefined;
}

/** A response as bytes. */
export interface EncodedResponse {
  /** Empty if the method sends a stream of messages. */
  readonly body: Uint8Array;
  readonly trailer: Readonly<Record<string, string>>;
}

/** Receives the encoded messages of a method that sends a stream, in their order. */
export type OnMessage = (message: Uint8Array) => void;

/** Validates and processes requests as bytes. Both methods reject with the errors of the call. */
export interface RequestProcessor {
  /** Returns the request with the bytes to process: every UUID is in lower case. */
  validate(path: string, bytes: Uint8Array): Promise<EncodedRequest>;
  process(request: EncodedRequest, call: Call, onMessage: OnMessage): Promise<EncodedResponse>;
}

/** Where a request is processed. */
export interface Place {
  /** The thread that processes it; undefined for the thread of the server. */
  readonly thread: RequestProcessor | undefined;
  /** Resolves when earlier requests of the session were processed elsewhere; undefined if there are none. */
  readonly ready: Promise<void> | undefined;
  /** Must be called once, when the request was processed. */
  leave(): void;
}

/**
 * Threads beside that of the server, each with a heap, an event loop and a connection to the store of its own. They process the requests that
 * would delay the calls of other tenants.
 */
export interface CallThreads {
  /**
   * Assigns a request to a thread. Requests of a session that are processed at the same time are assigned to the same one, so that they keep their
   * order.
   */
  enter(request: EncodedRequest): Place;
  /** Returns a thread that validates a request of this size; undefined if it is to be validated by the caller. */
  findValidator(size: number): RequestProcessor | undefined;
}
