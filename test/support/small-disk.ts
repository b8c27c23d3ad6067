import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file system of its own, in memory. */
export interface SmallDisk {
  readonly path: string;
  /** Fills the disk to the last byte, as another program would. */
  fill(): void;
  /** Removes what `fill` has written. */
  clear(): void;
  remove(): void;
}

/** Whether this process may mount a file system. If not, logs which tests are skipped. Call it once for each group of tests. */
export function canMountDisks(): boolean {
  try {
    mountSmallDisk(1).remove();
    return true;
  } catch (error) {
    console.warn(`Not tested, because mounting a file system is not permitted: a full disk. ${String(error)}`);
    return false;
  }
}

/** Mounts a disk of `mebibytes`. Call `remove` in any case, because the disk outlives the process. */
export function mountSmallDisk(mebibytes: number): SmallDisk {
  const path = mkdtempSync(join(tmpdir(), 'small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'small-disk', path], { stdio: 'pipe' });
  } catch (error) {
    rmSync(path, { recursive: true });
    throw error;
  }
  const file = join(path, 'of-another-program');
  return {
    path,
    fill: () => fillFile(file),
    clear: () => rmSync(file, { force: true }),
    remove: () => {
      execFileSync('umount', ['--lazy', path]);
      rmSync(path, { recursive: true });
    },
  };
}

/** Appends to the file until the disk is full. */
function fillFile(file: string): void {
  const fd = openSync(file, 'a');
  const block = Buffer.alloc(64 * 1024, createHash('sha256').update(file).digest());
  try {
    for (let size = block.length; size >= 1; ) {
      try {
        writeSync(fd, block, 0, size);
      } catch {
        size = Math.floor(size / 2);
      }
    }
  } finally {
    closeSync(fd);
  }
}
