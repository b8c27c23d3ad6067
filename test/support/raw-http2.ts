import { connect, type IncomingHttpHeaders } from 'node:http2';
import { status } from '@grpc/grpc-js';
import { ErrorInfo } from '../../gen/google/rpc/error_details';
import { Status } from '../../gen/google/rpc/status';

/** How a call ended that was made without a gRPC library. */
export interface RawEnd {
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
): Promise<RawEnd> {
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

/** A message in its gRPC frame. */
export function framed(message: Uint8Array, flags = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function endOf(headers: IncomingHttpHeaders): RawEnd {
  const details = headers['grpc-status-details-bin'];
  const infos = typeof details === 'string' ? Status.decode(Buffer.from(details, 'base64')).details : [];
  const info = infos.find(({ typeUrl }) => typeUrl.endsWith('google.rpc.ErrorInfo'));
  return {
    status: status[Number(headers['grpc-status'])] ?? '',
    reason: info === undefined ? '' : ErrorInfo.decode(info.value).reason,
  };
}
