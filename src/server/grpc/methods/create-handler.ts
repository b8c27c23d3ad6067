import type { UntypedHandleCall } from '@grpc/grpc-js';
import type { Clock } from '../../ports/clock';
import type { Telemetry } from '../../ports/telemetry';
import type { Admission } from '../middleware/admission';
import { bidiStreamHandler } from './bidi-stream-handler';
import type { AnyMethod } from './method';
import { longServerStreamHandler, serverStreamHandler } from './server-stream-handler';
import { unaryHandler } from './unary-handler';

/** What handlers of all kinds use. */
export interface HandlerDependencies {
  readonly middlewares: Admission['middlewares'];
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** Deadline of calls whose client sets none, and upper limit for the requests of a stream. Milliseconds. */
  readonly turnTimeoutMs: number;
  /** Aborted when the server shuts down. A long-lived stream then accepts nothing more and ends. */
  readonly drainSignal: AbortSignal;
}

/** Creates the grpc-js handler of a method. */
export function createHandler(method: AnyMethod, deps: HandlerDependencies): UntypedHandleCall {
  switch (method.kind) {
    case 'unary':
      return unaryHandler(method, deps);
    case 'server stream':
      return serverStreamHandler(method, deps);
    case 'long server stream':
      return longServerStreamHandler(method, deps);
    case 'bidi stream':
      return bidiStreamHandler(method, deps);
  }
}
