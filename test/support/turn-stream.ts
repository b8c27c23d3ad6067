import { EventEmitter, once } from 'node:events';
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { CallError } from 'scenario-orchestrator-client';
import {
  OrchestratorServiceService,
  ProcessTurnsResponse,
} from '../../gen/focal/orchestration/v1/orchestrator_service';
import { type CallOptions, type GrpcUnderTest, headersOf } from './grpc-under-test';

const { path } = OrchestratorServiceService.processTurns;

export interface TurnStreamOptions extends CallOptions {
  /** Default true; else answers are not read before `read` is called. */
  readonly reading?: boolean;
}

/** An open stream of ProcessTurns, for raw bytes. */
export class TurnStream {
  /** What came back so far, as bytes. */
  readonly received: Buffer[] = [];
  /** Requests that HTTP/2 has taken. */
  taken = 0;
  /** How the stream ended; undefined for OK. */
  readonly ended: Promise<CallError | undefined>;
  private readonly call: ClientDuplexStream<Uint8Array, Buffer>;
  private readonly arrivals = new EventEmitter();

  constructor(
    { client }: Pick<GrpcUnderTest, 'client'>,
    { reading = true, deadline, metadata }: TurnStreamOptions = {},
  ) {
    const options = deadline === undefined ? {} : { deadline };
    this.call = client.makeBidiStreamRequest(path, Buffer.from, (bytes: Buffer) => bytes, headersOf(metadata), options);
    this.ended = new Promise((resolve) => {
      this.call.on('error', (error: ServiceError) => resolve(new CallError('ProcessTurns', error)));
      this.call.on('end', () => resolve(undefined));
    });
    if (reading) this.read();
    // A client of grpc-js who never began to read would take everything into its memory.
    else this.call.once('readable', () => undefined);
  }

  send(...requests: readonly Uint8Array[]): void {
    for (const request of requests) {
      this.call.write(request, () => {
        this.taken += 1;
      });
    }
  }

  read(): void {
    this.call.on('data', (bytes: Buffer) => {
      this.received.push(bytes);
      this.arrivals.emit('one');
    });
  }

  /** Resolves to the first so many answers. */
  async answers(count: number): Promise<readonly ProcessTurnsResponse[]> {
    while (this.received.length < count) await once(this.arrivals, 'one');
    return this.received.slice(0, count).map((bytes) => ProcessTurnsResponse.decode(bytes));
  }

  /** Says that there are no more turns. */
  halfClose(): void {
    this.call.end();
  }

  cancel(): void {
    this.call.cancel();
  }
}

/** What the error of an answer tells; fails the test where the turn was decided. */
export function errorIn({ result }: ProcessTurnsResponse) {
  if (result?.$case !== 'error') throw new Error('expected a turn that failed, but it was decided');
  return result.value;
}
