import type { EventEmitter } from 'node:events';
import type { Deadline, Metadata } from '@grpc/grpc-js';
import type { Principal } from '../../ports/authenticator';
import type { Call } from '../../ports/call';

/** What every kind of call of grpc-js has in common, as far as it is used here. */
export interface ServerCall extends EventEmitter {
  readonly metadata: Metadata;
  cancelled: boolean;
  getDeadline(): Deadline;
  getPath(): string;
}

/** A call of grpc-js with one request. */
export interface RequestCall<Request> extends ServerCall {
  readonly request: Request;
}

/**
 * What a call of grpc-js imposes on the work that is done for it. grpc-js says `cancelled` when the caller gives up, when the
 * deadline passes, and also after every answer; `end` keeps the last from becoming an abort that nobody hears.
 */
export class GrpcCall implements Call {
  readonly deadline: number;
  /** Who makes it; undefined where nobody has to say. */
  readonly principal: Principal | undefined;
  private abort: AbortController | undefined;
  private over: 'no' | 'ended' | 'cancelled' = 'no';

  /** `deadlineWhereNone` is the one of a call whose caller set none. */
  constructor(call: ServerCall, deadlineWhereNone: number, principal: Principal | undefined) {
    this.principal = principal;
    const deadline = Number(call.getDeadline());
    this.deadline = Number.isFinite(deadline) ? deadline : deadlineWhereNone;
    if (call.cancelled) this.over = 'cancelled';
    call.once('cancelled', () => this.cancel());
  }

  /** Made when somebody asks for it: most calls never do. */
  get signal(): AbortSignal {
    if (this.abort === undefined) {
      this.abort = new AbortController();
      if (this.over === 'cancelled') this.abort.abort();
    }
    return this.abort.signal;
  }

  get isCancelled(): boolean {
    return this.over === 'cancelled';
  }

  /** The work is done; what becomes of the call no longer matters. */
  end(): void {
    if (this.over === 'no') this.over = 'ended';
  }

  private cancel(): void {
    if (this.over !== 'no') return;
    this.over = 'cancelled';
    this.abort?.abort();
  }
}
