import { type ClientHttp2Session, connect, constants, type IncomingHttpHeaders } from 'node:http2';

/** What gRPC puts before each message. */
export const headerBytes = 5;

/**
 * Unary gRPC calls over one HTTP/2 connection. A full client costs as much as the server that is to be measured, and would hold it up;
 * this one sends bytes and looks at nothing but the status.
 */
export class Http2Caller {
  private readonly session: ClientHttp2Session;
  private readonly headers: Readonly<Record<string, string>>;

  private constructor(address: string, method: string) {
    this.session = connect(`http://${address}`);
    this.headers = {
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: method,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      [constants.HTTP2_HEADER_TE]: 'trailers',
    };
  }

  /** Resolves once the connection stands. */
  static open(address: string, method: string): Promise<Http2Caller> {
    const caller = new Http2Caller(address, method);
    return new Promise((resolve, reject) => {
      caller.session.once('connect', () => resolve(caller));
      caller.session.once('error', reject);
    });
  }

  /** Sends a message that `framed` has made; resolves to the bytes of the answer, rejects with any status but OK. */
  call(frame: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      const stream = this.session.request(this.headers);
      let received = 0;
      let end: IncomingHttpHeaders = {};
      const take = (headers: IncomingHttpHeaders): void => {
        end = headers;
      };
      stream.on('response', take); // a refusal has its status there
      stream.on('trailers', take);
      stream.on('data', (chunk: Buffer) => {
        received += chunk.length;
      });
      stream.once('error', reject);
      stream.once('close', () => {
        if (end['grpc-status'] === '0') resolve(received - headerBytes);
        else reject(new Error(statusText(end)));
      });
      stream.end(frame);
    });
  }

  close(): void {
    this.session.close();
  }
}

function statusText(end: IncomingHttpHeaders): string {
  return `status ${end['grpc-status'] ?? 'unknown'}: ${decodeURIComponent(String(end['grpc-message'] ?? 'no message'))}`;
}

/** A message as it is sent: not compressed, its length, its bytes. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(headerBytes + message.length);
  frame.writeUInt32BE(message.length, 1);
  frame.set(message, headerBytes);
  return frame;
}
