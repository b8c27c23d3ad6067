import type { UntypedHandleCall } from '@grpc/grpc-js';
import { bidiStreamHandler } from './bidi-stream-handler';
import type { HandlerDependencies } from './dependencies';
import type { AnyMethod } from './method';
import { longServerStreamHandler, serverStreamHandler } from './server-stream-handler';
import { unaryHandler } from './unary-handler';

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
