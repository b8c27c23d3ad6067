import { type Metadata, ServerInterceptingCall, type ServerInterceptor, status } from '@grpc/grpc-js';
import type { ServerCall } from './grpc-call';

/** By the metadata of the call, which is the same object for interceptors and handlers. */
const trailers = new WeakMap<Metadata, Metadata>();

/**
 * Has the answer of a call end with trailing metadata. The callback of grpc-js would take it too, but where the service is traced
 * it is OpenTelemetry's, which passes on the error and the response only.
 */
export function setTrailer({ metadata }: ServerCall, trailer: Metadata): void {
  trailers.set(metadata, trailer);
}

/** Sends the trailing metadata that handlers set. */
export const sendTrailers: ServerInterceptor = (_method, call) => {
  let received: Metadata | undefined;
  return new ServerInterceptingCall(call, {
    start: (next) =>
      next({
        onReceiveMetadata: (metadata, pass) => {
          received = metadata;
          pass(metadata);
        },
      }),
    sendStatus: (sent, next) => {
      const trailer = received === undefined || sent.code !== status.OK ? undefined : trailers.get(received);
      next(trailer === undefined ? sent : { ...sent, metadata: trailer });
    },
  });
};
