import { Command } from 'ioredis';
import type { CommandArgument } from './lua-script';

// ioredis converts and measures each argument several times, and a commit has more than thirty. Here each is written once (ADR 0026).

/** Commands share a piece of memory of this size, in bytes, until it is full. */
const sharedBytes = 65_536;

/** The most bytes of the length of an argument and its line ends: `$`, ten digits and two line ends. */
const maxFrameBytes = 15;

/** The most characters of a number as text. */
const maxNumberBytes = 25;

/** A longer text is written by native code. */
const maxShortText = 128;

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const asterisk = 0x2a;
const dollar = 0x24;
const digitZero = 0x30;

/** A command whose strings in the reply are Buffers. Has the same bytes as a command of ioredis. Keeps the list of arguments. */
export class EncodedCommand extends Command {
  constructor(name: string, args: CommandArgument[]) {
    super(name, noArguments, { replyEncoding: null });
    this.args = args;
  }

  override toWritable(): Buffer {
    return encodeCommand(this.name, this.args);
  }
}

/** The library would copy and convert the arguments. */
const noArguments: [] = [];

let shared = Buffer.allocUnsafeSlow(sharedBytes);
let sharedUsed = 0;

/** Encodes a command as an array of bulk strings of RESP. */
function encodeCommand(name: string, args: readonly unknown[]): Buffer {
  let maxBytes = maxFrameBytes + getMaxBytes(name);
  for (const arg of args) maxBytes += getMaxBytes(arg);
  const isShared = maxBytes <= sharedBytes / 2;
  if (isShared && sharedUsed + maxBytes > sharedBytes) {
    // Commands in the old piece may not be sent yet, so it is not reused.
    shared = Buffer.allocUnsafeSlow(sharedBytes);
    sharedUsed = 0;
  }
  const target = isShared ? shared : Buffer.allocUnsafeSlow(maxBytes);
  const start = isShared ? sharedUsed : 0;
  let end = writePart(target, writeLength(target, start, asterisk, args.length + 1), name);
  for (const arg of args) end = writePart(target, end, arg);
  if (isShared) sharedUsed = end;
  return target.subarray(start, end);
}

function getMaxBytes(arg: unknown): number {
  if (typeof arg === 'string') return maxFrameBytes + 3 * arg.length;
  return maxFrameBytes + (Buffer.isBuffer(arg) ? arg.length : maxNumberBytes);
}

/** Writes a bulk string. Returns where it ends. */
function writePart(target: Buffer, start: number, arg: unknown): number {
  if (Buffer.isBuffer(arg)) {
    const end = writeLength(target, start, dollar, arg.length);
    target.set(arg, end);
    return writeLineEnd(target, end + arg.length);
  }
  const part = String(arg);
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
