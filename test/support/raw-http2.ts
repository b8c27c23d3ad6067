import { connect, type IncomingHttpHeaders } from 'node:http2';
import { status } from '@grpc/grpc-js';
import { ErrorInfo } from '../../gen/google/rpc/error_details';
import { Status } from '../../gen/google/rpc/status';

/** The outcome of a call without a gRPC library. */
export interface RawOutcome {
  /** HTTP status; 0 if the stream was reset before the response headers arrived. */
  readonly httpStatus: number;
  /** Name of the gRPC status; "" without one. */
  readonly status: string;
  /** Reason in the ErrorInfo; "" without one. */
  readonly reason: string;
}

/** Sends a call with any headers and body bytes. */
export function postRaw(
  address: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Promise<RawOutcome> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://${address}`);
    session.on('error', reject);
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    const responseHeaders: IncomingHttpHeaders = {};
    stream.on('response', (received) => Object.assign(responseHeaders, received));
    stream.on('trailers', (received) => Object.assign(responseHeaders, received));
    stream.on('error', () => undefined);
    stream.on('close', () => {
      session.close();
      resolve(toOutcome(responseHeaders));
    });
    stream.resume();
    stream.end(body);
  });
}

/** The default flow-control window of HTTP/2, in bytes (RFC 9113, 6.9.2). */
const defaultWindow = 65_535;

/** A call whose response is not read until `read` is called. gRPC libraries read ahead, so they cannot do this. */
export interface UnreadCall {
  /** Reads the whole response. Resolves when the server has ended the stream. */
  read(): Promise<
    RawOutcome & { readonly messages: readonly Buffer[]; readonly metadata: Readonly<Record<string, string>> }
  >;
}

/** Sends a request and reads nothing. The transport accepts `window` bytes of the response. */
export function startUnreadCall(
  address: string,
  path: string,
  message: Uint8Array,
  window = defaultWindow,
): UnreadCall {
  const session = connect(`http://${address}`, { settings: { initialWindowSize: window } });
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.end(toGrpcFrame(message));
  return {
    async read() {
      session.settings({ initialWindowSize: defaultWindow });
      const trailers: IncomingHttpHeaders = {};
      stream.on('trailers', (received) => Object.assign(trailers, received));
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      session.close();
      return {
        ...toOutcome(trailers),
        messages: splitFrames(Buffer.concat(chunks)),
        metadata: getErrorInfo(trailers)?.metadata ?? {},
      };
    },
  };
}

/** Splits gRPC frames into messages. */
function splitFrames(bytes: Buffer): readonly Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    messages.push(bytes.subarray(at + 5, end));
    at = end;
  }
  return messages;
}

/** A message in a gRPC frame. */
export function toGrpcFrame(message: Uint8Array, flags = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** The outcome in the headers or trailers of a response. */
export function toOutcome(headers: IncomingHttpHeaders): RawOutcome {
  return {
    httpStatus: Number(headers[':status'] ?? 0),
    status: status[Number(headers['grpc-status'])] ?? '',
    reason: getErrorInfo(headers)?.reason ?? '',
  };
}

function getErrorInfo(headers: IncomingHttpHeaders): ErrorInfo | undefined {
  const details = headers['grpc-status-details-bin'];
  const infos = typeof details === 'string' ? Status.decode(Buffer.from(details, 'base64')).details : [];
  const info = infos.find(({ typeUrl }) => typeUrl.endsWith('google.rpc.ErrorInfo'));
  return info === undefined ? undefined : ErrorInfo.decode(info.value);
}
