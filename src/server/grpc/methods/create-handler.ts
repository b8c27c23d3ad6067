import type { UntypedHandleCall } from '@grpc/grpc-js';
import { createBidiStreamHandler } from './bidi-stream-handler';
import type { HandlerDependencies } from './dependencies';
import type { AnyMethod } from './method';
import { createLongServerStreamHandler, createServerStreamHandler } from './server-stream-handler';
import { createUnaryHandler } from './unary-handler';

/** Creates the grpc-js handler of a method. */
export function createHandler(method: AnyMethod, deps: HandlerDependencies): UntypedHandleCall {
  switch (method.kind) {
    case 'unary':
      return createUnaryHandler(method, deps);
    case 'server stream':
      return createServerStreamHandler(method, deps);
    case 'long server stream':
      return createLongServerStreamHandler(method, deps);
    case 'bidi stream':
      return createBidiStreamHandler(method, deps);
  }
}
