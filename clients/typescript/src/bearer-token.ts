import { InterceptingCall, type Interceptor, type Metadata, status } from '@grpc/grpc-js';

/** An API key or a token, or what gives one: asked for every call, so that it may hand out a newer one in time. */
export type BearerToken = string | (() => string | Promise<string>);

/** Sends `authorization: Bearer` with every call. Where none can be had the call fails with UNAUTHENTICATED. */
export function createBearerTokenInterceptor(token: BearerToken): Interceptor {
  return (options, nextCall) => {
    const call = new InterceptingCall(nextCall(options), {
      start: (metadata, listener, next) => {
        const send = (text: string): void => next(withToken(metadata, text), listener);
        // A call tells its caller of its end only once it has begun.
        const fail = (error: unknown): void => {
          next(metadata, listener);
          call.cancelWithStatus(status.UNAUTHENTICATED, reasonOf(error));
        };
        if (typeof token === 'string') send(token);
        else void Promise.resolve().then(token).then(send, fail);
      },
    });
    return call;
  };
}

function withToken(metadata: Metadata, token: string): Metadata {
  metadata.set('authorization', `Bearer ${token}`);
  return metadata;
}

function reasonOf(error: unknown): string {
  return `No token could be had: ${error instanceof Error ? error.message : String(error)}`;
}
