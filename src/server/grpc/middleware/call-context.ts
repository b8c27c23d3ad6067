import type { EventEmitter } from 'node:events';
import type { Deadline, Metadata } from '@grpc/grpc-js';
import type { Call } from '../../ports/call';
import type { Span } from '../../ports/span';
import type { RawRequest, ValidatedRequest } from '../validation/request-validator';

/** The part of a grpc-js server call that all kinds of calls have in common. */
export interface ServerCall extends EventEmitter {
  readonly metadata: Metadata;
  cancelled: boolean;
  getDeadline(): Deadline;
  getPath(): string;
}

/** The part of a call with a stream of responses that the handlers use. */
export interface ResponseStream<Response> extends ServerCall {
  /** Returns false if the buffer is full. The event `drain` follows. */
  write(message: Response, onSent?: () => void): boolean;
  end(): void;
}

/** A call with one request and a stream of responses. */
export interface ServerStreamCall<Request, Response> extends ResponseStream<Response> {
  readonly request: RawRequest<Request>;
  /** Called when the handler starts, so that the client can be informed that the stream is open. grpc-js has no such method. */
  onOpen?(): void;
}

/** A call with a stream of requests, which are events `data`, and a stream of responses. */
export interface BidiStreamCall<Response> extends ResponseStream<Response> {
  pause(): unknown;
  resume(): unknown;
}

/** Placeholder for bidirectional streams, which have several requests. */
const noRequest: RawRequest<never> = {
  bytes: new Uint8Array(),
  validate: throwNoRequest,
  validateInParts: throwNoRequest,
};

function throwNoRequest(): never {
  throw new Error('A stream has no request to validate.');
}

/**
 * The state of a call that the middlewares share, and the `Call` that the handler receives. Middlewares set `request` and
 * `revocationSignal`. All other properties are set by the constructor.
 */
export class CallContext<Request> implements Call {
  /** gRPC path of the method, `/package.Service/Method`. */
  readonly path: string;
  /** The metadata from the client. Interceptors and middlewares of a call share this object. */
  readonly metadata: Metadata;
  /** Milliseconds since 1970; Infinity without a deadline. */
  readonly deadline: number;
  /** The span of the call or, for a request of a bidirectional stream, that of the request. */
  readonly span: Span;
  readonly rawRequest: RawRequest<Request>;
  /** The decoded request. Set by the middleware `validate`. */
  request: ValidatedRequest<Request> | undefined;
  /** Set by the middleware `watchCredential`: aborted with an OrchestratorError when the credential is no longer valid. */
  revocationSignal: AbortSignal | undefined;
  private readonly cancellation: Cancellation;

  private constructor(
    { path, metadata }: Pick<CallContext<unknown>, 'path' | 'metadata'>,
    rawRequest: RawRequest<Request>,
    deadline: number,
    span: Span,
    cancellation: Cancellation,
  ) {
    this.path = path;
    this.metadata = metadata;
    this.rawRequest = rawRequest;
    this.deadline = deadline;
    this.span = span;
    this.cancellation = cancellation;
  }

  /**
   * Creates the context of a call with one request. `defaultDeadline`, in milliseconds since 1970, applies if the client sets none.
   */
  static forCall<Request>(
    call: ServerCall & { readonly request: RawRequest<Request> },
    defaultDeadline: number,
    span: Span,
  ): CallContext<Request> {
    return CallContext.create(call, call.request, defaultDeadline, span);
  }

  /** Creates the context of a bidirectional stream. */
  static forStream(stream: ServerCall, span: Span): CallContext<never> {
    return CallContext.create(stream, noRequest, Number.POSITIVE_INFINITY, span);
  }

  /** Creates the context of one request of a bidirectional stream. The request is canceled with the stream. */
  static forStreamRequest<Request>(
    stream: CallContext<never>,
    request: RawRequest<Request>,
    defaultDeadline: number,
    span: Span,
  ): CallContext<Request> {
    return new CallContext(stream, request, Math.min(stream.deadline, defaultDeadline), span, stream.cancellation);
  }

  private static create<Request>(call: ServerCall, request: RawRequest<Request>, defaultDeadline: number, span: Span) {
    const deadline = Number(call.getDeadline());
    return new CallContext(
      { path: call.getPath(), metadata: call.metadata },
      request,
      Number.isFinite(deadline) ? deadline : defaultDeadline,
      span,
      new Cancellation(call),
    );
  }

  get signal(): AbortSignal {
    return this.cancellation.signal;
  }

  get tenantId(): string | undefined {
    return this.request?.tenantId;
  }

  get isCanceled(): boolean {
    return this.cancellation.isCanceled;
  }

  /** Returns the validated request. Throws if the middleware `validate` has not run. */
  getRequest(): ValidatedRequest<Request> {
    if (this.request === undefined) throw new Error(`The request of ${this.path} has not been validated.`);
    return this.request;
  }

  /** Ends the context when the handler has finished. The signal is not aborted after that. */
  end(): void {
    this.cancellation.end();
  }
}

/**
 * The cancellation of a grpc-js call. grpc-js emits `cancelled` when the client cancels, when the deadline passes, and also after
 * every response. `end` prevents the event after a response from aborting the signal.
 */
class Cancellation {
  private controller: AbortController | undefined;
  private state: 'active' | 'ended' | 'canceled';

  constructor(call: ServerCall) {
    this.state = call.cancelled ? 'canceled' : 'active';
    call.once('cancelled', () => this.cancel());
  }

  /** Created on first use, because most calls do not need a signal. */
  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.isCanceled) this.controller.abort();
    }
    return this.controller.signal;
  }

  get isCanceled(): boolean {
    return this.state === 'canceled';
  }

  end(): void {
    if (this.state === 'active') this.state = 'ended';
  }

  private cancel(): void {
    if (this.state !== 'active') return;
    this.state = 'canceled';
    this.controller?.abort();
  }
}
