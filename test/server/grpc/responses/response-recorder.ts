import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { CallError } from 'scenario-orchestrator-client';
import { ProcessTurnResponse, ProcessTurnsResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { callRaw, type GrpcUnderTest } from '../../../support/grpc-under-test';

/** A method of the generated code, of any kind. */
interface Method<Request> {
  readonly path: string;
  requestSerialize(request: Request): Buffer;
}

/**
 * Calls methods with a client that receives messages up to the default limit of gRPC, 4 MiB, as clients of most languages do. Records the size
 * of every message.
 */
export class ResponseRecorder {
  readonly sizes: number[] = [];
  /** The limits that refused a call, as their errors name them. */
  readonly refusedBy: string[] = [];
  readonly client: Client;

  constructor({ address }: GrpcUnderTest) {
    this.client = new Client(address, credentials.createInsecure(), {
      'grpc.max_send_message_length': -1,
      'grpc.enable_retries': 0,
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  /** Calls a unary method. */
  async call<Request>(method: Method<Request>, request: NoInfer<Request>): Promise<Buffer> {
    const { bytes } = await callRaw(this, method.path, method.requestSerialize(request));
    this.sizes.push(bytes.length);
    return bytes;
  }

  /** Calls a method with a stream of responses. Resolves to the first `count` messages, by default to all of them. */
  stream<Request>(
    method: Method<Request>,
    request: NoInfer<Request>,
    count = Number.POSITIVE_INFINITY,
  ): Promise<readonly Buffer[]> {
    const stream = this.client.makeServerStreamRequest(method.path, method.requestSerialize, (bytes) => bytes, request);
    return this.collect(stream, method.path, count);
  }

  /** Sends one turn on a ProcessTurns stream. Throws CallError if the turn failed. */
  async exchange<Request>(method: Method<Request>, request: NoInfer<Request>): Promise<Uint8Array> {
    const stream = this.client.makeBidiStreamRequest(method.path, method.requestSerialize, (bytes: Buffer) => bytes);
    stream.write(request);
    stream.end();
    const [response] = await this.collect(stream, method.path, Number.POSITIVE_INFINITY);
    const result = response && ProcessTurnsResponse.decode(response).result;
    if (result?.$case !== 'response')
      throw result ? new CallError(method.path, result.value) : new Error('no response');
    return ProcessTurnResponse.encode(result.value).finish();
  }

  /**
   * Sends a request that is too large, then the largest one that is accepted: every refusal states how many bytes are too many, so the next
   * request has as many fewer, divided by `copies`, the number of times that the response contains the text.
   */
  async sendLargest<Response>(
    start: number,
    send: (length: number) => Promise<Response>,
    copies = 1,
  ): Promise<{ readonly response: Response; readonly length: number }> {
    for (let length = start; ; ) {
      try {
        return { response: await send(length), length };
      } catch (error) {
        if (!(error instanceof CallError) || error.metadata['limit'] === undefined) throw error;
        this.refusedBy.push(error.metadata['limit']);
        if (this.refusedBy.length > 20) throw new Error('no size is accepted', { cause: error });
        length -= Math.ceil((Number(error.metadata['size']) - Number(error.metadata['max_size'])) / copies);
      }
    }
  }

  close(): void {
    this.client.close();
  }

  private collect(
    stream: NodeJS.ReadableStream & { cancel(): void },
    path: string,
    count: number,
  ): Promise<readonly Buffer[]> {
    return new Promise((resolve, reject) => {
      const messages: Buffer[] = [];
      stream.on('data', (bytes: Buffer) => {
        this.sizes.push(bytes.length);
        messages.push(bytes);
        if (messages.length === count) {
          resolve(messages);
          stream.cancel();
        }
      });
      stream.on('error', (error: ServiceError) => reject(new CallError(path, error)));
      stream.on('end', () => resolve(messages));
    });
  }
}
