import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from '@grpc/grpc-js';

/** What transport hooks know about a call. */
export interface TransportCall {
  /** gRPC path of the method, `/package.Service/Method`. */
  readonly path: string;
  /** The client sends a stream of requests. */
  readonly isRequestStream: boolean;
  /** The metadata from the client; undefined until it arrives. */
  metadata: Metadata | undefined;
}

/**
 * Replaces methods of the innermost call of grpc-js. A hook that replaces a method calls the original one. The replacement is a
 * `function` that uses `this`: an arrow function or a bound function would reference the call that references it, and such a
 * pair survives every minor garbage collection, which costs a third of a call.
 */
export type TransportHook = (call: ServerInterceptingCallInterface, transport: TransportCall) => void;

/**
 * Applies hooks to every call before its body is read. One interceptor for all of them, because each interceptor slows down every
 * call, and at the innermost position, because grpc-js sends its own errors past all interceptors: it calls `sendStatus` of the
 * innermost call. The method that the first hook replaces runs last.
 */
export function transportInterceptor(hooks: readonly TransportHook[]): ServerInterceptor {
  return ({ path, requestStream }, call) => {
    const transport: TransportCall = { path, isRequestStream: requestStream, metadata: undefined };
    for (const hook of hooks) hook(call, transport);
    return new ServerInterceptingCall(call);
  };
}
