import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { constants } from 'node:http2';
import type { Server } from '@grpc/grpc-js';

/** `application/grpc`, also with the subtype of protobuf or with parameters. */
const grpcWithProtobuf = /^application\/grpc(\+proto)?\s*(;|$)/i;

/** The method of grpc-js that decides whether it handles an HTTP/2 stream. It is not part of the public API. */
const hook = '_verifyContentType';

/**
 * Lets a server answer with HTTP status 415 if the content type of a request is not gRPC with protobuf, as the gRPC specification
 * requires. grpc-js does so only for types that do not begin with `application/grpc`, and would read `application/grpc-web` or
 * `application/grpc+json` as protobuf.
 *
 * @throws Error if grpc-js has no such hook any more.
 */
export function refuseOtherContentTypes(server: Server): void {
  if (typeof Reflect.get(server, hook) !== 'function') {
    throw new Error(`@grpc/grpc-js has no ${hook}; the content type of requests cannot be checked.`);
  }
  Reflect.set(server, hook, (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): boolean => {
    if (grpcWithProtobuf.test(headers['content-type'] ?? '')) return true;
    stream.respond({ ':status': constants.HTTP_STATUS_UNSUPPORTED_MEDIA_TYPE }, { endStream: true });
    return false;
  });
}
