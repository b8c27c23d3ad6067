import type { Metadata, ServiceDefinition } from '@grpc/grpc-js';
import type { Status } from '../../../../gen/google/rpc/status';
import type { Scope } from '../../ports/authenticator';
import type { Call } from '../../ports/call';
import type { TraceContext } from '../../ports/trace-context';
import type { RequestReader, ValidatedRequest } from '../validation/request-validator';

/** What a method requires of the credential of a client, and what its requests are about. */
export interface MethodAccess<Request> extends RequestReader<Request> {
  /** The scope that the credential must have. */
  readonly scope: Scope;
}

/** A response message, or its encoded bytes if the message is already encoded. */
export type MessageOrBytes<Response> = Response | Uint8Array;

export interface UnaryResponse<Response> {
  readonly body: MessageOrBytes<Response>;
  readonly trailer?: Metadata;
}

/** A method with one request and one response. */
export interface UnaryMethod<Request, Response> extends MethodAccess<Request> {
  readonly kind: 'unary';
  /**
   * Whether the response is computed from the request and stored nowhere, so that its size is checked when it is sent. Every other response is
   * bounded before something is stored: a refusal after that would be wrong, and what is stored must stay readable. Default: false.
   */
  readonly isComputed?: boolean;
  readonly handle: (request: ValidatedRequest<Request>, call: Call) => Promise<UnaryResponse<Response>>;
}

/** Sends one message. Resolves when the next one can be sent; rejects with CANCELLED when the call has ended. */
export type Send<Response> = (message: Response) => Promise<void>;

type ServerStreamHandler<Request, Response> = (
  request: ValidatedRequest<Request>,
  call: Call,
  send: Send<Response>,
) => Promise<void>;

/** A method with one request, and with a stream of responses that ends when `handle` resolves. */
export interface ServerStreamMethod<Request, Response> extends MethodAccess<Request> {
  readonly kind: 'server stream';
  readonly handle: ServerStreamHandler<Request, Response>;
}

/**
 * A method with one request, and with a stream of responses that lasts until the client cancels, the server shuts down, or the
 * credential is no longer valid. The stream counts as an open stream and not as a call in flight.
 */
export interface LongServerStreamMethod<Request, Response> extends MethodAccess<Request> {
  readonly kind: 'long server stream';
  readonly limits: {
    /**
     * Maximum time for which HTTP/2 flow control may block a message. After this time, the stream ends with SLOW_READER.
     * Milliseconds.
     */
    readonly stallTimeoutMs: number;
  };
  readonly handle: ServerStreamHandler<Request, Response>;
}

/**
 * A method with a stream of requests, each with one response. Responses are sent as soon as they are available, in any order. The
 * stream counts as an open stream; each of its requests counts as a call in flight.
 */
export interface BidiStreamMethod<Request, Response> extends MethodAccess<Request> {
  readonly kind: 'bidi stream';
  readonly limits: {
    /** Maximum number of requests whose response has not been sent. At this limit, no further request is read. */
    readonly maxRequests: number;
  };
  /** Called in the order of the requests, without waiting for earlier ones. */
  readonly handle: (request: ValidatedRequest<Request>, call: Call) => Promise<MessageOrBytes<Response>>;
  /** Creates the response to a failed request from the bytes of the request. The stream continues. */
  readonly toErrorResponse: (request: Uint8Array, error: Status) => Response;
  /** The span of each request. */
  readonly span: {
    readonly name: string;
    /** Reads the trace context of the caller from a request that may violate the contract; undefined if it has none. */
    readonly readCaller: (request: Uint8Array) => TraceContext | undefined;
  };
}

export type Method<Request, Response> =
  | UnaryMethod<Request, Response>
  | ServerStreamMethod<Request, Response>
  | LongServerStreamMethod<Request, Response>
  | BidiStreamMethod<Request, Response>;

interface MethodDefinition<Request, Response, RequestStream extends boolean, ResponseStream extends boolean> {
  readonly requestStream: RequestStream;
  readonly responseStream: ResponseStream;
  requestDeserialize(bytes: Buffer): Request;
  responseSerialize(response: Response): Buffer;
}

type MethodFor<Definition> =
  Definition extends MethodDefinition<infer Request, infer Response, false, false>
    ? UnaryMethod<Request, Response>
    : Definition extends MethodDefinition<infer Request, infer Response, false, true>
      ? ServerStreamMethod<Request, Response> | LongServerStreamMethod<Request, Response>
      : Definition extends MethodDefinition<infer Request, infer Response, true, true>
        ? BidiStreamMethod<Request, Response>
        : never;

/** One literal for every method of a generated service definition. A method without a literal does not compile. */
export type ServiceMethods<Definition> = {
  readonly [Name in keyof Definition]: MethodFor<Definition[Name]>;
};

/** A message of any method. */
export type AnyMessage = Parameters<ServiceDefinition[string]['requestSerialize']>[0];
export type AnyMethod = Method<AnyMessage, AnyMessage>;
