import {
  type DescMessage,
  type DescMethod,
  fromBinary,
  type Message,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { EmptySchema } from '@bufbuild/protobuf/wkt';
import {
  ConnectError,
  type ContextKey,
  createConnectRouter,
  createContextKey,
  createContextValues,
  type HandlerContext,
} from '@connectrpc/connect';
import type { UniversalHandler } from '@connectrpc/connect/protocol';
import { universalRequestFromNodeRequest, universalResponseToNodeResponse } from '@connectrpc/connect-node';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import { CallFailure, type ContractCall } from '../ports/contract-calls';
import type { Exchange, HttpContext } from './context';
import { closeUnlessRestIsSmall, toCode, toDebugJson } from './failure-response';
import { applyIdempotencyKey } from './idempotency-key';
import { MessageQueue } from './message-queue';
import { countBody } from './read-body';
import { runCall } from './run-call';

/** A call while connect-node answers it. */
interface StreamedCall {
  readonly exchange: Exchange;
  readonly descriptors: Descriptors;
  /** Undefined if the call was not admitted. Then `failure` has the reason. */
  readonly call: ContractCall | undefined;
  failure: CallFailure | undefined;
}

interface Descriptors {
  readonly input: DescMessage;
  readonly output: DescMessage;
}

/** Binary messages pass through connect-node as messages without known fields, so that their bytes stay what they are. */
const binaryDescriptors: Descriptors = { input: EmptySchema, output: EmptySchema };

/** Answers the requests of the streaming Connect protocol and of gRPC-Web with connect-node. */
export class StreamingProtocols {
  private readonly currentCall: ContextKey<StreamedCall | undefined> = createContextKey(undefined);
  private readonly json = new Map<string, UniversalHandler>();
  private readonly binary = new Map<string, UniversalHandler>();

  constructor(private readonly context: HttpContext) {
    for (const [path, { format }] of context.methods) {
      this.json.set(path, this.createHandler(format.descriptor, format.descriptor));
      this.binary.set(path, this.createHandler(format.descriptor, binaryDescriptors));
    }
  }

  async handle(exchange: Exchange, isJson: boolean): Promise<void> {
    const { request, method, format, response } = exchange;
    const descriptors = isJson ? format.descriptor : binaryDescriptors;
    let refusal: CallFailure | undefined;
    await runCall(
      this.context,
      exchange,
      async (call) => {
        const current: StreamedCall = { exchange, descriptors, call, failure: undefined };
        const isBidi = method.kind === 'bidi stream';
        await this.send(current, isJson, isBidi ? request : countBody(request, call, this.maxBodyBytes));
        if (current.failure !== undefined) throw current.failure;
        if (call.signal.aborted) throw call.signal.reason;
      },
      (failure) => {
        if (!response.headersSent) refusal = failure;
      },
    );
    // A client finds the details of an error only where its protocol has them.
    if (refusal === undefined) return;
    closeUnlessRestIsSmall(response);
    await this.send({ exchange, descriptors, call: undefined, failure: refusal }, isJson, emptyBody());
  }

  /** Resolves when the response is complete, or the client has disconnected. */
  private async send(current: StreamedCall, isJson: boolean, body: AsyncIterable<Uint8Array>): Promise<void> {
    const { request, response, method } = current.exchange;
    const handler = (isJson ? this.json : this.binary).get(method.path);
    if (handler === undefined) throw new Error(`There is no handler for ${method.path}.`);
    const values = createContextValues().set(this.currentCall, current);
    const node = universalRequestFromNodeRequest(request, response, undefined, values);
    const closed = new Promise((resolve) => response.once('close', resolve));
    // All methods are registered as bidirectional, which connect-node refuses over HTTP/1.1. Whether a request may use it is decided before.
    const sent = Promise.resolve(handler({ ...node, body, httpVersion: '2.0' })).then((answer) =>
      universalResponseToNodeResponse(answer, response),
    );
    // `sent` is rejected if the response cannot be written, and does not settle otherwise.
    await Promise.race([sent, closed]);
  }

  /** A message has a frame of five bytes. */
  private get maxBodyBytes(): number {
    return this.context.maxMessageBytes + 5;
  }

  /** Every method is registered as a stream, so that errors of its messages reach the call. */
  private createHandler(method: DescMethod, { input, output }: Descriptors): UniversalHandler {
    const router = createConnectRouter({
      grpc: false,
      acceptCompression: [],
      readMaxBytes: this.context.maxMessageBytes,
      jsonOptions: { registry: this.context.registry },
    });
    const streaming = { ...method, input, output, methodKind: 'bidi_streaming' as const };
    router.rpc(streaming, (requests: AsyncIterable<Message>, context: HandlerContext) =>
      this.answer(requests, context),
    );
    const [handler] = router.handlers;
    if (handler === undefined) throw new Error(`connect-node has no handler for ${method.name}.`);
    return handler;
  }

  private async *answer(requests: AsyncIterable<Message>, context: HandlerContext): AsyncGenerator<Message> {
    const current = context.values.get(this.currentCall);
    if (current === undefined) throw new Error('The call has not been admitted.');
    const { call, descriptors, failure } = current;
    if (call === undefined)
      throw failure === undefined ? new Error('The call has no outcome.') : this.toConnectError(failure);
    try {
      for await (const response of runMethod({ ...current, call }, requests, context)) {
        yield fromBinary(descriptors.output, response);
      }
    } catch (thrown) {
      current.failure = toFailure(thrown, call);
      throw this.toConnectError(current.failure);
    }
  }

  private toConnectError(failure: CallFailure): ConnectError {
    const error = new ConnectError(failure.message, toCode(failure.code));
    error.details = failure.details.map((detail) => {
      const debug = toDebugJson(detail, this.context.registry);
      return debug === undefined ? detail : { ...detail, debug };
    });
    return error;
  }
}

/** Runs the method of a call, and returns its encoded messages. */
async function* runMethod(
  { exchange, call, descriptors }: StreamedCall & { readonly call: ContractCall },
  requests: AsyncIterable<Message>,
  { responseTrailer }: HandlerContext,
): AsyncGenerator<Uint8Array> {
  const { request, method } = exchange;
  const encode = (message: Message): Uint8Array =>
    toBinary(descriptors.input, message as MessageShape<typeof descriptors.input>);
  const queue = new MessageQueue();
  if (method.kind === 'bidi stream') {
    applyIdempotencyKey(request, method, new Uint8Array());
    call.endReceiving();
    queue.endWith(call.runBidiStream(encodeEach(requests, encode, call), queue));
  } else {
    const message = applyIdempotencyKey(request, method, encode(await readSingle(requests, method.path, call)));
    call.endReceiving();
    if (method.kind === 'unary') {
      const { body, trailer } = await call.runUnary(message);
      for (const [name, value] of Object.entries(trailer)) responseTrailer.set(name, value);
      yield body;
      return;
    }
    queue.endWith(call.runServerStream(message, queue));
  }
  yield* queue.read();
}

async function* emptyBody(): AsyncGenerator<Uint8Array> {}

/** Reads the only message of a request. Rejects if there is none, or more than one. */
async function readSingle(requests: AsyncIterable<Message>, path: string, call: ContractCall): Promise<Message> {
  let single: Message | undefined;
  const read = async (): Promise<Message> => {
    for await (const message of requests) {
      if (single !== undefined) throw createCountError(path);
      single = message;
    }
    if (single === undefined) throw createCountError(path);
    return single;
  };
  return await rejectOnAbort(read(), call.signal);
}

async function* encodeEach(
  requests: AsyncIterable<Message>,
  encode: (message: Message) => Uint8Array,
  call: ContractCall,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const message of requests) yield encode(message);
  } catch (thrown) {
    throw toFailure(thrown, call);
  }
}

function rejectOnAbort<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

/** connect-node throws a ConnectError for a message that it cannot read. */
function toFailure(thrown: unknown, call: ContractCall): CallFailure {
  if (thrown instanceof CallFailure) return thrown;
  if (!(thrown instanceof ConnectError)) return call.toFailure(thrown);
  return call.toFailure(
    new OrchestratorError('UNDECODABLE_REQUEST', `The request could not be read: ${thrown.rawMessage}.`),
  );
}

function createCountError(path: string): OrchestratorError {
  return new OrchestratorError('NOT_IMPLEMENTED', `${path} has exactly one request message.`);
}
