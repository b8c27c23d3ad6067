import { connect, type Socket } from 'node:net';

/** Types of HTTP/2 frames (RFC 9113, section 6). */
export const frameType = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const endStream = 1;
export const endHeaders = 4;
const ack = 1;

/** The connection preface of a client. */
export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');

/** Encodes a frame, valid or not. */
export function encodeFrame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array = new Uint8Array(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** Encodes a header block of literals without indexing (RFC 7541, 6.2.2). */
export function encodeHeaderBlock(headers: readonly (readonly [string, string])[]): Buffer {
  return Buffer.concat(
    headers.map(([name, value]) => Buffer.concat([Buffer.of(0), encodeLiteral(name), encodeLiteral(value)])),
  );
}

/** Encodes an HPACK string without Huffman encoding. */
export function encodeLiteral(text: string): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  const length = [Math.min(bytes.length, 127)];
  if (bytes.length >= 127) {
    let rest = bytes.length - 127;
    for (; rest > 127; rest = Math.floor(rest / 128)) length.push((rest % 128) | 128);
    length.push(rest);
  }
  return Buffer.concat([Buffer.from(length), bytes]);
}

/** Reaction of a server to frames. */
export type FrameEnd = 'connection ended' | 'stream reset' | 'stream answered' | 'no effect';

/**
 * Sends bytes and a PING on a new connection, and a second PING after the response to the first one, because PING responses can overtake
 * others. Resolves to the first reaction: the end of the connection (GOAWAY or closed socket), RST_STREAM, headers, or the second
 * response.
 */
export function sendFrames(address: string, bytes: Uint8Array): Promise<FrameEnd> {
  return new Promise((resolve) => {
    const [host, port] = address.split(':');
    const socket = connect(Number(port), host);
    let pings = 0;
    const ping = (): void => {
      pings += 1;
      socket.write(encodeFrame(frameType.ping, 0, 0, new Uint8Array(8)));
    };
    const settle = (end: FrameEnd): void => {
      resolve(end);
      socket.destroy();
    };
    // The socket may be closed while bytes are written.
    socket.on('error', () => settle('connection ended'));
    socket.on('close', () => settle('connection ended'));
    readFrames(socket, (type, flags) => {
      if (type === frameType.goAway) settle('connection ended');
      else if (type === frameType.reset) settle('stream reset');
      else if (type === frameType.headers) settle('stream answered');
      else if (type === frameType.ping && flags === ack) {
        if (pings === 2) settle('no effect');
        else ping();
      }
    });
    socket.write(bytes);
    ping();
  });
}

/** Opens a call, does not end its request, and reads nothing. Resolves when the server has received the call. */
export function openUnfinishedCall(address: string, path: string): Promise<Socket> {
  return openCall(address, encodeFrame(frameType.headers, endHeaders, 1, encodeHeaderBlock(createCallHeaders(path))));
}

/** Opens a call with a complete request and reads nothing. Resolves when the server has received the call. */
export function openUnreadCall(address: string, path: string, request: Uint8Array): Promise<Socket> {
  const initialWindowSize = Buffer.of(0, 4, 0, 0, 0, 0);
  const prefix = Buffer.alloc(5);
  prefix.writeUInt32BE(request.length, 1);
  return openCall(
    address,
    encodeFrame(frameType.settings, 0, 0, initialWindowSize),
    encodeFrame(frameType.headers, endHeaders, 1, encodeHeaderBlock(createCallHeaders(path))),
    encodeFrame(frameType.data, endStream, 1, Buffer.concat([prefix, request])),
  );
}

function openCall(address: string, ...frames: readonly Uint8Array[]): Promise<Socket> {
  const [host, port] = address.split(':');
  const socket = connect(Number(port), host);
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    readFrames(socket, (type, flags) => {
      if (type === frameType.ping && flags === ack) resolve(socket);
    });
    socket.write(
      Buffer.concat([
        preface,
        encodeFrame(frameType.settings, 0, 0),
        ...frames,
        encodeFrame(frameType.ping, 0, 0, new Uint8Array(8)),
      ]),
    );
  });
}

/** Returns the request headers of a unary or streaming call. */
export function createCallHeaders(path: string): readonly (readonly [string, string])[] {
  return [
    [':method', 'POST'],
    [':scheme', 'http'],
    [':path', path],
    [':authority', 'localhost'],
    ['content-type', 'application/grpc'],
    ['te', 'trailers'],
  ];
}

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/**
 * Sends frames on a new connection, and others when the server sends a PING. Resolves to the types of the received frames when one of them is the
 * last; rejects if the connection ends before.
 */
export function exchangeFrames(
  address: string,
  frames: readonly Uint8Array[],
  respondToPing: (payload: Uint8Array) => readonly Uint8Array[],
  isLast: (frame: Frame) => boolean,
): Promise<readonly number[]> {
  return new Promise((resolve, reject) => {
    const [host, port] = address.split(':');
    const socket = connect(Number(port), host);
    const received: number[] = [];
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`The connection ended after the frames ${received.join(', ')}.`)));
    readFrames(socket, (type, flags, stream, payload) => {
      received.push(type);
      if (type === frameType.ping && flags !== ack) socket.write(Buffer.concat(respondToPing(payload)));
      if (!isLast({ type, flags, stream, payload })) return;
      resolve(received);
      socket.destroy();
    });
    socket.write(Buffer.concat([preface, encodeFrame(frameType.settings, 0, 0), ...frames]));
  });
}

/** Reads frames from a socket. */
function readFrames(
  socket: Socket,
  onFrame: (type: number, flags: number, stream: number, payload: Buffer) => void,
): void {
  let unread = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    unread = Buffer.concat([unread, chunk]);
    while (unread.length >= 9) {
      const length = 9 + unread.readUIntBE(0, 3);
      if (unread.length < length) return;
      onFrame(unread.readUInt8(3), unread.readUInt8(4), unread.readUInt32BE(5), unread.subarray(9, length));
      unread = unread.subarray(length);
    }
  });
}
