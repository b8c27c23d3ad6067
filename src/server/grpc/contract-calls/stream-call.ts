import { Duplex } from 'node:stream';
import type { Deadline, Metadata, StatusObject } from '@grpc/grpc-js';
import type { CallFailure, MessageSink } from '../../ports/contract-calls';
import type { AnyMessage, MessageOrBytes } from '../methods/method';
import type { BidiStreamCall, ServerStreamCall } from '../middleware/call-context';
import type { RawRequest } from '../validation/request-validator';
import { statusToCallFailure } from './to-call-failure';

/** What every call of a transport other than gRPC has. */
export interface CallHead {
  readonly path: string;
  readonly metadata: Metadata;
  /** Milliseconds since 1970; Infinity without a deadline. */
  readonly deadline: number;
}

export interface StreamCallOptions {
  readonly head: CallHead;
  /** The single request; undefined for a stream of requests. */
  readonly request: RawRequest<AnyMessage> | undefined;
  /** The stream of requests; undefined for a single request. */
  readonly requests: AsyncIterator<RawRequest<AnyMessage>> | undefined;
  readonly sink: MessageSink;
  readonly serialize: (message: MessageOrBytes<AnyMessage>) => Uint8Array;
}

/** A stream as the handlers of grpc-js calls use it, whose messages go to a sink. */
export class StreamCall extends Duplex implements ServerStreamCall<AnyMessage, AnyMessage>, BidiStreamCall<AnyMessage> {
  readonly metadata: Metadata;
  cancelled = false;
  private readonly options: StreamCallOptions;
  private failure: CallFailure | undefined;

  constructor(options: StreamCallOptions) {
    super({ objectMode: true });
    this.options = options;
    this.metadata = options.head.metadata;
  }

  get request(): RawRequest<AnyMessage> {
    const { request, head } = this.options;
    if (request === undefined) throw new Error(`A call of ${head.path} has a stream of requests.`);
    return request;
  }

  getDeadline(): Deadline {
    return this.options.head.deadline;
  }

  getPath(): string {
    return this.options.head.path;
  }

  onOpen(): void {
    this.options.sink.open?.();
  }

  /** Informs the handler that the client has disconnected, or that the call must end with a failure. */
  cancel(failure?: CallFailure): void {
    if (this.cancelled) return;
    this.cancelled = true;
    this.failure = failure;
    this.emit('cancelled');
    if (this.options.requests !== undefined) this.destroy();
  }

  /** Resolves when the handler has ended the stream, and rejects with a CallFailure if it failed. Call it before the handler. */
  waitForEnd(): Promise<void> {
    return new Promise((resolve, reject: (failure: CallFailure) => void) => {
      this.once('finish', resolve);
      this.on('error', (status: StatusObject) => reject(this.failure ?? statusToCallFailure(status)));
    });
  }

  override _write(message: MessageOrBytes<AnyMessage>, _encoding: string, onSent: () => void): void {
    this.options.sink.send(this.options.serialize(message), onSent);
  }

  override _read(): void {
    const { requests } = this.options;
    if (requests === undefined) return;
    requests.next().then(
      ({ done, value }) => this.push(done === true ? null : value),
      (failure: CallFailure) => this.cancel(failure),
    );
  }
}
