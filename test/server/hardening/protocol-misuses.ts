import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { SeededRandom } from '../../../tools/chaos/seeded-random';
import {
  createCallHeaders,
  encodeFrame,
  encodeHeaderBlock,
  encodeLiteral,
  endHeaders,
  endStream,
  type FrameEnd,
  frameType,
  preface,
  sendFrames,
} from '../../support/http2-frames';
import { postRaw, toGrpcFrame } from '../../support/raw-http2';
import { turnRequest } from '../../support/request-bytes';

/** One way to misuse HTTP/2 or the message framing of gRPC. */
export interface ProtocolMisuse {
  /** The name in docs/hardening.md. */
  readonly name: string;
  /** Number of requests to send. */
  readonly count: number;
  /** Resolves to the reaction of the server. */
  readonly send: (address: string, random: SeededRandom) => Promise<string>;
}

const { path } = OrchestratorServiceService.processTurn;
const noBytes = new Uint8Array(0);

/** Invalid calls in valid HTTP/2. */
const calls: readonly ProtocolMisuse[] = [
  post('the compressed flag without an encoding', {}, () => toGrpcFrame(Uint8Array.of(0x1f, 0x8b, 8, 0), 1)),
  post('invalid compressed bytes', { 'grpc-encoding': 'gzip' }, () => toGrpcFrame(turnRequest(), 1)),
  post('an unknown encoding', { 'grpc-encoding': 'br' }, () => toGrpcFrame(turnRequest(), 1)),
  post('a frame longer than its body', {}, () => toGrpcFrame(turnRequest()).subarray(0, -1)),
  post('a frame of 4 GB', {}, () => Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 0])),
  post('two messages to a unary method', {}, () => Buffer.concat([toGrpcFrame(noBytes), toGrpcFrame(noBytes)])),
  post('no message', {}, () => noBytes),
  post('an invalid timeout', { 'grpc-timeout': 'soon' }, () => toGrpcFrame(turnRequest())),
  post('an unsupported content type', { 'content-type': 'application/json' }, () => toGrpcFrame(turnRequest())),
  post('an unknown method', { ':path': '/focal.orchestration.v1.OrchestratorService/Guess' }, () =>
    toGrpcFrame(noBytes),
  ),
  post('metadata above max_metadata_bytes', { 'x-large': 'x'.repeat(16_384) }, () => toGrpcFrame(turnRequest())),
  post('130 headers', Object.fromEntries(Array.from({ length: 130 }, (_, at) => [`x-${at}`, '1'])), () =>
    toGrpcFrame(noBytes),
  ),
];

const defaultHeaders = createCallHeaders(path);

/** Violations of HTTP/2, and floods. */
const violations: readonly ProtocolMisuse[] = [
  frames('bytes that are not HTTP/2', (random) => Uint8Array.from({ length: 200 }, () => random.nextInt(256))),
  frames('HTTP/1.1', () => Buffer.from('POST / HTTP/1.1\r\nHost: localhost\r\n\r\n')),
  frames('random frames', (random) => withPreface(...times(20, () => randomFrame(random)))),
  frames('no :path', () =>
    withPreface(
      headers(
        1,
        defaultHeaders.filter(([name]) => name !== ':path'),
      ),
    ),
  ),
  frames('an uppercase header name', () => withPreface(headers(1, [...defaultHeaders, ['X-Capital', '1']]))),
  frames('a call without the end of its request', () => withPreface(headers(1), data(1, toGrpcFrame(turnRequest())))),
  frames('a call that ends inside a message prefix', () =>
    withPreface(headers(1), data(1, Buffer.of(0, 0), endStream)),
  ),
  frames('DATA on a stream that was never opened', () => withPreface(data(1, noBytes))),
  frames('a stream id of the server', () => withPreface(headers(2))),
  frames('broken HPACK', () => withPreface(encodeFrame(frameType.headers, endHeaders, 1, Buffer.alloc(20, 0xff)))),
  frames('a header block without an end', () =>
    withPreface(encodeFrame(frameType.headers, 0, 1, encodeHeaderBlock(defaultHeaders))),
  ),
  frames('a frame above the maximum size', () => withPreface(encodeFrame(frameType.data, 0, 1, Buffer.alloc(20_000)))),
  frames('a frame of an unknown type', () => withPreface(encodeFrame(0xbe, 0xff, 1, Buffer.alloc(8)))),
  frames('a window above 2 GB', () =>
    withPreface(encodeFrame(frameType.windowUpdate, 0, 0, Buffer.of(0x7f, 255, 255, 255))),
  ),
  createFlood(
    '5,000 calls that are reset immediately',
    () => withPreface(...times(5_000, (at) => Buffer.concat([headers(2 * at + 1), reset(2 * at + 1)]))),
    8,
  ),
  createFlood('20,000 PINGs', () =>
    withPreface(...times(20_000, () => encodeFrame(frameType.ping, 0, 0, Buffer.alloc(8)))),
  ),
  createFlood('20,000 SETTINGS', () => withPreface(...times(20_000, () => encodeFrame(frameType.settings, 0, 0)))),
  createFlood('20,000 empty DATA frames', () => withPreface(headers(1), ...times(20_000, () => data(1, noBytes)))),
  createFlood('500 KB of headers in CONTINUATIONs', () =>
    withPreface(
      encodeFrame(frameType.headers, 0, 1, encodeHeaderBlock(defaultHeaders)),
      ...times(500, () => encodeFrame(frameType.continuation, 0, 1, encodeHeaderBlock([['x', 'y'.repeat(1_000)]]))),
    ),
  ),
  createFlood('48 MB of headers from one table entry', () =>
    withPreface(
      encodeFrame(
        frameType.headers,
        endHeaders,
        1,
        Buffer.concat([encodeHeaderBlock(defaultHeaders), createTableBomb()]),
      ),
    ),
  ),
  createFlood('1,500 concurrent calls on one connection', () =>
    withPreface(...times(1_500, (at) => headers(2 * at + 1))),
  ),
];

export const protocolMisuses: readonly ProtocolMisuse[] = [...calls, ...violations];

function post(name: string, headers: Readonly<Record<string, string>>, body: () => Uint8Array): ProtocolMisuse {
  return {
    name,
    count: 20,
    async send(address) {
      const { httpStatus, status, reason } = await postRaw(address, path, headers, body());
      if (status === '') return httpStatus === 0 ? 'stream reset' : `HTTP ${httpStatus}`;
      return reason === '' ? status : `${status} ${reason}`;
    },
  };
}

function frames(name: string, bytes: (random: SeededRandom) => Uint8Array): ProtocolMisuse {
  return { name, count: 10, send: (address, random): Promise<FrameEnd> => sendFrames(address, bytes(random)) };
}

/** Creates a misuse that sends the same bytes each time. The bytes are created once. */
function createFlood(name: string, bytes: () => Uint8Array, count = 7): ProtocolMisuse {
  let created: Uint8Array | undefined;
  return {
    name,
    count,
    send(address): Promise<FrameEnd> {
      created ??= bytes();
      return sendFrames(address, created);
    },
  };
}

/** Returns the connection preface, followed by the given frames. */
function withPreface(...sent: readonly Uint8Array[]): Buffer {
  return Buffer.concat([preface, encodeFrame(frameType.settings, 0, 0), ...sent]);
}

function headers(stream: number, fields: readonly (readonly [string, string])[] = defaultHeaders): Buffer {
  return encodeFrame(frameType.headers, endHeaders, stream, encodeHeaderBlock(fields));
}

function data(stream: number, bytes: Uint8Array, flags = 0): Buffer {
  return encodeFrame(frameType.data, flags, stream, bytes);
}

function reset(stream: number): Buffer {
  const cancel = 8;
  return encodeFrame(frameType.reset, 0, stream, Buffer.of(0, 0, 0, cancel));
}

function randomFrame(random: SeededRandom): Buffer {
  const payload = Uint8Array.from({ length: random.nextInt(40) }, () => random.nextInt(256));
  return encodeFrame(random.nextInt(12), random.nextInt(256), random.nextInt(8), payload);
}

/** Creates a header of 4,000 bytes for the dynamic table of HPACK, and 12,000 references to it. */
function createTableBomb(): Buffer {
  const [literalForTable, firstOfTable] = [0x40, 0xbe];
  return Buffer.concat([
    Buffer.of(literalForTable),
    encodeLiteral('x'),
    encodeLiteral('y'.repeat(3_900)),
    Buffer.alloc(12_000, firstOfTable),
  ]);
}

function times(count: number, one: (at: number) => Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, at) => one(at));
}
