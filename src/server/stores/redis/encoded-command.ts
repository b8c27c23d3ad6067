import { Command } from 'ioredis';
import type { CommandArgument } from './lua-script';

// ioredis converts and measures each argument several times, and a commit has more than thirty. Here each is written once (ADR 0026).

/** Commands share a piece of memory of this size, in bytes, until it is full. */
const sharedBytes = 65_536;

/** The most bytes of the length of an argument and its line ends: `$`, ten digits and two line ends. */
const maxFrameBytes = 15;

/** A longer text is written by native code. */
const maxShortText = 128;

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const asterisk = 0x2a;
const dollar = 0x24;
const digitZero = 0x30;

/** A command whose strings in the reply are Buffers. Has the same bytes as a command of ioredis. */
export class EncodedCommand extends Command {
  constructor(name: string, args: readonly CommandArgument[]) {
    super(name, [], { replyEncoding: null });
    this.args = args.slice();
  }

  override toWritable(): Buffer {
    return encodeCommand(this.name, this.args);
  }
}

let shared = Buffer.allocUnsafeSlow(sharedBytes);
let sharedUsed = 0;

/** Encodes a command as an array of bulk strings of RESP. */
function encodeCommand(name: string, args: readonly unknown[]): Buffer {
  const parts = args.map((arg) => (typeof arg === 'string' || Buffer.isBuffer(arg) ? arg : String(arg)));
  const maxBytes = parts.reduce<number>((sum, part) => sum + getMaxBytes(part), maxFrameBytes + getMaxBytes(name));
  const isShared = maxBytes <= sharedBytes / 2;
  if (isShared && sharedUsed + maxBytes > sharedBytes) {
    // Commands in the old piece may not be sent yet, so it is not reused.
    shared = Buffer.allocUnsafeSlow(sharedBytes);
    sharedUsed = 0;
  }
  const target = isShared ? shared : Buffer.allocUnsafeSlow(maxBytes);
  const start = isShared ? sharedUsed : 0;
  let end = writePart(target, writeLength(target, start, asterisk, parts.length + 1), name);
  for (const part of parts) end = writePart(target, end, part);
  if (isShared) sharedUsed = end;
  return target.subarray(start, end);
}

function getMaxBytes(part: string | Buffer): number {
  return maxFrameBytes + (typeof part === 'string' ? 3 * part.length : part.length);
}

/** Writes a bulk string. Returns where it ends. */
function writePart(target: Buffer, start: number, part: string | Buffer): number {
  if (typeof part !== 'string') {
    const end = writeLength(target, start, dollar, part.length);
    target.set(part, end);
    return writeLineEnd(target, end + part.length);
  }
  if (part.length <= maxShortText) {
    const end = writeShortAscii(target, writeLength(target, start, dollar, part.length), part);
    if (end !== undefined) return writeLineEnd(target, end);
  }
  const end = writeLength(target, start, dollar, Buffer.byteLength(part));
  return writeLineEnd(target, end + target.write(part, end, 'utf8'));
}

/** Writes a text. Returns where it ends, or undefined if it has a character that takes more than one byte. */
function writeShortAscii(target: Buffer, start: number, text: string): number | undefined {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code > 0x7f) return undefined;
    target[start + index] = code;
  }
  return start + text.length;
}

/** Writes a mark and a length in decimal digits. Returns where it ends. */
function writeLength(target: Buffer, start: number, mark: number, length: number): number {
  target[start] = mark;
  let digits = 1;
  for (let rest = length; rest >= 10; rest = Math.floor(rest / 10)) digits += 1;
  let rest = length;
  for (let at = start + digits; at > start; at -= 1) {
    target[at] = digitZero + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return writeLineEnd(target, start + digits + 1);
}

function writeLineEnd(target: Buffer, start: number): number {
  target[start] = carriageReturn;
  target[start + 1] = lineFeed;
  return start + 2;
}
