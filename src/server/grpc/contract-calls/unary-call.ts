import { EventEmitter } from 'node:events';
import type { Deadline, Metadata } from '@grpc/grpc-js';
import type { AnyMessage } from '../methods/method';
import type { ServerCall } from '../middleware/call-context';
import type { RawRequest } from '../validation/request-validator';
import type { CallHead } from './stream-call';

/** A call of a unary method as its handler uses it. */
export class UnaryCall extends EventEmitter implements ServerCall {
  cancelled = false;

  constructor(
    private readonly head: CallHead,
    readonly request: RawRequest<AnyMessage>,
  ) {
    super();
  }

  get metadata(): Metadata {
    return this.head.metadata;
  }

  getDeadline(): Deadline {
    return this.head.deadline;
  }

  getPath(): string {
    return this.head.path;
  }

  cancel(): void {
    if (this.cancelled) return;
    this.cancelled = true;
    this.emit('cancelled');
  }
}
