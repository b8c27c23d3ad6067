import { EventEmitter, once } from 'node:events';
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { CallError } from 'scenario-orchestrator-client';
import {
  OrchestratorServiceService,
  ProcessTurnsResponse,
} from '../../gen/focal/orchestration/v1/orchestrator_service';
import { type CallOptions, createMetadata, type GrpcUnderTest } from './grpc-under-test';

const { path } = OrchestratorServiceService.processTurns;

export interface TurnStreamOptions extends CallOptions {
  /** Default: true. With false, responses are not read before `read` is called. */
  readonly isReading?: boolean;
}

/** An open ProcessTurns stream for encoded messages. */
export class TurnStream {
  /** The encoded responses so far. */
  readonly received: Buffer[] = [];
  /** Number of requests that HTTP/2 has accepted. */
  acceptedRequestCount = 0;
  /** The error of the stream; undefined for OK. */
  readonly ended: Promise<CallError | undefined>;
  private readonly call: ClientDuplexStream<Uint8Array, Buffer>;
  private readonly arrivals = new EventEmitter();

  constructor(
    { client }: Pick<GrpcUnderTest, 'client'>,
    { isReading = true, deadline, metadata }: TurnStreamOptions = {},
  ) {
    const options = deadline === undefined ? {} : { deadline };
    this.call = client.makeBidiStreamRequest(
      path,
      Buffer.from,
      (bytes: Buffer) => bytes,
      createMetadata(metadata),
      options,
    );
    this.ended = new Promise((resolve) => {
      this.call.on('error', (error: ServiceError) => resolve(new CallError('ProcessTurns', error)));
      this.call.on('end', () => resolve(undefined));
    });
    if (isReading) this.read();
    // A grpc-js client that does not start reading would buffer everything in memory.
    else this.call.once('readable', () => undefined);
  }

  send(...requests: readonly Uint8Array[]): void {
    for (const request of requests) {
      this.call.write(request, () => {
        this.acceptedRequestCount += 1;
      });
    }
  }

  read(): void {
    this.call.on('data', (bytes: Buffer) => {
      this.received.push(bytes);
      this.arrivals.emit('one');
    });
  }

  /** Resolves to the first `count` responses. */
  async waitForResponses(count: number): Promise<readonly ProcessTurnsResponse[]> {
    while (this.received.length < count) await once(this.arrivals, 'one');
    return this.received.slice(0, count).map((bytes) => ProcessTurnsResponse.decode(bytes));
  }

  /** Ends the requests of the stream. */
  halfClose(): void {
    this.call.end();
  }

  cancel(): void {
    this.call.cancel();
  }
}

/** The error in a response. Throws if the turn was decided. */
export function getTurnError({ result }: ProcessTurnsResponse) {
  if (result?.$case !== 'error') throw new Error('expected a turn that failed, but it was decided');
  return result.value;
}
