import { readFileSync, writeFileSync } from 'node:fs';
import { type ClientHttp2Session, connect } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { status as statusNames } from '@grpc/grpc-js';
import { CleanupStack } from '../cleanup';
import { startMonitoredService } from './monitored-service';
import { readReport } from './read-report';

/** A request that is small when it is compressed, and as large as allowed when it is decompressed. */
export interface Bomb {
  readonly name: string;
  readonly message: Uint8Array;
}

const maxMessageBytes = 4_194_304;
const bombCount = 100;
/** The memory must not grow from volley to volley. */
const volleys = 4;
const settleMs = 5_000;
const callPauseMs = 10;
const kibibytesPerMegabyte = 1_024;
const bytesPerMegabyte = 1_048_576;

const processTurnPath = '/focal.orchestration.v1.OrchestratorService/ProcessTurn';
const emptyMessage = gzipSync(Buffer.alloc(0));

/** The tag of a length-delimited field. */
const toTag = (field: number): number => (field << 3) | 2;
/** Fields of ProcessTurnRequest and Turn. */
const tags = { turn: toTag(1), tenantId: toTag(1), candidates: toTag(8) } as const;
/** Bytes of the tags and lengths around the content of a turn. */
const framingBytes = 16;

export const bombs: readonly Bomb[] = [
  { name: '100 bombs of zeros', message: Buffer.alloc(maxMessageBytes) },
  { name: '100 bombs of one long text', message: toTurn(createText(maxMessageBytes - framingBytes)) },
  // A message of two bytes becomes an object of about a hundred.
  { name: '100 bombs of 20,000 empty candidates', message: toTurn(createEmptyCandidates(20_000)) },
  { name: '100 bombs of 2,000,000 empty candidates', message: toTurn(createEmptyCandidates(2_000_000)) },
];

function toTurn(turn: Uint8Array): Uint8Array {
  return new BinaryWriter().uint32(tags.turn).bytes(turn).finish();
}

function createText(length: number): Uint8Array {
  return new BinaryWriter().uint32(tags.tenantId).bytes(Buffer.alloc(length, 'x')).finish();
}

function createEmptyCandidates(count: number): Uint8Array {
  return Buffer.alloc(2 * count, Buffer.from([tags.candidates, 0]));
}

export const bombHeadings = [
  'gzip bombs',
  'base MB',
  'peak MB',
  'after MB',
  'after - base',
  'heap',
  'buffers',
  'after 4 volleys',
  'hold ms',
  'CPU ms',
  'answers',
];

/**
 * Sends the bombs at once on one connection to a service of its own. Memory is the resident memory of the process: before, at most, and
 * after five seconds of small calls, without which V8 would not collect garbage.
 */
export async function measureBombs({ message }: Bomb): Promise<(string | number)[]> {
  const cleanups = new CleanupStack();
  return await cleanups.run(async () => {
    // As in the image, glibc returns memory after a burst.
    const { port, monitorPort, pid } = await startMonitoredService(cleanups, { MALLOC_TRIM_THRESHOLD_: '131072' });
    const session = cleanups.add(connect(`http://127.0.0.1:${port}`), (each) => each.destroy());
    const packed = gzipSync(message);
    await post(session, emptyMessage); // Loads the code that handles a compressed request.
    const base = readMegabytes(pid, 'VmRSS');
    writeFileSync(`/proc/${pid}/clear_refs`, '5'); // Resets the peak.
    await readReport(monitorPort);
    const volley = (): Promise<string[]> => Promise.all(Array.from({ length: bombCount }, () => post(session, packed)));
    const answers = await volley();
    const { longestMs, longestCpuMs } = await readReport(monitorPort);
    const peak = readMegabytes(pid, 'VmHWM');
    const settle = async (): Promise<number> => {
      for (const end = Date.now() + settleMs; Date.now() < end; await sleep(callPauseMs))
        await post(session, emptyMessage);
      return readMegabytes(pid, 'VmRSS');
    };
    const after = await settle();
    const { heapBytes, bufferBytes } = await readReport(monitorPort);
    for (let count = 1; count < volleys; count += 1) await volley();
    const afterAll = await settle();
    const heap = heapBytes / bytesPerMegabyte;
    const buffers = bufferBytes / bytesPerMegabyte;
    const figures = [base, peak, after, after - base, heap, buffers, afterAll - base, longestMs, longestCpuMs];
    return [...figures, describeAnswers(answers)];
  });
}

function readMegabytes(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / kibibytesPerMegabyte;
}

/** Sends a compressed message. Resolves to the number of the gRPC status. */
function post(session: ClientHttp2Session, packed: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    const stream = session.request({
      ':method': 'POST',
      ':path': processTurnPath,
      'content-type': 'application/grpc',
      'grpc-encoding': 'gzip',
      te: 'trailers',
    });
    let answer = 'no status';
    const read = (headers: Readonly<Record<string, unknown>>): void => {
      const code = headers['grpc-status'];
      if (code !== undefined) answer = statusNames[Number(code)] ?? String(code);
    };
    stream.on('response', read);
    stream.on('trailers', read);
    stream.on('error', () => undefined); // The stream closes without a status.
    stream.on('close', () => resolve(answer));
    stream.resume();
    stream.end(toFrame(packed));
  });
}

/** A gRPC message with the flag for compression and its length. */
function toFrame(packed: Uint8Array): Uint8Array {
  const header = Buffer.alloc(5);
  header.writeUInt8(1);
  header.writeUInt32BE(packed.length, 1);
  return Buffer.concat([header, packed]);
}

function describeAnswers(answers: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const answer of answers) counts.set(answer, (counts.get(answer) ?? 0) + 1);
  return [...counts].map(([answer, count]) => `${count} ${answer}`).join(', ');
}
