import { status } from '@grpc/grpc-js';
import { OrchestratorError } from '../../../core/model/orchestrator-error';
import type { Clock } from '../../ports/clock';
import type { CallFailure, ContractCall, IncomingCall, MessageSink, UnaryAnswer } from '../../ports/contract-calls';
import { noSpan } from '../../ports/span';
import { type ErrorReporting, getTraceId, toOrchestratorError } from '../errors/call-error';
import type { Entrance } from '../middleware/admission';
import { endCallSpan } from '../middleware/call-span';
import { isCompression } from '../middleware/decompression';
import type { RequestBytes } from '../middleware/request-bytes-limiter';
import { createIncomingMetadata } from './incoming-metadata';
import type { KnownMethod } from './known-method';
import { type CallHead, StreamCall } from './stream-call';
import { toCallFailure } from './to-call-failure';
import { UnaryCall } from './unary-call';

export interface CallEnvironment extends ErrorReporting {
  readonly entrance: Entrance;
  readonly clock: Clock;
  readonly startMeasurement: (method: string) => ((status: string) => void) | undefined;
  /** Time to receive a request of a client that sets no deadline, in milliseconds. */
  readonly turnTimeoutMs: number;
}

/** A call of another transport that has been admitted. */
export class StartedCall implements ContractCall {
  private readonly head: CallHead;
  private readonly controller = new AbortController();
  private readonly received = new Set<RequestBytes>();
  private readonly timer: NodeJS.Timeout | undefined;
  private endMeasurement: ((status: string) => void) | undefined;
  private tenantId: string | undefined;
  /** The reservation of the bytes that have been received. */
  private reservation: RequestBytes | undefined;
  private receivedBytes = 0;
  private running: Pick<StreamCall, 'cancel'> | undefined;
  private rejectRun: ((failure: CallFailure) => void) | undefined;
  private hasEnded = false;

  /** Counts the call, and authenticates its client. Rejects with a CallFailure. */
  static async start(method: KnownMethod, incoming: IncomingCall, environment: CallEnvironment): Promise<StartedCall> {
    const call = new StartedCall(method, incoming, environment);
    try {
      call.leavePending = environment.entrance.pendingRequests.enter();
      await call.authenticate(incoming);
      return call;
    } catch (thrown) {
      const failure = call.toFailure(thrown);
      call.end(failure);
      throw failure;
    }
  }

  private leavePending: () => void = () => undefined;

  private constructor(
    private readonly method: KnownMethod,
    { deadline, headers }: IncomingCall,
    private readonly environment: CallEnvironment,
  ) {
    this.head = { path: method.path, metadata: createIncomingMetadata(headers), deadline };
    this.endMeasurement = environment.startMeasurement(method.path.slice(1));
    this.timer = this.startTimer(deadline);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  countBytes(bytes: number): void {
    this.receivedBytes += bytes;
    this.convertErrors(() => {
      if (this.reservation === undefined) this.reservation = this.reserve(this.receivedBytes);
      else this.reservation.growTo(this.receivedBytes);
    });
  }

  async decompress(packed: Buffer, encoding: string): Promise<Buffer> {
    try {
      if (!isCompression(encoding)) throw createUnknownEncodingError(encoding);
      return await this.environment.entrance.unpacker.unpack(packed, encoding, (bytes) => this.reserve(bytes));
    } catch (thrown) {
      throw this.toFailure(thrown);
    }
  }

  endReceiving(): void {
    this.leavePending();
    if (this.head.deadline === Number.POSITIVE_INFINITY) clearTimeout(this.timer);
  }

  runUnary(request: Uint8Array): Promise<UnaryAnswer> {
    const { telemetry } = this.environment;
    const call = new UnaryCall(this.head, this.method.validate(this.register(request)));
    this.running = call;
    const span = telemetry.startCall(this.head.path, this.head.metadata);
    const answer = this.method.runUnary(call, span).then(
      ({ body, trailer }) => {
        endCallSpan(span, status.OK);
        return { body: this.method.serialize(body), trailer: trailer === undefined ? {} : toEntries(trailer.getMap()) };
      },
      (error: OrchestratorError) => {
        const failure = toCallFailure(error, span.traceId);
        endCallSpan(span, failure.code);
        throw failure;
      },
    );
    return this.untilAborted(answer);
  }

  async runServerStream(request: Uint8Array, sink: MessageSink): Promise<void> {
    const { head, method } = this;
    const validated = method.validate(this.register(request));
    await this.runStream(
      new StreamCall({ head, request: validated, requests: undefined, sink, serialize: method.serialize }),
    );
  }

  async runBidiStream(requests: AsyncIterable<Uint8Array>, sink: MessageSink): Promise<void> {
    const { head, method } = this;
    const validated = this.receiveEach(requests);
    await this.runStream(
      new StreamCall({ head, request: undefined, requests: validated, sink, serialize: method.serialize }),
    );
  }

  toFailure(thrown: unknown): CallFailure {
    const { telemetry } = this.environment;
    const error = toOrchestratorError(thrown, this.head.path, noSpan, this.environment);
    return toCallFailure(error, getTraceId(telemetry, this.head.metadata));
  }

  cancel(): void {
    if (!this.hasEnded) this.abort(this.createFailure('CANCELLED', 'The client canceled the call.'));
  }

  end(failure?: CallFailure): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    clearTimeout(this.timer);
    this.leavePending();
    for (const request of this.received) request.release('call');
    this.endMeasurement?.(status[failure?.code ?? status.OK] ?? 'UNKNOWN');
  }

  private async authenticate({ peer, getClientCertificate }: IncomingCall): Promise<void> {
    const { authorizer } = this.environment.entrance;
    if (authorizer === undefined) return;
    const { path, metadata } = this.head;
    const connection = {
      getPeer: () => peer,
      getAuthContext: () => {
        const certificate = getClientCertificate();
        return certificate === undefined ? {} : { transportSecurityType: 'ssl', sslPeerCertificate: certificate };
      },
    };
    const error = await authorizer.authenticate(path, metadata, connection);
    if (error !== undefined) throw error;
    this.tenantId = authorizer.getTenantId(metadata);
  }

  private async runStream(stream: StreamCall): Promise<void> {
    this.running = stream;
    const ended = stream.waitForEnd();
    this.method.handleStream(stream);
    await this.untilAborted(ended);
  }

  /** Validates requests when they arrive. Each counts until it is answered. */
  private async *receiveEach(requests: AsyncIterable<Uint8Array>) {
    for await (const bytes of requests) {
      const request = this.convertErrors(() => this.reserve(bytes.length));
      this.environment.entrance.requestBytes.register(bytes, request);
      yield this.method.validate(bytes);
    }
  }

  private register(request: Uint8Array): Uint8Array {
    const { requestBytes } = this.environment.entrance;
    if (this.reservation !== undefined && requestBytes.find(request) === undefined) {
      requestBytes.register(request, this.reservation);
    }
    return request;
  }

  private reserve(bytes: number): RequestBytes {
    const request = this.environment.entrance.requestBytes.reserve(bytes, this.tenantId, () =>
      this.received.delete(request),
    );
    this.received.add(request);
    return request;
  }

  private startTimer(deadline: number): NodeJS.Timeout {
    if (deadline === Number.POSITIVE_INFINITY) {
      const message = 'The request was not received in time.';
      return setTimeout(() => this.abort(this.createFailure('DEADLINE', message)), this.environment.turnTimeoutMs);
    }
    const onDeadline = (): void => this.abort(this.createFailure('DEADLINE', 'The deadline was exceeded.'));
    return setTimeout(onDeadline, Math.min(deadline - this.environment.clock.now(), maxTimeoutMs));
  }

  /** Rejects when the call is aborted, also if its handler ends later. */
  private untilAborted<Result>(work: Promise<Result>): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.rejectRun = reject;
      work.then(resolve, reject);
    });
  }

  private abort(failure: CallFailure): void {
    this.running?.cancel(failure);
    this.rejectRun?.(failure);
    this.controller.abort(failure);
  }

  private createFailure(reason: 'DEADLINE' | 'CANCELLED', message: string): CallFailure {
    return this.toFailure(new OrchestratorError(reason, message));
  }

  private convertErrors<Result>(work: () => Result): Result {
    try {
      return work();
    } catch (thrown) {
      throw this.toFailure(thrown);
    }
  }
}

/** The longest time of a timer in Node.js, 24 days. */
const maxTimeoutMs = 2 ** 31 - 1;

function createUnknownEncodingError(encoding: string): OrchestratorError {
  return new OrchestratorError(
    'NOT_IMPLEMENTED',
    `The content-encoding "${encoding.slice(0, 50)}" is not supported; use gzip, deflate or none.`,
  );
}

function toEntries(trailer: Readonly<Record<string, string | Buffer>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(trailer).map(([name, value]) => [name, String(value)]));
}
