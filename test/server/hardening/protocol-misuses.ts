import { OrchestratorServiceService } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { SeededRandom } from '../../../tools/chaos/seeded-random';
import {
  callHeaders,
  endHeaders,
  endStream,
  type FrameEnd,
  frame,
  frameType,
  headerBlock,
  literal,
  preface,
  sendFrames,
} from '../../support/http2-frames';
import { framed, postRaw } from '../../support/raw-http2';
import { turnRequest } from '../../support/request-bytes';

/** One way to misuse HTTP/2 or gRPC's framing on it. */
export interface ProtocolMisuse {
  /** As docs/hardening.md names it. */
  readonly name: string;
  /** How often. */
  readonly count: number;
  /** Resolves to how the server took it. */
  readonly send: (address: string, random: SeededRandom) => Promise<string>;
}

const { path } = OrchestratorServiceService.processTurn;
const nothing = new Uint8Array(0);

/** Ways that HTTP/2 allows: calls that are none. */
const calls: readonly ProtocolMisuse[] = [
  post('the compressed flag without an encoding', {}, () => framed(Uint8Array.of(0x1f, 0x8b, 8, 0), 1)),
  post('compressed bytes that are none', { 'grpc-encoding': 'gzip' }, () => framed(turnRequest(), 1)),
  post('an encoding that there is not', { 'grpc-encoding': 'br' }, () => framed(turnRequest(), 1)),
  post('a frame longer than its body', {}, () => framed(turnRequest()).subarray(0, -1)),
  post('a frame of 4 GB', {}, () => Buffer.from([0, 0xff, 0xff, 0xff, 0xff, 0])),
  post('two messages to a method that takes one', {}, () => Buffer.concat([framed(nothing), framed(nothing)])),
  post('no message', {}, () => nothing),
  post('a time-out that is none', { 'grpc-timeout': 'soon' }, () => framed(turnRequest())),
  post('another content type', { 'content-type': 'application/json' }, () => framed(turnRequest())),
  post('a method that there is not', { ':path': '/focal.orchestration.v1.OrchestratorService/Guess' }, () =>
    framed(nothing),
  ),
  post('metadata beyond max_metadata_bytes', { 'x-large': 'x'.repeat(16_384) }, () => framed(turnRequest())),
  post('130 headers', Object.fromEntries(Array.from({ length: 130 }, (_, at) => [`x-${at}`, '1'])), () =>
    framed(nothing),
  ),
];

const usual = callHeaders(path);

/** Ways that HTTP/2 does not allow, and ways to wear a server out. */
const breaches: readonly ProtocolMisuse[] = [
  frames('bytes that are not HTTP/2', (random) => Uint8Array.from({ length: 200 }, () => random.below(256))),
  frames('HTTP/1.1', () => Buffer.from('POST / HTTP/1.1\r\nHost: localhost\r\n\r\n')),
  frames('random frames', (random) => greeted(...times(20, () => randomFrame(random)))),
  frames('no :path', () =>
    greeted(
      headers(
        1,
        usual.filter(([name]) => name !== ':path'),
      ),
    ),
  ),
  frames('a header in capitals', () => greeted(headers(1, [...usual, ['X-Capital', '1']]))),
  frames('a call that never ends its request', () => greeted(headers(1), data(1, framed(turnRequest())))),
  frames('a call that ends within a prefix', () => greeted(headers(1), data(1, Buffer.of(0, 0), endStream))),
  frames('DATA on a stream that was never opened', () => greeted(data(1, nothing))),
  frames('a stream of the server', () => greeted(headers(2))),
  frames('broken HPACK', () => greeted(frame(frameType.headers, endHeaders, 1, Buffer.alloc(20, 0xff)))),
  frames('a header block that never ends', () => greeted(frame(frameType.headers, 0, 1, headerBlock(usual)))),
  frames('a frame beyond the agreed size', () => greeted(frame(frameType.data, 0, 1, Buffer.alloc(20_000)))),
  frames('a frame of an unknown type', () => greeted(frame(0xbe, 0xff, 1, Buffer.alloc(8)))),
  frames('a window beyond 2 GB', () => greeted(frame(frameType.windowUpdate, 0, 0, Buffer.of(0x7f, 255, 255, 255)))),
  flood(
    '5,000 calls that are reset at once',
    () => greeted(...times(5_000, (at) => Buffer.concat([headers(2 * at + 1), reset(2 * at + 1)]))),
    8,
  ),
  flood('20,000 PINGs', () => greeted(...times(20_000, () => frame(frameType.ping, 0, 0, Buffer.alloc(8))))),
  flood('20,000 SETTINGS', () => greeted(...times(20_000, () => frame(frameType.settings, 0, 0)))),
  flood('20,000 empty DATA frames', () => greeted(headers(1), ...times(20_000, () => data(1, nothing)))),
  flood('500 KB of headers in CONTINUATIONs', () =>
    greeted(
      frame(frameType.headers, 0, 1, headerBlock(usual)),
      ...times(500, () => frame(frameType.continuation, 0, 1, headerBlock([['x', 'y'.repeat(1_000)]]))),
    ),
  ),
  flood('48 MB of headers out of one in the table', () =>
    greeted(frame(frameType.headers, endHeaders, 1, Buffer.concat([headerBlock(usual), tableBomb()]))),
  ),
  flood('1,500 calls at once on one connection', () => greeted(...times(1_500, (at) => headers(2 * at + 1)))),
];

export const protocolMisuses: readonly ProtocolMisuse[] = [...calls, ...breaches];

function post(name: string, own: Readonly<Record<string, string>>, body: () => Uint8Array): ProtocolMisuse {
  return {
    name,
    count: 20,
    async send(address) {
      const { httpStatus, status, reason } = await postRaw(address, path, own, body());
      if (status === '') return httpStatus === 0 ? 'stream reset' : `HTTP ${httpStatus}`;
      return reason === '' ? status : `${status} ${reason}`;
    },
  };
}

function frames(name: string, bytes: (random: SeededRandom) => Uint8Array): ProtocolMisuse {
  return { name, count: 10, send: (address, random): Promise<FrameEnd> => sendFrames(address, bytes(random)) };
}

/** The same bytes each time, made once. */
function flood(name: string, bytes: () => Uint8Array, count = 7): ProtocolMisuse {
  let made: Uint8Array | undefined;
  return {
    name,
    count,
    send(address): Promise<FrameEnd> {
      made ??= bytes();
      return sendFrames(address, made);
    },
  };
}

/** Frames behind what a client says first. */
function greeted(...sent: readonly Uint8Array[]): Buffer {
  return Buffer.concat([preface, frame(frameType.settings, 0, 0), ...sent]);
}

function headers(stream: number, fields: readonly (readonly [string, string])[] = usual): Buffer {
  return frame(frameType.headers, endHeaders, stream, headerBlock(fields));
}

function data(stream: number, bytes: Uint8Array, flags = 0): Buffer {
  return frame(frameType.data, flags, stream, bytes);
}

function reset(stream: number): Buffer {
  const cancel = 8;
  return frame(frameType.reset, 0, stream, Buffer.of(0, 0, 0, cancel));
}

function randomFrame(random: SeededRandom): Buffer {
  const payload = Uint8Array.from({ length: random.below(40) }, () => random.below(256));
  return frame(random.below(12), random.below(256), random.below(8), payload);
}

/** A header of 4,000 bytes that goes into the table, and 12,000 references to it. */
function tableBomb(): Buffer {
  const [intoTable, firstOfTable] = [0x40, 0xbe];
  return Buffer.concat([
    Buffer.of(intoTable),
    literal('x'),
    literal('y'.repeat(3_900)),
    Buffer.alloc(12_000, firstOfTable),
  ]);
}

function times(count: number, one: (at: number) => Uint8Array): readonly Uint8Array[] {
  return Array.from({ length: count }, (_, at) => one(at));
}
