import { EventEmitter, once } from 'node:events';
import type { ServiceError } from '@grpc/grpc-js';
import { CallError } from 'scenario-orchestrator-client';
import {
  SessionServiceService,
  type TurnRecord,
  WatchSessionRequest,
  WatchSessionResponse,
} from '../../gen/focal/orchestration/v1/session_service';
import { type CallOptions, createMetadata, type GrpcUnderTest } from './grpc-under-test';
import { uuid } from './session-builder';

const { path } = SessionServiceService.watchSession;

/** An open WatchSession stream. Default: session 3 of tenant 1. */
export class WatchStream {
  readonly turns: TurnRecord[] = [];
  /** The error of the stream; undefined for OK, CANCELLED after `cancel`. */
  readonly ended: Promise<CallError | undefined>;
  private readonly events = new EventEmitter();
  private readonly stream;

  constructor(
    { client }: Pick<GrpcUnderTest, 'client'>,
    request: Partial<WatchSessionRequest> = {},
    { metadata = {} }: Pick<CallOptions, 'metadata'> = {},
  ) {
    const message = WatchSessionRequest.fromPartial({ tenantId: uuid(1), sessionId: uuid(3), ...request });
    const bytes = WatchSessionRequest.encode(message).finish();
    const headers = createMetadata(metadata);
    this.stream = client.makeServerStreamRequest(path, Buffer.from, (received: Buffer) => received, bytes, headers);
    this.ended = new Promise((resolve) => {
      this.stream.on('error', (error: ServiceError) => resolve(new CallError(path, error)));
      this.stream.on('end', () => resolve(undefined));
    });
    this.stream.on('data', (received: Buffer) => {
      const { turn } = WatchSessionResponse.decode(received);
      if (turn !== undefined) this.turns.push(turn);
      this.events.emit('turn');
    });
  }

  get revisions(): readonly number[] {
    return this.turns.map(({ revision }) => revision);
  }

  /** Resolves when `count` turns have arrived. Rejects if the stream ends first. */
  async waitForTurns(count: number): Promise<void> {
    const early = this.ended.then((error) => {
      throw new Error(`the stream ended after ${this.turns.length} turns: ${error?.message}`);
    });
    early.catch(() => undefined);
    while (this.turns.length < count) await Promise.race([once(this.events, 'turn'), early]);
  }

  cancel(): Promise<CallError | undefined> {
    this.stream.cancel();
    return this.ended;
  }
}
