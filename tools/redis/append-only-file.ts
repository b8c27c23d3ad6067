import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The file to which Redis appends every write. Since Redis 7.0 it is the latest incremental file of the manifest; Redis 6.2 has only
 * one file.
 */
export class AppendOnlyFile {
  private constructor(
    private readonly path: string,
    /** The argument of redis-check-aof: the manifest, or the file if there is no manifest. */
    private readonly repairTarget: string,
  ) {}

  /** Opens the file in the folder of a Redis that runs with `appendonly yes`. */
  static open(folder: string): AppendOnlyFile {
    const parts = join(folder, 'appendonlydir');
    const manifest =
      statSync(parts, { throwIfNoEntry: false }) && readdirSync(parts).find((name) => /manifest$/.test(name));
    if (manifest === undefined) {
      const path = join(folder, 'appendonly.aof');
      return new AppendOnlyFile(path, path);
    }
    const lines = readFileSync(join(parts, manifest), 'utf8').split('\n');
    const latest = lines.flatMap((line) => /^file (\S+) seq \d+ type i/.exec(line)?.[1] ?? []).at(-1);
    if (latest === undefined) throw new Error(`${manifest} has no incremental file.`);
    return new AppendOnlyFile(join(parts, latest), join(parts, manifest));
  }

  /** Returns the size in bytes. */
  getSize(): number {
    return statSync(this.path).size;
  }

  /** Removes everything after an offset. Redis must not be running. */
  truncate(offset: number): void {
    truncateSync(this.path, offset);
  }

  /**
   * Removes an incomplete transaction from the end, as an operator does before a restart. With `aof-load-truncated yes`, Redis may
   * keep the start of the transaction. At the next start, Redis then ignores the writes that were appended after it.
   */
  repair(): void {
    const { status, error, stdout } = spawnSync('redis-check-aof', ['--fix', this.repairTarget], {
      input: 'y\n',
      encoding: 'utf8',
    });
    if (status !== 0) {
      throw new Error(`redis-check-aof did not repair ${this.repairTarget}: ${error?.message ?? stdout}`);
    }
  }
}
