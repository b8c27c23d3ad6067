import {
  type Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from '@grpc/grpc-js';

/** The data of a call that transport hooks can use. */
export interface TransportCall {
  /** gRPC path of the method, `/package.Service/Method`. */
  readonly path: string;
  /** Whether the client sends a stream of requests. */
  readonly isRequestStream: boolean;
  /** The metadata from the client; undefined until it arrives. */
  metadata: Metadata | undefined;
  /** Called when the call has ended: after its status, or when the client has canceled it. */
  onEnd: (() => void) | undefined;
}

/**
 * Replaces methods of the innermost call of grpc-js. A hook that replaces a method calls the original one. The replacement is a
 * `function` that uses `this`: an arrow function or a bound function would reference the call that references it. Such a cycle
 * survives every minor garbage collection, which accounts for about a third of the duration of a call.
 */
export type TransportHook = (call: ServerInterceptingCallInterface, transport: TransportCall) => void;

/**
 * Applies hooks to every call before its body is read. All hooks share one interceptor, because each interceptor slows down every
 * call. It must be the innermost one, because grpc-js bypasses the interceptors for its own errors and calls `sendStatus` of the
 * innermost call. The method that the first hook replaces runs last.
 */
export function createTransportInterceptor(hooks: readonly TransportHook[]): ServerInterceptor {
  return ({ path, requestStream }, call) => {
    const transport: TransportCall = { path, isRequestStream: requestStream, metadata: undefined, onEnd: undefined };
    for (const hook of hooks) hook(call, transport);
    return new ServerInterceptingCall(call);
  };
}
