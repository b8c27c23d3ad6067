import type { Metadata } from '@grpc/grpc-js';
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

/** The trailing metadata that the handler of a call set. */
export function getTrailer(metadata: Metadata): Metadata | undefined {
  return trailers.get(metadata);
}
