import { connect, type IncomingHttpHeaders } from 'node:http2';
import { status } from '@grpc/grpc-js';
import { ErrorInfo } from '../../gen/google/rpc/error_details';
import { Status } from '../../gen/google/rpc/status';

/** How a call ended that was made without a gRPC library. */
export interface RawOutcome {
  /** Of HTTP; 0 where the stream was reset before. */
  readonly httpStatus: number;
  /** Name of the gRPC status; "" where there was none. */
  readonly status: string;
  /** Of the ErrorInfo; "" where there was none. */
  readonly reason: string;
}

/** Makes a call with headers and body bytes that no gRPC library would send. */
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
    const seen: IncomingHttpHeaders = {};
    stream.on('response', (received) => Object.assign(seen, received));
    stream.on('trailers', (received) => Object.assign(seen, received));
    stream.on('error', () => undefined);
    stream.on('close', () => {
      session.close();
      resolve(endOf(seen));
    });
    stream.resume();
    stream.end(body);
  });
}

/** Bytes that HTTP/2 lets a sender be ahead, unless something else is said (RFC 9113, 6.9.2). */
const usualWindow = 65_535;

/** A call whose answer lies in the transport until it is read: gRPC libraries read on for a caller who does not. */
export interface UnreadCall {
  /** Reads everything; resolves when the server has ended it. */
  read(): Promise<
    RawOutcome & { readonly messages: readonly Buffer[]; readonly metadata: Readonly<Record<string, string>> }
  >;
}

/** Sends a request and reads nothing; the transport takes `window` bytes of the answer. */
export function callUnread(address: string, path: string, message: Uint8Array, window = usualWindow): UnreadCall {
  const session = connect(`http://${address}`, { settings: { initialWindowSize: window } });
  const stream = session.request({
    ':method': 'POST',
    ':path': path,
    'content-type': 'application/grpc',
    te: 'trailers',
  });
  stream.end(framed(message));
  return {
    async read() {
      session.settings({ initialWindowSize: usualWindow });
      const trailers: IncomingHttpHeaders = {};
      stream.on('trailers', (received) => Object.assign(trailers, received));
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk);
      session.close();
      return {
        ...endOf(trailers),
        messages: unframed(Buffer.concat(chunks)),
        metadata: infoOf(trailers)?.metadata ?? {},
      };
    },
  };
}

/** The messages of gRPC frames. */
function unframed(bytes: Buffer): readonly Buffer[] {
  const messages: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    messages.push(bytes.subarray(at + 5, end));
    at = end;
  }
  return messages;
}

/** A message in its gRPC frame. */
export function framed(message: Uint8Array, flags = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function endOf(headers: IncomingHttpHeaders): RawOutcome {
  return {
    httpStatus: Number(headers[':status'] ?? 0),
    status: status[Number(headers['grpc-status'])] ?? '',
    reason: infoOf(headers)?.reason ?? '',
  };
}

function infoOf(headers: IncomingHttpHeaders): ErrorInfo | undefined {
  const details = headers['grpc-status-details-bin'];
  const infos = typeof details === 'string' ? Status.decode(Buffer.from(details, 'base64')).details : [];
  const info = infos.find(({ typeUrl }) => typeUrl.endsWith('google.rpc.ErrorInfo'));
  return info === undefined ? undefined : ErrorInfo.decode(info.value);
}
