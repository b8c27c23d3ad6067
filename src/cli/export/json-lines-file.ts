import { constants, existsSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { tryLock } from 'fs-native-extensions';
import { CommandError, exitCodes } from '../exit-codes';
import { getMessage, SinkUnavailableError } from './sink';

export interface JsonLinesFileOptions {
  readonly path: string;
  /** A file that would become larger is renamed, and a new one is started. 0: never. A single batch may be larger. */
  readonly maxBytes: number;
  readonly report: (line: string) => void;
}

/**
 * A file of whole lines. A line is on disk when `append` has resolved. One process writes it at a time.
 *
 * A kill can leave an incomplete last line, which is removed when the file is opened again.
 */
export class JsonLinesFile {
  private readonly path: string;
  private readonly maxBytes: number;
  private handle: FileHandle;
  /** The length of the whole lines. */
  private size: number;
  /** Whether a failed append may have left bytes after `size`. */
  private hasRemains = false;

  private constructor({ path, maxBytes }: JsonLinesFileOptions, handle: FileHandle, size: number) {
    this.path = path;
    this.maxBytes = maxBytes;
    this.handle = handle;
    this.size = size;
  }

  /** Opens or creates the file. Throws CommandError if it cannot be opened, or another process writes it. */
  static async open(options: JsonLinesFileOptions): Promise<JsonLinesFile> {
    const { path, report } = options;
    try {
      const handle = await openLocked(path);
      const { size } = await handle.stat();
      const wholeSize = await findEndOfLastLine(handle, size);
      if (wholeSize < size) {
        await handle.truncate(wholeSize);
        await handle.sync();
        report(`${path}: removed an incomplete last line of ${size - wholeSize} bytes. Its event is written again.`);
      }
      return new JsonLinesFile(options, handle, wholeSize);
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new CommandError(exitCodes.sink, `Cannot open ${path}: ${getMessage(error)}`);
    }
  }

  /** Appends one line for each value, and syncs the file. Throws SinkUnavailableError, for example if the disk is full. */
  async append(values: readonly unknown[]): Promise<void> {
    const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
    try {
      if (this.maxBytes > 0 && this.size > 0 && this.size + bytes.length > this.maxBytes) await this.rotate();
      if (this.hasRemains) await this.handle.truncate(this.size);
      this.hasRemains = true;
      await writeAt(this.handle, bytes, this.size);
      await this.handle.datasync();
      this.hasRemains = false;
      this.size += bytes.length;
    } catch (error) {
      if (error instanceof CommandError) throw error;
      throw new SinkUnavailableError(`Cannot write ${this.path}: ${getMessage(error)}`);
    }
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  /** Renames the file to its name and the time, and starts a new one. */
  private async rotate(): Promise<void> {
    if (this.hasRemains) await this.handle.truncate(this.size);
    const rotatedPath = createRotatedPath(this.path);
    await rename(this.path, rotatedPath);
    const rotated = this.handle;
    try {
      this.handle = await openLocked(this.path);
    } catch (error) {
      await rename(rotatedPath, this.path);
      throw error;
    }
    this.size = 0;
    this.hasRemains = false;
    await rotated.close();
  }
}

/** Returns a path that is not used, so that no file is replaced. Names sort by time, except within a millisecond. */
function createRotatedPath(path: string): string {
  const rotatedPath = `${path}.${new Date().toISOString().replaceAll(/[-:.]/g, '')}`;
  for (let suffix = ''; ; suffix = `-${Number(suffix.slice(1)) + 1}`) {
    if (!existsSync(rotatedPath + suffix)) return rotatedPath + suffix;
  }
}

/** Opens a file with a lock, which the kernel releases when the process ends. Syncs the folder, so that a new file is durable. */
async function openLocked(path: string): Promise<FileHandle> {
  const handle = await open(path, constants.O_RDWR | constants.O_CREAT, 0o640);
  if (!tryLock(handle.fd)) {
    await handle.close();
    throw new CommandError(
      exitCodes.sink,
      `${path} is written by another process. Stop that process, or write to another file.`,
    );
  }
  const folder = await open(dirname(resolve(path)), constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
  return handle;
}

const blockBytes = 65_536;

/** Returns the position after the last line break; 0 if there is none. */
async function findEndOfLastLine(handle: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(blockBytes);
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - blockBytes);
    const { bytesRead } = await handle.read(block, 0, end - start, start);
    const at = block.subarray(0, bytesRead).lastIndexOf('\n');
    if (at >= 0) return start + at + 1;
    end = start;
  }
  return 0;
}

async function writeAt(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
