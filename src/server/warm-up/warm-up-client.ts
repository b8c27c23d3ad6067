import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from 'node:http2';
import type { Duplex } from 'node:stream';

/** A recorded or generated unary call. */
export interface WarmUpCall {
  /** `/package.Service/Method` */
  readonly path: string;
  /** The encoded request. */
  readonly request: Uint8Array;
}

/** Bytes of a gRPC message before its content: the flag for compression and the length. */
const frameHeadBytes = 5;

/** Sends unary gRPC calls over one HTTP/2 connection, without a port. It reads only the status of the responses. */
export class WarmUpClient {
  private readonly session: ClientHttp2Session;

  constructor(stream: Duplex) {
    this.session = connect('http://in-process', { createConnection: () => stream });
    this.session.on('error', () => undefined); // Each call reports it.
  }

  /** Resolves to the status and the message of an error; "" if the call succeeded. Rejects if the connection fails. */
  call({ path, request }: WarmUpCall): Promise<string> {
    return new Promise((resolve, reject) => {
      const stream = this.session.request({
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
      });
      let status: string | undefined;
      const readStatus = (headers: IncomingHttpHeaders): void => {
        const code = headers['grpc-status'];
        if (code === undefined) return;
        status = code === '0' ? '' : `status ${code}: ${decodeURIComponent(String(headers['grpc-message']))}`;
      };
      stream.on('response', readStatus); // An error without a message has the status here.
      stream.on('trailers', readStatus);
      stream.once('error', reject);
      stream.once('close', () =>
        status === undefined ? reject(new Error(`${path} ended without a status.`)) : resolve(status),
      );
      stream.resume();
      stream.end(toFrame(request));
    });
  }

  close(): void {
    this.session.destroy();
  }
}

function toFrame(message: Uint8Array): Uint8Array {
  const frame = Buffer.alloc(frameHeadBytes + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, frameHeadBytes);
  return frame;
}
